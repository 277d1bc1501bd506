"""The ids of the rows a step returns: kept from its input, given by key or by parent, or given anew."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipeline.errors import Misuse, SourceRejected, StepRefused
from pipeline.keys import key_words, plain, same_kinds
from pipeline.offspring import child_ids, pairs_table
from pipeline.rows import row_ids
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
    if frame.index.equals(known) and known.is_unique:
        return frame.rename_axis(index="row")
    if not frame.index.is_unique:
        twice = frame.index[frame.index.duplicated()].unique()
        raise StepRefused(
            f"step {step.name} returned {len(twice)} rows more than once", examples=map(_word, twice), count=len(twice)
        )
    _refuse_strange(step, frame.index, known)
    return frame.rename_axis(index="row")


def keyed_rows(step: Step, frame: pd.DataFrame, given: pd.DataFrame, known: np.ndarray) -> pd.DataFrame:
    """Name rows by their key, which the function gave as index or as columns; the key's columns come first.

    `known` are the words of the input's keys (`pipeline.keys.key_words`), each once.

    Raises:
        StepRefused: a key is not there, is null, is there twice or is none of the input's.
        Misuse: a key column is of another kind than in the input.
    """
    frame = _with_key(step, frame)
    key, naming = list(step.key), step.naming
    same_kinds(frame, given, {name: name for name in key}, step=f"step {step.name}")
    frame = frame.assign(**{name: plain(frame[name]).astype(given[name].dtype) for name in key})
    words, null = key_words(frame, key)
    _refuse_keys(step, frame, null, "rows without a key")
    _refuse_keys(step, frame, frame.duplicated(key).to_numpy(), "several rows of one key")
    _refuse_keys(step, frame, ~pd.Index(words).isin(known), "rows whose key is none of its input's")
    keys = pd.DataFrame({name: _typed(frame[name]) for name in key})
    try:
        ids = row_ids(keys, source=naming.name, secret=naming.secret, key=key, types=naming.schema)
    except SourceRejected as error:
        raise StepRefused(f"the rows of step {step.name} cannot be named by their keys", found=str(error)) from error
    return frame.set_axis(pd.Index(ids, name="row"))


def child_rows(
    step: Step, frame: pd.DataFrame, given: pd.DataFrame, by: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Name rows by the parent whose id the function repeated in the index; give them and the table of their parents.

    Raises:
        Misuse: a column of `by` is not there.
        StepRefused: a row has no parent in the input, or two rows come to one id.
    """
    if absent := [name for name in by if name not in frame.columns]:
        raise Misuse(
            f"step {step.name} names its rows by columns that it does not return",
            expected=f"some of {', '.join(map(str, frame.columns))}",
            examples=absent,
        )
    _refuse_strange(step, frame.index, given.index)
    frame = normalised(frame)
    parents = frame.index.to_numpy("int64")
    ids = child_ids(parents, frame[list(by)] if by else frame)
    return frame.set_axis(pd.Index(ids, name="row")), pairs_table(ids, {"parent": parents})


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


def _with_key(step: Step, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its key as normalised columns, before all others."""
    indexed = [name for name in step.key if name not in frame.columns and name in frame.index.names]
    frame = frame.reset_index(indexed) if indexed else frame
    if absent := [name for name in step.key if name not in frame.columns]:
        raise StepRefused(
            f"step {step.name} returned rows without their key",
            expected=f"{', '.join(step.key)} as index or as columns",
            examples=absent,
            next_step="Keep the index that groupby gives, or group with as_index=False.",
        )
    others = [name for name in frame.columns if name not in step.key]
    return normalised(frame[[*step.key, *others]])


def _refuse_keys(step: Step, frame: pd.DataFrame, wrong: np.ndarray, what: str) -> None:
    if not wrong.any():
        return
    shown = frame[list(step.key)][wrong].head().to_dict("records")
    raise StepRefused(
        f"step {step.name} returned {what}",
        expected=f"at most one row for each {', '.join(step.key)} of its input",
        examples=[", ".join(f"{name}={value!s:.60}" for name, value in row.items()) for row in shown],
        count=int(wrong.sum()),
        next_step="Group by the columns that @aggregate names, with observed=True for categories.",
    )


def _refuse_strange(step: Step, index: pd.Index, known: pd.Index) -> None:
    if _is_within(index, known):
        return
    strange = index.difference(known)
    raise StepRefused(
        f"step {step.name} returned rows that are not in its input",
        expected="the ids of the rows it was given, in the index",
        found=f"{len(strange)} other ids",
        examples=map(_word, strange),
        count=len(strange),
        next_step="Keep the index: no reset_index, no merge that makes a new one.",
    )


def _is_within(index: pd.Index, known: pd.Index) -> bool:
    """Whether all ids are known; where both ascend, as they mostly do, one walk along both tells."""
    ascend = index.is_monotonic_increasing and known.is_monotonic_increasing and known.is_unique
    if not ascend or index.dtype != known.dtype:
        return bool(index.isin(known).all())
    return len(index.join(known, how="inner")) == len(index)


def _typed(column: pd.Series) -> pd.Series:
    """A key column as rows are named by it: a category's values, times in UTC."""
    column = plain(column)
    if isinstance(column.dtype, pd.ArrowDtype):
        column = column.astype("datetime64[us]")
    return column.dt.tz_localize("UTC") if column.dtype.kind == "M" and column.dt.tz is None else column


def _word(row: object) -> str:
    return f"row {row}"
