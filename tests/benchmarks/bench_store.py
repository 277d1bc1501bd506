"""The lineage store against raw SQLite doing the least that could work: recording runs, and walking upstream.

Run with `python -m tests.benchmarks.bench_store [runs]`; prints medians and ratios.
"""

from __future__ import annotations

import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from lineage.records import Artifact, Dependency, Known, Outcome, Rule, Run, Use
from lineage.store import Store

Edges = list[tuple[int, int]]
PARAMETERS = {"rate": 0.1, "depth": 4, "name": "forest", "seed": 7, "balanced": True}
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def timed(*functions: Callable[[], object], rounds: int) -> list[float]:
    """Time functions in turn, `rounds` times; the median of each, in seconds."""
    taken: list[list[float]] = [[] for _ in functions]
    for _ in range(rounds):
        for times, function in zip(taken, functions, strict=True):
            began = time.perf_counter()
            function()
            times.append(time.perf_counter() - began)
    return [statistics.median(times) for times in taken]


def artifact(number: int) -> Artifact:
    """Make the dataset with this number."""
    return Artifact(kind="dataset", name="dag.step", digest=f"{number:032x}", place=f"dataset/{number:032x}", rows=1)


def run_of(number: int, read: Sequence[int]) -> Run:
    """Make the run that made artifact `number` from the artifacts `read`."""
    made, used = artifact(number), [artifact(each) for each in read]
    return Run(
        id=f"{number:032x}",
        step="step",
        stage="preprocessing",
        outcome=Outcome.SUCCEEDED,
        started_at=NOW,
        ended_at=NOW,
        parameters=PARAMETERS,
        memo_key=f"{number:032x}",
        inputs=tuple(Use(role="data", artifact=each, position=position) for position, each in enumerate(used)),
        outputs=(Use(role="data", artifact=made),),
        dependencies=tuple(
            Dependency(output=made.reference, input=each.reference, rule=Rule.SAME_ROW, known=Known.SAMPLED)
            for each in used
        ),
    )


def raw_store(path: Path) -> sqlite3.Connection:
    """Open the least that could work: runs with properties, artifacts, uses, indexed from both ends."""
    raw = sqlite3.connect(path, isolation_level=None)
    raw.executescript(
        """PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;
        CREATE TABLE runs (id INTEGER PRIMARY KEY, name TEXT UNIQUE, step TEXT, properties TEXT);
        CREATE TABLE artifacts (id INTEGER PRIMARY KEY, reference TEXT UNIQUE);
        CREATE TABLE uses (run INT, artifact INT, role TEXT);
        CREATE TABLE edges (output INT, input INT, PRIMARY KEY (output, input)) WITHOUT ROWID;
        CREATE INDEX uses_run ON uses (run);
        CREATE INDEX edges_input ON edges (input, output);"""
    )
    return raw


def record_raw(raw: sqlite3.Connection, reads: dict[int, Sequence[int]]) -> None:
    """Record runs in one transaction, four statements in all."""
    raw.execute("BEGIN IMMEDIATE")
    raw.executemany(
        "INSERT INTO runs VALUES (?, ?, ?, ?)", [(n, f"{n:032x}", "step", json.dumps(PARAMETERS)) for n in reads]
    )
    raw.executemany("INSERT INTO artifacts VALUES (?, ?)", [(n, f"dataset/dag.step@{n:032x}") for n in reads])
    used = [(n, each, "in") for n, read in reads.items() for each in read]
    raw.executemany("INSERT INTO uses VALUES (?, ?, ?)", used + [(n, n, "out") for n in reads])
    raw.executemany("INSERT OR IGNORE INTO edges VALUES (?, ?)", [(n, each) for n, each, _ in used])
    raw.execute("COMMIT")


def graphs(count: int) -> Iterator[tuple[str, dict[int, Sequence[int]]]]:
    """Three shapes of `count` runs, each as what every run reads; reading oneself is left out."""
    chance = random.Random(0)
    yield "chain", {n: [n - 1] if n > 1 else [] for n in range(1, count + 1)}
    later = range(2, count + 1)
    yield "random", {1: []} | {n: sorted({chance.randint(max(1, n - 1000), n - 1) for _ in "ab"}) for n in later}
    yield "hub", {1: []} | {n: sorted({1, n - 1}) for n in later}


def walk_raw(raw: sqlite3.Connection, start: int, depth: int | None) -> int:
    """Count what `start` rests on: one recursive query for all, one query a level to a depth."""
    if depth is None:
        query = """WITH RECURSIVE walk(node) AS (SELECT ? UNION
            SELECT input FROM walk JOIN edges ON output = node)
            SELECT id, reference FROM walk JOIN artifacts ON id = node"""
        return len(raw.execute(query, (start,)).fetchall())
    seen, frontier = {start}, [start]
    level = "SELECT DISTINCT input FROM edges WHERE output IN (SELECT value FROM json_each(?))"
    for _ in range(depth):
        frontier = [row[0] for row in raw.execute(level, (json.dumps(frontier),)) if row[0] not in seen]
        seen.update(frontier)
    named = "SELECT id, reference FROM artifacts WHERE id IN (SELECT value FROM json_each(?))"
    return len(raw.execute(named, (json.dumps(list(seen)),)).fetchall())


def bench_recording(folder: Path, *, count: int, rounds: int) -> None:
    """Print what recording `count` runs costs, at once and one by one."""
    reads = {n: [n - 1, max(0, n - 2)] for n in range(2, count + 2)}
    batch = [run_of(n, read) for n, read in reads.items()]
    fresh = iter(range(1_000_000))

    def raw() -> None:
        with_raw = raw_store(folder / f"raw{next(fresh)}.db")
        record_raw(with_raw, reads)
        with_raw.close()

    def ours() -> None:
        store = Store(f"sqlite:///{folder}/ours{next(fresh)}.db")
        store.record(batch)
        store.close()

    least, taken = timed(raw, ours, rounds=rounds)
    print(f"record {count} runs: raw {least * 1e3:.0f} ms, ours {taken * 1e3:.0f} ms, {taken / least:.2f} ×")


def bench_steps(folder: Path, *, count: int) -> None:
    """Print what one run costs as it happens: begin, succeed, ask for reuse, reuse."""
    store = Store(f"sqlite:///{folder}/steps.db")
    store.record([run_of(1, []), run_of(2, [])])
    runs = [run_of(n, [1, 2]) for n in range(3, count + 3)]
    began = time.perf_counter()
    for run in runs:
        store.begin(replaced(run))
    begun = time.perf_counter()
    for run in runs:
        store.succeed(run.id, ended_at=NOW, outputs=run.outputs, dependencies=run.dependencies)
    ended = time.perf_counter()
    found = [store.reusable(run.memo_key) for run in runs]
    asked = time.perf_counter()
    for past in found:
        store.reuse(replaced(past, suffix="again"), of=past)
    reused = time.perf_counter()
    times = {"begin": begun - began, "succeed": ended - begun, "reusable": asked - ended, "reuse": reused - asked}
    print("one by one, ms a run: " + ", ".join(f"{name} {spent / count * 1e3:.2f}" for name, spent in times.items()))
    store.close()


def replaced(run: Run, suffix: str = "") -> Run:
    """Make a run that has just begun, like `run`."""
    return replace(run, id=run.id + suffix, outcome=Outcome.RUNNING, ended_at=None, outputs=(), dependencies=())


def bench_closure(folder: Path, *, count: int, rounds: int) -> None:
    """Print what walking upstream from the last of `count` runs costs, by shape and depth."""
    for shape, reads in graphs(count):
        raw = raw_store(folder / f"{shape}-raw.db")
        record_raw(raw, reads)
        store = Store(f"sqlite:///{folder}/{shape}.db")
        store.record(run_of(n, read) for n, read in reads.items())
        reference = artifact(count).reference
        for depth in (5, 20, 100, None):
            met = len(store.upstream(reference, depth).artifacts)
            assert met == walk_raw(raw, count, depth) - 1, (shape, depth, met)
            least, named, taken = timed(
                lambda depth=depth: walk_raw(raw, count, depth),
                lambda depth=depth: store.ancestors(reference, depth),
                lambda depth=depth: store.upstream(reference, depth),
                rounds=rounds if depth is None else 5 * rounds,
            )
            print(
                f"upstream, {shape} of {count}, depth {depth or 'all'}: {met} artifacts, raw {least * 1e3:.2f} ms,"
                f" references {named * 1e3:.2f} ms ({named / least:.2f} ×),"
                f" whole records of artifacts and runs {taken * 1e3:.2f} ms ({taken / least:.2f} ×)"
            )
        store.close()


def main(arguments: Sequence[str]) -> None:
    """Run every benchmark; the first argument is the size of the graphs (100,000 unless told)."""
    count = int(arguments[0]) if arguments else 100_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bench_recording(folder, count=10_000, rounds=5)
        bench_steps(folder, count=1_000)
        bench_closure(folder, count=count, rounds=3)


if __name__ == "__main__":
    main(sys.argv[1:])
