"""What an erasure asks of the store: the ids stay, what quotes the rows is blanked, freed bytes are given back."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from lineage import reading, recalled
from lineage.artifacts import resolved
from lineage.database import WAIT_S, Database
from lineage.encoding import json_text, json_value
from lineage.part import Part
from lineage.records import ERASED, JSON, RecallState
from lineage.schema import METADATA, artifacts, names, prediction_rows, predictions, recalls, tombstones
from lineage.statements import among, members

_OF_SOURCE = sa.select(recalls).where(recalls.c.source == sa.bindparam("source")).order_by(recalls.c.number)
_GRAVE = (
    sa.select(tombstones.c.reason)
    .where(tombstones.c.artifact == sa.bindparam("a"), reading.gone(tombstones.c.artifact))
    .order_by(tombstones.c.number.desc())
    .limit(1)
)
_FACTS = sa.select(artifacts.c.facts).where(artifacts.c.id == sa.bindparam("a"))
_ASKED = (
    sa.select(predictions.c.id, predictions.c.input, names.c.kind, names.c.name, artifacts.c.digest)
    .join_from(predictions, artifacts, artifacts.c.id == predictions.c.model)
    .join(names, names.c.id == artifacts.c.name)
    .where(predictions.c.input != "{}")
)
_MEANT = among(predictions.c.id, sa.bindparam("ids"))
_UNLINK = sa.delete(prediction_rows).where(
    prediction_rows.c.prediction.in_(sa.select(predictions.c.number).where(_MEANT))
)
_EMPTY = sa.update(predictions).where(_MEANT).values(input="{}", looked_up="[]")
_SAYING_NOTHING = ("", "{}", "[]")
_QUOTING = {
    "runs": ("dag_run", "parameters", "error", "airflow", "recipe", "facts"),
    "names": ("name",),
    "artifacts": ("facts",),
    "dependencies": ("detail",),
    "tombstones": ("reason",),
    "pins": ("dag_run", "source", "reference"),
    "releases": ("audit", "reason", "facts"),
    "predictions": ("input", "output", "looked_up"),
    "prediction_rows": ("source",),
    "recalls": ("source", "version", "corrected", "where", "reason", "facts"),
    "recall_events": ("note", "facts"),
}
"""The texts that can hold what rows hold, by table: values, messages that quote them, names made of partitions."""

Blanking = Callable[[str], str]
"""What becomes of a text: itself, where there is nothing to blank in it."""


class Erasures(Part):
    """Erasures: which ids are left out for good, and what is taken away of what is kept otherwise."""

    def erased(self, source: str) -> tuple[int, ...]:
        """Give the ids of a source's rows whose erasure was asked for and not withdrawn, ascending.

        Raises:
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            found = recalled.read(connection, connection.execute(_OF_SOURCE, {"source": source}).all())
        asked = [one.rows for one in found if one.is_erasure and one.state is not RecallState.WITHDRAWN]
        return tuple(sorted({row for rows in asked for row in rows}))

    def buried(self, reference: str) -> str:
        """Tell why an artifact was deleted; "" for one that is there.

        Raises:
            NotRecorded: nothing answers to the reference.
            Ambiguous: several artifacts do.
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            number = resolved(connection, reference, mentions=True).id
            return str(connection.execute(_GRAVE, {"a": number}).scalar() or "")

    def reduce(self, reference: str, keep: Collection[str]) -> None:
        """Leave of an artifact's facts only those named in `keep`.

        Raises:
            NotRecorded: nothing answers to the reference.
            Ambiguous: several artifacts do.
            StoreUnreachable: the database cannot be written.
        """
        with self.database.writing() as connection:
            number = resolved(connection, reference).id
            facts = json_value(connection.execute(_FACTS, {"a": number}).scalar_one())
            kept = json_text({name: value for name, value in facts.items() if name in keep})
            connection.execute(sa.update(artifacts).where(artifacts.c.id == number).values(facts=kept))

    def predictions_asking(self, matches: Callable[[str, Mapping[str, JSON]], bool]) -> list[str]:
        """Give the ids of the predictions whose model, as a reference, and logged input match.

        Raises:
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            rows = connection.execution_options(yield_per=1_000).execute(_ASKED)
            return [one.id for one in rows if matches(f"{one.kind}/{one.name}@{one.digest}", json_value(one.input))]

    def erase_predictions(self, ids: Collection[str]) -> None:
        """Take from predictions what they were asked and looked up, and the rows that they stand on.

        Raises:
            StoreUnreachable: the database cannot be written.
        """
        with self.database.writing() as connection:
            for statement in (_UNLINK, _EMPTY):
                connection.execute(statement, {"ids": members(ids)})

    def quoting(self, blanked: Blanking) -> dict[str, int]:
        """Count, by table, the rows in whose texts there is something to blank.

        Raises:
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            return dict(Counter(table.name for table, _, _ in _changes(connection, blanked)))

    def blank(self, recall_id: str, blanked: Blanking, *, by: str) -> dict[str, int]:
        """Put, in every text of every table, what `blanked` makes of it; the number of rows changed, by table.

        It is on record with the recall, in the same transaction.

        Raises:
            NotRecorded: there is no such recall.
            StoreUnreachable: the database cannot be written.
            Conflict: two names would become one.
        """
        with self.database.writing() as connection:
            recalled.found(connection, recall_id)
            changes = list(_changes(connection, blanked))
            for table, key, values in changes:
                connection.execute(sa.update(table).where(*(column == value for column, value in key)).values(values))
            counts = dict(Counter(table.name for table, _, _ in changes))
            if counts:
                recalled.append(connection, recall_id, event=ERASED, by=by, note="", facts={"blanked": counts})
        return counts

    def compact(self) -> bool:
        """Write the database file anew, so that none of the bytes that were deleted is left in it.

        Returns:
            Whether that was done: a server's database is its operator's to clean (`VACUUM FULL`).

        Raises:
            StoreUnreachable: the database cannot be written, or others keep it busy for too long.
        """
        if self.database.is_sqlite:
            _compact(self.database)
        return self.database.is_sqlite


def _changes(connection: Connection, blanked: Blanking) -> Iterator[tuple[sa.Table, Any, dict[str, str]]]:
    """What blanking changes: the table, the values of its key, and the new texts by column."""
    for table in METADATA.sorted_tables:
        keys = list(table.primary_key.columns)
        texts = [table.c[name] for name in _QUOTING.get(table.name, ())]
        rows = connection.execute(sa.select(*keys, *texts)) if texts else ()
        for row in rows:
            said = dict(zip((column.name for column in texts), row[len(keys) :], strict=True))
            new = {name: blanked(text) for name, text in said.items() if text not in _SAYING_NOTHING}
            if changed := {name: text for name, text in new.items() if text != said[name]}:
                yield table, list(zip(keys, row[: len(keys)], strict=True)), changed


def _compact(database: Database) -> None:
    patience = time.monotonic() + WAIT_S
    with database.translated():
        raw = database.engine.raw_connection()
        try:
            raw.driver_connection.execute("VACUUM")
            while raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                if time.monotonic() > patience:
                    busy = sqlite3.OperationalError("others read it all the time")
                    raise OperationalError("PRAGMA wal_checkpoint", None, busy)
                time.sleep(0.05)
        finally:
            raw.close()
