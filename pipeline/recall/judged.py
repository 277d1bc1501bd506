"""What people said of erased rows: judgements of errors, kept as a source of their own, which are erased along.

A judgement names the row it is about by its id, and its note may quote it. So an erasure asks for another one: of
the judgements of its rows and of rows made of them. What people said of other rows stays.
"""

from __future__ import annotations

from lineage.errors import Letter
from lineage.idsets import NO_IDS, Ids, ids_of, is_in, joined
from lineage.impact import impact
from lineage.records import Artifact, Effect, Recall
from pipeline.auditing.errors.judgements import KEYS
from pipeline.recall.amended import amended
from pipeline.recall.faults import faults
from pipeline.recall.holders import source_tables
from pipeline.recall.request import Request, recalled
from pipeline.runner import Runner
from pipeline.storage.tables import StoredTables

_ABOUT = KEYS[0]


def judged(runner: Runner, recall: Recall, *, by: str) -> list[Request]:
    """Give the erasures of judgements that an erasure asks for, on record, and clean versions beside those they are in.

    A chain that is rebuilt takes the clean version; where no chain ever took the judgements, it is what keeps those
    of other rows.

    Raises:
        StoreUnreachable: the store cannot be read or written.
    """
    sources = [one.name for one in runner.store.sources() if one.key == KEYS and one.name != recall.source]
    rows = _rows(runner, recall) if sources else NO_IDS
    found = []
    for source in sources:
        about = joined(*(_about(runner, table, rows) for table in source_tables(runner.store, source)))
        if len(about):
            found.append(Request(source, about))
            _clean(runner, recalled(runner, found[-1], reason=judgements_of(recall), by=by))
    return found


def judgements_of(recall: Recall) -> str:
    """Say why judgements are erased: they are of the rows of another erasure."""
    return f"they are judgements of rows of recall {recall.id}"


def _rows(runner: Runner, recall: Recall) -> Ids:
    """The ids of the rows of an erasure, and of all rows made of them."""
    tables = StoredTables(runner.store, runner.storage)
    reached = impact(runner.store, tables, dict(faults(runner.store, tables, recall).starts))
    made = [line.touched.ids for line in reached.lines if line.touched and Effect.DIRECT in line.effects]
    return joined(ids_of(recall.rows), *made)


def _about(runner: Runner, table: Artifact, rows: Ids) -> Ids:
    """The judgements in a table that are about some of `rows`; none where its bytes cannot be read."""
    try:
        judgements = runner.storage.load(table)
    except Letter:
        return NO_IDS
    return ids_of(judgements.index[is_in(judgements[_ABOUT].to_numpy("int64"), rows)])


def _clean(runner: Runner, recall: Recall) -> None:
    """Make the newest version of a source without the rows of an erasure."""
    versions = runner.store.versions("dataset", recall.source)
    amended(runner, versions[0].reference, [recall])
