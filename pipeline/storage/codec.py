"""How a value of one kind becomes bytes and comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class Encoded:
    """A value on its way to a file: `content()` gives its bytes, `digest()` the digest of what they mean.

    The two may be called at the same time. `rows` counts the rows of a table; `ids` are the
    ascending row ids, shape (n,), of one whose bytes do not hold them; `columns` are the digests of its
    columns, by name, as far as they are known: `digest()` goes by them, and adds the others.
    """

    content: Callable[[], bytes | memoryview]
    digest: Callable[[], str]
    rows: int | None = None
    ids: np.ndarray | None = None
    columns: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """Writes and reads values of one kind.

    `decode` takes bytes, and for a dataset, where only some columns are asked for, their names.
    `suffix` ends the file's name; `undecodable` are the errors by which `decode` says that bytes
    are no such value; `digest` tells the digest of a value's content. `encode` refuses, and so
    does `content()` of what it gives, what cannot be kept. `decode` takes bytes, and for a dataset
    `ids`, the row ids that are not among them, and `columns`, the names of those that are wanted.
    """

    suffix: str
    encode: Callable[[Any], Encoded]
    decode: Callable[..., Any]
    digest: Callable[[Any], str]
    undecodable: tuple[type[Exception], ...] = (ValueError,)
