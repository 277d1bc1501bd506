"""The step that measures what a model needs to answer: bytes, columns, and the time of one answer.

A measured time cannot be had again. It therefore stands in an artifact of its own, which nothing is computed from:
the audit is given the figures as a parameter, so that the run that judged them holds them too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from pipeline.artifacts.answer import ask
from pipeline.artifacts.cost import Cost
from pipeline.artifacts.model import Model
from pipeline.step import Depends, Effect, Made, Rule, Step
from pipeline.way import function_at

QUANTILE = 0.95
MOST_TIMED = 200
WARM_UP = 5
_MILLISECONDS = 1000


def costing(runner: Any, *, model: str, ready: Mapping[str, Any]) -> tuple[Step, dict[str, Any]]:
    """Give the step that measures the cost of a model's answers to the test rows, and its inputs."""
    manifest = Model.from_json(runner.value(model))
    kept = [manifest.estimator, *manifest.transforms]
    inputs = {
        "model": model, "estimator": manifest.estimator, "rows": ready["parts"]["test"],
        **({"transforms": list(manifest.transforms)} if manifest.transforms else {}),
    }
    step = Step(
        name=f"{runner.occasion.task or 'audit'}.cost",
        stage="auditing",
        function=measure,
        parameters={
            "features": dict(manifest.apply["parameters"]),
            "size_bytes": sum(runner.describe(reference).size_bytes for reference in kept),
        },
        context={"apply": function_at("fit", manifest.apply["function"])},
        secrets={"clock": perf_counter},
        depends=tuple(Depends(role, Rule.EVERY_ROW, Effect.DECISION) for role in inputs),
    )
    return step, inputs


def measure(
    *,
    model: Mapping[str, Any],
    estimator: Any,
    rows: pd.DataFrame,
    transforms: Sequence[Any] = (),
    features: Mapping[str, Any],
    size_bytes: int,
    apply: Callable[..., Any],
    clock: Callable[[], float],
) -> dict[str, Made]:
    """Measure a model's cost, in the role `cost`.

    Up to `MOST_TIMED` rows, evenly spaced, go alone from the test part through the fitted `transforms` and the
    `estimator`; the first few are asked once before, so that loading is not timed. `clock` gives seconds.
    """
    manifest = Model.from_json(model)
    places = np.unique(np.linspace(0, len(rows) - 1, min(MOST_TIMED, len(rows))).astype("int64"))
    chosen = rows.drop(columns=manifest.target, errors="ignore").iloc[places]

    def answer(place: int) -> None:
        ask(estimator, apply(chosen.iloc[place:place + 1], list(transforms), **features), features=manifest.features)

    for place in range(min(WARM_UP, len(chosen))):
        answer(place)
    cost = _cost(_timed(answer, len(chosen), clock=clock), size_bytes=size_bytes, features=len(manifest.features))
    return {"cost": Made("cost", cost.to_json())}


def _timed(answer: Callable[[int], None], count: int, *, clock: Callable[[], float]) -> np.ndarray:
    """Time each answer by itself, in milliseconds `(count,)`."""
    found = np.empty(count)
    for place in range(count):
        began = clock()
        answer(place)
        found[place] = (clock() - began) * _MILLISECONDS
    return found


def _cost(times: np.ndarray, *, size_bytes: int, features: int) -> Cost:
    low, high = quantile_bounds(times)
    value = float(np.quantile(times, QUANTILE, method="higher"))
    return Cost(size_bytes=size_bytes, features=features, latency_ms=value, timed=len(times), low=low, high=high)


def quantile_bounds(values: np.ndarray, *, confidence: float = 0.95) -> tuple[float | None, float | None]:
    """Bound the 95th percentile by two of the ordered values; None and None where they are too few.

    How many of n values lie below the quantile is binomial, so the r-th and the s-th enclose it with at least the
    probability that the count is from r to s - 1, whatever the distribution (David and Nagaraja, Order
    Statistics, 7.1).
    """
    n, tail = len(values), (1 - confidence) / 2
    below = special.bdtr(np.arange(n + 1), n, QUANTILE)
    lower, upper = int(np.searchsorted(below, tail)), int(np.searchsorted(below, 1 - tail)) + 1
    if lower < 1 or upper > n:
        return None, None
    ordered = np.sort(values)
    return float(ordered[lower - 1]), float(ordered[upper - 1])
