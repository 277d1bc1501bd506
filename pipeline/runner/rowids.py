"""The ids of the rows a step returns: kept from its input, or given anew."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipeline.errors import StepRefused
from pipeline.schema import normalised
from pipeline.step import Step

_STRIDE = np.uint64(0x9E3779B97F4A7C15)


def same_rows(step: Step, frame: pd.DataFrame, inputs: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Check that every row of `frame` is a row of all `inputs`, none twice.

    Raises `StepRefused` where the index was dropped, or holds other or repeated ids.
    """
    known = inputs[0].index
    for other in inputs[1:]:
        known = known.intersection(other.index)
    if not frame.index.is_unique:
        twice = frame.index[frame.index.duplicated()].unique()
        raise StepRefused(
            f"step {step.name} returned {len(twice)} rows more than once", examples=map(_word, twice), count=len(twice)
        )
    strange = frame.index.difference(known)
    if len(strange):
        raise StepRefused(
            f"step {step.name} returned rows that are not in its input",
            expected="the ids of the rows it was given, in the index",
            found=f"{len(strange)} other ids",
            examples=map(_word, strange),
            count=len(strange),
            next_step="Keep the index: no reset_index, no merge that makes a new one.",
        )
    return frame.rename_axis(index="row")


def own_ids(step: Step, frame: pd.DataFrame, production: bool) -> pd.DataFrame:
    """Keep ids the step gave (an index named `row`), or name its rows by their content.

    Raises `StepRefused` in production, where rows without ids are not kept.
    """
    if frame.index.name == "row" and pd.api.types.is_integer_dtype(frame.index.dtype) and frame.index.is_unique:
        return frame
    problem = f"step {step.name} returned rows without ids"
    if production:
        raise StepRefused(problem, expected="an index named row, of the ids it was given", found=repr(frame.index.name))
    warnings.warn(f"{problem}; they are named by their content.", UserWarning, stacklevel=5)
    kept = normalised(frame.reset_index(drop=frame.index.names == [None]))
    content = pd.util.hash_pandas_object(kept, index=False).to_numpy()
    occurrence = pd.Series(content).groupby(content).cumcount().to_numpy().astype("uint64")
    ids = (content + occurrence * _STRIDE).view("int64")
    return kept.set_index(pd.Index(ids, name="row"))


def _word(row: object) -> str:
    return f"row {row}"
