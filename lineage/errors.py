"""What can go wrong with what is remembered, as letters to the reader.

Letter                     what happened, what was expected, what was found, what to do next
└── LineageError           anything the store can say
    ├── StoreUnreachable   the database cannot be opened, read or written
    ├── StoreOutdated      the database was made by another version of Headwater
    ├── NotRecorded        nothing by that name, id or digest
    ├── Ambiguous          more than one thing answers to that name
    ├── NotDigestible      a value that has no digest, because it is no JSON or no table
    └── Conflict           what is to be recorded contradicts what stands
"""

from __future__ import annotations

from collections.abc import Iterable

MOST_EXAMPLES = 5


class Letter(Exception):
    """An error made of facts, kept as attributes and composed into sentences.

    Examples are cut to five; `count` says how many there are in all.
    """

    def __init__(
        self,
        what: str,
        *,
        expected: str = "",
        found: str = "",
        examples: Iterable[object] = (),
        count: int | None = None,
        next_step: str = "",
    ) -> None:
        self.what = what
        self.expected = expected
        self.found = found
        given = tuple(examples)
        self.count = len(given) if count is None else count
        self.examples = given[:MOST_EXAMPLES]
        self.next_step = next_step
        super().__init__(self._compose())

    def _compose(self) -> str:
        parts = [self.what]
        if self.expected:
            parts.append(f"expected {self.expected}")
        if self.found:
            parts.append(f"found {self.found}")
        text = "; ".join(parts)
        if self.examples:
            shown = ", ".join(str(example) for example in self.examples)
            rest = self.count - len(self.examples)
            text += f": {shown}" + (f" and {rest} more" if rest > 0 else "")
        return f"{text}. {self.next_step}" if self.next_step else text


class LineageError(Letter):
    """The metadata store could not do what was asked."""


class StoreUnreachable(LineageError, ConnectionError):
    """The database cannot be opened, read or written."""


class StoreOutdated(LineageError, RuntimeError):
    """The database was made by another version of Headwater."""


class NotRecorded(LineageError, LookupError):
    """Nothing is recorded by that name, id or digest."""


class Ambiguous(LineageError, LookupError):
    """More than one recorded thing answers to that name."""


class NotDigestible(LineageError, TypeError):
    """A value has no digest, because it is neither JSON nor a table Arrow can hold."""


class Conflict(LineageError, ValueError):
    """What is to be recorded contradicts what already stands."""
