"""What is touched flows down the graph, artifact by artifact, in the data's order."""

from __future__ import annotations

from collections.abc import Mapping

from lineage.columns import Columns
from lineage.contents import Contents
from lineage.edges import Edge, Subgraph
from lineage.effects import crossed, together
from lineage.idsets import joined, shared
from lineage.progress import Progress, State
from lineage.records import Effect, Known
from lineage.spread import spread
from lineage.touched import NOTHING, Touched


def propagated(graph: Subgraph, contents: Contents, starts: Mapping[str, Touched]) -> Progress:
    """Let what is touched where the question began reach all that rests on it.

    Where edges lead round in a circle, they are followed until nothing more is reached.
    """
    own: dict[int, Touched] = {}
    for reference, touched in starts.items():
        number = graph.starts[reference]
        own[number] = own.get(number, NOTHING) | touched
    progress = Progress(graph, contents, {number: State(own=own.get(number, NOTHING)) for number in graph.artifacts})
    grown = True
    while grown:
        sizes = [_visited(progress, number) for number in graph.order]
        grown = graph.circular and any(sizes)
    return progress


def _visited(progress: Progress, number: int) -> bool:
    """Bring into an artifact what its inputs hold now; whether it is more than before."""
    state = progress.states[number]
    before = _size(state)
    state.came, state.open_ended, state.touched = [], False, state.own
    state.effects = {Effect.DIRECT: Known.BY_CONSTRUCTION} if state.own else {}
    for edge in progress.graph.into.get(number, ()):
        if progress.states[edge.input].effects:
            _crossed(progress, edge, state)
    _settle(progress, number, state)
    return _size(state) != before


def _crossed(progress: Progress, edge: Edge, state: State) -> None:
    source = progress.states[edge.input]
    direct = source.effects.get(Effect.DIRECT)
    if direct is not None:
        direct = _own_data(progress, edge, state, direct) if edge.effect is Effect.DIRECT else _chosen(progress, edge)
    state.effects = together(state.effects, crossed(source.effects, edge, direct=direct))


def _own_data(progress: Progress, edge: Edge, state: State, known: Known) -> Known | None:
    """Touch what the rows' own data reach over an edge; how that is known, or None where they reach nothing."""
    brought = spread(progress, edge)
    if not brought:
        return None
    state.touched |= brought.touched
    state.open_ended |= brought.open_ended
    state.came.append((edge, brought.touched))
    return Known.ASSUMED if brought.assumed or brought.open_ended else known


def _chosen(progress: Progress, edge: Edge) -> Known | None:
    """Say how it is known that a fitted state or a decision rests on what is touched; None where it does not."""
    source, columns = progress.states[edge.input], Columns.of(edge.detail)
    if columns.reached(source.touched):
        return source.effects[Effect.DIRECT]
    return Known.ASSUMED if source.open_ended and columns.matter else None


def _settle(progress: Progress, number: int, state: State) -> None:
    """Where it is known which rows come into a table, let those come and no others."""
    touched, given = state.touched, progress.contents.after(progress.reference(number)) is not None
    there = progress.there(number, touched.ids) if given and number not in progress.graph.starts.values() else None
    if there is None or Effect.DIRECT not in state.effects:
        return
    whole = joined(shared(touched.whole, there), progress.added(number))
    cells = {name: shared(ids, there) for name, ids in touched.cells.items()}
    state.touched = Touched(whole, cells, touched.everything)


def _size(state: State) -> tuple[object, ...]:
    touched = state.touched
    cells = sum(map(len, touched.cells.values()))
    return len(touched.whole), cells, touched.everything, state.open_ended, *state.effects.items()
