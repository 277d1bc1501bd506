"""What one edge brings into an artifact."""

from __future__ import annotations

from dataclasses import dataclass

from lineage.touched import EVERYTHING, NOTHING, Touched


@dataclass(frozen=True, slots=True)
class Brought:
    """What is touched by way of one edge.

    `open_ended`: rows that nobody can name yet may come or change too. `assumed`: a table that would
    tell more could not be read.
    """

    touched: Touched = NOTHING
    open_ended: bool = False
    assumed: bool = False

    def __bool__(self) -> bool:
        """Whether anything is, or may be, touched."""
        return bool(self.touched) or self.open_ended

    def __or__(self, other: Brought) -> Brought:
        """Give what two parts of one edge bring."""
        return Brought(self.touched | other.touched, self.open_ended or other.open_ended, self.assumed or other.assumed)


NONE = Brought()
ALL_ROWS = Brought(EVERYTHING)
UNREAD = Brought(EVERYTHING, assumed=True)
"""What is brought where the table that would tell cannot be read."""
