"""Columns as they came, before any type, and the way back from a row to its line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from pipeline.errors import SourceRejected
from pipeline.schema import ROW

LOOK = "Look at how the file was made or copied."


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """Columns as a file, query or function gave them.

    `name` is `source: file`; `label` names a row by its position, `source: loans.csv line 17`;
    `is_text` says that every value is text whose type is still to be found. `stated` is the column
    `row` of a file that names its rows by their ids, set apart from the others.
    """

    name: str
    frame: pd.DataFrame
    label: Callable[[int], str]
    is_text: bool = False
    stated: pd.Series | None = None


def apart(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series | None]:
    """Set the column `row` apart from the others, where there is one."""
    return (frame.drop(columns=ROW), frame[ROW]) if ROW in frame.columns else (frame, None)


def refuse_names(names: list[str], *, name: str, ids: bool = False) -> None:
    """Refuse a table whose columns cannot be told apart, or from the index of row ids.

    With `ids`, the column `row` may hold them.

    Raises:
        SourceRejected: a name is there more than once, is blank or is `row`.
    """
    if "" in names or (ROW in names and not ids):
        place = names.index("" if "" in names else ROW) + 1
        raise SourceRejected(
            f"{name}: column {place} is named {names[place - 1]!r}",
            expected=f"a name that is neither blank nor {ROW!r}, the name of row ids",
            next_step="Rename it in the file, or give all names in the reader (CSV(…, columns=[…])).",
        )
    if twice := sorted({column for column in names if names.count(column) > 1}):
        raise SourceRejected(f"{name} has columns of one name", examples=map(repr, twice), next_step="Rename them.")
