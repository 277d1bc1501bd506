"""Impact against the least that could work: raw recursive SQL over the same store, bare pandas over the same tables.

Run with `python -m tests.benchmarks.bench_impact [edges] [rows]`; prints medians and ratios.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lineage.difference import difference
from lineage.impact import impact
from lineage.records import Artifact, Dependency, Effect, Outcome, Prediction, Rule, Run, Use
from lineage.standing import standing
from lineage.store import Store
from lineage.touched import Touched
from tests.benchmarks.bench_store import NOW, timed
from tests.lineage.world import Frames

PASSED = {"reads": ["a"], "decides": [], "passes": "*", "gives": ["b"]}
ON = {"output": ["key"], "input": ["key"]}
LOOKED_UP = {"on": ON, "reads": ["key", "score"], "decides": [], "gives": ["score"]}
WALK = """WITH RECURSIVE walk(node) AS (SELECT id FROM artifacts WHERE digest = ? UNION
    SELECT output FROM walk JOIN dependencies ON input = node)
    SELECT output, input, rule, effect, known, detail FROM walk JOIN dependencies ON input = node"""


def artifact(kind: str, name: str, number: int, rows: int | None = None) -> Artifact:
    """Make version `number` of something."""
    facts = {} if rows is None else {"columns": {"a": "Int64", "b": "Int64"}}
    return Artifact(kind=kind, name=name, digest=f"{number:032x}", rows=rows, facts=facts)


def made(made: Artifact, *of: tuple[Artifact, Rule, Effect, dict[str, Any]]) -> Run:
    """Make the run that made one artifact of others."""
    return Run(
        id=f"{made.name}{made.digest}",
        step="step",
        stage="preprocessing",
        outcome=Outcome.SUCCEEDED,
        started_at=NOW,
        ended_at=NOW,
        inputs=tuple(Use(role="data", artifact=used, position=place) for place, (used, *_) in enumerate(of)),
        outputs=(Use(role="data", artifact=made),),
        dependencies=tuple(
            Dependency(output=made.reference, input=used.reference, rule=rule, effect=effect, detail=detail)
            for used, rule, effect, detail in of
        ),
    )


def days(edges: int) -> Iterator[Run]:
    """Give the runs of a DAG, day by day: a source, ten tables of it, each of all before it in the day, and a model."""
    for day in range(edges // 66):
        tables = [artifact("dataset", "raw", day, 100)]
        yield made(tables[0])
        for place in range(10):
            made_now = artifact("dataset", f"t{place}", day, 100)
            yield made(made_now, *((each, Rule.SAME_ROW, Effect.DIRECT, PASSED) for each in tables))
            tables.append(made_now)
        model = artifact("model", "seeking", day)
        yield made(model, *((each, Rule.EVERY_ROW, Effect.MODEL, {"reads": ["b"]}) for each in tables))


class Same:
    """Every table has the same rows."""

    def __init__(self) -> None:
        self._frame = pd.DataFrame({"a": 0, "b": 0}, index=pd.RangeIndex(100, name="row"))

    def columns(self, reference: str, names: Sequence[str] | None) -> pd.DataFrame:
        """Give columns, as `lineage.impact.Tables` says."""
        return self._frame if names is None else self._frame[list(names)]


def bench_store(folder: Path, *, edges: int, rounds: int) -> None:
    """Print what impact with a small answer costs in stores of growing size, against the bare query."""
    for count in sorted({min(edges, size) for size in (10_000, 100_000, edges)}):
        path = folder / f"{count}.db"
        store = Store(f"sqlite:///{path}")
        store.record(days(count))
        start = artifact("dataset", "raw", count // 132, 100)
        raw, tables = sqlite3.connect(path), Same()
        touched = {start.reference: Touched(cells={"a": np.array([3, 5])})}
        met = raw.execute(WALK, (start.digest,)).fetchall()
        found = impact(store, tables, touched)
        assert len(found.lines) == 12 and len(met) == 66, (len(found.lines), len(met))
        least, taken = timed(
            lambda raw=raw, start=start: raw.execute(WALK, (start.digest,)).fetchall(),
            lambda store=store, tables=tables, touched=touched: impact(store, tables, touched),
            rounds=rounds,
        )
        print(
            f"impact, {count} edges in the store, 66 in the answer, 12 artifacts: raw edges {least * 1e3:.2f} ms,"
            f" rows, effects and predictions {taken * 1e3:.2f} ms, {taken / least:.0f} ×"
        )
        store.close()


@dataclass(frozen=True)
class Chain:
    """A chain of big tables: a source, filtered, looked up in a list, counted by key; and predictions on the source."""

    store: Store
    frames: Frames
    source: str
    listed: str
    last: str


def chain(folder: Path, *, rows: int) -> Chain:
    """Make the chain, `rows` long, with a list of a twentieth of that."""
    chance, keys = np.random.default_rng(0), rows // 20
    names = pd.array([f"10.{key // 250}.{key % 250}.1" for key in range(keys)], "str")
    ids = np.sort(chance.choice(2**62, rows, replace=False))
    source = pd.DataFrame({"key": names.take(chance.integers(0, keys, rows))}, index=pd.Index(ids, name="row"))
    source["amount"] = pd.array(chance.integers(0, 100, rows), "Int64")
    listed = pd.DataFrame({"key": names, "score": pd.array(np.arange(keys) % 7, "Int64")})
    listed.index.name = "row"
    kept = source[source["amount"] >= 10]
    looked = kept.assign(score=listed.set_index("key")["score"].reindex(kept["key"]).to_numpy())
    counts = looked.groupby("key", as_index=False)["amount"].sum().rename_axis("row")
    tables = {"source": source, "listed": listed, "kept": kept, "looked": looked, "counts": counts}
    made_of = {
        name: Artifact(kind="dataset", name=name, digest="1", rows=len(frame), facts={"columns": dict.fromkeys(frame)})
        for name, frame in tables.items()
    }
    store = Store(f"sqlite:///{folder}/chain.db")
    store.record(runs_of(made_of))
    store.log_predictions(
        Prediction(
            id=f"p{place}",
            at=NOW,
            endpoint="a",
            release=1,
            model="model/m@1",
            input={},
            output={},
            rows=(("source", row),),
        )
        for place, row in enumerate(ids[:10_000].tolist())
    )
    frames = Frames({made_of[name].reference: frame for name, frame in tables.items()})
    return Chain(store, frames, *(made_of[name].reference for name in ("source", "listed", "counts")))


def runs_of(tables: dict[str, Artifact]) -> list[Run]:
    """Give the runs that made the tables of the chain."""
    source, listed, kept, looked, counts = tables.values()
    direct, on = Effect.DIRECT, {"on": ON, "reads": ["key", "amount"]}
    decided = {"reads": [], "decides": ["amount"], "passes": "*"}
    taken = {"reads": ["key"], "decides": [], "passes": "*", "gives": ["score"]}
    return [
        made(source),
        made(listed),
        made(kept, (source, Rule.SAME_ROW, direct, decided)),
        made(looked, (kept, Rule.SAME_ROW, direct, taken), (listed, Rule.SAME_KEY, direct, LOOKED_UP)),
        made(counts, (looked, Rule.SAME_KEY, direct, on)),
    ]


def bench_rows(folder: Path, *, rows: int, rounds: int) -> None:
    """Print what impact and standing cost over big tables, warm."""
    made = chain(folder, rows=rows)
    wrong = made.frames[made.source].iloc[:1000]
    ids = wrong.index.to_numpy()
    right = {made.source: wrong.assign(key=wrong["key"].to_numpy()[::-1])}
    amounts = {made.source: Touched(cells={"amount": ids})}
    keys = {made.source: Touched(cells={"key": ids})}
    scores = {made.listed: Touched(cells={"score": np.arange(1000)})}
    group = [int(made.frames[made.last].index[0])]
    asked = {
        "1,000 amounts corrected": lambda: impact(made.store, made.frames, amounts),
        "1,000 keys corrected, to known ones": lambda: impact(made.store, made.frames, keys, right),
        "1,000 rows of the list corrected": lambda: impact(made.store, made.frames, scores),
        "one group traced back": lambda: standing(made.store, made.frames, made.last, group),
    }
    floor = made.frames["dataset/looked@1"]["key"]
    least, *times = timed(lambda: floor.isin(wrong["key"]), *asked.values(), rounds=rounds)
    for name, taken in zip(asked, times, strict=True):
        print(f"{name}, chain of {rows} rows: {taken * 1e3:.1f} ms, {taken / least:.1f} × one bare isin of its keys")
    print(f"predictions reached: {len(asked['1,000 amounts corrected']().predictions)}")
    made.store.close()


def bench_difference(*, rows: int, rounds: int) -> None:
    """Print what comparing two versions costs, against comparing their columns where rows are the same."""
    chance = np.random.default_rng(0)
    numbers = {f"f{place}": chance.random(rows) for place in range(10)}
    texts = {f"s{place}": pd.array([f"v{n}" for n in chance.integers(0, 10**5, rows)], "str") for place in range(10)}
    ids = np.sort(chance.choice(2**62, rows, replace=False))
    before = pd.DataFrame({**numbers, **texts}, index=pd.Index(ids, name="row"))
    after = before.copy()
    after.loc[after.index[7], "f3"] = 1.0
    fewer = after.drop(after.index[[1, rows // 2]])
    least, same, other = timed(
        lambda: [before[name].ne(after[name]).to_numpy().any() for name in before],
        lambda: difference(before, after),
        lambda: difference(before, fewer),
        rounds=rounds,
    )
    print(
        f"difference of {rows} × 20: {same * 1e3:.0f} ms, with rows gone {other * 1e3:.0f} ms;"
        f" bare comparison of aligned columns {least * 1e3:.0f} ms ({same / least:.1f} ×, {other / least:.1f} ×)"
    )


def main(arguments: Sequence[str]) -> None:
    """Run every benchmark; the arguments are how many edges and rows (1,000,000 each unless told)."""
    edges, rows = (int(given) for given in [*arguments, *["1000000"] * 2][:2])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bench_difference(rows=rows, rounds=5)
        bench_rows(folder, rows=rows, rounds=5)
        bench_store(folder, edges=edges, rounds=20)


if __name__ == "__main__":
    main(sys.argv[1:])
