"""Small random tables, corrections of them, and random chains of public steps over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from pipeline.rows import row_ids
from pipeline.step import Made, Step

SECRET = b"the same everywhere"
SCHEMAS = {
    "people": {"id": "integer", "k": "integer", "g": "text", "x": "integer", "t": "text"},
    "others": {"id": "integer", "k": "integer", "g": "text", "x": "integer", "t": "text"},
    "known": {"k": "integer", "v": "integer", "w": "text"},
    "events": {"event": "integer", "k": "integer", "m": "integer"},
    "sheet": {"line": "integer", "k": "integer", "g": "text", "w": "text"},
}
KEYS = {"people": "id", "others": "id", "known": "k", "events": "event", "sheet": "line"}
SIZES = {"people": 9, "others": 4, "known": 4, "events": 6, "sheet": 3}
_CELLS = {
    "k": st.none() | st.integers(0, 3),
    "x": st.none() | st.integers(-3, 3),
    "v": st.none() | st.integers(0, 2),
    "m": st.integers(0, 2),
    "g": st.none() | st.sampled_from("ab"),
    "w": st.sampled_from("pq"),
    "t": st.none() | st.sampled_from(["", "a", "a;b", "b;b", "c;a"]),
}
Rows = dict[int, dict[str, Any]]


@dataclass(frozen=True)
class Chain:
    """A random chain: operations by name, each of which can be done where it stands."""

    steps: tuple[str, ...]


def _row(name: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({column: _CELLS[column] for column in SCHEMAS[name] if column != KEYS[name]})


def _rows(name: str) -> st.SearchStrategy[Rows]:
    return st.dictionaries(st.integers(0, SIZES[name] - 1), _row(name), min_size=1, max_size=SIZES[name])


_READS = {
    **dict.fromkeys(("look_up", "look_up_some", "look_up_by_x"), "known"),
    "join": "events",
    "stack": "others",
    "corrected": "sheet",
}


def tables(chain: Chain) -> st.SearchStrategy[dict[str, Rows]]:
    """Draw the tables that a chain reads."""
    names = dict.fromkeys(["people", *(_READS[step] for step in chain.steps if step in _READS)])
    return st.fixed_dictionaries({name: _rows(name) for name in names})


@st.composite
def corrections(draw: Any, tables: Mapping[str, Rows], most: int = 2) -> dict[str, Rows]:
    """Correct one table or two: cells, whole rows, rows that were not there, rows that should not have been."""
    names = draw(st.lists(st.sampled_from(sorted(tables)), min_size=1, max_size=most, unique=True))
    corrected = {}
    for name in names:
        rows = dict(tables[name])
        for key in draw(st.lists(st.integers(0, SIZES[name] - 1), min_size=1, max_size=2, unique=True)):
            rows[key] = draw(_changed(name, rows.get(key)))
        corrected[name] = {key: row for key, row in sorted(rows.items()) if row is not None}
    return {name: rows for name, rows in corrected.items() if rows}


def _changed(name: str, row: dict[str, Any] | None) -> st.SearchStrategy[dict[str, Any] | None]:
    if row is None:
        return _row(name)
    one_cell = st.sampled_from(sorted(row)).flatmap(lambda c: _CELLS[c].map(lambda value: {**row, c: value}))
    return one_cell | _row(name) | st.none()


_NEEDS = {
    "positive": {"x"},
    "moved": {"k"},
    "doubled": {"x"},
    "centred": {"x"},
    "unlisted": {"listed"},
    "look_up": {"k"},
    "look_up_some": {"k"},
    "look_up_by_x": {"x"},
    "join": {"k"},
    "diamond": {"k", "x"},
    "dedupe_k": {"k"},
    "dedupe_last": {"g", "k", "x"},
    "explode": {"t"},
    "letters": {"t"},
    "linked": {"g", "t"},
    "per_person": {"person", "x"},
    "per_key": {"k", "x"},
    "per_pair": {"g", "k", "x"},
    "stack": {"id", "k", "g", "x", "t"},
    "relabelled": {"g", "x"},
    "voted": {"id", "k", "g"},
    "weighed": {"id", "k", "g"},
    "corrected": {"k", "g"},
}
_ADDS = {
    "linked": {"person"},
    "doubled": {"twice"},
    "look_up": {"v", "listed"},
    "look_up_some": {"v"},
    "look_up_by_x": {"w"},
    "join": {"event", "m"},
    "diamond": {"n"},
    "letters": {"letter"},
}
_VOTED = {"k", "g", "votes", "agreement", "outcome", "between"}
_LEAVES = {
    "per_person": {"person", "x"},
    "per_key": {"k", "x", "n"},
    "per_pair": {"g", "k", "x"},
    "voted": _VOTED,
    "weighed": _VOTED | {"confidence"},
}
_TAKES = {"unlisted": set(), "letters": {"t"}, "moved": set()}


def _after(step: str, columns: frozenset[str]) -> frozenset[str]:
    if step in _LEAVES:
        return frozenset(_LEAVES[step])
    return (columns | _ADDS.get(step, set())) - _TAKES.get(step, set())


def _fits(step: str, columns: frozenset[str]) -> bool:
    return columns >= _NEEDS[step] and not columns & _ADDS.get(step, set())


@st.composite
def chains(draw: Any, longest: int = 5) -> Chain:
    """Draw a chain of one to `longest` operations."""
    columns, steps = frozenset(SCHEMAS["people"]), []
    for place in range(draw(st.integers(1, longest))):
        fitting = [step for step in _NEEDS if _fits(step, columns) and (step != "stack" or not place)]
        if not fitting:
            break
        steps.append(draw(st.sampled_from(fitting)))
        columns = _after(steps[-1], columns)
    return Chain(tuple(steps))


def given_rows(*, name: str, rows: list[list[Any]]) -> dict[str, Made]:
    """Take in a table as ingestion does: typed, its rows named by key."""
    schema, dtypes = SCHEMAS[name], {"integer": "Int64", "text": "str"}
    columns = {c: [row[place] for row in rows] for place, c in enumerate(schema)}
    frame = pd.DataFrame({c: pd.Series(values, dtype=dtypes[schema[c]]) for c, values in columns.items()})
    ids = row_ids(frame, source=name, secret=SECRET, key=(KEYS[name],), types=schema)
    frame.index = pd.Index(ids, name="row")
    facts = {"source": name, "types": schema, "keys": [KEYS[name]], "provenance": {"obtained": "public"}}
    return {"data": Made("dataset", frame.sort_index(), facts=facts, name=name)}


def taken_in(runner: Any, name: str, rows: Rows) -> str:
    """The reference of a table."""
    listed = [[key if column == KEYS[name] else row[column] for column in SCHEMAS[name]] for key, row in rows.items()]
    step = Step(name="ingest", stage="ingestion", function=given_rows, parameters={"name": name, "rows": listed})
    return runner.run(step).outputs["data"]
