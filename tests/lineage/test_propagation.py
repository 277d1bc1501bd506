"""Whatever truly changes is within the impact: random chains over random tables, made anew from scratch."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lineage.difference import difference
from lineage.idsets import rows_among
from lineage.impact import Impact
from lineage.records import Known
from lineage.store import Store
from lineage.touched import Touched
from tests.lineage.world import EVERY, KEY, PAIRS, PASSED, Rests, World, rests, table

Row = dict[str, Any]
Rows = dict[int, Row]
Paired = dict[int, tuple[Row, Row]]
"""Rows, each after the rows that it was made of."""

COLUMNS = {"k": "Int64", "g": "str", "x": "Int64"}
_FRESH = itertools.count()


def frame_of(rows: Rows, **types: str) -> pd.DataFrame:
    """Write rows as a table, with the columns of a source unless told."""
    names = list(types or COLUMNS)
    made = {row: [cells[name] for name in names] for row, cells in sorted(rows.items())}
    return table(made, " ".join(names), **(types or COLUMNS))


def positive(rows: Rows) -> Rows:
    """Keep rows whose x is above 0."""
    return {row: cells for row, cells in rows.items() if (cells["x"] or 0) > 0}


def shifted(rows: Rows) -> Rows:
    """Count x one up."""
    return {row: {**cells, "x": None if cells["x"] is None else cells["x"] + 1} for row, cells in rows.items()}


def moved(rows: Rows) -> Rows:
    """Drop rows without a group, and make the key of x."""
    return {row: {**cells, "k": cells["x"]} for row, cells in rows.items() if cells["g"] is not None}


def looked_up(rows: Rows, known: Rows) -> Rows:
    """Take x from the row of `known` with the same k; none of a key that is not there."""
    values = {cells["k"]: cells["x"] for cells in known.values()}
    return {row: {**cells, "x": None if cells["k"] is None else values.get(cells["k"])} for row, cells in rows.items()}


def grouped(rows: Rows) -> Rows:
    """Sum x by k."""
    groups: dict[int, list[Row]] = {}
    for cells in rows.values():
        if cells["k"] is not None:
            groups.setdefault(cells["k"], []).append(cells)
    return {
        1000 + k: {"k": k, "g": min((each["g"] or "z" for each in group)), "x": sum(each["x"] or 0 for each in group)}
        for k, group in groups.items()
    }


def first_of(rows: Rows) -> Rows:
    """Of rows of one k, keep that of the lowest x, then id; rows without k all stay."""
    ranked = sorted(rows, key=lambda row: (rows[row]["x"] or 0, row))
    kept: dict[int, int] = {}
    for row in ranked:
        kept.setdefault(rows[row]["k"] if rows[row]["k"] is not None else -row - 1, row)
    return {row: rows[row] for row in kept.values()}


def several(rows: Rows) -> Paired:
    """Make x rows of every row (three at most), numbered in x."""
    return {
        row * 4 + place: ({"parent": row}, {**cells, "x": place})
        for row, cells in rows.items()
        for place in range(min(cells["x"] or 0, 3))
    }


def joined(rows: Rows, others: Rows) -> Paired:
    """Make a row of every two with one k: the first's, with x of the second."""
    return {
        hash((left, right)) % 2**40: ({"left": left, "right": right}, {**rows[left], "x": others[right]["x"]})
        for left, right in itertools.product(rows, others)
        if rows[left]["k"] is not None and rows[left]["k"] == others[right]["k"]
    }


def linked(rows: Rows) -> Rows:
    """Give rows of one g the lowest id among them as k."""
    lowest: dict[Any, int] = {}
    for row in sorted(rows):
        lowest.setdefault(rows[row]["g"], row)
    return {row: {**cells, "k": None if cells["g"] is None else lowest[cells["g"]]} for row, cells in rows.items()}


def summed(rows: Rows) -> Rows:
    """Put the sum of every x into each x."""
    total = sum(cells["x"] or 0 for cells in rows.values())
    return {row: {**cells, "x": total} for row, cells in rows.items()}


ON_K = {"output": ["k"], "input": ["k"]}


@dataclass
class Making:
    """Tables of one chain, as they are and as they would be, each recorded with how it rests on others."""

    world: World
    before: dict[str, Rows]
    after: dict[str, Rows]

    def source(self, name: str, before: Rows, after: Rows) -> str:
        """Take in a source, of which another version would be right."""
        reference = self.world.table(name, frame_of(before), digest=str(next(_FRESH)), facts={"source": name})
        self.before[reference], self.after[reference] = before, after
        return reference

    def made(self, of: tuple[str, ...], function: Callable[..., Rows], *how: Rests) -> str:
        """Make a table of others."""
        before, after = (function(*(version[each] for each in of)) for version in (self.before, self.after))
        reference = self.world.table(function.__name__, frame_of(before), *how, digest=str(next(_FRESH)))
        self.before[reference], self.after[reference] = before, after
        return reference

    def step(self, name: str, data: str, known: str, others: str) -> str:
        """Make the next table by the operation of this name."""
        passed = rests(data, reads=[], decides=["x"], passes="*")
        match name:
            case "positive":
                return self.made((data,), positive, passed)
            case "positive, untold":
                return self.made((data,), positive, rests(data, known=Known.SAMPLED))
            case "shifted":
                return self.made((data,), shifted, rests(data, reads=["x"], decides=[], passes="*", gives=["x"]))
            case "moved":
                how = rests(data, reads=["x"], decides=["g"], passes="*", gives=["k"])
                return self.made((data,), moved, how)
            case "moved, untold":
                return self.made((data,), moved, rests(data, known=Known.SAMPLED))
            case "looked up" | "looked up in some" | "looked up in sums":
                if name != "looked up":
                    known = self.step("positive" if name == "looked up in some" else "grouped", known, known, others)
                taking = rests(data, reads=["k"], decides=[], passes="*", gives=["x"])
                found = rests(known, KEY, on=ON_K, reads=["x"], decides=[], gives=["x"])
                return self.made((data, known), looked_up, taking, found)
            case "counted and looked up":
                return self.step("looked up in sums", data, data, others)
            case "grouped":
                return self.made((data,), grouped, rests(data, KEY, on=ON_K))
            case "first of":
                among = rests(data, KEY, on=ON_K, reads=[], decides=["x"], gives=[])
                return self.made((data,), first_of, rests(data, **PASSED), among)
            case "several":
                side = {"side": "parent", "reads": ["x"], "passes": "*", "gives": ["x"]}
                return self.paired(several, (data,), side)
            case "joined" | "joined with itself" | "joined with its first":
                more = {"joined": known, "joined with itself": data}.get(name) or self.step("first of", data, "", "")
                by = {"on": ON_K, "reads": [], "decides": ["k"], "gives": []}
                left, right = {"side": "left", "passes": ["k", "g"], **by}, {"side": "right", "passes": ["x"], **by}
                return self.paired(joined, (data, more), left, right)
            case "linked":
                stays = rests(data, reads=[], decides=[], passes="*", gives=["k"])
                return self.made(
                    (data,), linked, stays, rests(data, PAIRS, cluster="k", reads=["g"], decides=[], gives=["k"])
                )
            case "stacked":
                whole = [rests(each, reads=[], decides=[], passes="*") for each in (data, others)]
                return self.made((data, others), stacked, *whole)
        return self.made((data,), summed, rests(data, EVERY))

    def paired(self, function: Callable[..., Paired], of: tuple[str, ...], *sides: dict[str, Any]) -> str:
        """Make a table of others, each on a side, and before it the table that says of which rows each row is made."""
        digest = str(next(_FRESH))
        told = [(each, {"pairs": f"dataset/pairs@{digest}", **side}) for each, side in zip(of, sides, strict=True)]
        how = [rests(each, PAIRS, each=[side for other, side in told if other == each]) for each in dict.fromkeys(of)]
        versions = [function(*(version[each] for each in of)) for version in (self.before, self.after)]
        for place, (name, columns) in enumerate((("pairs", [each["side"] for each in sides]), (function.__name__, []))):
            before, after = ({row: made[place] for row, made in version.items()} for version in versions)
            frame = frame_of(before, **dict.fromkeys(columns, "Int64"))
            reference = self.world.table(name, frame, *how, digest=digest)
            self.before[reference], self.after[reference] = before, after
        return reference

    def wrong(self) -> tuple[dict[str, Touched], dict[str, pd.DataFrame]]:
        """Say for every table how it truly changes, and what its rows that come or change would be."""
        changes, after = {}, {}
        for reference in self.before:
            now = self.world.frames[reference]
            corrected = frame_of(self.after[reference], **now.dtypes.astype(str))
            found = difference(now, corrected)
            changes[reference], after[reference] = Touched.of(found), rows_among(corrected, found.touched)
        return changes, after


def stacked(rows: Rows, others: Rows) -> Rows:
    """Put two tables together."""
    return {row: {name: cells[name] for name in COLUMNS} for row, cells in {**others, **rows}.items()}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for all chains."""
    opened = Store(f"sqlite:///{tmp_path_factory.mktemp('chains')}/lineage.db")
    yield opened
    opened.close()


OPERATIONS = [
    *("positive", "positive, untold", "shifted", "moved", "moved, untold", "looked up", "looked up in some"),
    *("looked up in sums", "counted and looked up", "grouped", "first of", "several", "linked", "stacked", "summed"),
]
JOINS = ["joined", "joined with itself", "joined with its first"]


def drawn(chance: Random, ids: Iterable[int]) -> Rows:
    """Draw about three rows in four of these ids."""
    return {row: cells(chance) for row in ids if chance.random() < 0.75}


def cells(chance: Random) -> Row:
    """Draw the cells of a row."""
    return {"k": chance.choice([0, 1, 2, None]), "g": chance.choice(["a", "b", None]), "x": chance.choice([0, 1, 2, 3])}


def keyed(rows: Rows) -> Rows:
    """Give each row of a list a key of its own."""
    return {row: {**each, "k": row - 100} for row, each in rows.items()}


def corrected(chance: Random, rows: Rows, ids: Iterable[int]) -> Rows:
    """Correct at most two rows: they go, come, or get other cells."""
    right = dict(rows)
    for row in chance.sample(list(ids), chance.choice([0, 1, 1, 2])):
        some = cells(chance)
        right[row] = {**right.get(row, some), **dict(chance.sample(sorted(some.items()), chance.choice([1, 3])))}
        if chance.random() < 0.2:
            del right[row]
    return right


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
@example(seed=24278)
def test_what_truly_changes_is_within_the_impact(store: Store, seed: int) -> None:
    """With corrected values of the sources where no end is open; with those of all tables always, and none is open."""
    chance = Random(seed)
    making = Making(World(store), {}, {})
    rows, list_ = drawn(chance, range(1, 8)), keyed(drawn(chance, range(100, 104)))
    people = making.source("people", rows, corrected(chance, rows, range(1, 8)))
    known = making.source("known", list_, keyed(corrected(chance, list_, range(100, 104))))
    others = making.source("others", *[drawn(chance, range(51, 54))] * 2)
    data, names = people, chance.choices(OPERATIONS, k=chance.choice([1, 2, 3, 4]))
    if chance.random() < 0.3:
        names.insert(chance.randrange(len(names) + 1), chance.choice(JOINS))
    for name in names:
        data = making.step(name, data, known, others)
    truly, after = making.wrong()
    starts = {reference: truly[reference] for reference in (people, known)}
    for given_after in (None, {reference: after[reference] for reference in starts}, after):
        found = making.world.impact(starts, given_after)
        assert missed(found, truly) == {}
    assert not any(line.open_ended for line in found.lines)


def missed(found: Impact, truly: Mapping[str, Touched]) -> dict[str, list[int]]:
    """Give the rows that truly change and are not told, by table; an open-ended line may end anywhere."""
    lines = {line.artifact.reference: line for line in found.lines}
    untold = {}
    for reference, changed in truly.items():
        line = lines.get(reference)
        if line is None or not (line.open_ended or line.touched.everything):
            told = set() if line is None else set(line.touched.ids.tolist())
            untold[reference] = sorted(set(changed.ids.tolist()) - told)
    return {reference: rows for reference, rows in untold.items() if rows}
