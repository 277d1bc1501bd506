"""A request's body read into rows: one JSON object each, from column name to value.

Everything that JSON allows and a table does not is refused here: NaN and infinities, a name
given twice in one object, text that is no Unicode, nesting without end.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from pipeline.errors import Misuse, RequestRejected, RequestTooLarge, RequestUnreadable

ROW = "row"
_SHAPE = 'one JSON object of column to value, or {"rows": [object, …]}'
_LARGEST_ID = 2**63


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one request may ask: bytes of its body, rows in it, and seconds to send it."""

    size_bytes: int = 8_000_000
    rows: int = 10_000
    reading_s: float = 30.0

    def __post_init__(self) -> None:
        if min(self.size_bytes, self.rows, self.reading_s) <= 0:
            raise Misuse("limits of a request", expected="numbers above 0", found=repr(self))


def read_rows(body: bytes, *, limits: Limits) -> list[dict[str, Any]]:
    """Read `body` into at least one row, in the order given.

    Raises:
        RequestUnreadable: it is not JSON, or not JSON that a table can hold.
        RequestTooLarge: more rows than `limits` allows.
        RequestRejected: it is JSON, but not rows.
    """
    document = _parsed(body)
    rows = document["rows"] if isinstance(document, dict) and set(document) == {"rows"} else [document]
    if not isinstance(rows, list) or not rows:
        raise RequestRejected("the request holds no rows", expected=_SHAPE, found=_shown(rows))
    if len(rows) > limits.rows:
        raise RequestTooLarge(
            "the request holds too many rows",
            expected=f"at most {limits.rows} in one request",
            found=str(len(rows)),
            next_step="Send it in parts.",
        )
    wrong = [f"row {place}: {_shown(row)}" for place, row in enumerate(rows) if not isinstance(row, dict)]
    if wrong:
        raise RequestRejected("not every row is an object", expected=_SHAPE, examples=wrong)
    return rows


def take_row_ids(rows: list[dict[str, Any]]) -> list[int | None]:
    """Take the id of the source row out of every row that states one under `row`: a string of digits.

    Raises:
        RequestRejected: an id is no string of a 64-bit whole number (JSON numbers lose digits).
    """
    return [_row_id(place, row.pop(ROW)) if ROW in row else None for place, row in enumerate(rows)]


def _row_id(place: int, stated: Any) -> int | None:
    if stated is None:
        return None
    digits = stated.removeprefix("-") if isinstance(stated, str) else ""
    if digits.isascii() and digits.isdigit() and len(digits) < 20 and -_LARGEST_ID <= int(stated) < _LARGEST_ID:
        return int(stated)
    raise RequestRejected(
        f"row {place} names a source row by an unusable id",
        expected='the id as a string of digits, "row": "7349562…"',
        found=_shown(stated),
    )


def _parsed(body: bytes) -> Any:
    try:
        text = body.decode("utf-8-sig")
        document = json.loads(text, parse_constant=_no_number, object_pairs_hook=_object)
        if "\\u" in text:
            _refuse_unstorable_text(document)
    except UnicodeDecodeError as error:
        raise _unreadable(f"byte {error.start} is not UTF-8") from error
    except RecursionError as error:
        raise _unreadable("nesting too deep to read") from error
    except RequestUnreadable:
        raise
    except ValueError as error:
        raise _unreadable(str(error)) from error
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) < len(pairs):
        twice = [name for name in names if sum(name == other for other, _ in pairs) > 1]
        raise _unreadable("names given twice in one object: " + ", ".join(map(repr, twice[:5])))
    return names


def _refuse_unstorable_text(document: Any) -> None:
    for text in _texts(document):
        if "\0" in text:
            raise _unreadable("the character U+0000 in a text")
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise _unreadable("half of a surrogate pair in a text")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from _texts(item)


def _no_number(word: str) -> NoReturn:
    raise _unreadable(f"{word}, which is no JSON; a value not known is null")


def _unreadable(found: str) -> RequestUnreadable:
    return RequestUnreadable("the request cannot be read", expected="a body of JSON in UTF-8", found=found)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 60 else text[:57] + "…"
