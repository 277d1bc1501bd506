"""The columns a check reads: which they are, and whether the data has them in a type that can be compared."""

from __future__ import annotations

import difflib

import pandas as pd

from pipeline.holding import unaskable
from pipeline.schema import ROW
from pipeline.validation.expectations import Expectation
from pipeline.where import columns_of

_ARGUMENTS = ("column", "column_A", "column_B")


def concerned(expectation: Expectation) -> list[str]:
    """The columns a check reads, its condition's included, each once."""
    given = expectation.arguments
    named = [given[name] for name in _ARGUMENTS if isinstance(given.get(name), str)]
    named += given.get("column_list") or []
    named += [name for name in columns_of(expectation.where) if name != ROW] if expectation.where else []
    return list(dict.fromkeys(named))


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
    return unaskable(expectation.where, frame) if expectation.where else ""
