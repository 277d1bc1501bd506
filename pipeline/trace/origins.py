"""Which rows of which sources a dataset's rows stand on, and by which rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lineage.contents import Tables
from lineage.errors import NotRecorded
from lineage.idsets import NO_IDS, Ids
from lineage.records import Effect, Rule
from lineage.standing import standing
from lineage.store import Store
from pipeline.trace.rows import is_source

_LOOSENESS = {rule: place for place, rule in enumerate(Rule)}


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """Rows of a version of a source that others stand on, by the loosest rule on the way."""

    source: str
    reference: str
    rule: Rule
    ids: Ids


def origins(store: Store, tables: Tables, reference: str) -> list[Origin]:
    """Tell for every source upstream of a dataset which rows its rows stand on, nearest source first.

    A source that only a fitted state or a choice of rows rests on stands behind it with every row.

    Raises:
        Letter: the rows of a dataset cannot be read, or something above was never recorded.
    """
    own = tables.columns(reference, []).index.to_numpy()
    found, rules = standing(store, tables, reference, own), rules_above(store, reference)
    if not found.complete:
        raise NotRecorded(f"not all is known that {reference} stands on", examples=found.missing)
    above = (store.artifact(reference), *store.upstream(reference).artifacts)
    return [
        Origin(each.name, each.reference, rules[each.reference], found.rows.get(each.reference, NO_IDS))
        if each.reference in rules
        else Origin(each.name, each.reference, Rule.EVERY_ROW, tables.columns(each.reference, []).index.to_numpy())
        for each in above
        if is_source(each)
    ]


def rules_above(store: Store, reference: str) -> dict[str, Rule]:
    """Give the loosest rule on any way of the rows' own data, from each artifact above down to `reference`."""
    loosest = {reference: Rule.SAME_ROW}
    waiting: Sequence[str] = [reference]
    while waiting:
        found: dict[str, Rule] = {}
        for output in waiting:
            for edge in store.dependencies(output):
                rule = max(edge.rule, loosest[output], key=_LOOSENESS.__getitem__)
                if edge.effect is Effect.DIRECT and _is_looser(rule, {**loosest, **found}.get(edge.input)):
                    found[edge.input] = rule
        loosest |= found
        waiting = list(found)
    return loosest


def _is_looser(rule: Rule, known: Rule | None) -> bool:
    return known is None or _LOOSENESS[rule] > _LOOSENESS[known]
