"""Effects along the way: what an artifact is reached by, and how weakly that is known."""

from __future__ import annotations

from collections.abc import Mapping

from lineage.dependencies import STRENGTHS
from lineage.edges import Edge
from lineage.records import Effect, Known

Effects = Mapping[Effect, Known]


def weakest(*ways: Known) -> Known:
    """Give the weakest of ways in which things are known; of none, the strongest there is."""
    return max(ways, key=STRENGTHS.__getitem__, default=Known.BY_CONSTRUCTION)


def together(*given: Effects) -> dict[Effect, Known]:
    """Join effects, each as weakly known as the weakest way it came; direct, model, decision in this order."""
    some = [one for one in given if one]
    if len(some) < 2:
        return dict(some[0]) if some else {}
    return {
        effect: weakest(*(one[effect] for one in some if effect in one))
        for effect in Effect
        if any(effect in one for one in some)
    }


def crossed(effects: Effects, edge: Edge, *, direct: Known | None) -> dict[Effect, Known]:
    """Give what effects become over an edge.

    A direct effect becomes the edge's, where any touches what the edge rests on; `direct` is then how
    that is known, else None. Effects of a model or a decision stay what they are.
    """
    kept = {effect: weakest(known, edge.known) for effect, known in effects.items() if effect is not Effect.DIRECT}
    return together(kept, {} if direct is None else {edge.effect: weakest(direct, edge.known)})
