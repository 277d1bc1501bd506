"""The bootstrap: the same metrics as everywhere, on seeded resamples that lose no class, and true intervals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.artifacts.metric import METRICS
from pipeline.auditing.answered import Answered
from pipeline.auditing.cells import Cells
from pipeline.auditing.resampling import bootstrap, bootstrap_counts, bootstrap_mean, multinomial, weighted, weights_of
from pipeline.auditing.slicing import Parts

CLASSIFYING = ["auc", "log_loss"]
MEASURING = [name for name, metric in METRICS.items() if metric.problem == "regression"]


def binary(seed: int, n: int) -> Answered:
    """Two classes, answers that are often right, probabilities with ties."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, 2, n)
    probability = np.round(np.clip(truth * 0.3 + random.random(n) * 0.7, 0, 1), 1)
    return Answered(
        problem="classification",
        truth=truth,
        answer=(probability > 0.5).astype(int),
        probability=probability,
        positive=1,
        classes=(0, 1),
    )


def many_classes(seed: int, n: int) -> Answered:
    """Three classes and a table of probabilities, no class counting as positive."""
    random = np.random.default_rng(seed)
    table = random.dirichlet((1, 1, 1), n)
    return Answered(
        problem="classification",
        truth=random.integers(0, 3, n),
        answer=table.argmax(axis=1),
        probability=table,
        classes=(0, 1, 2),
    )


def numbers(seed: int, n: int) -> Answered:
    """Numbers and answers near them."""
    random = np.random.default_rng(seed)
    truth = random.lognormal(size=n)
    return Answered(problem="regression", truth=truth, answer=truth + random.normal(size=n))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 30), data=st.data())
def test_unit_weights_give_the_metric_itself(seed: int, n: int, data: st.DataObject) -> None:
    """With every row drawn once, each metric is exactly what training ranks by, undefined as NaN."""
    make, names = data.draw(
        st.sampled_from(
            [
                (binary, CLASSIFYING),
                (numbers, MEASURING),
                (many_classes, CLASSIFYING),
            ]
        )
    )
    rows = make(seed, n)
    for name in names:
        score, [value] = rows.score(name), weighted(name, rows, weights=np.ones((1, n)))
        assert value == pytest.approx(score.value, abs=1e-9) if score.defined else np.isnan(value), name


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(2, 12), data=st.data())
def test_weights_are_repetitions(seed: int, n: int, data: st.DataObject) -> None:
    """A weight of k is the same as the row written k times."""
    rows = data.draw(st.sampled_from([binary, numbers]))(seed, n)
    weights = np.array(data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)))
    if not weights.sum():
        return
    repeated = rows.take(np.repeat(np.arange(n), weights))
    for name in CLASSIFYING if rows.problem == "classification" else MEASURING:
        score, [value] = repeated.score(name), weighted(name, rows, weights=weights[None, :].astype(float))
        assert value == pytest.approx(score.value, abs=1e-9) if score.defined else np.isnan(value), name


def test_no_class_vanishes() -> None:
    """One positive among 200 is in every resample, so that AUC is defined in all of them."""
    rows = binary(0, 200)
    rows.truth[:] = 0
    rows.truth[7] = 1
    for weights in weights_of(rows, resamples=50, seed=1):
        assert (weights[:, 7] == 1).all()
        assert (weights.sum(axis=1) == 200).all()


def test_no_group_and_no_class_vanishes_from_counts() -> None:
    """Of one true b and 99 true a, every drawn table has one b and 99 a, however they are answered."""
    table, truth = np.array([90, 9, 1, 0]), np.array([0, 0, 1, 1])
    draws = multinomial(table, truth, resamples=200, random=np.random.default_rng(0))
    assert (draws[:, :2].sum(axis=1) == 99).all() and (draws[:, 2] == 1).all() and (draws[:, 3] == 0).all()
    assert len(np.unique(draws[:, 0])) > 5


def test_counts_are_drawn_as_rows_are() -> None:
    """Tables drawn by their counts vary as tables of rows drawn one by one within each true class."""
    rows = many_classes(7, 120)
    cells = Cells.of(rows)
    [table] = cells.table(Parts.whole(120))
    how = {"resamples": 4000, "confidence": 0.95}
    found = bootstrap_counts(cells, table, ["recall", "f1"], seed=3, **how)
    drawn: dict[str, list[float]] = {"recall": [], "f1": []}
    for weights in weights_of(rows, resamples=4000, seed=5):
        by_cell = np.stack([weights[:, cells.of_row == cell].sum(axis=1) for cell in range(len(table))], axis=1)
        for name, values in drawn.items():
            values.extend(cells.values(name, by_cell)[0])
    for name, values in drawn.items():
        assert found[name] == pytest.approx(np.percentile(values, [2.5, 97.5]), abs=0.006)


def test_mean_of_values() -> None:
    """The mean of 500 values is bounded as the textbook says, and of none not at all."""
    values = np.random.default_rng(0).random(500)
    half = 1.96 * values.std(ddof=1) / np.sqrt(500)
    how = {"resamples": 2000, "confidence": 0.95, "seed": 0}
    assert bootstrap_mean(values, **how) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.1 * half)
    assert bootstrap_mean(values[:0], **how) is None


def test_bootstrap_is_seeded() -> None:
    """The same seed gives the same interval; another seed another."""
    rows = numbers(3, 80)
    first, again, other = (
        bootstrap(rows, ["mae"], resamples=200, confidence=0.95, seed=seed)["mae"] for seed in (1, 1, 2)
    )
    assert first == again != other


def test_interval_of_a_mean_is_the_textbook_one() -> None:
    """For the mean of 2,000 errors the bootstrap agrees with mean ± 1.96 s/√n."""
    rows = numbers(5, 2000)
    errors = np.abs(rows.truth - rows.answer)
    half = 1.96 * errors.std(ddof=1) / np.sqrt(2000)
    low, high = bootstrap(rows, ["mae"], resamples=2000, confidence=0.95, seed=0)["mae"]
    assert (low, high) == pytest.approx((errors.mean() - half, errors.mean() + half), abs=0.1 * half)


def test_auc_interval_covers() -> None:
    """In 200 samples of 60 rows the 95 % interval holds the true AUC of about 0.7602 nearly that often."""
    held = 0
    for seed in range(200):
        random = np.random.default_rng(seed)
        truth = np.repeat([0, 1], 30)
        marks = 1 / (1 + np.exp(-(random.normal(size=60) + truth)))
        rows = Answered(
            problem="classification", truth=truth, answer=truth, probability=marks, positive=1, classes=(0, 1)
        )
        low, high = bootstrap(rows, ["auc"], resamples=300, confidence=0.95, seed=seed)["auc"]
        held += low <= 0.7602 <= high
    assert 0.9 <= held / 200 <= 0.99


@pytest.mark.parametrize("rare", [1, 0])
def test_auc_of_a_rare_class_is_drawn_by_gaps(rare: int) -> None:
    """Of 6,000 rows, 40 of one class: drawing gaps gives the interval that drawing rows gives, ties included."""
    random = np.random.default_rng(rare)
    truth = np.where(np.arange(6000) < 40, rare, 1 - rare)
    rows = Answered(
        problem="classification", truth=truth, answer=truth, probability=np.round(0.3 * truth + random.random(6000), 2),
        positive=1, classes=(0, 1),
    )
    found = bootstrap(rows, ["auc"], resamples=3000, confidence=0.95, seed=0)["auc"]
    drawn = [weighted("auc", rows, weights=weights) for weights in weights_of(rows, resamples=3000, seed=1)]
    assert found == pytest.approx(np.percentile(np.concatenate(drawn), [2.5, 97.5]), abs=0.006)
