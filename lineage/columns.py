"""By which columns an output rests on an input: what a dependency's detail says of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lineage.idsets import NO_IDS, Ids
from lineage.records import JSON
from lineage.touched import Touched

ALL = "*"


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of an input that values are made from (`reads`) and that decide which rows there are (`decides`).

    None stands for every column. `passes` come out as they are (`ALL`: those not in `gives`); `gives`
    are output columns made from what is read, None for every one that is not passed.
    """

    reads: frozenset[str] | None
    decides: frozenset[str] | None
    passes: frozenset[str]
    gives: tuple[str, ...] | None

    @classmethod
    def of(cls, detail: Mapping[str, JSON], *, key: Iterable[str] = ()) -> Columns:
        """Read a detail; the columns of a `key` decide wherever any do, and are read wherever any are."""
        reads = _listed(detail.get("reads"))
        decides = _listed(detail["decides"]) if "decides" in detail else reads
        passes = detail.get("passes", ())
        gives = detail.get("gives")
        return cls(
            reads=reads and reads | frozenset(key),
            decides=decides and decides | frozenset(key),
            passes=frozenset([passes] if isinstance(passes, str) else passes),
            gives=None if gives is None else tuple(gives),
        )

    def reading(self, touched: Touched) -> Ids:
        """Give the rows whose touch reaches values of the output; not for everything."""
        return NO_IDS if self.reads == frozenset() else touched.of_columns(self.reads)

    def deciding(self, touched: Touched) -> Ids:
        """Give the rows whose touch reaches which rows of the output there are; not for everything."""
        return NO_IDS if self.decides == frozenset() else touched.of_columns(self.decides)

    @property
    def matter(self) -> bool:
        """Whether any column of the input is read or decides."""
        return self.reads != frozenset() or self.decides != frozenset()

    def reached(self, touched: Touched) -> bool:
        """Whether anything that is read or decides is touched."""
        if touched.everything:
            return self.matter
        return bool(len(self.reading(touched)) or len(self.deciding(touched)))

    def passing(self, names: Collection[str]) -> bool:
        """Whether all these columns come out as they are."""
        if ALL in self.passes:
            return self.gives is None or not set(names).intersection(self.gives)
        return self.passes.issuperset(names)

    def passed(self, touched: Touched, *, output: Collection[str] | None) -> dict[str, Ids]:
        """Give the touched cells that come out as they are, by column: of the output's, where these are known."""
        known = touched.cells if output is None else [name for name in touched.cells if name in output]
        return {name: touched.cells[name] for name in known if self.passing([name])}

    def given(self, *, output: Sequence[str] | None, input: Sequence[str] | None) -> Sequence[str] | None:
        """Name the output columns made from what is read, where the columns of both tables are known; else None."""
        if self.gives is not None or output is None:
            return self.gives
        if ALL not in self.passes:
            return [name for name in output if name not in self.passes]
        return None if input is None else [name for name in output if name not in input]


def _listed(names: JSON) -> frozenset[str] | None:
    return None if names is None else frozenset(names)
