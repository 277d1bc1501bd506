"""What our statements need beyond SQLAlchemy: lists as one parameter, beginnings of texts, and bare speed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

_LAST_CHARACTER = "\U0010ffff"


class among(FunctionElement[Any]):
    """`among(column, bindparam("numbers"))`: the column is one of a JSON list of whole numbers or texts.

    It has no type: SQLite would be asked whether a truth value equals 1, and use no index.
    """

    inherit_cache = True


@compiles(among, "sqlite")
def _among_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    column, numbers = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({numbers}))"


@compiles(among, "postgresql")
def _among_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    column, listed = element.clauses
    kind = "TEXT" if isinstance(column.type, sa.Text) else "BIGINT"
    numbers = compiler.process(listed, **options)
    members = f"SELECT CAST(value AS {kind}) FROM json_array_elements_text(CAST({numbers} AS JSON))"
    return f"{compiler.process(column, **options)} IN ({members})"


def members(values: Iterable[int] | Iterable[str]) -> str:
    """Write `values` as the list that `among` takes."""
    return json.dumps(list(values))


def add_rows(connection: Connection, statement: sa.Insert, rows: Iterable[Sequence[Any]], *, columns: str) -> None:
    """Execute `statement` for every row by the driver alone, which is what makes many rows cheap.

    `columns` names what each row holds, in the order of the table; the driver takes the values as they are.
    """
    connection.connection.cursor().executemany(_driver_text(statement, connection.dialect, columns), rows)


@lru_cache(maxsize=64)
def _driver_text(statement: sa.Insert, dialect: sa.Dialect, columns: str) -> str:
    compiled: Any = statement.compile(dialect=dialect, column_keys=columns.split())
    if compiled.positiontup != columns.split():
        raise ValueError(f"{columns!r} are not in the order of the table: {compiled.positiontup}")
    return str(compiled.string)


def plain_rows(connection: Connection, statement: sa.Select[Any], **values: Any) -> Iterable[tuple[Any, ...]]:
    """Select by the driver alone, which is what makes many rows cheap: tuples of what the driver returns."""
    text, order, bound = _driver_query(statement, connection.dialect)
    cursor = connection.connection.cursor()
    cursor.execute(text, [values.get(name, bound[name]) for name in order])
    return cursor


@lru_cache(maxsize=64)
def _driver_query(statement: sa.Select[Any], dialect: sa.Dialect) -> tuple[str, list[str], dict[str, Any]]:
    compiled: Any = statement.compile(dialect=dialect)
    return compiled.string, compiled.positiontup, compiled.params


def begins(column: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Whether a text column begins as `span` says: a range of its index."""
    return sa.and_(column >= sa.bindparam("first"), column <= sa.bindparam("last"))


def span(prefix: str) -> dict[str, str]:
    """Write the beginning of a text as the values that `begins` takes."""
    return {"first": prefix, "last": prefix + _LAST_CHARACTER}
