"""The bootstrap: the same metrics as everywhere, on seeded resamples that lose no class, and true intervals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.artifacts.metric import METRICS
from pipeline.auditing import resampling
from pipeline.auditing.answered import Answered
from pipeline.auditing.resampling import bootstrap, weighted

CLASSIFYING = [name for name, metric in METRICS.items() if metric.problem == "classification"]
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
                (many_classes, [n for n in CLASSIFYING if n != "selection_rate"]),
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
    for weights in resampling.drawn_weights(rows, resamples=50, seed=1):
        assert (weights[:, 7] == 1).all()
        assert (weights.sum(axis=1) == 200).all()


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
