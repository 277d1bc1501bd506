"""What stands in the place of what after a rebuild: tables, sources among them, and models.

What was made in the DAG run that was rebuilt has its counterpart there. What an earlier DAG run made
of the wrong rows has the counterpart of the later one of its name: then what else changed in between
shows as well.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from lineage.records import Recall, RecallState
from lineage.store import Store
from pipeline.errors import Refused
from pipeline.recall.rebuilt import made_in

_KINDS = ("dataset", "model")
_REBUILT = (RecallState.REBUILT, RecallState.CLOSED)


@dataclass(frozen=True, slots=True)
class Counterpart:
    """What an artifact was in the DAG run that was rebuilt, and what it is now, by reference.

    `earlier`: the artifact asked for is none of that DAG run, but one of the same name made before it.
    """

    before: str
    after: str
    earlier: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """What a rebuild put in the place of what: `pairs` of tables and models by reference, equal ones included.

    `sources` are those that were corrected, by name: before and after. `dag_runs` are those that
    rebuilt, `also` the recalls that were applied along with this one, `causes` why results can be others.
    """

    pairs: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    dag_runs: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()

    @property
    def changed(self) -> dict[str, str]:
        """The tables that came out as others."""
        return {old: new for old, new in self.pairs.items() if old != new and old.startswith("dataset/")}

    def counterpart(self, reference: str, touched: Collection[str]) -> Counterpart | None:
        """Find what stands in the place of an artifact; of one not `touched` by the recall, it is the artifact itself.

        None where the rebuild made nothing of its name.
        """
        if reference in self.pairs:
            return Counterpart(reference, self.pairs[reference])
        if reference not in touched or reference in self.pairs.values():
            return Counterpart(reference, reference)
        name = reference.rpartition("@")[0]
        found = [Counterpart(old, new, True) for old, new in self.pairs.items() if old.rpartition("@")[0] == name]
        return found[-1] if found else None


def replaced(store: Store, recall: Recall) -> Replaced:
    """Read what the last rebuild of a recall put in the place of what.

    Raises:
        Refused: the recall is not rebuilt, or does not count any more.
        StoreUnreachable: the store cannot be read.
    """
    _require_rebuilt(recall)
    facts = [event.facts for event in recall.events if event.event == RecallState.REBUILT][-1]
    dags = facts["dags"]
    sources = {name: (pair[0], pair[1]) for one in dags for name, pair in one["sources"].items()}
    pairs = {pair: after for one in dags for pair, after in _pairs(store, one).items()}
    return Replaced(
        pairs={**dict(sources.values()), **pairs},
        sources=sources,
        dag_runs=tuple(f"{one['dag']} {one['dag_run']}" for one in dags),
        also=tuple(facts["also"]),
        causes=tuple(dict.fromkeys(cause for one in dags for cause in one["causes"])),
    )


def _require_rebuilt(recall: Recall) -> None:
    if recall.state in _REBUILT:
        return
    is_open = recall.state is RecallState.OPEN
    how = "not rebuilt yet" if is_open else recall.state
    raise Refused(
        f"recall {recall.id} is {how}: what would be answered now is unknown",
        expected="a recall that is rebuilt",
        next_step=f"Run `headwater rebuild {recall.id}`." if is_open else f"See `headwater recalls show {recall.id}`.",
    )


def _pairs(store: Store, told: Mapping[str, Any]) -> dict[str, str]:
    made = made_in(store, dag=told["dag"], dag_run=told["dag_run"], base=told["base"])
    return {one.before: one.after for one in made if one.before and one.kind in _KINDS}
