"""`headwater graph`: what an artifact rests on, and what rests on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.naming import named_artifact
from pipeline.cli.output import json_option, number, print_json, print_tree, printable, short
from pipeline.cli.record import dependency_to_json

if TYPE_CHECKING:
    from lineage.records import Artifact, Closure, Dependency
    from lineage.store import Store


@click.command(short_help="Show what an artifact rests on, or what rests on it.")
@click.argument("artifact")
@click.option("--up/--down", default=True, show_default=True, help="What it rests on, or what rests on it.")
@click.option("--depth", type=click.IntRange(min=1), metavar="N", help="At most N steps away; all of it otherwise.")
@json_option
def graph(artifact: str, up: bool, depth: int | None, as_json: bool) -> None:
    """Show the versions that ARTIFACT rests on, step by step, and how each dependency is known.

    Rules: same row, same key, pairs, every row. Effects: direct (through the row's own data), model
    (through training or fitting), decision (through a choice made about rows). The answer says
    whether it is complete, or what is missing.
    """
    from pipeline.cli.opened import opened_store

    store = opened_store()
    start = named_artifact(store, artifact)
    closure = (store.upstream if up else store.downstream)(start.reference, depth)
    edges = _edges(store, start.reference, up=up, depth=depth)
    if as_json:
        print_json(_as_json(start, closure, edges=edges, up=up))
    else:
        _print_tree(start, closure, edges=edges, up=up)


def _edges(store: Store, start: str, *, up: bool, depth: int | None) -> dict[str, list[Dependency]]:
    """The dependencies of every artifact met on the way, by the near end, no further than `depth`."""
    near_to_far = store.dependencies if up else store.dependents
    found: dict[str, list[Dependency]] = {}
    frontier, steps = [start], 0
    while frontier and (depth is None or steps < depth):
        for reference in frontier:
            found[reference] = near_to_far(reference)
        beyond = (_far(edge, up=up) for reference in frontier for edge in found[reference])
        frontier, steps = [one for one in dict.fromkeys(beyond) if one not in found], steps + 1
    return found


def _far(edge: Dependency, *, up: bool) -> str:
    return edge.input if up else edge.output


def _as_json(
    start: Artifact, closure: Closure, *, edges: dict[str, list[Dependency]], up: bool
) -> dict[str, Any]:
    return {
        "artifact": start.reference,
        "direction": "up" if up else "down",
        "complete": closure.complete,
        "missing": list(closure.missing),
        "weakest": closure.weakest.value,
        "nodes": [
            {"reference": one.reference, "kind": one.kind, "name": one.name, "digest": one.digest, "rows": one.rows}
            for one in (start, *closure.artifacts)
        ],
        "edges": [dependency_to_json(edge) for listed in edges.values() for edge in listed],
        "runs": [{"run": run.id, "step": run.step, "dag": run.dag, "dag_run": run.dag_run} for run in closure.runs],
    }


def _print_tree(
    start: Artifact, closure: Closure, *, edges: dict[str, list[Dependency]], up: bool
) -> None:
    artifacts = {one.reference: one for one in (start, *closure.artifacts)}
    click.echo(printable(_line(start.reference, artifacts)))
    print_tree(start.reference, _branches(artifacts, edges, up=up))
    if not edges.get(start.reference):
        click.echo("It rests on nothing." if up else "Nothing rests on it.")
    click.echo(_completeness(closure))
    for sentence in closure.missing:
        click.echo(f"  {printable(sentence)}")


def _branches(
    artifacts: dict[str, Artifact], edges: dict[str, list[Dependency]], *, up: bool
) -> Callable[[str], Sequence[tuple[str, str]]]:
    def branches(reference: str) -> list[tuple[str, str]]:
        by_end: dict[str, list[Dependency]] = {}
        for edge in edges.get(reference, ()):
            by_end.setdefault(_far(edge, up=up), []).append(edge)
        return [(end, f"{_line(end, artifacts)}  [{_rules(listed)}]") for end, listed in by_end.items()]

    return branches


def _line(reference: str, artifacts: dict[str, Artifact]) -> str:
    rows = artifacts[reference].rows if reference in artifacts else None
    return short(reference) + ("" if rows is None else f"  {number(rows)} rows")


def _rules(edges: Iterable[Dependency]) -> str:
    return "; ".join(f"{edge.rule.value}, {edge.effect.value}, {edge.known.value}" for edge in edges)


def _completeness(closure: Closure) -> str:
    if closure.complete:
        return f"Complete; the weakest dependency is known {_how(closure.weakest.value)}."
    return "Not complete:"


def _how(known: str) -> str:
    return known if known.startswith("by ") else f"as {known}"
