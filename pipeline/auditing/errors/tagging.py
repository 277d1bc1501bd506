"""Tags by function and by column: which rows have them. The same for test rows and for a pool of others."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from pipeline.auditing.errors.tag import Tag
from pipeline.errors import AuditRefused
from pipeline.rank import ranks

_TESTED, _ALONE = 20, 5


class Untaggable(Exception):
    """A tag cannot be given to these rows; the text says why, for the report."""


def having(tag: Tag, rows: pd.DataFrame, *, function: Callable[..., Any] | None = None) -> np.ndarray:
    """Say which rows have a tag by column or by function, `(n_rows,)` bool.

    A function is tried again on some of the rows by themselves: it has to say the same there.

    Raises:
        Untaggable: the tag's column is not stored.
        AuditRefused: the function does not say yes or no for each row, or looks at other rows.
    """
    if function is None:
        return _by_column(tag, rows)
    found = _said(tag, function, rows)
    _refuse_looking_around(tag, function, rows, found)
    return found


def _by_column(tag: Tag, rows: pd.DataFrame) -> np.ndarray:
    if tag.column not in rows.columns:
        near = get_close_matches(tag.column, [str(each) for each in rows.columns], n=1)
        raise Untaggable(f"column {tag.column!r} is not stored" + (f"; did you mean {near[0]!r}?" if near else ""))
    column = rows[tag.column]
    stated = column.isin([value for value in tag.values if value is not None])
    return (stated | column.isna() if None in tag.values else stated).to_numpy(bool)


def _said(tag: Tag, function: Callable[..., Any], rows: pd.DataFrame) -> np.ndarray:
    given = function(rows.copy(deep=False))
    if isinstance(given, pd.Series) and len(given) == len(rows) and not given.index.equals(rows.index):
        given = given.reindex(rows.index) if given.index.is_unique else given.iloc[:0]
    if not isinstance(given, (pd.Series, np.ndarray, list)) or np.ndim(given) != 1 or len(given) != len(rows):
        size = f" of {np.shape(given)}" if hasattr(given, "__len__") else ""
        raise AuditRefused(
            f"the function of tag {tag.name!r} does not answer for each row",
            expected=f"{len(rows)} times yes or no, in the order of the rows",
            found=f"a {type(given).__name__}{size}",
        )
    said = pd.Series(given, index=rows.index)
    if said.dtype == bool:
        return said.to_numpy()
    said = said.astype(object)
    odd = said.map(lambda one: not isinstance(one, (bool, np.bool_))).to_numpy(bool)
    if odd.any():
        raise AuditRefused(
            f"the function of tag {tag.name!r} answers neither yes nor no",
            expected="True or False for each row; say what a missing value means, as in (…).fillna(False)",
            examples=[f"row {row}: {value!r:.40}" for row, value in said[odd].iloc[:5].items()],
            count=int(odd.sum()),
        )
    return said.to_numpy(bool)


def _refuse_looking_around(tag: Tag, function: Callable[..., Any], rows: pd.DataFrame, found: np.ndarray) -> None:
    places = np.sort(np.argsort(ranks(rows.index.to_numpy(), seed=1), kind="stable")[:_TESTED])
    tries = [places, *(places[one:one + 1] for one in range(min(_ALONE, len(places))))]
    others = [rows.index[place] for some in tries for place, said in
              zip(some, _said(tag, function, rows.iloc[some]), strict=True) if said != found[place]]
    if others:
        raise AuditRefused(
            f"the function of tag {tag.name!r} says otherwise of a row by itself than among the others",
            expected="an answer that rests on the row alone, so that the tag can be looked for elsewhere",
            examples=[f"row {row}" for row in dict.fromkeys(others)],
            next_step="Use a fixed limit instead of a mean or a rank.",
        )
