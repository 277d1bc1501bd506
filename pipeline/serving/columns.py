"""Rows of JSON values into a frame of the source's columns, typed as training's were, or a clear refusal."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.errors import RequestRejected
from pipeline.parsing import column_of, fits, parsed_value

ROW = "row"
Cells = Sequence[Any]


class Columns:
    """The columns a row may have.

    `types` maps each to its declared type; `required` are those a row must name, null allowed;
    the others are null where a row leaves them out. A name beyond `types` is refused: it is more
    often a misspelt column than one to ignore. `categories` lists the values of each category
    column in the source's order; a new value is put after them. `missing` lists per column the
    values that stand for "not known". `like` is a frame of all columns there are, in order: those
    without a declared type, which no request can state, are null.
    """

    def __init__(
        self,
        types: Mapping[str, str],
        *,
        required: Sequence[str] = (),
        categories: Mapping[str, Sequence[str]] | None = None,
        missing: Mapping[str, Sequence[Any]] | None = None,
        like: pd.DataFrame | None = None,
    ) -> None:
        self._types = dict(types)
        self._required = frozenset(required)
        self._categories = {name: _Category(values) for name, values in (categories or {}).items()}
        self._missing = {
            name: {parsed_value(value, types[name]) for value in values}
            for name, values in (missing or {}).items() if name in types
        }
        self._unstated = {} if like is None else {name: like[name] for name in like.columns if name not in types}
        self._order = list(self._types if like is None else dict.fromkeys([*like.columns, *self._types]))

    def frame(self, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
        """Type every value and number the rows from 0, in the order given.

        Raises:
            RequestRejected: a row lacks a required column, names one that is not the source's,
                or a value is not of its column's type.
        """
        for place, row in enumerate(rows):
            self._check_names(place, row)
        cells = {
            name: self._cells(name, [parsed_value(row.get(name), kind) for row in rows])
            for name, kind in self._types.items()
        }
        self._check_values(rows, cells)
        columns = {name: self._column(name, values) for name, values in cells.items()}
        for name, nothing in self._unstated.items():
            columns[name] = nothing.reindex(range(len(rows))).array
        ordered = {name: columns[name] for name in self._order}
        return pd.DataFrame(ordered, index=pd.RangeIndex(len(rows), name=ROW), copy=False)

    def _check_names(self, place: int, row: Mapping[str, Any]) -> None:
        if unknown := [name for name in row if name not in self._types]:
            raise RequestRejected(
                f"row {place} has columns that the source does not",
                examples=[self._with_near_name(name) for name in unknown[:5]],
                count=len(unknown),
                next_step="GET /schema lists the columns.",
            )
        if not self._required <= row.keys():
            absent = [name for name in self._types if name in self._required and name not in row]
            raise RequestRejected(
                f"row {place} lacks required columns",
                expected="each of them named, with null for a value not known",
                examples=absent,
                next_step="GET /schema lists the columns.",
            )

    def _with_near_name(self, name: str) -> str:
        near = difflib.get_close_matches(name, self._types, n=1)
        return f"{name[:60]!r}" + (f" (did you mean {near[0]!r}?)" if near else "")

    def _cells(self, name: str, cells: list[Any]) -> list[Any]:
        known = self._missing.get(name)
        return [None if fits(cell) and cell in known else cell for cell in cells] if known else cells

    def _check_values(self, rows: Sequence[Mapping[str, Any]], cells: Mapping[str, Cells]) -> None:
        wrong = [
            f"row {place}, {name} ({self._types[name]}): {row[name]!r:.60}"
            for name, values in cells.items()
            for place, (row, cell) in enumerate(zip(rows, values, strict=True))
            if cell is not None and not (fits(cell) and _is_finite(cell))
        ]
        if wrong:
            raise RequestRejected(
                "values are not of their column's type", examples=wrong, next_step="GET /schema lists the types."
            )

    def _column(self, name: str, cells: Cells) -> Any:
        kind = self._types[name]
        if kind == "category" and name in self._categories:
            return self._categories[name].column(cells)
        return _MAKE[kind](cells) if kind in _MAKE else column_of(cells, kind).array


class _Category:
    """A category column's known values, in order."""

    def __init__(self, values: Sequence[str]) -> None:
        self._codes: dict[str | None, int] = {None: -1, **{value: code for code, value in enumerate(values)}}
        self._values = list(values)
        self._dtype = pd.CategoricalDtype(pd.Index(self._values, dtype="str"))

    def column(self, cells: Cells) -> pd.Categorical:
        """Make a column; a value not known is put after those that are."""
        if strange := set(cells) - self._codes.keys():
            return pd.Categorical(cells, categories=[*self._values, *sorted(strange)])
        return pd.Categorical.from_codes([self._codes[cell] for cell in cells], dtype=self._dtype)


def _is_finite(cell: Any) -> bool:
    return not isinstance(cell, float) or cell - cell == 0.0


def _integers(cells: Cells) -> pd.arrays.IntegerArray:
    null = np.fromiter((cell is None for cell in cells), bool, len(cells))
    return pd.arrays.IntegerArray(np.array([cell or 0 for cell in cells], dtype="int64"), null)


def _numbers(cells: Cells) -> np.ndarray:
    return np.array(cells, dtype="float64")


def _booleans(cells: Cells) -> pd.arrays.BooleanArray:
    null = np.fromiter((cell is None for cell in cells), bool, len(cells))
    return pd.arrays.BooleanArray(np.array([bool(cell) for cell in cells]), null)


def _texts(cells: Cells) -> Any:
    return pd.array(cells, dtype="str")


_MAKE: dict[str, Callable[[Cells], Any]] = {
    "integer": _integers, "number": _numbers, "boolean": _booleans, "text": _texts,
}
