"""From wrong rows down to everything they reached: tables, models, releases, single predictions.

What a row stood on is told by the rules recorded when it was made. What could change beyond that
(rows that were dropped, keys that become others) is followed as far as corrected values are known;
beyond, a line says that it is open-ended.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lineage.contents import Contents, Tables
from lineage.effects import Effects, weakest
from lineage.followed import TouchedPrediction, TouchedRelease, predictions_of, releases_of
from lineage.graph import untold
from lineage.idsets import NO_IDS, Ids, is_in
from lineage.progress import Progress
from lineage.propagation import propagated
from lineage.records import JSON, Artifact, Effect, Known
from lineage.store import Store
from lineage.touched import Touched

__all__ = ["Impact", "Line", "Tables", "TouchedPrediction", "TouchedRelease", "impact"]

MOST_IDS = 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Line:
    """One artifact that is reached, and how.

    `effects` tells each kind of effect and the weakest way in which it is known. For a table, `touched`
    is what its rows' own data is touched by: `stood_on` are those of its rows, `dropped` rows that it
    has not got and that may come. An effect of a model or a decision is on all `of` rows. Of an
    open-ended table, rows that nobody can name yet may come or change too.
    """

    artifact: Artifact
    effects: Effects
    touched: Touched | None
    stood_on: Ids
    dropped: Ids
    open_ended: bool

    @property
    def of(self) -> int | None:
        """Count the rows of the table."""
        return self.artifact.rows

    @property
    def rows(self) -> int | None:
        """Count the rows that are touched directly; of a table touched in everything, all of them."""
        return self.of if self.touched is not None and self.touched.everything else len(self.stood_on)

    @property
    def absent(self) -> int:
        """Count the touched rows that the table has not got: dropped on the way, or yet to come."""
        return len(self.dropped)

    def to_json(self, *, full: bool = False) -> dict[str, JSON]:
        """Write the line as JSON; ids as text, the first 20 of them unless `full`."""
        direct = self.touched is not None and Effect.DIRECT in self.effects
        return {
            "reference": self.artifact.reference,
            "kind": self.artifact.kind,
            "name": self.artifact.name,
            "effects": _effects(self.effects),
            "rows": self.rows if direct else None,
            "of": self.of,
            "absent": self.absent,
            "open_ended": self.open_ended,
            "everything": self.touched is not None and self.touched.everything,
            "ids": _ids(self.stood_on, full=full),
            "absent_ids": _ids(self.dropped, full=full),
            "columns": sorted(self.touched.cells) if self.touched is not None else [],
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Impact:
    """All that wrong rows reach: `lines` in the data's order, releases with live ones first, predictions.

    `complete` is false when something could not be followed; `missing` then says what, one sentence
    each. `weakest` is the weakest way in which any of it is known.
    """

    lines: tuple[Line, ...]
    releases: tuple[TouchedRelease, ...]
    predictions: tuple[TouchedPrediction, ...]
    complete: bool
    missing: tuple[str, ...]
    weakest: Known

    def to_json(self, *, full: bool = False) -> dict[str, JSON]:
        """Write the answer as JSON; ids of rows as text, the first 20 a line unless `full`."""
        return {
            "complete": self.complete,
            "missing": list(self.missing),
            "weakest": self.weakest.value,
            "lines": [line.to_json(full=full) for line in self.lines],
            "releases": [_release(one) for one in self.releases],
            "predictions": [_prediction(one) for one in self.predictions],
        }


def impact(
    store: Store, tables: Tables, starts: Mapping[str, Touched], after: Mapping[str, pd.DataFrame] | None = None
) -> Impact:
    """Find all that is reached from what is touched in some artifacts, by reference.

    `after` holds, by reference, the rows of a table that come or change, as they will be, indexed by
    `row`: of the starts, as corrected; of tables below, as a step run again would make them. A table
    that comes out as it was is given as an empty frame. In a table given there, no other row gets a
    key that it has not got; of the others, a row that may get any key makes what rests on the key
    open-ended.

    Raises:
        NotRecorded: nothing answers to a reference.
        Ambiguous: several artifacts do.
        StoreUnreachable: the database cannot be read.
    """
    contents = Contents(tables, after)
    progress = propagated(store.below(starts), contents, starts)
    lines = tuple(_lines(progress))
    with store.database.reading() as connection:
        releases = releases_of(connection, progress)
        predictions = predictions_of(connection, progress, releases)
    missing = (*contents.missing.values(), *_untold(progress))
    known = [how for line in lines for how in line.effects.values()]
    return Impact(
        lines=lines,
        releases=tuple(releases),
        predictions=tuple(predictions),
        complete=not missing,
        missing=missing,
        weakest=weakest(*known, *(Known.ASSUMED for _ in contents.missing)),
    )


def _lines(progress: Progress) -> Iterator[Line]:
    for number in progress.graph.order:
        state = progress.states[number]
        if not state.effects:
            continue
        is_table = progress.is_table(number)
        touched, known = state.touched, progress.ids(number) if is_table else None
        there = np.ones(len(touched.ids), dtype=bool) if known is None else is_in(touched.ids, known)
        yield Line(
            artifact=progress.graph.artifacts[number],
            effects=state.effects,
            touched=touched if is_table else None,
            stood_on=touched.ids[there] if is_table else NO_IDS,
            dropped=touched.ids[~there] if is_table else NO_IDS,
            open_ended=state.open_ended,
        )


def _untold(progress: Progress) -> Iterator[str]:
    """Say what runs at work may still make of something that is touched."""
    for run, number in progress.graph.unfinished:
        if progress.states[number].effects:
            yield untold(run, progress.reference(number))


def _ids(ids: Ids, *, full: bool) -> list[str]:
    return [str(one) for one in (ids if full else ids[:MOST_IDS]).tolist()]


def _effects(effects: Effects) -> dict[str, str]:
    return {effect.value: known.value for effect, known in effects.items()}


def _release(one: TouchedRelease) -> dict[str, Any]:
    entry = one.release
    return {
        "endpoint": entry.endpoint,
        "number": entry.number,
        "role": entry.role,
        "live": one.live,
        "model": entry.model,
        "since": entry.since.isoformat() if entry.since else None,
        "effects": _effects(one.effects),
    }


def _prediction(one: TouchedPrediction) -> dict[str, Any]:
    told = {"id": one.id, "endpoint": one.endpoint, "release": one.release, "model": one.model}
    return {**told, "effects": _effects(one.effects)}
