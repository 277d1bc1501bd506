"""The values that would betray that erased rows were here: those that no other row of any source has.

A value is looked for as text. A long one counts wherever it stands as a word of its own; a short one
only in quotation marks, as the text of an HTML element, or beside the name of its column; a short
number only beside the name of its column. What other rows have as well betrays nobody, and is left out.
"""

from __future__ import annotations

import html
import json
import re
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from lineage.idsets import Ids, is_in

LONG_TEXT, LONG_NUMBER = 5, 7
"""From how many letters and digits on a text, or digits a number, is told from others by itself."""

_SHORT_NAME = 3
_TELLING_DIGITS = 6
_WORD = re.compile(rb"[0-9A-Za-z_\x80-\xff]+")
_BESIDE = rb"[^0-9A-Za-z\x80-\xff]{1,6}$"
_BEFORE, _AFTER = b"\"'>=", b"\"'<,;& \n"


@dataclass(frozen=True, slots=True)
class Telltale:
    """A value of an erased row: its column, and what it reads as."""

    column: str
    text: str
    is_number: bool = False

    @property
    def size(self) -> int:
        """Count its letters and digits."""
        return sum(mark.isalnum() for mark in self.text)

    @property
    def is_long(self) -> bool:
        """Whether it is told from other things wherever it stands."""
        return self.size >= (LONG_NUMBER if not any(mark.isalpha() for mark in self.text) else LONG_TEXT)

    def forms(self) -> set[bytes]:
        """The bytes it can be written as: plainly, as JSON in ASCII, in HTML."""
        plain = {self.text, json.dumps(self.text)[1:-1], html.escape(self.text)}
        return {text.encode("utf-8", "replace") for text in plain}

    def is_meant(self, content: bytes, start: int, end: int, *, loosely: bool) -> bool:
        """Whether it is what stands there in `content`; `loosely` a short text is, as any word of its own."""
        before, after = content[max(0, start - 1) : start], content[end : end + 1]
        if _WORD.match(before) or _WORD.match(after):
            return False
        is_name = content[end : end + 2] == b'":'
        if self.is_long or (loosely and not self.is_number and not is_name and self.size >= _SHORT_NAME):
            return True
        column = self.column.encode()
        if re.search(re.escape(column) + _BESIDE, content[max(0, start - len(column) - 6) : start]):
            return True
        enclosed = (not before or before in _BEFORE) and (not after or after in _AFTER)
        return enclosed and not self.is_number and not is_name


@dataclass(frozen=True)
class Telltales:
    """All that is looked for: values, and the ids of the rows in tables.

    `common` counts the keys that are not looked for, because other rows have such a value too.
    """

    values: tuple[Telltale, ...]
    ids: Ids
    common: int = 0

    def within(self, content: bytes, *, loosely: bool = False) -> Iterator[tuple[int, int, Telltale]]:
        """Find the values in bytes: from where to where, and which."""
        for word in _WORD.finditer(content) if self._anchors else ():
            for offset, form, one in self._anchors.get(word[0], ()):
                start = word.start() - offset
                end = start + len(form)
                if start >= 0 and content.startswith(form, start):
                    if one.is_meant(content, start, end, loosely=loosely):
                        yield start, end, one

    def blanked(self, text: str) -> str:
        """Put something meaningless in the place of every value in a text of the records, JSON or not."""
        content, pieces, end = text.encode("utf-8", "surrogatepass"), [], 0
        found = sorted(self.within(content, loosely=True), key=lambda each: (each[0], -each[1]))
        for start, stop, one in found:
            if start >= end:
                pieces += [content[end:start], b"null" if one.is_number else self._substitutes[one]]
                end = stop
        return b"".join([*pieces, content[end:]]).decode("utf-8", "surrogatepass") if end else text

    def in_table(self, table: pd.DataFrame) -> int:
        """Count the values in a table: ids of the rows, and cells."""
        found = int(is_in(table.index.to_numpy(), self.ids).sum()) if table.index.dtype == np.int64 else 0
        return found + sum(self._in_column(str(name), table[name]) for name in table.columns)

    def _in_column(self, name: str, column: pd.Series) -> int:
        if isinstance(column.dtype, pd.CategoricalDtype):
            return self._in_column(name, pd.Series(column.cat.categories))
        values, own = column.dropna(), {one.text for one in self.values if one.column == name}
        ids = (
            int(is_in(values.to_numpy(np.int64), self.ids).sum()) if pd.api.types.is_integer_dtype(values.dtype) else 0
        )
        if not is_text(values.dtype):
            return ids + (len(_texts(values) & own) if own else 0)
        texts, whole = _texts(values), {one.text for one in self.values if not one.is_number}
        return len(texts & whole) + sum(1 for _ in self.within("\n".join(texts - whole).encode("utf-8", "replace")))

    @cached_property
    def _anchors(self) -> Mapping[bytes, list[tuple[int, bytes, Telltale]]]:
        """By the longest word of each form: where in the form it stands, the form, and the value."""
        found: dict[bytes, list[tuple[int, bytes, Telltale]]] = {}
        for one in self.values:
            for form in one.forms():
                if word := max(_WORD.finditer(form), key=lambda each: len(each[0]), default=None):
                    found.setdefault(word[0], []).append((word.start(), form, one))
        return found

    @cached_property
    def _substitutes(self) -> Mapping[Telltale, bytes]:
        """One for each value, so that names which differ in it stay two names; nothing can be told from it."""
        return {one: f"erased-{secrets.token_hex(4)}".encode() for one in self.values}


def telltales(
    rows: Iterable[pd.DataFrame],
    others: Iterable[pd.DataFrame],
    *,
    keys: Collection[str],
    ids: Ids,
    words: Collection[str] = (),
) -> Telltales:
    """Find the values that are in the erased `rows` and in none of the `others`, the rows of all sources.

    Values of the `keys` count in any form, others where they are long texts, or numbers of many digits.
    `words` are what the records themselves are written in, and so betray nobody.
    """
    found: dict[Telltale, Any] = {}
    for table in rows:
        for name in table.columns:
            for value in table[name].dropna().unique():
                found.update(dict.fromkeys(_told(str(name), value, is_key=name in keys), value))
    common = {one for one in found if one.text in words}
    for table in others:
        common |= _common(found, table)
    values = tuple(one for one in found if one not in common)
    return Telltales(values, ids, common=len({one for one in common if one.column in keys}))


def texts_of(value: Any) -> tuple[str, ...]:
    """What a value of a cell is written as."""
    if isinstance(value, (pd.Timestamp, np.datetime64)):
        return (str(pd.Timestamp(value)), pd.Timestamp(value).isoformat())
    return (repr(float(value)) if isinstance(value, (float, np.floating)) else str(value),)


def is_text(dtype: Any) -> bool:
    """Whether a column of this dtype, no category, holds texts."""
    return bool(pd.api.types.is_string_dtype(dtype) or dtype == object)


def _texts(values: pd.Series) -> set[str]:
    return {text for value in values.unique() for text in texts_of(value)}


def _told(column: str, value: Any, *, is_key: bool) -> list[Telltale]:
    if isinstance(value, (bool, np.bool_)):
        return []
    is_number = isinstance(value, (int, float, np.integer, np.floating))
    told = [Telltale(column, text, is_number) for text in texts_of(value) if text.strip()]
    if is_key or (is_number and _digits(value) >= _TELLING_DIGITS):
        return told
    return [one for one in told if isinstance(value, str) and one.is_long]


def _digits(value: Any) -> int:
    return len(re.sub(r"\D", "", repr(float(value)).partition("e")[0].strip("0.")))


def _common(found: Mapping[Telltale, Any], table: pd.DataFrame) -> set[Telltale]:
    """Those values that the rows of a table have too: texts in any column, others in their own."""
    common: set[Telltale] = set()
    for name in table.columns:
        column = table[name]
        if isinstance(column.dtype, pd.CategoricalDtype) or is_text(column.dtype):
            held = set(map(str, column.dropna().unique()))
            common |= {one for one in found if one.text in held}
        elif own := {one: value for one, value in found.items() if one.column == name}:
            held = set(column[column.isin([value for value in own.values() if not isinstance(value, str)])])
            common |= {one for one, value in own.items() if value in held}
    return common
