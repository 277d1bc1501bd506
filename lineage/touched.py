"""What is touched in a table: rows as a whole, single cells by column, or everything."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from lineage.difference import Difference
from lineage.idsets import NO_IDS, Ids, joined


@dataclass(frozen=True, slots=True, eq=False)
class Touched:
    """The rows of a table that come, go or may be others, by ids, ascending.

    `whole` rows came, went, or may have any other value; `cells` are the rows touched in one column,
    by column, none without rows. With `everything`, all rows there are and all that may come.
    """

    whole: Ids = field(default_factory=lambda: NO_IDS)
    cells: Mapping[str, Ids] = field(default_factory=dict)
    everything: bool = False

    def __post_init__(self) -> None:
        kept = {column: ids for column, ids in self.cells.items() if len(ids)}
        object.__setattr__(self, "cells", kept)

    @classmethod
    def of(cls, difference: Difference) -> Touched:
        """Take over what differs: rows that came or went as a whole, changed cells by column."""
        return cls(joined(difference.added, difference.removed), difference.changed)

    @property
    def ids(self) -> Ids:
        """The rows touched as a whole or in any column; of everything, those that are told one by one."""
        return self.of_columns(None)

    def of_columns(self, names: Collection[str] | None) -> Ids:
        """Give the rows touched as a whole or in any of these columns (None: any at all)."""
        cells = self.cells.values() if names is None else (self.cells[name] for name in names if name in self.cells)
        return joined(self.whole, *cells)

    def __or__(self, other: Touched) -> Touched:
        """Give what either touches."""
        cells = {
            column: joined(self.cells.get(column, NO_IDS), other.cells.get(column, NO_IDS))
            for column in dict.fromkeys([*self.cells, *other.cells])
        }
        return Touched(joined(self.whole, other.whole), cells, self.everything or other.everything)

    def __bool__(self) -> bool:
        """Whether anything is touched."""
        return self.everything or bool(len(self.whole) or self.cells)


NOTHING = Touched()
EVERYTHING = Touched(everything=True)
