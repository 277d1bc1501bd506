"""Served answers, with the source rows each stands on: logged in one write, found from either end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from lineage import catalogue
from lineage.encoding import json_text, json_value, microseconds, moment, now_us
from lineage.errors import MOST_EXAMPLES, Ambiguous, Conflict, NotRecorded
from lineage.part import Part
from lineage.records import Prediction
from lineage.schema import artifacts, names, prediction_rows, predictions
from lineage.statements import among, begins, members, plain_rows, span

_ADD = predictions.insert()
_ADD_ROW = prediction_rows.insert()
_MODEL = (names.c.kind, names.c.name, artifacts.c.digest)
_SELECT = (
    sa.select(*predictions.c, *_MODEL)
    .join_from(predictions, artifacts, artifacts.c.id == predictions.c.model)
    .join(names, names.c.id == artifacts.c.name)
)
_BY_ID = _SELECT.where(predictions.c.id == sa.bindparam("id"))
_BEGINS = begins(predictions.c.id)
_BY_PREFIX = _SELECT.where(_BEGINS).order_by(predictions.c.id).limit(MOST_EXAMPLES + 1)
_COUNT = sa.select(sa.func.count()).where(_BEGINS)
_AMONG = _SELECT.where(among(predictions.c.id, sa.bindparam("ids"))).order_by(predictions.c.number)
_NUMBERS = sa.select(predictions.c.id, predictions.c.number).where(among(predictions.c.id, sa.bindparam("ids")))
_ROWS = (
    sa.select(prediction_rows.c.prediction, prediction_rows.c.source, prediction_rows.c.row)
    .where(among(prediction_rows.c.prediction, sa.bindparam("numbers")))
    .order_by(prediction_rows.c.prediction, prediction_rows.c.position)
)
_ON = sa.select(prediction_rows.c.prediction).where(
    prediction_rows.c.source == sa.bindparam("source"), among(prediction_rows.c.row, sa.bindparam("rows"))
)
_STANDING_ON = _SELECT.where(predictions.c.number.in_(_ON)).order_by(predictions.c.number)
_ON_ANY = sa.select(prediction_rows.c.prediction).where(prediction_rows.c.source == sa.bindparam("source"))
_SERVED = (
    sa.select(*(predictions.c[name] for name in ("number", "id", "endpoint", "release")), *_MODEL)
    .join_from(predictions, artifacts, artifacts.c.id == predictions.c.model)
    .join(names, names.c.id == artifacts.c.name)
)
_SERVED_ON = _SERVED.where(predictions.c.number.in_(_ON))
_SERVED_ON_ANY = _SERVED.where(predictions.c.number.in_(_ON_ANY))
_SERVED_BY = _SERVED.where(among(predictions.c.model, sa.bindparam("models")))


class Predictions(Part):
    """Predictions: logged for good, found by id, by time, or by the source rows they stand on."""

    def log_predictions(self, predictions: Iterable[Prediction]) -> None:
        """Log served answers, all of them or none, in one write.

        Raises:
            Conflict: an id is logged already, or given twice.
            NotRecorded: a model is not given as a whole reference.
            StoreUnreachable: the database cannot be written.
        """
        given = list(predictions)
        if len({one.id for one in given}) != len(given):
            raise Conflict("a prediction is given twice in one batch", expected="an id of its own for each")
        if given:
            with self.database.writing() as connection:
                _logged(connection, given)

    def predictions(self, last: int = 20, endpoint: str | None = None) -> list[Prediction]:
        """List the `last` predictions of one endpoint or all, newest first.

        Raises:
            StoreUnreachable: the database cannot be read.
        """
        statement = _SELECT.order_by(predictions.c.number.desc()).limit(last)
        if endpoint is not None:
            statement = statement.where(predictions.c.endpoint == endpoint)
        with self.database.reading() as connection:
            return _whole(connection, connection.execute(statement).all())

    def prediction(self, prediction_id: str) -> Prediction:
        """Read one prediction, by its id or the beginning of its id.

        Raises:
            NotRecorded: no prediction's id begins so.
            Ambiguous: several predictions' ids begin so.
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            row = connection.execute(_BY_ID, {"id": prediction_id}).first() or _only(connection, prediction_id)
            return _whole(connection, [row])[0]

    def predictions_on(self, source: str, row_ids: Iterable[int]) -> list[Prediction]:
        """List the predictions that stand directly on any of these rows of `source`, oldest first.

        Raises:
            StoreUnreachable: the database cannot be read.
        """
        asked = {"source": source, "rows": members(int(row) for row in row_ids)}
        with self.database.reading() as connection:
            return _whole(connection, connection.execute(_STANDING_ON, asked).all())

    def predictions_among(self, ids: Iterable[str]) -> list[Prediction]:
        """Read those of some predictions that are logged, by their whole ids, oldest first.

        Raises:
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            return _whole(connection, connection.execute(_AMONG, {"ids": members(ids)}).all())


def _logged(connection: Connection, given: Sequence[Prediction]) -> None:
    models = catalogue.mentioned(connection, (one.model for one in given))
    recorded_us = now_us()
    connection.execute(_ADD, [_written(one, model=models[one.model], recorded_us=recorded_us) for one in given])
    standing = [one for one in given if one.rows]
    if standing:
        ids = members(one.id for one in standing)
        numbers = {row.id: row.number for row in connection.execute(_NUMBERS, {"ids": ids})}
        rows = [
            {"prediction": numbers[one.id], "position": position, "source": source, "row": int(row)}
            for one in standing
            for position, (source, row) in enumerate(one.rows)
        ]
        connection.execute(_ADD_ROW, rows)


def _written(one: Prediction, *, model: int, recorded_us: int) -> dict[str, object]:
    return {
        "id": one.id,
        "at_us": microseconds(one.at),
        "endpoint": one.endpoint,
        "release": one.release,
        "model": model,
        "input": json_text(one.input),
        "output": json_text(one.output),
        "recorded_us": recorded_us,
        "looked_up": json_text(list(one.looked_up)),
    }


def _whole(connection: Connection, rows: Sequence[Any]) -> list[Prediction]:
    standing: dict[int, list[tuple[str, int]]] = {row.number: [] for row in rows}
    for number, source, row_id in connection.execute(_ROWS, {"numbers": members(standing)}) if rows else ():
        standing[number].append((source, row_id))
    return [_prediction(row, standing=tuple(standing[row.number])) for row in rows]


def _prediction(row: Any, *, standing: tuple[tuple[str, int], ...]) -> Prediction:
    return Prediction(
        id=row.id,
        at=moment(row.at_us),
        endpoint=row.endpoint,
        release=row.release,
        model=f"{row.kind}/{row.name}@{row.digest}",
        input=json_value(row.input),
        output=json_value(row.output),
        rows=standing,
        looked_up=tuple(json_value(row.looked_up)),
    )


def _only(connection: Connection, prefix: str) -> Any:
    rows = connection.execute(_BY_PREFIX, span(prefix)).all() if prefix else []
    if not rows:
        raise NotRecorded(f"no prediction is logged as {prefix!r}", next_step="See `headwater predictions`.")
    if len(rows) > 1:
        raise Ambiguous(
            f"several predictions begin with {prefix!r}",
            examples=[row.id for row in rows],
            count=connection.execute(_COUNT, span(prefix)).scalar_one(),
            next_step="Give more of the id.",
        )
    return rows[0]


class Served(NamedTuple):
    """What tells of a prediction where the whole record would be too much."""

    number: int
    id: str
    endpoint: str
    release: int
    model: str


def served_on(connection: Connection, source: str, rows: Iterable[int] | None) -> Iterator[Served]:
    """Find the predictions that stand directly on any of these rows of a dataset's name (None: on any row at all)."""
    if rows is None:
        return _served(plain_rows(connection, _SERVED_ON_ANY, source=source))
    return _served(plain_rows(connection, _SERVED_ON, source=source, rows=members(int(row) for row in rows)))


def served_by(connection: Connection, models: Iterable[int]) -> Iterator[Served]:
    """Find the predictions that models, by their numbers, have served."""
    return _served(plain_rows(connection, _SERVED_BY, models=members(models)))


def _served(rows: Iterable[Sequence[Any]]) -> Iterator[Served]:
    for *told, kind, name, digest in rows:
        yield Served(*told, f"{kind}/{name}@{digest}")
