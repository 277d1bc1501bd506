"""The columns a check reads: which they are, and whether the data has them in a type that can be compared."""

from __future__ import annotations

import difflib

import pandas as pd

from pipeline.validation.condition import Comparison, parse
from pipeline.validation.expectations import Expectation
from pipeline.validation.plain import is_time

_ARGUMENTS = ("column", "column_A", "column_B")


def concerned(expectation: Expectation) -> list[str]:
    """The columns a check reads, its condition's included, each once."""
    given = expectation.arguments
    named = [given[name] for name in _ARGUMENTS if isinstance(given.get(name), str)]
    named += given.get("column_list") or []
    return list(dict.fromkeys([*named, *(each.column for each in _comparisons(expectation))]))


def unfit(expectation: Expectation, *, frame: pd.DataFrame) -> str:
    """Say why the check cannot be made of this data ("" if it can): a column is not there, or of another type.

    A condition that compares numbers with text would hold for no row, and so pass unseen.
    """
    if expectation.kind == "expect_column_to_exist":
        return ""
    absent = [column for column in concerned(expectation) if column not in frame.columns]
    if absent:
        near = difflib.get_close_matches(absent[0], [str(column) for column in frame.columns], n=2)
        return f"there is no column {absent[0]!r}" + (f", but there is {' and '.join(map(repr, near))}" if near else "")
    odd = [each for each in _comparisons(expectation) if not _comparable(each, frame[each.column].dtype)]
    return f"{odd[0].column} ({frame[odd[0].column].dtype}) is compared with {odd[0].value!r}" if odd else ""


def _comparisons(expectation: Expectation) -> list[Comparison]:
    return [each for group in parse(expectation.where) for each in group] if expectation.where else []


def _comparable(comparison: Comparison, dtype: object) -> bool:
    value = comparison.value
    if value is None or is_time(dtype):
        return True
    dtype = dtype.categories.dtype if isinstance(dtype, pd.CategoricalDtype) else dtype
    numbers = pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype)
    if not numbers and not pd.api.types.is_string_dtype(dtype):
        return True
    return all(isinstance(each, str) != numbers for each in (value if isinstance(value, list) else [value]))
