"""Sources, kept for good: their secret for row ids and pinned schema; and what each DAG run pinned."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from blake3 import blake3
from sqlalchemy.dialects.postgresql import insert  # SQLite spells ON CONFLICT the same way

from lineage.encoding import json_text, json_value, now_us
from lineage.part import Part
from lineage.records import SourceRecord
from lineage.schema import pins, sources

SECRET_BYTES = 16

_ADD = insert(sources).on_conflict_do_nothing()
_PIN = insert(pins).on_conflict_do_nothing()
_PINNED = sa.select(pins.c.reference).where(
    *(pins.c[column] == sa.bindparam(column) for column in ("dag", "dag_run", "source"))
)
_PINS = (
    sa.select(pins.c.source, pins.c.reference)
    .where(pins.c.dag == sa.bindparam("dag"), pins.c.dag_run == sa.bindparam("dag_run"))
    .order_by(pins.c.source)
)
_PINNING = (
    sa.select(pins.c.dag, pins.c.dag_run, pins.c.reference)
    .where(pins.c.source == sa.bindparam("source"))
    .order_by(pins.c.recorded_us.desc(), pins.c.dag, pins.c.dag_run)
)
_SELECT = sa.select(sources.c.name, sources.c.secret, sources.c.schema, sources.c.key)
_SOURCE = _SELECT.where(sources.c.name == sa.bindparam("name"))


class Sources(Part):
    """Sources and pins: of both, what was recorded first stands."""

    def register_source(
        self, name: str, *, schema: Mapping[str, str], key: Sequence[str] = (), public: bool = False
    ) -> SourceRecord:
        """Keep a source's schema and key for good, with a new secret, unless it is kept already.

        A `public` source has no key worth hiding: its secret follows from its name, and so its row
        ids, and what is drawn by them, are the same in every installation.

        Returns:
            What is kept: the first registration, whatever is asked now.

        Raises:
            StoreUnreachable: the database cannot be written.
        """
        kept = self.source(name)
        if kept is not None:
            return kept
        secret = blake3(name.encode()).digest(length=SECRET_BYTES) if public else secrets.token_bytes(SECRET_BYTES)
        values = {"name": name, "secret": secret, "recorded_us": now_us()}
        columns = json_text(dict(schema))
        with self.database.writing() as connection:
            connection.execute(_ADD, {**values, "schema": columns, "key": json_text(list(key))})
            return _source(connection.execute(_SOURCE, {"name": name}).one())

    def source(self, name: str) -> SourceRecord | None:
        """Find what is kept of a source; None when it was never registered.

        Raises:
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            row = connection.execute(_SOURCE, {"name": name}).first()
            return None if row is None else _source(row)

    def sources(self) -> list[SourceRecord]:
        """List every source, by name.

        Raises:
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            return [_source(row) for row in connection.execute(_SELECT.order_by(sources.c.name))]

    def pin(self, dag: str, dag_run: str, source: str, reference: str) -> str:
        """Fix what a DAG run takes from a source, unless it is fixed already.

        Returns:
            What is fixed: the first to be pinned, which may not be `reference`.

        Raises:
            StoreUnreachable: the database cannot be written.
        """
        where = {"dag": dag, "dag_run": dag_run, "source": source}
        fixed = self.pinned(dag, dag_run, source)
        if fixed is not None:
            return fixed
        with self.database.writing() as connection:
            connection.execute(_PIN, {**where, "reference": reference, "recorded_us": now_us()})
            return str(connection.execute(_PINNED, where).scalar_one())

    def pinned(self, dag: str, dag_run: str, source: str) -> str | None:
        """Find what a DAG run took from a source; None when it has pinned nothing yet.

        Raises:
            StoreUnreachable: the database cannot be read.
        """
        where = {"dag": dag, "dag_run": dag_run, "source": source}
        with self.database.reading() as connection:
            return connection.execute(_PINNED, where).scalar()

    def pins(self, dag: str, dag_run: str) -> dict[str, str]:
        """Give all that a DAG run pinned: references by source, in the order of the sources' names.

        Raises:
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            return {source: pinned for source, pinned in connection.execute(_PINS, {"dag": dag, "dag_run": dag_run})}

    def pinning(self, source: str) -> list[tuple[str, str, str]]:
        """List the DAG runs that pinned a source, the last to do so first: DAG, DAG run, and what was pinned.

        Raises:
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            return [(dag, run, pinned) for dag, run, pinned in connection.execute(_PINNING, {"source": source})]


def _source(row: Sequence[Any]) -> SourceRecord:
    name, secret, schema, key = row
    return SourceRecord(name=name, secret=bytes(secret), schema=json_value(schema), key=tuple(json_value(key)))
