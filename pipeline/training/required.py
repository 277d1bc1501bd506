"""What a row must bring to be served: its columns' types, and those without which its features come out otherwise.

A user's functions may read any column of the entry, and say so nowhere. So a sample of its rows
takes the way to the features again, once with each column left empty; a column is required if
anything differs, or a function cannot do without it. A column that no sampled row needs is found
not to be required; the sample is drawn by hash rank and is the same for the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.errors import TrainingRefused
from pipeline.parsing import DTYPES
from pipeline.rank import ranks
from pipeline.step import Depends, Effect, Made, Rule, Step
from pipeline.training.recipe import SEED
from pipeline.way import parts, way

SAMPLE = 64

Way = Callable[[pd.DataFrame], pd.DataFrame]


def required_step(
    path: Sequence[Mapping[str, Any]],
    *,
    source: str,
    types: Mapping[str, str] | None,
    features: Sequence[str],
    target: str,
) -> tuple[Step, dict[str, Any]]:
    """Give the step that finds what a row must bring, and its inputs.

    `path` lists the row-wise steps from `source`, the entry's reference, to the columns that the fit
    stage reads, `features`. `types` are the entry's declared types, None if it was not ingested.
    """
    inputs = {"rows": source, **parts(path)}
    reads = {} if path else {"reads": list(features)}
    step = Step(
        name="required",
        stage="training",
        function=find_required,
        parameters={
            "path": [dict(entry) for entry in path],
            "types": None if types is None else dict(types),
            "features": list(features),
            "target": target,
        },
        depends=tuple(
            Depends(role, Rule.EVERY_ROW, Effect.DECISION, detail=reads if role == "rows" else {}) for role in inputs
        ),
    )
    return step, inputs


def find_required(
    rows: pd.DataFrame,
    code: Sequence[Mapping[str, Any]] = (),
    references: Sequence[pd.DataFrame] = (),
    *,
    path: Sequence[Mapping[str, Any]],
    types: Mapping[str, str] | None,
    features: Sequence[str],
    target: str,
) -> dict[str, Made]:
    """Tell the `types` of the columns of `rows`, and which `features` need, in the order of the columns.

    The target is never required. `code` holds the source text of the functions on the way,
    `references` the tables it looks up in, both in the order of `path`.

    Raises:
        TrainingRefused: a column that no request can state is required.
    """
    taken = _way(way(path, code=code, references=references), features=features)
    order = np.argsort(ranks(rows.index.to_numpy(), seed=SEED), kind="stable")
    sample = rows.iloc[np.sort(order[:SAMPLE])]
    expected = _taken(taken, sample)
    empty = sample.iloc[:0].reindex(sample.index)
    columns = [
        column
        for column in rows.columns
        if column != target and (expected is None or _differs(taken, sample, empty[column], expected=expected))
    ]
    stated = types_of(rows) if types is None else dict(types)
    _refuse_unstatable(rows, [column for column in columns if column not in stated])
    return {"columns": Made("columns", {"required": columns, "types": stated})}


def types_of(rows: pd.DataFrame) -> dict[str, str]:
    """Name the declared type that each column's values have in a request; columns without one are left out."""
    kinds = {dtype: kind for kind, dtype in DTYPES.items()}
    return {name: kinds[str(dtype)] for name, dtype in rows.dtypes.items() if str(dtype) in kinds and _is_text(dtype)}


def _is_text(dtype: Any) -> bool:
    """Whether a category's values are texts; true of anything that is no category."""
    return not isinstance(dtype, pd.CategoricalDtype) or str(dtype.categories.dtype) == DTYPES["text"]


def _refuse_unstatable(rows: pd.DataFrame, columns: Sequence[str]) -> None:
    if columns:
        raise TrainingRefused(
            "features rest on columns whose values no request can state, so no model could be served",
            expected=", ".join(DTYPES.values()),
            examples=[f"{column}: {rows[column].dtype}" for column in columns],
            count=len(columns),
            next_step="Make numbers, texts or times in UTC of them in the step that makes these rows.",
        )


def _way(steps: Sequence[Way], *, features: Sequence[str]) -> Way:
    def taken(frame: pd.DataFrame) -> pd.DataFrame:
        for step in steps:
            frame = step(frame)
        return frame[list(features)].sort_index()

    return taken


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
