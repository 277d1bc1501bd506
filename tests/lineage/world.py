"""A store and tables in memory: short ways to say what was made, of what, and how its rows rest on others."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from lineage.errors import NotRecorded
from lineage.impact import Impact, Line, impact
from lineage.records import Artifact, Dependency, Effect, Known, Outcome, Rule, Use
from lineage.standing import Standing, standing
from lineage.store import Store
from lineage.touched import Touched
from tests.lineage.history import NOON, run

SAME, KEY, PAIRS, EVERY = Rule.SAME_ROW, Rule.SAME_KEY, Rule.PAIRS, Rule.EVERY_ROW
_FRESH = itertools.count()
PASSED = {"reads": [], "decides": [], "passes": "*"}


def table(rows: Mapping[int, Sequence[Any]], columns: str, **types: str) -> pd.DataFrame:
    """Make a table of rows by id, with these columns, of these types or else those of their first values."""
    index = pd.Index(list(rows), name="row", dtype="int64")
    cells = {name: [row[place] for row in rows.values()] for place, name in enumerate(columns.split())}
    typed = {name: pd.array(values, types.get(name) or _type_of(values)) for name, values in cells.items()}
    return pd.DataFrame(typed, index=index)


def _type_of(values: Sequence[Any]) -> str:
    kinds = {bool: "boolean", int: "Int64", float: "float64", str: "str"}
    return next((kinds[type(value)] for value in values if value is not None), "str")


@dataclass(frozen=True)
class Rests:
    """How a table rests on another, named by its reference."""

    on: str
    rule: Rule = SAME
    effect: Effect = Effect.DIRECT
    known: Known = Known.BY_CONSTRUCTION
    detail: Mapping[str, Any] = field(default_factory=dict)


def rests(
    of: str,
    rule: Rule = SAME,
    /,
    *,
    effect: Effect = Effect.DIRECT,
    known: Known = Known.BY_CONSTRUCTION,
    **detail: Any,
) -> Rests:
    """Say how something rests on another."""
    return Rests(of, rule, effect, known, detail)


class Frames(dict[str, pd.DataFrame]):
    """Tables in memory, by reference."""

    def columns(self, reference: str, names: Sequence[str] | None) -> pd.DataFrame:
        """Give columns of a table, as `Tables` says."""
        if reference not in self:
            raise NotRecorded(f"the bytes of {reference} are gone")
        return self[reference] if names is None else self[reference][list(names)]


@dataclass(frozen=True)
class World:
    """Everything that was made, and its rows."""

    store: Store
    frames: Frames = field(default_factory=Frames)

    def source(self, name: str, frame: pd.DataFrame, digest: str = "1") -> str:
        """Take a version of a source in; its reference."""
        return self.table(name, frame, digest=digest, facts={"source": name})

    def table(
        self, name: str, frame: pd.DataFrame, *of: Rests, digest: str = "1", facts: Mapping[str, Any] | None = None
    ) -> str:
        """Let a run make a table of others; its reference."""
        known = {"columns": {column: str(kind) for column, kind in frame.dtypes.items()}, **(facts or {})}
        made = Artifact(kind="dataset", name=name, digest=digest, rows=len(frame), facts=known)
        self.frames[made.reference] = frame
        return self.made(made, *of)

    def thing(self, kind: str, name: str, *of: Rests) -> str:
        """Let a run make an artifact without rows; its reference."""
        return self.made(Artifact(kind=kind, name=name, digest="1"), *of)

    def made(self, made: Artifact, *of: Rests) -> str:
        """Let a run make an artifact of others; its reference."""
        read = [_artifact(reference) for reference in dict.fromkeys(each.on for each in of)]
        rested = [
            Dependency(
                output=made.reference,
                input=each.on,
                rule=each.rule,
                effect=each.effect,
                known=each.known,
                detail=each.detail,
            )
            for each in of
        ]
        ended = {"outcome": Outcome.SUCCEEDED, "ended_at": NOON, "outputs": (Use(role="data", artifact=made),)}
        self.store.record([run(f"r{next(_FRESH)}", *read, dependencies=tuple(rested), **ended)])
        return made.reference

    def impact(self, starts: Mapping[str, Touched], after: Mapping[str, pd.DataFrame] | None = None) -> Impact:
        """Ask for the impact of what is touched."""
        return impact(self.store, self.frames, starts, after)

    def standing(self, reference: str, *ids: int) -> Standing:
        """Ask what rows of a table stand on."""
        return standing(self.store, self.frames, reference, ids)


def _artifact(reference: str) -> Artifact:
    kind, _, rest = reference.partition("/")
    name, _, digest = rest.rpartition("@")
    return Artifact(kind=kind, name=name, digest=digest)


def lines(found: Impact) -> dict[str, Line]:
    """Give the lines of an answer by name."""
    return {line.artifact.name: line for line in found.lines}


def rows(found: Impact) -> dict[str, list[int]]:
    """Give the rows stood on, by name of the table."""
    return {name: line.stood_on.tolist() for name, line in lines(found).items()}


def absent(found: Impact) -> dict[str, list[int]]:
    """Give the touched rows that tables have not got, by name of the table, where there are any."""
    return {name: line.dropped.tolist() for name, line in lines(found).items() if line.absent}
