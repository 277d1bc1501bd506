"""Which columns a row must bring: those without which its features would come out otherwise.

A user's functions may read any column of the source, and say so nowhere. So a sample of source
rows takes the way to the features again, once with each column left empty; a column is required
if anything differs, or a function cannot do without it. A column that no sampled row needs is
found not to be required; the sample is drawn by hash rank and is the same for the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.code import load
from pipeline.rank import ranks
from pipeline.schema import normalised
from pipeline.step import Depends, Effect, Made, Rule, Step
from pipeline.training.recipe import SEED

SAMPLE = 64

Way = Callable[[pd.DataFrame], pd.DataFrame]


def required_step(
    path: Sequence[Mapping[str, Any]], *, source: str, features: Sequence[str], target: str
) -> tuple[Step, dict[str, Any]]:
    """Give the step that finds the required columns, and its inputs.

    `path` lists the row-wise steps from `source` (a reference) to the columns that the fit stage
    reads, `features`.
    """
    inputs = {"rows": source} | ({"code": [entry["code"] for entry in path]} if path else {})
    step = Step(
        name="required",
        stage="training",
        function=find_required,
        parameters={"given": [entry["parameters"] for entry in path], "features": list(features), "target": target},
        depends=tuple(Depends(role, Rule.EVERY_ROW, Effect.DECISION) for role in inputs),
    )
    return step, inputs


def find_required(
    rows: pd.DataFrame,
    code: Sequence[Mapping[str, Any]] = (),
    *,
    given: Sequence[Mapping[str, Any]],
    features: Sequence[str],
    target: str,
) -> dict[str, Made]:
    """Name the columns of `rows` that `features` need, in the order of the columns; never the target.

    `code` holds the source text of the functions on the way, `given` the parameters of each.
    """
    way = _way([load(dict(bundled)) for bundled in code], given=given, features=features)
    order = np.argsort(ranks(rows.index.to_numpy(), seed=SEED), kind="stable")
    sample = rows.iloc[np.sort(order[:SAMPLE])]
    expected = _taken(way, sample)
    empty = sample.iloc[:0].reindex(sample.index)
    columns = [
        column
        for column in rows.columns
        if column != target and (expected is None or _differs(way, sample, empty[column], expected=expected))
    ]
    return {"columns": Made("columns", {"required": columns})}


def _way(
    functions: Sequence[Callable[..., Any]], *, given: Sequence[Mapping[str, Any]], features: Sequence[str]
) -> Way:
    def way(frame: pd.DataFrame) -> pd.DataFrame:
        for function, parameters in zip(functions, given, strict=True):
            frame = normalised(function(frame, **parameters))
        return frame[list(features)].sort_index()

    return way


def _taken(way: Way, frame: pd.DataFrame) -> pd.DataFrame | None:
    """The features of the rows, or None where a function on the way cannot take them."""
    try:
        return way(frame.copy())
    except Exception:  # noqa: BLE001 - a user's function may raise anything; that it raises is the finding
        return None


def _differs(way: Way, sample: pd.DataFrame, empty: pd.Series, *, expected: pd.DataFrame) -> bool:
    without = sample.copy()
    without[empty.name] = empty
    found = _taken(way, without)
    if found is None or not found.index.equals(expected.index):
        return True
    return any(not found[column].astype(object).equals(expected[column].astype(object)) for column in expected.columns)
