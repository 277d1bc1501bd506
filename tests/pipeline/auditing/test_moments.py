"""Means over rows of every group and of the rows outside it: values, errors, and large beside small."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from pipeline.auditing.answered import Answered
from pipeline.auditing.moments import ON_ERRORS, Added

NUMBER = st.floats(-1e3, 1e3).map(lambda value: round(value, 2))


def numbers(truth: np.ndarray, answer: np.ndarray) -> Answered:
    """Numbers answered with numbers."""
    return Answered(problem="regression", truth=np.asarray(truth, float), answer=np.asarray(answer, float))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(NUMBER, NUMBER, st.integers(0, 2)), min_size=1, max_size=30))
def test_every_group_and_its_rest(values: list[tuple[float, float, int]]) -> None:
    """Each metric of each group, and of all rows outside it, is that of those rows alone."""
    truth, answer, codes = (np.array(column) for column in zip(*values, strict=True))
    rows, groups = numbers(truth, answer), [np.flatnonzero(codes == code) for code in np.unique(codes)]
    for name in ON_ERRORS:
        for outside, found in enumerate(Added.of(name, rows).estimates(groups)):
            for place, own in enumerate(groups):
                chosen = np.setdiff1d(np.arange(len(rows)), own) if outside else own
                expected = rows.take(chosen).score(name)
                assert np.isnan(found.value[place]) == (not expected.defined)
                if expected.defined:
                    assert found.value[place] == pytest.approx(expected.value, rel=1e-6, abs=1e-9)
                    assert found.n[place] == len(chosen)


@pytest.mark.parametrize("name", ON_ERRORS)
def test_error_is_the_spread_over_many_samples(name: str) -> None:
    """The standard error from one sample of 2,000 is how far the metric varies over 400 samples."""
    random = np.random.default_rng(3)

    def sample() -> Answered:
        truth = random.normal(size=2000) + 8
        return numbers(truth, truth + random.normal(size=2000) * 0.5)

    found, _ = Added.of(name, sample()).estimates([np.arange(2000)])
    assert found.error[0] == pytest.approx(np.std([sample().score(name).value for _ in range(400)]), rel=0.15)


def test_a_wild_group_does_not_spoil_the_rest() -> None:
    """One group's errors are a billion times the other's: the other's figures keep every digit."""
    truth = np.zeros(200)
    answer = np.concatenate([np.full(100, 1e9), np.linspace(1, 2, 100)])
    own, rest = Added.of("rmse", numbers(truth, answer)).estimates([np.arange(100), np.arange(100, 200)])
    assert rest.value[0] == pytest.approx(own.value[1], rel=1e-12)
    assert rest.error[0] == pytest.approx(own.error[1], rel=1e-12)


def test_influence_of_a_mean_is_each_row_less_the_mean() -> None:
    """Errors 1, 0, 2: each row moves their mean by what it lies above it."""
    assert Added.of("mae", numbers([1, 2, 4], [2, 2, 2])).influence() == pytest.approx([0, -1, 1])


def test_log_loss_is_a_mean() -> None:
    """Surprises −ln .8 and −ln .5."""
    rows = Answered(
        problem="classification", truth=np.array([1, 0]), answer=np.array([1, 1]), probability=np.array([0.8, 0.5]),
        positive=1, classes=(0, 1),
    )
    own, _ = Added.of("log_loss", rows).estimates([np.arange(2)])
    assert own.value[0] == pytest.approx(-(np.log(0.8) + np.log(0.5)) / 2)
