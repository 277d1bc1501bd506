"""Gates on figures worked by hand: pass, fail, not enough evidence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.artifacts.audit import Figure, Finding, Group
from pipeline.auditing.gating import Measured, judged
from pipeline.auditing.intervals import wilson
from pipeline.auditing.gate import Gate
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.slice import Slice


def figure(hits: int, n: int, metric: str = "recall") -> Figure:
    """A share with its Wilson interval; of nothing, undefined."""
    if not n:
        return Figure(metric=metric, value=0.0, n=0, defined=False)
    low, high = wilson(hits / n, n)
    return Figure(metric=metric, value=hits / n, n=n, low=low, high=high, method="wilson")


def judge(
    gate: Gate,
    *,
    overall: Figure = figure(80, 100),
    unsliced: dict | None = None,
    **groups: Figure,
) -> Finding:
    """Apply one gate to groups of the slice `race`."""
    policy = AuditPolicy(slices=[Slice("race", column="race")], gates=[gate])
    parts = [Group(slice="race", label=label, rows=100, share=0.1, figures=(one,)) for label, one in groups.items()]
    whole = Group(slice="", label="all rows", rows=1000, share=1.0, figures=(overall,))
    return judged(policy, Measured(overall=whole, groups=parts, unsliced=unsliced or {}, baselines=()))[0]


@pytest.mark.parametrize(
    ("hits", "n", "expected"),
    [
        (80, 100, "pass"),
        (50, 100, "pass"),
        (49, 100, "fail"),
        (29, 29, "not enough evidence"),
        (15, 30, "pass"),
        (0, 29, "fail"),
        (0, 9, "not enough evidence"),
        (12, 29, "not enough evidence"),
        (0, 0, "not enough evidence"),
    ],
)
def test_minimum(hits: int, n: int, expected: str) -> None:
    """At least 50 %: exactly kept passes; under 30 cases never pass, and fail only if all of the interval does."""
    assert judge(Gate(metric="recall", minimum=0.5), overall=figure(hits, n)).judgement == expected


def test_maximum() -> None:
    """At most 10 %: 8 of 100 pass, 12 fail."""
    gate = Gate(metric="false_positive_rate", maximum=0.1)
    assert judge(gate, overall=figure(8, 100, "false_positive_rate")).judgement == "pass"
    assert judge(gate, overall=figure(12, 100, "false_positive_rate")).judgement == "fail"


def test_certain_asks_for_the_whole_interval() -> None:
    """58 of 100 keep 50 %, but their interval reaches down to 48 %: not enough for a certain gate; 62 are."""
    gate = Gate(metric="recall", minimum=0.5, certain=True)
    assert judge(gate, overall=figure(58, 100)).judgement == "not enough evidence"
    assert judge(gate, overall=figure(62, 100)).judgement == "pass"


def test_every_group_counts_and_the_worst_decides() -> None:
    """One group under the limit fails the gate, and the others keep their own judgement."""
    found = judge(
        Gate(metric="recall", minimum=0.5, slice="race"),
        black=figure(40, 100),
        white=figure(80, 100),
        asian=figure(9, 9),
    )
    assert found.judgement == "fail"
    assert {ruling.about: str(ruling.judgement) for ruling in found.rulings} == {
        "black": "fail",
        "white": "pass",
        "asian": "not enough evidence",
    }


def test_named_groups_only() -> None:
    """A gate that names its groups leaves the others out, and misses one that has no rows."""
    gate = Gate(metric="recall", minimum=0.5, slice="race", groups=("white",))
    assert judge(gate, black=figure(40, 100), white=figure(80, 100)).judgement == "pass"
    found = judge(gate, black=figure(40, 100))
    assert (found.judgement, found.rulings[0].why) == ("not enough evidence", "no test row is in this group")


def test_gap() -> None:
    """80 % over 65 % is a gap of 15 points: too wide for 10, within 20; the groups are named."""
    groups = {"white": figure(80, 100), "black": figure(65, 100)}
    [ruling] = judge(Gate(metric="recall", max_gap=0.1, slice="race"), **groups).rulings
    assert (ruling.about, ruling.judgement, ruling.value) == ("white over black", "fail", pytest.approx(0.15))
    assert judge(Gate(metric="recall", max_gap=0.15, slice="race"), **groups).judgement == "pass"


def test_gap_of_groups_too_small() -> None:
    """A small group leaves a gap open that else is kept, does not hide one that is broken, and two are needed."""
    gate = Gate(metric="recall", max_gap=0.1, slice="race")
    near = {"white": figure(80, 100), "black": figure(78, 100)}
    assert judge(gate, **near, asian=figure(2, 9)).judgement == "not enough evidence"
    assert judge(gate, white=figure(80, 100), black=figure(50, 100), asian=figure(2, 9)).judgement == "fail"
    assert judge(gate, white=figure(80, 100), asian=figure(2, 9)).judgement == "not enough evidence"


def test_equal_groups_have_no_gap() -> None:
    """Groups of one value are 0 apart, which passes even a limit of 0."""
    assert judge(Gate(metric="recall", max_gap=0.0, slice="race"), a=figure(8, 40), b=figure(8, 40)).judgement == "pass"


def test_slice_that_could_not_be_made() -> None:
    """A gate on a slice that is not stored is left open, with the reason."""
    found = judge(Gate(metric="recall", minimum=0.5, slice="race"), unsliced={"race": "column 'race' is not stored"})
    assert (found.judgement, found.rulings[0].why) == ("not enough evidence", "column 'race' is not stored")


def test_a_pass_by_the_measured_value_says_so() -> None:
    """58 of 100 pass at least 50 %, and the reader is told that the interval reaches below; 62 need no such word."""
    gate = Gate(metric="recall", minimum=0.5)
    [near], [sure] = (judge(gate, overall=figure(hits, 100)).rulings for hits in (58, 62))
    assert (near.judgement, near.why) == (
        "pass",
        "the limit is kept by the measured value; the interval reaches across it",
    )
    assert (sure.judgement, sure.why) == ("pass", "the limit is kept")


@given(hits=st.integers(0, 60), n=st.integers(1, 60), limit=st.floats(0, 1), tighter=st.floats(0, 1))
def test_laws(hits: int, n: int, limit: float, tighter: float) -> None:
    """Under 30 cases nothing passes; a tighter limit turns no fail into a pass; what passes surely passes."""
    overall, (low, high) = figure(min(hits, n), n), sorted((limit, tighter))
    loose, tight = (judge(Gate(metric="recall", minimum=each), overall=overall).judgement for each in (low, high))
    certain = judge(Gate(metric="recall", minimum=low, certain=True), overall=overall).judgement
    assert n >= 30 or "pass" not in (loose, tight, certain)
    assert not (loose == "fail" and tight == "pass")
    assert loose == "pass" or certain != "pass"
    assert certain != "pass" or overall.low >= low - 1e-9


def test_a_condition_that_no_test_row_meets_is_not_passed_by_all_others() -> None:
    """The slice is about the group it names: of that nothing is known, however good the others are."""
    gate, others = Gate(metric="recall", minimum=0.5, slice="old"), figure(90, 100)
    group = Group(slice="old", label="all others", rows=100, share=1.0, figures=(others,))
    for made in (Slice("old", where="age > 90"), Slice("old", function=lambda rows: rows["age"] > 90)):
        policy = AuditPolicy(slices=[made], gates=[gate])
        [found] = judged(policy, Measured(overall=group, groups=[group], unsliced={}, baselines=()))
        assert [(one.about, one.why) for one in found.rulings if one.judgement == "not enough evidence"] == [
            ("old", "no test row is in this group")
        ]
        assert found.judgement == "not enough evidence"
