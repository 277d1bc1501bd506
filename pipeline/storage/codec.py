"""How a value of one kind becomes bytes and comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Encoded:
    """A value as bytes; `digest()` tells the digest of its content, `rows` its rows if it is a table."""

    content: bytes | memoryview
    digest: Callable[[], str]
    rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """Writes and reads values of one kind.

    `suffix` ends the file's name; `undecodable` are the errors by which `decode` says that bytes
    are no such value; `digest` tells the digest of a value's content.
    """

    suffix: str
    encode: Callable[[Any], Encoded]
    decode: Callable[[bytes], Any]
    digest: Callable[[Any], str]
    undecodable: tuple[type[Exception], ...] = (ValueError,)
