"""Slices of the test rows: which rows belong to which group, looked up in the columns people know."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from pipeline.auditing.slice import Slice

NOT_STATED = "not stated"
MOST_GROUPS = 200


class Unsliceable(Exception):
    """A slice cannot be made from these rows; the text says why, for the report."""


def positions_by_label(slice_: Slice, rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """Part the rows into groups: label to positions, in the order of the values, "not stated" last.

    Every row is in exactly one group. Values whose label is the same are one group.

    Raises:
        Unsliceable: a column is not stored, is not what `bins` need, or has too many values.
    """
    columns = [_labels(slice_, column, rows) for column in slice_.columns]
    codes, names = columns[0]
    for more, others in columns[1:]:
        codes, names = _crossed(codes, names, more, others)
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(len(names) + 1))
    pieces = {name: order[start:end] for name, start, end in zip(names, starts, starts[1:], strict=False)}
    return {name: positions for name, positions in pieces.items() if len(positions)}


def _crossed(left: np.ndarray, left_names: list[str], right: np.ndarray, right_names: list[str]) -> Any:
    both = left.astype("int64") * len(right_names) + right
    present, codes = np.unique(both, return_inverse=True)
    _refuse_many("the crossing", len(present))
    pairs = (divmod(int(code), len(right_names)) for code in present)
    return codes, [f"{left_names[first]} × {right_names[second]}" for first, second in pairs]


def _labels(slice_: Slice, column: str, rows: pd.DataFrame) -> tuple[np.ndarray, list[str]]:
    """Give a code per row and the label of each code, in the order of the values."""
    if column not in rows.columns:
        near = get_close_matches(column, [str(each) for each in rows.columns], n=1)
        raise Unsliceable(f"column {column!r} is not stored" + (f"; did you mean {near[0]!r}?" if near else ""))
    values = _binned(slice_, rows[column]) if slice_.bins else rows[column]
    codes, uniques = pd.factorize(values, sort=_sortable(values), use_na_sentinel=True)
    _refuse_many(f"column {column!r}", len(uniques))
    named = [_label(value, column=column, labels=slice_.labels) for value in uniques]
    names = list(dict.fromkeys([*named, NOT_STATED]))
    place = np.array([names.index(name) for name in named] + [names.index(NOT_STATED)])
    return place[codes], names


def _sortable(values: pd.Series) -> bool:
    return str(values.dtype) != "object"


def _refuse_many(what: str, count: int) -> None:
    if count > MOST_GROUPS:
        raise Unsliceable(
            f"{what} has {count} different values (at most {MOST_GROUPS} make a slice): give bins, "
            "or a coarser column"
        )


def _binned(slice_: Slice, values: pd.Series) -> pd.Series:
    if not pd.api.types.is_any_real_numeric_dtype(values.dtype):
        raise Unsliceable(f"column {values.name!r} is no number ({values.dtype}), so bins cannot part it")
    cuts = [f"{cut:g}" for cut in slice_.bins]
    names = [
        f"under {cuts[0]}",
        *(f"{low} to {high}" for low, high in zip(cuts, cuts[1:], strict=False)),
        f"{cuts[-1]} and over",
    ]
    edges = [-np.inf, *slice_.bins, np.inf]
    return pd.cut(values.astype("float64"), edges, right=False, labels=names)


def _label(value: Any, *, column: str, labels: Mapping[Any, str]) -> str:
    plain = value.item() if hasattr(value, "item") else value
    if plain in labels:
        return labels[plain]
    if isinstance(plain, str):
        return plain.strip() or "empty text"
    shown = f"{plain:g}" if isinstance(plain, float) else str(plain)
    return f"{column} = {shown}"
