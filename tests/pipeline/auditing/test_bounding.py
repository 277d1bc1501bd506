"""Intervals: which method suits, and that each holds the truth as often as it says."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from pipeline.auditing.answered import Answered
from pipeline.auditing.bounding import MANY_OF_RAREST
from pipeline.auditing.figures import measured, measured_by
from pipeline.auditing.intervals import difference, wilson
from pipeline.auditing.measures import Measures
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.resampling import MANY_ROWS
from pipeline.auditing.slicing import Parts

POLICY = AuditPolicy(resamples=300)
SAMPLES = 400
NOMINAL = 0.95
# Three standard deviations of a share of 400 samples, and the two points that 300 resamples of 200 rows may lack.
LEAST = NOMINAL - 3 * (NOMINAL * (1 - NOMINAL) / SAMPLES) ** 0.5 - 0.02
MOST = NOMINAL + 3 * (NOMINAL * (1 - NOMINAL) / SAMPLES) ** 0.5


def binary(random: np.random.Generator, negatives: int, positives: int) -> Answered:
    """Scores one standard deviation apart: AUC Φ(1/√2); yes above one half of one: recall and specificity Φ(½)."""
    truth = np.repeat([0, 1], [negatives, positives])
    marks = random.normal(size=len(truth)) + truth
    return Answered(
        problem="classification", truth=truth, answer=(marks > 0.5).astype(int), probability=1 / (1 + np.exp(-marks)),
        positive=1, classes=(0, 1),
    )


def three_classes(random: np.random.Generator, each: int) -> Answered:
    """Every class found in 7 of 10 cases, else taken for either other: precision, recall and F1 are all 0.7."""
    truth = np.repeat([0, 1, 2], each)
    wrong = (truth + random.integers(1, 3, len(truth))) % 3
    answer = np.where(random.random(len(truth)) < 0.7, truth, wrong)
    return Answered(problem="classification", truth=truth, answer=answer, classes=(0, 1, 2))


def numbers(random: np.random.Generator, rows: int) -> Answered:
    """Errors of a standard normal: their mean size is √(2/π), their root mean square 1."""
    truth = random.normal(size=rows) * 2
    return Answered(problem="regression", truth=truth, answer=truth + random.normal(size=rows))


RATE, AUC = NormalDist().cdf(0.5), NormalDist().cdf(0.5**0.5)


@pytest.mark.parametrize(
    ("metric", "truth", "sample", "method"),
    [
        ("recall", RATE, lambda random: binary(random, 100, 40), "wilson"),
        ("balanced_accuracy", RATE, lambda random: binary(random, 100, 40), "wilson"),
        ("auc", AUC, lambda random: binary(random, 60, 60), "bootstrap"),
        ("auc", AUC, lambda random: binary(random, 700, 500), "normal"),
        ("f1", 0.7, lambda random: three_classes(random, 50), "bootstrap"),
        ("balanced_accuracy", 0.7, lambda random: three_classes(random, 50), "bootstrap"),
        ("mae", (2 / np.pi) ** 0.5, lambda random: numbers(random, 200), "bootstrap"),
        ("rmse", 1.0, lambda random: numbers(random, 200), "bootstrap"),
        ("mae", (2 / np.pi) ** 0.5, lambda random: numbers(random, MANY_ROWS), "normal"),
        ("rmse", 1.0, lambda random: numbers(random, MANY_ROWS), "normal"),
        ("r2", 0.75, lambda random: numbers(random, MANY_ROWS), "normal"),
    ],
)
def test_covers(metric: str, truth: float, sample: object, method: str) -> None:
    """Over 400 samples the 95 % interval holds the true value about that often, by the method that suits."""
    random, held = np.random.default_rng(11), 0
    for _ in range(SAMPLES):
        [figure] = measured(sample(random), [metric], policy=POLICY)
        held += figure.low <= truth <= figure.high
        assert figure.method == method
    assert LEAST <= held / SAMPLES <= MOST


@pytest.mark.parametrize(
    ("metric", "sample"),
    [
        ("recall", lambda random: binary(random, 100, 150)),
        ("auc", lambda random: binary(random, 120, 120)),
        ("mae", lambda random: numbers(random, 240)),
    ],
)
def test_difference_to_the_rest_covers(metric: str, sample: object) -> None:
    """Where groups differ by chance alone, the 95 % interval of the difference holds 0 about that often."""
    random, held = np.random.default_rng(5), 0
    for _ in range(SAMPLES):
        rows = sample(random)
        parts = Parts(("few", "many"), (random.permutation(len(rows)) >= len(rows) // 3).astype(int))
        figures, _ = measured_by(Measures(rows), parts, [metric], policy=POLICY)
        held += figures[0].rest.low <= 0 <= figures[0].rest.high
    assert LEAST <= held / SAMPLES <= 0.99


def test_wilson_covers() -> None:
    """Wilson's share and Newcombe's difference, over 20,000 samples: 94 to 97 %, as near as whole counts allow."""
    random = np.random.default_rng(0)
    ones, others = random.binomial(60, 0.8, 20_000), random.binomial(200, 0.7, 20_000)
    known = [{hits: wilson(hits / n, n) for hits in range(n + 1)} for n in (60, 200)]
    held, apart = 0, 0
    for one, other in zip(ones.tolist(), others.tolist(), strict=True):
        first, second = known[0][one], known[1][other]
        held += first[0] <= 0.8 <= first[1]
        low, high = difference(one / 60, first, from_value=other / 200, from_interval=second)
        apart += low <= 0.1 <= high
    assert 0.94 <= held / 20_000 <= 0.97 and 0.94 <= apart / 20_000 <= 0.97


def test_rare_positives_among_many_rows_are_drawn() -> None:
    """With 20 positives among 6,000 rows the normal law does not serve, and the interval is bootstrapped."""
    [figure] = measured(binary(np.random.default_rng(0), 6000, 20), ["auc"], policy=POLICY)
    assert (figure.method, figure.n) == ("bootstrap", 20) and figure.low < AUC < figure.high
    assert MANY_OF_RAREST > 20


def test_means_over_classes_are_no_shares() -> None:
    """Accuracy counts cases whatever the classes; recall without a positive class is a mean of shares."""
    rows = three_classes(np.random.default_rng(0), 40)
    accuracy, recall = measured(rows, ["accuracy", "recall"], policy=POLICY)
    assert (accuracy.method, accuracy.n, recall.method, recall.n) == ("wilson", 120, "bootstrap", 40)


def test_auc_over_classes_of_many_rows() -> None:
    """The error of a mean over classes is at most the mean of their errors: never narrower than drawn."""
    random = np.random.default_rng(4)
    table = random.dirichlet((1, 1, 1), 2400)
    truth = (random.random(2400)[:, None] > np.cumsum(table, axis=1)).sum(axis=1)
    rows = Answered(
        problem="classification", truth=truth, answer=table.argmax(axis=1), probability=table, classes=(0, 1, 2)
    )
    [figure] = measured(rows, ["auc"], policy=POLICY)
    [few] = measured(rows.take(np.arange(600)), ["auc"], policy=POLICY)
    assert (figure.method, few.method) == ("normal", "bootstrap")
    assert figure.low < figure.value < figure.high and figure.n > MANY_OF_RAREST


def test_queries_are_shares_or_means() -> None:
    """Of 200 queries, whether the first result is right is a share; reciprocal ranks are drawn."""
    random = np.random.default_rng(6)
    query = np.repeat(np.arange(200), 4)
    truth = (np.tile([1, 0, 0, 0], 200)).astype(float)
    rows = Answered(problem="regression", truth=truth, answer=truth + random.normal(size=800), query=query)
    first, mrr, ndcg = measured(rows, ["first_right", "mrr", "ndcg@3"], policy=POLICY)
    assert (first.n, first.method, mrr.n, mrr.method) == (200, "wilson", 200, "bootstrap")
    assert ndcg.low < ndcg.value < ndcg.high <= 1


def test_all_right_is_no_certainty() -> None:
    """Ten rows in perfect order, or classes of five all found: no resample differs, yet the interval has width."""
    marks = np.arange(10) / 10
    rows = Answered(
        problem="classification", truth=(marks > 0.45).astype(int), answer=(marks > 0.45).astype(int),
        probability=marks, positive=1, classes=(0, 1),
    )
    [auc] = measured(rows, ["auc"], policy=POLICY)
    assert (auc.value, auc.n, auc.method, auc.high) == (1.0, 5, "wilson", 1.0) and auc.low < 0.7
    truth = np.repeat([0, 1, 2], 5)
    whole = Answered(problem="classification", truth=truth, answer=truth, classes=(0, 1, 2))
    for figure in measured(whole, ["recall", "f1", "balanced_accuracy"], policy=POLICY):
        assert (figure.value, figure.n, figure.high) == (1.0, 5, 1.0) and figure.low < 0.75
