"""Intervals of a gain between two that answered the same rows: by hand, by brute force, and by how often they cover."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.auditing.answered import Answered
from pipeline.auditing.intervals import difference, wilson
from pipeline.auditing.paired import Pair, better, gain_interval, newcombe, stacked
from pipeline.auditing.policy import AuditPolicy

POLICY = AuditPolicy(resamples=400)


def pair(truth: list, ours: list, theirs: list, row: list | None = None, **more: object) -> Pair:
    """Two answers to the same cases; class 1 is positive."""
    one = Answered(problem="classification", truth=np.array(truth), answer=np.array(ours), positive=1, classes=(0, 1))
    one = replace(one, **more)
    place = np.arange(len(truth)) if row is None else np.array(row)
    return Pair(ours=one, theirs=replace(one, answer=np.array(theirs)), row=place)


def test_newcombe_as_published() -> None:
    """36 both, 12 and 2 one alone, none neither, of 50: a difference of 20 points, 5.69 to 34.04 (his table III)."""
    assert newcombe(36, 12, 2, 0) == pytest.approx((0.0569, 0.3404), abs=5e-5)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ((59, 6, 16, 80), (-0.1186, -0.0046)),  # complete response before and after therapy (Cavo et al. 2012)
        ((1, 1, 7, 12), (-0.5069, -0.0256)),  # airway hyper-responsiveness (Bentur et al. 2009)
    ],
)
def test_newcombe_as_in_a_textbook(cells: tuple[int, ...], expected: tuple[float, float]) -> None:
    """As given for the square-and-add interval in Fagerland, Lydersen and Laake's book on contingency tables."""
    assert newcombe(*cells) == pytest.approx(expected, abs=5e-5)


def test_newcombe_by_hand() -> None:
    """Of 100: both right 70, only ours 15, only theirs 5, neither 10; correlation (700 - 75 - 50) / √(85·15·75·25)."""
    correlation = 575 / sqrt(85 * 15 * 75 * 25)
    (low, high), (other_low, other_high) = wilson(0.85, 100), wilson(0.75, 100)
    below, above = (0.85 - low, other_high - 0.75), (high - 0.85, 0.75 - other_low)
    half = [sqrt(a * a - 2 * correlation * a * b + b * b) for a, b in (below, above)]
    assert newcombe(70, 15, 5, 10) == pytest.approx((0.1 - half[0], 0.1 + half[1]))


counts = st.integers(0, 200)


@given(counts, counts, counts, counts)
def test_newcombe_laws(both: int, ours: int, theirs: int, neither: int) -> None:
    """It holds the difference, lies within -1 and 1, turns round with the two, and is never wider than if unpaired."""
    n = both + ours + theirs + neither
    if not n:
        return
    low, high = newcombe(both, ours, theirs, neither)
    assert -1 - 1e-9 <= low <= (ours - theirs) / n <= high <= 1 + 1e-9
    assert newcombe(both, theirs, ours, neither) == pytest.approx((-high, -low))
    shares = [(both + ours) / n, (both + theirs) / n]
    apart = difference(shares[0], wilson(shares[0], n), from_value=shares[1], from_interval=wilson(shares[1], n))
    if both * neither >= ours * theirs:
        assert high - low <= apart[1] - apart[0] + 1e-9


def test_each_share_counts_its_own_cases() -> None:
    """Recall looks at the 60 positives alone, false alarms at the 40 negatives, the selection rate at all 100."""
    truth = [1] * 60 + [0] * 40
    ours = [1] * 50 + [0] * 10 + [1] * 8 + [0] * 32
    theirs = [1] * 45 + [0] * 15 + [0] * 30 + [1] * 10
    both = pair(truth, ours, theirs)
    expected = {
        "recall": newcombe(45, 5, 0, 10),
        "false_negative_rate": newcombe(10, 0, 5, 45),
        "false_positive_rate": newcombe(0, 8, 10, 22),
        "selection_rate": newcombe(45, 13, 10, 32),
        "accuracy": newcombe(45 + 22, 5 + 10, 0 + 8, 10 + 0),
    }
    for name, interval in expected.items():
        assert gain_interval(name, both, policy=POLICY) == (interval, "paired shares")


def test_pairing_finds_what_two_groups_hide() -> None:
    """Of 400, 340 right against 330 with 4 to 14 they differ on: paired it is a gain, as two groups it is none."""
    low, high = newcombe(326, 14, 4, 56)
    apart = difference(0.85, wilson(0.85, 400), from_value=0.825, from_interval=wilson(0.825, 400))
    assert low > 0 > apart[0] and high < apart[1]


def test_equal_answers_gain_nothing() -> None:
    """Two that answer alike are 0 apart by every metric, and a resampled interval is 0 wide."""
    random = np.random.default_rng(3)
    truth, ours = random.integers(0, 2, 200), random.integers(0, 2, 200)
    same = pair(truth, ours, ours)
    assert gain_interval("precision", same, policy=POLICY) == ((0.0, 0.0), "paired bootstrap")
    low, high = gain_interval("accuracy", same, policy=POLICY)[0]
    assert low < 0 < high


def regression(n: int, seed: int, *, shared: float) -> Pair:
    """Two that make errors of spread 1, of which `shared` is common; theirs are 0.2 worse on average."""
    random = np.random.default_rng(seed)
    truth, common = random.normal(size=n), random.normal(size=n) * shared
    errors = [common + random.normal(size=n) * sqrt(1 - shared**2) for _ in range(2)]
    ours = Answered(problem="regression", truth=truth, answer=truth + np.abs(errors[0]))
    theirs = replace(ours, answer=truth + np.abs(errors[1]) + 0.2)
    return Pair(ours=ours, theirs=theirs, row=np.arange(n))


@pytest.mark.parametrize("n", [300, 6000])
def test_mean_errors_have_the_interval_of_their_differences(n: int) -> None:
    """For a mean, the interval is that of the mean of the differences row by row, resampled or between groups."""
    both = regression(n, 5, shared=0.9)
    differences = np.abs(both.ours.answer - both.ours.truth) - np.abs(both.theirs.answer - both.theirs.truth)
    half = 1.96 * differences.std(ddof=1) / sqrt(n)
    interval, method = gain_interval("mae", both, policy=AuditPolicy(resamples=2000))
    assert method == ("paired bootstrap" if n < 5000 else "random groups")
    assert np.mean(interval) == pytest.approx(differences.mean(), abs=half / 5)
    assert (interval[1] - interval[0]) / (2 * half) == pytest.approx(1, abs=0.25)


@pytest.mark.parametrize(("n", "runs", "name"), [(80, 150, "rmse"), (5000, 60, "rmse"), (60, 400, "accuracy")])
def test_intervals_cover(n: int, runs: int, name: str) -> None:
    """The true gain lies in the 95 % interval in nine of ten simulations or more."""
    found = [_covered(name, n, seed) for seed in range(runs)]
    assert 0.9 <= np.mean(found) <= 1


def _covered(name: str, n: int, seed: int) -> bool:
    """Whether one simulation's interval holds the true gain: RMSE √1 against √(1 + 2·0.2·√(2/π) + 0.04); 80 - 70 %."""
    if name == "rmse":
        true, both = 1 - sqrt(1 + 0.4 * sqrt(2 / np.pi) + 0.04), regression(n, seed, shared=0.5)
    else:
        random = np.random.default_rng(seed)
        hard = random.random(n)  # easy rows are right for both, so that the two go together
        truth = np.ones(n, dtype=int)
        both, true = pair(truth, (hard < 0.8).astype(int), (hard + random.choice([0, 0.2], n) < 0.8).astype(int)), 0.1
    low, high = gain_interval(name, both, policy=AuditPolicy(resamples=300))[0]
    return low <= true <= high


def test_labellers_of_one_row_are_no_further_rows() -> None:
    """Three that answer alike are as certain as one: the interval is by row, so it is as wide as with one of them."""
    random = np.random.default_rng(1)
    truth = random.integers(0, 2, 150)
    rows = replace(pair(truth, truth, truth).ours, answer=np.where(random.random(150) < 0.8, truth, 1 - truth))
    theirs = np.where(random.random(150) < 0.7, truth, 1 - truth)
    one, three = (stacked(rows, [(np.arange(150), theirs)] * times) for times in (1, 3))
    single = newcombe_width(one)
    interval, method = gain_interval("accuracy", three, policy=POLICY)
    assert (len(three.row), len(three.first), method) == (450, 150, "paired bootstrap")
    assert interval[1] - interval[0] == pytest.approx(single, rel=0.15)


def newcombe_width(both: Pair) -> float:
    """How wide the interval of one answer a row is."""
    low, high = gain_interval("accuracy", both, policy=POLICY)[0]
    return high - low


def test_seeded() -> None:
    """The same seed gives the same interval."""
    both = regression(200, 1, shared=0.5)
    assert gain_interval("mae", both, policy=POLICY) == gain_interval("mae", both, policy=POLICY)


def test_less_error_is_better() -> None:
    """Of an error, ours minus theirs of -3 to -1 is a gain of 1 to 3."""
    assert better("mae", (-3.0, -1.0)) == (1.0, 3.0)
    assert better("recall", (-3.0, -1.0)) == (-3.0, -1.0)


def test_rare_class_absent_from_a_group_is_resampled() -> None:
    """Where a random group of thousands of rows has no positive answer, precision is resampled instead."""
    truth = np.zeros(6000, dtype=int)
    truth[:20] = 1
    both = pair(truth, truth, np.where(np.arange(6000) < 10, truth, 0))
    assert gain_interval("precision", both, policy=AuditPolicy(resamples=100))[1] == "paired bootstrap"
