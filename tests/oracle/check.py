"""One case: a chain built, its sources corrected, and everything an answer says held against making it all anew."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

from lineage.impact import Impact, impact
from lineage.records import Effect
from lineage.touched import Touched
from pipeline import Compare, dedupe, explode, link
from pipeline.errors import StepRefused
from pipeline.labelling.consensus import consensus
from pipeline.labelling.correct import correct
from pipeline.labelling.relabel import relabel
from pipeline.labelling.rules import LabelRule
from pipeline.preprocessing.join import join
from pipeline.preprocessing.lookup import lookup
from pipeline.preprocessing.preprocess import preprocess
from pipeline.preprocessing.stack import stack
from pipeline.recall.replay import Replayed, replay
from pipeline.runner import Occasion, Runner, incremental
from pipeline.settings import Settings
from pipeline.storage import deltas
from pipeline.storage.tables import StoredTables
from tests.oracle import functions
from tests.oracle.world import Chain, Rows, taken_in

_OWN: Mapping[str, Any] = {
    **{
        name: getattr(functions, name)
        for name in (
            "positive",
            "moved",
            "doubled",
            "unlisted",
            "per_key",
            "per_pair",
            "per_person",
            "letters",
            "centred",
        )
    },
    "dedupe_k": dedupe(by=("k",)),
    "dedupe_last": dedupe(by=("g", "k"), order="x", keep="last"),
    "explode": explode("t", separator=";"),
    "linked": link("person", block_on=["g"], compare=[Compare("t", m=(0.99, 0.01), u=(0.01, 0.99))], prior=0.5),
}


@dataclass(frozen=True)
class World:
    """Two places that know nothing of each other: one runs in part where it can, one always in full."""

    partly: Runner
    fully: Runner

    @classmethod
    def at(cls, folder: Path) -> World:
        """Open both under a folder."""
        return cls(_opened(folder / "partly", "1000000"), _opened(folder / "fully", "1"))


def _opened(home: Path, full_every: str) -> Runner:
    home.mkdir(parents=True)
    settings = Settings.from_environment({"HEADWATER_HOME": str(home), "HEADWATER_FULL_EVERY": full_every})
    return Runner.open(settings, Occasion(dag="none", dag_run="none"))


_CASES = itertools.count()


@dataclass(frozen=True)
class Case:
    """What a case showed: tables by name before and after, what was said to be touched, what did change."""

    before: Mapping[str, str]
    partly: Mapping[str, str]
    fully: Mapping[str, str]
    impact: Impact
    replayed: Replayed
    world: World
    again: int

    def truly_changed(self, name: str) -> set[int]:
        """The rows of a table that came, went or are another now, found row by row; none where it is refused now."""
        if name not in self.fully:
            return set()
        old, new = (_as_rows(self.world.fully.value(made[name])) for made in (self.before, self.fully))
        return {row for row in old.keys() | new.keys() if old.get(row) != new.get(row)}

    def reads(self, name: str) -> bool:
        """Whether what was kept of a table that was made in part gives that table again."""
        artifact = self.world.partly.describe(self.partly[name])
        storage = self.world.partly.storage
        return storage.digest("dataset", storage.load(artifact)) == artifact.digest

    def said(self, name: str) -> set[int] | None:
        """The rows of a table that the answer names as touched; None where it says any row could be."""
        reference = self.before[name]
        line = next((line for line in self.impact.lines if line.artifact.reference == reference), None)
        if line is None:
            return set()
        if line.touched is None or line.touched.everything or set(line.effects) - {Effect.DIRECT}:
            return None
        return set(line.touched.ids.tolist())


def _as_rows(frame: Any) -> dict[int, tuple[Any, ...]]:
    plain = frame.astype(object).where(frame.notna(), None)
    return {
        int(row): tuple(zip(plain.columns, values, strict=True))
        for row, values in zip(plain.index, plain.itertuples(index=False, name=None), strict=True)
    }


def tried(
    world: World,
    chain: Chain,
    tables: Mapping[str, Rows],
    corrected: Mapping[str, Rows],
    *,
    sample: int = 0,
    cold: bool = False,
) -> Case:
    """Run a chain, ask what a correction reaches, then run it on the corrected tables, in part and in full.

    `sample` untouched rows run along in part. With none, nothing but the rules says which rows to run again:
    tables are so small that a sample of usual size is all of them, and would find whatever the rules miss.
    What is made in part is kept as a delta, however small; `cold`, it is made by one that has nothing loaded.
    """
    dag = f"case{next(_CASES)}"
    now, full = _on(world.partly, dag, "before"), _on(world.fully, dag, "before")
    before, _ = built(now, chain, tables), built(full, chain, tables)
    sources = {name: taken_in(now, name, rows) for name, rows in corrected.items()}
    replayed = replay(now, {before[name]: now.value(reference) for name, reference in sources.items()})
    starts = {
        before[name]: Touched.of(replayed.changes[before[name]]) for name in sources if before[name] in replayed.changes
    }
    answer = impact(now.store, StoredTables(now.store, now.storage), starts, after=replayed.after())
    later = _on(world.partly, dag, "after")
    later.ran.clear()
    if cold:
        later.drop()
    always = mock.patch.multiple(deltas, FEWEST_ROWS=0, LARGEST_SHARE=1e9)
    with mock.patch.object(incremental, "SAMPLE", sample), always:
        partly = built(later, chain, {**tables, **corrected})
    again = sum(one.again is not None for one in later.ran)
    fully = built(_on(world.fully, dag, "after"), chain, {**tables, **corrected})
    return Case(before, partly, fully, answer, replayed, world, again)


def _on(runner: Runner, dag: str, dag_run: str) -> Runner:
    return runner.at(replace(runner.occasion, dag=dag, dag_run=dag_run))


def built(runner: Runner, chain: Chain, tables: Mapping[str, Rows]) -> dict[str, str]:
    """Every table of a chain by name: its sources, then what each operation makes, up to one that leaves no row.

    What an operation that pairs rows makes is two tables: its rows, and of which rows each was made.
    """
    made = {name: taken_in(runner, name, rows) for name, rows in tables.items()}
    data = made["people"]
    for place, step in enumerate(chain.steps):
        name = f"{place}_{step}"
        here = runner.at(replace(runner.occasion, task=name))
        try:
            data = made[name] = _done(here, step, data, made)
            made |= {f"{name}.{role}": table for role, table in here.ran[-1].outputs.items() if role == "pairs"}
        except StepRefused as refused:
            if not any(words in refused.what for words in _REFUSED):
                raise
            break
    return made


def _done(runner: Runner, step: str, data: str, made: Mapping[str, str]) -> str:
    if step in _OWN:
        return preprocess(runner, data=data, steps=[_OWN[step]])
    return _JOINING[step](runner, data, made)


def _diamond(runner: Runner, data: str, made: Mapping[str, str]) -> str:
    """Count by key, and look the count up for every row: two ways from one table to the next."""
    counts = preprocess(runner, data=data, steps=[functions.per_key])
    return lookup(runner, data=data, reference=counts, on="k", columns=["n"])


_RULES = [LabelRule("much is b", where="x > 1", then="b"), LabelRule("none is c", where="x == 0", then="c")]
_REFUSED = ("no row", "twice", "weighed", "contradict")
"""What a table may be refused for that is nothing but its content; nothing below it is made then."""


def _agreed(runner: Runner, data: str, *, how: str) -> str:
    whole = preprocess(runner, data=data, steps=[functions.placed])
    return consensus(runner, data=whole, item="k", label="g", by="id", how=how)


def _corrected(runner: Runner, data: str, made: Mapping[str, str]) -> str:
    sheet = preprocess(runner, data=made["sheet"], steps=[functions.stated])
    return correct(runner, data=data, corrections=sheet, on="k", label="g", to="g", by="w", unknown="leave")


_JOINING: Mapping[str, Callable[[Runner, str, Mapping[str, str]], str]] = {
    "look_up": lambda runner, data, made: lookup(
        runner, data=data, reference=made["known"], on="k", columns=["v"], found="listed"
    ),
    "look_up_some": lambda runner, data, made: lookup(
        runner, data=data, reference=made["known"], on="k", columns=["v"]
    ),
    "look_up_by_x": lambda runner, data, made: lookup(
        runner, data=data, reference=made["known"], on={"x": "k"}, columns=["w"]
    ),
    "join": lambda runner, data, made: join(runner, left=data, right=made["events"], on="k"),
    "diamond": _diamond,
    "stack": lambda runner, data, made: stack(runner, tables=[data, made["others"]]),
    "relabelled": lambda runner, data, made: relabel(
        runner, data=data, label="g", rules=_RULES, by="ann", reason="to try it"
    ),
    "voted": lambda runner, data, made: _agreed(runner, data, how="majority"),
    "weighed": lambda runner, data, made: _agreed(runner, data, how="weighted"),
    "corrected": _corrected,
}


def missed(case: Case) -> dict[str, set[int]]:
    """The rows, by table, that truly changed and that the answer does not name."""
    found = {}
    for name in case.before:
        said = case.said(name)
        if said is not None and (rest := case.truly_changed(name) - said):
            found[name] = rest
    return found


def unequal(case: Case) -> list[str]:
    """The tables that came out otherwise when they were made in part, or read: ids, order, schema or values."""
    names = case.fully.keys() | case.partly.keys()
    return sorted(name for name in names if case.partly.get(name) != case.fully.get(name) or not case.reads(name))
