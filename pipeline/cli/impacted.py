"""What wrong rows reached, for people: live releases first, then the artifacts in the data's order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from lineage.records import Effect
from pipeline.cli.output import number, print_heading, print_table, short

if TYPE_CHECKING:
    from lineage.difference import Difference
    from lineage.effects import Effects
    from lineage.impact import Impact, Line, TouchedRelease
    from lineage.records import Release
    from pipeline.recall.replay import Replayed

_LIVE = ("endpoint", "release", "model", "reached by", "go back to")
_LINES = ("artifact", "stood on", "of", "would change", "reached by")
_SIGNS = {"added": "+", "removed": "\N{MINUS SIGN}", "changed": "±"}
_RELEASES = ("endpoint", "release", "model", "reached by")


def print_impact(
    found: Impact,
    *,
    live: Sequence[TouchedRelease] | None = None,
    instead: Mapping[str, Release | None] | None = None,
    replayed: Replayed | None = None,
) -> None:
    """Print all that wrong rows reached, and how each line is known.

    `live` are the live releases to warn of (None: all that are reached); `instead` is where each of
    their endpoints can go back to; `replayed` what tables would become, where that is known.
    """
    warned = [one for one in found.releases if one.live] if live is None else live
    _print_live(warned, instead or {})
    print_heading("reached, in the data's order")
    print_table(_LINES, [_line(one, replayed) for one in found.lines], empty="nothing")
    _print_releases([one for one in found.releases if one not in warned])
    _print_predictions(found)
    _print_completeness(found)


def live_to_json(live: Iterable[TouchedRelease], instead: Mapping[str, Release | None]) -> list[dict[str, Any]]:
    """The live releases that are reached, each with the last untouched one, as JSON values."""
    return [
        {
            "endpoint": one.release.endpoint,
            "number": one.release.number,
            "model": one.release.model,
            "effects": {effect.value: known.value for effect, known in one.effects.items()},
            "instead": None if (back := instead.get(one.release.endpoint)) is None else back.number,
            "instead_model": None if back is None else back.model,
        }
        for one in live
    ]


def _print_live(live: Sequence[TouchedRelease], instead: Mapping[str, Release | None]) -> None:
    if not live:
        click.echo("No live release is reached.")
        return
    print_heading("live releases that are reached")
    print_table(_LIVE, [(*_release(one), _back(instead.get(one.release.endpoint))) for one in live])


def _back(release: Release | None) -> str:
    return "no untouched release" if release is None else f"release {release.number}, {short(release.model)}"


def _release(one: TouchedRelease) -> tuple[Any, ...]:
    return one.release.endpoint, one.release.number, short(one.release.model), _effects(one.effects)


def _line(line: Line, replayed: Replayed | None) -> tuple[Any, ...]:
    open_ended = " and perhaps more" if line.open_ended else ""
    absent = f" + {number(line.absent)} absent" if line.absent else ""
    rows = "" if line.touched is None else f"{number(line.rows)}{absent}{open_ended}"
    would = _would(line, replayed) if line.touched is not None else ""
    return short(line.artifact.reference), rows, number(line.of), would, _effects(line.effects)


def _would(line: Line, replayed: Replayed | None) -> str:
    """How a table would differ once its rows are put right: rows that come, go and become others.

    Where rows were chosen, nobody knows which would come: it is told of those that are there.
    """
    reference = line.artifact.reference
    if replayed is None or reference not in replayed.changes:
        nothing = "nothing" if set(line.effects) <= {Effect.DIRECT} else "no row it has"
        return nothing if replayed is not None and reference in replayed.same else ""
    told = _counts(replayed.changes[reference])
    return ", ".join(f"{sign}{number(told[name])}" for name, sign in _SIGNS.items() if told[name])


def _counts(difference: Difference) -> dict[str, int]:
    added, removed = len(difference.added), len(difference.removed)
    return {"added": added, "removed": removed, "changed": len(difference.touched) - added - removed}


def changes_to_json(replayed: Replayed | None) -> dict[str, Any] | None:
    """How tables would differ once the rows are put right, by reference, as JSON; None where that is not known."""
    if replayed is None:
        return None
    same = {reference: {"added": 0, "removed": 0, "changed": 0} for reference in replayed.same}
    changed = {reference: _counts(one) for reference, one in replayed.changes.items()}
    return {"tables": {**changed, **same}, "unknown": dict(replayed.unknown)}


def _effects(effects: Effects) -> str:
    return ", ".join(f"{effect.value} ({known.value})" for effect, known in effects.items())


def _print_releases(releases: Sequence[TouchedRelease]) -> None:
    if releases:
        print_heading("other releases")
        print_table(_RELEASES, [_release(one) for one in releases])


def _print_predictions(found: Impact) -> None:
    counts = Counter(effect.value for one in found.predictions for effect in one.effects)
    by_effect = ", ".join(f"{number(count)} {effect}" for effect, count in counts.items())
    click.echo(f"\npredictions: {number(len(found.predictions))}" + (f" ({by_effect})" if by_effect else ""))


def _print_completeness(found: Impact) -> None:
    if found.complete:
        click.echo(f"The answer is complete; its weakest dependency is known as: {found.weakest.value}.")
        return
    click.echo("The answer is not complete:")
    for sentence in found.missing:
        click.echo(f"  {sentence}")
