"""Effects keep apart what came through a row's own data, through a fitted state, through a decision."""

from __future__ import annotations

from lineage.effects import crossed, together, weakest
from lineage.edges import Edge
from lineage.records import Effect, Known, Rule

DIRECT, MODEL, DECISION = Effect.DIRECT, Effect.MODEL, Effect.DECISION
SURE, SAMPLED, SAID, ASSUMED = Known.BY_CONSTRUCTION, Known.SAMPLED, Known.DECLARED, Known.ASSUMED


def edge(effect: Effect, known: Known) -> Edge:
    """Make an edge from 1 to 2."""
    return Edge(2, 1, Rule.EVERY_ROW, effect, known, {})


def test_the_weakest_way_counts() -> None:
    """Of nothing, nothing is weak."""
    assert weakest(SAMPLED, SAID, SURE) is SAID
    assert weakest() is SURE


def test_effects_that_meet_are_each_as_weak_as_their_weakest_way() -> None:
    """Told in one order: direct, model, decision."""
    found = together({DECISION: SURE, DIRECT: SAMPLED}, {DIRECT: SURE, MODEL: ASSUMED}, {})
    assert list(found.items()) == [(DIRECT, SAMPLED), (MODEL, ASSUMED), (DECISION, SURE)]


def test_a_direct_effect_becomes_the_edges_and_others_stay_what_they_are() -> None:
    """Fitting turns a row's own data into a model's effect; a decision stays a decision."""
    before = {DIRECT: SURE, DECISION: SURE}
    assert crossed(before, edge(MODEL, SAID), direct=SAMPLED) == {MODEL: SAID, DECISION: SAID}
    assert crossed(before, edge(DIRECT, SAMPLED), direct=SURE) == {DIRECT: SAMPLED, DECISION: SAMPLED}
    assert crossed(before, edge(MODEL, SAID), direct=None) == {DECISION: SAID}
