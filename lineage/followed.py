"""From what is touched to what was served: the releases of touched models, and single predictions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from lineage.catalogue import Identity, found
from lineage.effects import Effects, together, weakest
from lineage.predictions import Served, served_by, served_on
from lineage.progress import Progress
from lineage.records import Effect, Known, Release
from lineage.releases import released

MODEL, AUDIT = "model", "audit"


@dataclass(frozen=True, slots=True)
class TouchedRelease:
    """An entry of the ledger whose model, or the audit that let it pass, is reached; `live`: it answers now."""

    release: Release
    live: bool
    effects: Effects


@dataclass(frozen=True, slots=True)
class TouchedPrediction:
    """A served answer that stands on touched rows, or was served by a model that is reached."""

    id: str
    endpoint: str
    release: int
    model: str
    effects: Effects


def releases_of(connection: Connection, progress: Progress) -> list[TouchedRelease]:
    """Find the releases of the models that are reached, live ones first, then the newest.

    That an audit is reached is a decision about the releases that it let pass.
    """
    models, audits = _effects(progress, MODEL), _effects(progress, AUDIT)
    passed = {reference: {Effect.DECISION: weakest(*effects.values())} for reference, effects in audits.items()}
    numbers = [number for number, one in progress.graph.artifacts.items() if one.reference in models]
    return [
        TouchedRelease(entry, live, together(models.get(entry.model, {}), passed.get(entry.audit, {})))
        for entry, live in released(connection, models=numbers, audits=passed)
    ]


def predictions_of(
    connection: Connection, progress: Progress, releases: Iterable[TouchedRelease]
) -> list[TouchedPrediction]:
    """Find the predictions that stand on touched rows, or that touched models or releases served; oldest first."""
    models = _effects(progress, MODEL)
    entries = {(one.release.endpoint, one.release.number): one.effects for one in releases}
    servers = {*models, *(one.release.model for one in releases)}
    numbers = [found(connection, Identity.of(reference)) or 0 for reference in sorted(servers)]
    served = {one.number: one for one in served_by(connection, numbers)}
    direct: dict[int, Effects] = {}
    for one, known in _standing(connection, progress):
        served[one.number] = one
        direct[one.number] = together(direct.get(one.number, {}), {Effect.DIRECT: known})
    effects = {
        number: together(
            direct.get(number, {}), models.get(one.model, {}), entries.get((one.endpoint, one.release), {})
        )
        for number, one in served.items()
    }
    return [
        TouchedPrediction(one.id, one.endpoint, one.release, one.model, effects[number])
        for number, one in sorted(served.items())
        if effects[number]
    ]


def _standing(connection: Connection, progress: Progress) -> Iterator[tuple[Served, Known]]:
    """Find the predictions that stand on touched rows of any dataset, by its name, and how that is known."""
    for number, state in progress.states.items():
        known = state.effects.get(Effect.DIRECT)
        if known is not None and progress.is_table(number):
            rows = None if state.touched.everything else state.touched.ids
            name = progress.graph.artifacts[number].name
            for one in served_on(connection, name, rows):
                yield one, known


def _effects(progress: Progress, kind: str) -> dict[str, Effects]:
    return {
        progress.reference(number): state.effects
        for number, state in progress.states.items()
        if state.effects and progress.graph.artifacts[number].kind == kind
    }
