"""How values of the records are written in columns, and read back: JSON as text, times as microseconds."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from lineage.errors import Conflict

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_encode = json.JSONEncoder(separators=(",", ":")).encode


def json_text(value: Any) -> str:
    """Write `value` as JSON, keys in their order, in ASCII (so that any database takes any character).

    Raises:
        Conflict: the value is not JSON: a key or a part of it has another type.
    """
    if not value:
        return "[]" if isinstance(value, list | tuple) else "{}"
    try:
        return _encode(dict(value) if not isinstance(value, dict | list | tuple) else value)
    except (TypeError, ValueError) as error:
        raise Conflict(
            "a value to be recorded is not JSON",
            expected="text, numbers, true, false, null, and lists and objects of them",
            found=str(error),
        ) from error


def json_value(text: str) -> Any:
    """Read what `json_text` wrote."""
    return {} if text == "{}" else json.loads(text)


def microseconds(moment: datetime) -> int:
    """Count whole microseconds from 1970 to `moment`.

    Raises:
        Conflict: the time carries no time zone, so nobody can tell when it was.
    """
    if moment.tzinfo is None:
        raise Conflict("a time to be recorded has no time zone", expected="a time in UTC", found=str(moment))
    return (moment - _EPOCH) // _MICROSECOND


def moment(us: int) -> datetime:
    """The time, in UTC, that is `us` microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=us)


def now_us() -> int:
    """Count whole microseconds from 1970 to now."""
    return microseconds(datetime.now(UTC))


def legible(text: str) -> str:
    """Replace what a database cannot keep in text (the character zero, halves of characters) by its escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")
