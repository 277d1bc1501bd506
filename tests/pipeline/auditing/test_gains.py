"""Gates relative to a baseline, on gains worked by hand: pass, fail, not enough evidence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.artifacts.audit import Baseline, Comparison, Figure, Ruling
from pipeline.auditing.gains import against
from pipeline.auditing.gate import Gate


def compared(gain: float | None, low: float | None, high: float | None, *, n: int = 100, **where: str) -> Comparison:
    """A gain in recall over a baseline with 60 %."""
    ours, theirs = (Figure(metric="recall", value=value, n=n) for value in (0.6 + (gain or 0), 0.6))
    return Comparison(metric="recall", n=n, ours=ours, theirs=theirs, gain=gain, low=low, high=high, **where)


def judge(gate: Gate, *comparisons: Comparison, labels: tuple[str, ...] = (), **more: object) -> list[Ruling]:
    """Hold comparisons with the previous release against a gate."""
    baseline = Baseline(name="previous", rows=100, comparisons=comparisons, **more)
    return against(gate, baseline, labels=labels, min_count=30)


@pytest.mark.parametrize(
    ("gain", "low", "high", "asked", "expected"),
    [
        (0.025, -0.019, 0.07, 0.0, "not enough evidence"),
        (0.025, 0.001, 0.05, 0.0, "pass"),
        (0.025, 0.0, 0.05, 0.0, "not enough evidence"),
        (0.0, -0.02, 0.02, 0.0, "fail"),
        (-0.01, -0.03, 0.01, 0.0, "fail"),
        (0.06, 0.05, 0.07, 0.05, "pass"),
        (0.06, 0.04, 0.08, 0.05, "not enough evidence"),
        (0.04, 0.01, 0.07, 0.05, "fail"),
        (-0.01, -0.02, 0.0, -0.02, "pass"),
        (0.0, 0.0, 0.0, -0.02, "pass"),
        (-0.01, -0.03, 0.01, -0.02, "not enough evidence"),
        (-0.03, -0.05, -0.01, -0.02, "fail"),
        (0.1, None, None, 0.0, "not enough evidence"),
    ],
)
def test_the_whole_interval_has_to_be_a_gain(
    gain: float, low: float | None, high: float | None, asked: float, expected: str
) -> None:
    """Less than was asked fails; as much, with an interval across the limit, is open; a draw is no gain."""
    [ruling] = judge(Gate(metric="recall", baseline="previous", min_gain=asked), compared(gain, low, high))
    assert (ruling.judgement, ruling.value, ruling.n) == (expected, gain, 100)


def test_few_cases_never_judge() -> None:
    """29 cases leave a gate open whatever they say; 30 are enough."""
    gate = Gate(metric="recall", baseline="previous")
    [few], [enough] = (judge(gate, compared(0.3, 0.1, 0.5, n=n)) for n in (29, 30))
    assert (few.judgement, few.why) == ("not enough evidence", "29 cases, 30 are needed")
    assert enough.judgement == "pass"


def test_groups_are_judged_one_by_one() -> None:
    """A gate on a slice judges each group's own gain; one that is not known stays open and says why."""
    found = [compared(0.1, 0.05, 0.15, slice="sex", label="men"), compared(-0.1, -0.2, 0.0, slice="sex", label="women")]
    gate = Gate(metric="recall", baseline="previous", slice="sex")
    rulings = judge(gate, *found, labels=("men", "women", "not stated"))
    assert [(each.about, str(each.judgement)) for each in rulings] == [
        ("men", "pass"), ("women", "fail"), ("not stated", "not enough evidence"),
    ]
    assert rulings[1].why == "50.0 % against 60.0 %: less than was asked"


def test_unknown_is_told_apart_from_zero() -> None:
    """Nothing to compare with, 0/0 of either, and "n/a" are open, each with its reason."""
    gate = Gate(metric="recall", baseline="previous")
    known, nothing = Figure(metric="recall", value=0.6, n=50), Figure(metric="recall", value=0.0, n=0, defined=False)
    cases = {
        (None, known): "no test row is in this group",
        (nothing, known): "recall is undefined here",
        (known, nothing): "recall of the previous baseline is undefined here",
        (known, None): "n/a: no recall of the previous baseline can be used here",
    }
    for (ours, theirs), why in cases.items():
        [ruling] = judge(gate, Comparison(metric="recall", n=50, ours=ours, theirs=theirs))
        assert (ruling.judgement, ruling.why, ruling.value) == ("not enough evidence", why, None)
    [ruling] = judge(gate, why_not="Its bytes are gone")
    assert (ruling.judgement, ruling.why) == ("not enough evidence", "Its bytes are gone")


def test_no_earlier_release_is_no_fault() -> None:
    """The first release has nothing to beat."""
    [ruling] = judge(Gate(metric="recall", baseline="previous"), why_not="There is none", absent=True)
    assert (ruling.judgement, ruling.why) == ("pass", "There is none")


points = st.floats(-1, 1)


@given(ends=st.tuples(points, points, points), n=st.integers(0, 60), asked=points, tighter=points)
def test_laws(ends: tuple[float, float, float], n: int, asked: float, tighter: float) -> None:
    """An interval across the limit never passes, nor do few cases; asking more turns no fail into a pass."""
    low, gain, high = sorted(ends)
    less, more = sorted((asked, tighter))
    loose, tight = (
        judge(Gate(metric="recall", baseline="previous", min_gain=each), compared(gain, low, high, n=n))[0].judgement
        for each in (less, more)
    )
    assert loose != "pass" or (n >= 30 and low >= less - 1e-9)
    assert not (loose == "fail" and tight == "pass")
    assert tight != "pass" or loose == "pass"
