"""What the record tells of an erasure, for its statement: rebuilt chains, and what became of each artifact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lineage.records import Recall, RecallState
from pipeline.recall.forgotten import DELETED, Fate, Forgotten
from pipeline.recall.holders import Held, Holder
from pipeline.runner import Runner

_DAG = ("dag", "base", "dag_run", "refused", "failed")


def statement_of(runner: Runner, recall: Recall) -> Forgotten:
    """Begin the statement of an erasure: who asked for what, and which chains are rebuilt.

    Raises:
        StoreUnreachable: the store cannot be read.
    """
    one = runner.store.recall(recall.id)
    return Forgotten(
        recall=one.id,
        source=one.source,
        rows=len(one.rows),
        by=one.by,
        reason=one.reason,
        asked_at=one.recorded_at.isoformat(timespec="seconds"),
        dags=[{name: dag.get(name, "") for name in _DAG} for dag in _dags(one)],
    )


def fates(
    runner: Runner, recall: Recall, plan: Held, *, live: Mapping[str, str], deleted: Mapping[str, str]
) -> list[Fate]:
    """Tell what became of everything that held the rows.

    `live` are those that are kept to answer, with the endpoint; `deleted` those that are gone, with
    the reference of another artifact of the same content, "" mostly.
    """
    made = {before: after for dag in _dags(runner.store.recall(recall.id)) for before, after in dag["made"].items()}
    return [
        Fate(
            reference=one.reference,
            how=one.how,
            rows=one.rows,
            became=_became(one, live=live, deleted=deleted),
            rebuilt=made.get(one.reference, ""),
        )
        for one in plan.holders
    ]


def source_files(runner: Runner, holders: list[Holder]) -> list[str]:
    """Name the files that versions of the source were read from."""
    facts = [runner.store.artifact(one.reference).facts for one in holders]
    return sorted({entry["name"] for one in facts for entry in one.get("files", ())})


def _became(one: Holder, *, live: Mapping[str, str], deleted: Mapping[str, str]) -> str:
    if endpoint := live.get(one.reference):
        return f"kept, since {endpoint} answers with it"
    if one.reference not in deleted:
        return "kept until nothing else holds the rows"
    other = deleted[one.reference]
    return DELETED + (f"; its content is that of {other} too, which stays" if other else "")


def _dags(recall: Recall) -> list[Mapping[str, Any]]:
    """The chains as the last rebuild put them on record."""
    told = [event.facts for event in recall.events if event.event == RecallState.REBUILT]
    return list(told[-1].get("dags", ())) if told else []
