"""Long lists are one parameter, beginnings of texts are a range, and bare rows are in the order of the table."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from lineage.schema import names, runs
from lineage.statements import add_rows, among, begins, members, plain_rows, span
from lineage.store import Store
from tests.lineage.history import History, run


def test_among_takes_a_list_of_any_length(history: History) -> None:
    """Ten thousand numbers or texts are one parameter."""
    history.store.begin(run("r'1"))
    with history.store.database.reading() as connection:
        statement = sa.select(runs.c.id).where(among(runs.c.id, sa.bindparam("ids")))
        listed = members(["r'1", *map(str, range(10_000))])
        assert connection.execute(statement, {"ids": listed}).scalars().all() == ["r'1"]


def test_a_beginning_is_taken_literally(history: History) -> None:
    """Wildcards are letters like any other; every character sorts before the end of the range."""
    for run_id in ("a%", "ab", "a", "a\U0010ffff", "b"):
        history.store.begin(run(run_id))
    with history.store.database.reading() as connection:
        statement = sa.select(runs.c.id).where(begins(runs.c.id)).order_by(runs.c.id)
        found = {part: connection.execute(statement, span(part)).scalars().all() for part in ("a", "a%")}
    assert found == {"a": ["a", "a%", "ab", "a\U0010ffff"], "a%": ["a%"]}


def test_rows_go_in_and_come_out_by_the_driver_alone(store: Store) -> None:
    """What is added as tuples is selected as tuples."""
    with store.database.writing() as connection:
        add_rows(connection, names.insert(), [("model", "a"), ("dataset", "b")], columns="kind name")
        statement = sa.select(names.c.kind, names.c.name).where(names.c.name != sa.bindparam("other")).order_by("name")
        assert list(plain_rows(connection, statement, other="c")) == [("model", "a"), ("dataset", "b")]


def test_columns_out_of_order_are_refused(store: Store) -> None:
    """Values never land in the wrong column."""
    with store.database.writing() as connection, pytest.raises(ValueError, match="order of the table"):
        add_rows(connection, names.insert(), [("a", "model")], columns="name kind")
