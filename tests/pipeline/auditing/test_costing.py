"""Measuring what an answer costs, by a clock of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from pipeline.artifacts.cost import Cost
from pipeline.auditing.costing import WARM_UP, measure, quantile_bounds

from tests.pipeline.auditing.test_examine import Threshold, manifest


class Apply:
    """Features as they are; every call is noted."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def __call__(self, data: pd.DataFrame, transforms: Any, **features: Any) -> pd.DataFrame:
        """Note which rows were asked."""
        self.seen.append((list(data.index), list(data.columns)))
        return data


def clock(seconds: list[float]) -> Iterator[float]:
    """Times at which each answer begins and ends."""
    yield from (time for end in accumulate(seconds, initial=0.0) for time in (end, end))


def measured(times: list[float], apply: Apply) -> Cost:
    """Measure as many rows as times are given, in seconds."""
    rows = pd.DataFrame({"score": 0.5, "denied": 1}, index=pd.Index(range(len(times)), name="row"))
    ticks = clock(times)
    next(ticks)
    made = measure(
        model=manifest(), estimator=Threshold(), rows=rows, features={}, size_bytes=1234, apply=apply,
        clock=lambda: next(ticks),
    )
    return Cost(**made["cost"].value)


def test_by_hand() -> None:
    """Of 1 to 100 ms the 95th percentile is 96: five are as slow or slower, ninety-five are faster."""
    apply = Apply()
    cost = measured([(place + 1) / 1000 for place in range(100)], apply)
    assert (cost.latency_ms, cost.timed) == (pytest.approx(96.0), 100)
    assert (cost.size_bytes, cost.features) == (1234, 1)
    assert cost.low < cost.latency_ms < cost.high


def test_one_row_at_a_time_and_without_the_truth() -> None:
    """Each row is asked alone, without its target, after a few that are not timed."""
    apply = Apply()
    measured([0.001] * 40, apply)
    assert apply.seen == [([place], ["score"]) for place in [*range(WARM_UP), *range(40)]]


def test_many_rows_are_sampled_evenly() -> None:
    """Of 1,000 rows 200 are timed, the first and the last among them."""
    rows = pd.DataFrame({"score": 0.5}, index=pd.Index(range(1000), name="row"))
    apply = Apply()
    made = measure(
        model=manifest(), estimator=Threshold(), rows=rows, features={}, size_bytes=1, apply=apply, clock=lambda: 0.0
    )
    asked = [index[0] for index, _ in apply.seen[WARM_UP:]]
    assert (len(asked), asked[0], asked[-1], made["cost"].value["timed"]) == (200, 0, 999, 200)


def test_bounds_of_a_quantile() -> None:
    """The two ordered values enclose the 95th percentile with 95 % or more, whatever the distribution."""
    values = np.arange(1.0, 201.0)
    low, high = quantile_bounds(values)
    enclosed = binom.cdf(high - 1, 200, 0.95) - binom.cdf(low - 1, 200, 0.95)
    assert 0.95 <= enclosed < 0.99
    assert quantile_bounds(np.arange(50.0)) == (None, None)


def test_bounds_cover() -> None:
    """In simulation they cover the true 95th percentile of an exponential, ln 20, in 95 of 100."""
    random = np.random.default_rng(0)
    bounds = [quantile_bounds(random.exponential(size=200)) for _ in range(400)]
    assert np.mean([low <= np.log(20) <= high for low, high in bounds]) >= 0.93
