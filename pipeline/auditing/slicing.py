"""Slices of the test rows: which rows belong to which group, looked up in the columns people know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from pipeline.auditing.slice import Slice
from pipeline.errors import Misuse
from pipeline.holding import holds

NOT_STATED = "not stated"
OTHERS = "all others"
MOST_GROUPS = 200


class Unsliceable(Exception):
    """A slice cannot be made from these rows; the text says why, for the report."""


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The groups of a slice: a label each, and for every row `(n_rows,)` the place of its group's label."""

    labels: tuple[str, ...]
    codes: np.ndarray

    @classmethod
    def whole(cls, n_rows: int, label: str = "") -> Parts:
        """Put all rows into one group."""
        return cls((label,), np.zeros(n_rows, dtype=np.uint8))

    def __len__(self) -> int:
        return len(self.labels)

    def counts(self) -> np.ndarray:
        """Count the rows of each group, `(n_groups,)`."""
        return np.bincount(self.codes, minlength=len(self))

    def named(self) -> np.ndarray:
        """Give the label of each row, `(n_rows,)`, as objects."""
        return np.array(self.labels, dtype=object)[self.codes]

    def positions(self) -> list[np.ndarray]:
        """Find the rows of each group, ascending."""
        order = np.argsort(self.codes, kind="stable")
        return np.split(order, np.cumsum(self.counts())[:-1])


def parted(
    slice_: Slice, rows: pd.DataFrame, *, functions: Mapping[str, Callable[..., Any]] | None = None
) -> Parts:
    """Part the rows into groups, in the order of the values, "not stated" last.

    Every row is in exactly one group, and no group is empty. Values whose label is the same are one
    group. `functions` holds the function of a slice that is made by one, under the slice's name,
    where the slice itself has only its name.

    Raises:
        Unsliceable: a column is not stored, is not what `bins` or a condition need, or has too many
            values; or the function fails or gives no label a row.
    """
    if slice_.where:
        return _occurring(*_labelled(slice_, _condition(slice_, rows)))
    if slice_.function is not None:
        given = (functions or {}).get(slice_.name, slice_.function)
        return _occurring(*_labelled(slice_, _called(given, rows)))
    codes, names = _of_column(slice_, slice_.columns[0], rows)
    for column in slice_.columns[1:]:
        codes, names = _crossed(codes, names, *_of_column(slice_, column, rows))
    return _occurring(codes, names)


def _occurring(codes: np.ndarray, names: list[str]) -> Parts:
    present = np.bincount(codes, minlength=len(names)) > 0
    place = (np.cumsum(present) - 1).clip(0).astype(np.uint8 if present.sum() <= 256 else np.uint16)
    return Parts(tuple(name for name, occurs in zip(names, present, strict=True) if occurs), place[codes])


def _crossed(left: np.ndarray, left_names: list[str], right: np.ndarray, right_names: list[str]) -> Any:
    both = left.astype("int64") * len(right_names) + right
    counts = np.bincount(both, minlength=len(left_names) * len(right_names))
    present = np.flatnonzero(counts)
    _refuse_many("the crossing", len(present))
    place = np.zeros(len(counts), dtype=np.int16)
    place[present] = np.arange(len(present))
    pairs = (divmod(int(code), len(right_names)) for code in present)
    return place[both], [f"{left_names[first]} × {right_names[second]}" for first, second in pairs]


def _column(column: str, rows: pd.DataFrame) -> pd.Series:
    if column not in rows.columns:
        near = get_close_matches(column, [str(each) for each in rows.columns], n=1)
        raise Unsliceable(f"column {column!r} is not stored" + (f"; did you mean {near[0]!r}?" if near else ""))
    return rows[column]


def _of_column(slice_: Slice, column: str, rows: pd.DataFrame) -> tuple[np.ndarray, list[str]]:
    values = _column(column, rows)
    return _labelled(slice_, _binned(slice_, values) if slice_.bins else values, column=column)


def _condition(slice_: Slice, rows: pd.DataFrame) -> pd.Series:
    try:
        return holds(slice_.where, rows)
    except Misuse as error:
        raise Unsliceable(f"its condition cannot be asked: {error.found}") from error


def _called(function: Any, rows: pd.DataFrame) -> pd.Series:
    name = getattr(function, "__qualname__", function)
    if not callable(function):
        raise Unsliceable(f"function {name} is not at hand")
    try:
        given = function(rows.copy(deep=False))
    except Exception as error:  # noqa: BLE001 - a user's function may raise anything, and the rest of the audit stands
        raise Unsliceable(f"function {name} failed: {type(error).__name__}: {error}") from error
    if getattr(given, "ndim", 1) != 1 or not hasattr(given, "__len__") or len(given) != len(rows):
        raise Unsliceable(f"function {name} gave no label for each row: {type(given).__name__}")
    if isinstance(given, pd.Series):
        if not given.index.equals(rows.index):
            raise Unsliceable(f"function {name} gave labels for other rows than it was given")
        return given
    return pd.Series(given, index=rows.index)


def _labelled(slice_: Slice, values: pd.Series, *, column: str = "") -> tuple[np.ndarray, list[str]]:
    """Give a code per row and the label of each code, in the order of the values, `OTHERS` after the group named."""
    codes, uniques = _factorized(values)
    _refuse_many(f"column {column!r}" if column else f"function {slice_.function_name}", len(uniques))
    named = [_label(value, column=column, slice_=slice_) for value in uniques]
    names = sorted(dict.fromkeys(named), key=OTHERS.__eq__) + [NOT_STATED] * (NOT_STATED not in named)
    place = np.array([names.index(name) for name in named] + [names.index(NOT_STATED)], dtype=np.int16)
    return place[codes], names


def _factorized(values: pd.Series) -> tuple[np.ndarray, Any]:
    if values.dtype == "boolean":
        return values.to_numpy("int8", na_value=-1), np.array([False, True])
    return pd.factorize(values, sort=str(values.dtype) != "object", use_na_sentinel=True)


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


def _label(value: Any, *, column: str, slice_: Slice) -> str:
    plain = value.item() if hasattr(value, "item") else value
    if plain in slice_.labels:
        return slice_.labels[plain]
    if isinstance(plain, str):
        return plain.strip() or "empty text"
    if isinstance(plain, bool) and not column:
        return slice_.name if plain else OTHERS
    shown = f"{plain:g}" if isinstance(plain, float) else str(plain)
    return f"{column} = {shown}" if column else shown
