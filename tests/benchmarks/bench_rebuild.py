"""What a correction costs: a chain made again on touched rows alone, against the same chain in full.

    PYTHONPATH=. python tests/benchmarks/bench_rebuild.py [ROWS …]

One row in a thousand of a source is corrected. The chain above training (a row-wise filter, a lookup
in 50,000 rows, a row-wise parsing of text, an aggregate by key) is then made again: in full, in a
place of its own where nothing can be reused, and in part, on top of the earlier run. *Cold* is a
runner that has nothing loaded, *warm* one that made the earlier run itself. Reading the corrected
source itself is no part of it. The share is told whole, and less the fixed cost, which is what a
rebuild of 1,000 rows takes; processor time counts all threads. Then the answers about the same
corrected rows, warm: what stood on them, what would change, what one row stands on.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lineage.difference import difference
from lineage.impact import impact
from lineage.standing import standing
from lineage.touched import Touched
from pipeline import aggregate, rowwise
from pipeline.preprocessing.lookup import lookup
from pipeline.preprocessing.preprocess import preprocess
from pipeline.recall.replay import replay
from pipeline.rows import row_ids
from pipeline.runner import Occasion, Runner
from pipeline.settings import Settings
from pipeline.step import Made, Step
from pipeline.storage.deltas import Since
from pipeline.storage.tables import StoredTables

ROWS, FEWEST, CUSTOMERS, ONE_IN, ROUNDS = (10_000, 100_000, 1_000_000), 1_000, 50_000, 1_000, 5
SCHEMA = {
    "payment": "integer",
    "customer": "integer",
    "amount": "number",
    "items": "integer",
    "at": "local datetime",
    "country": "text",
    "note": "text",
    "paid": "boolean",
}
CORRECTED = ["customer", "amount", "note"]


@rowwise
def priced(data: pd.DataFrame) -> pd.DataFrame:
    """Keep what was paid, and compute with numbers and times."""
    kept = data[(data["paid"] & (data["amount"] > 5.0)).fillna(False)]
    each = kept["amount"] / kept["items"].astype("float64")
    return kept.assign(each=each, weekday=kept["at"].dt.day_of_week, hour=kept["at"].dt.hour, dear=each > 20.0)


@rowwise(reads=("note",))
def parsed(data: pd.DataFrame) -> pd.DataFrame:
    """Take a text apart: a number, a shop, a place."""
    note = data["note"].str.strip().str.lower()
    found = note.str.extract(r"^(?P<shop>[a-z]+) (?P<branch>\d+) / (?P<place>[a-z ]+?)\s*(?:ref (?P<ref>\w+))?$")
    return found.assign(branch=found["branch"].astype("float64"), words=note.str.split().str.len())


@aggregate(by=("customer",))
def totals(data: pd.DataFrame) -> pd.DataFrame:
    """A row for every customer; cents are whole, so that no order of adding shows."""
    grouped = data.assign(cents=(data["amount"] * 100).round().astype("Int64")).groupby("customer")
    return grouped.agg(
        cents=("cents", "sum"), items=("items", "sum"), latest=("at", "max"), places=("place", "nunique")
    )


def payments(*, rows: int, version: int, earlier: str = "") -> dict[str, Made]:
    """The source: a version corrects one row in a thousand of the version before, `earlier` where it is kept."""
    draw = np.random.default_rng(rows)
    frame = _drawn(draw, np.arange(rows), rows)
    before = None
    for number in range(1, version + 1):
        draw, before = np.random.default_rng([rows, number]), frame.copy()
        chosen = np.sort(draw.choice(rows, size=max(1, rows // ONE_IN), replace=False))
        frame.loc[chosen, CORRECTED] = _drawn(draw, chosen, rows)[CORRECTED].set_axis(chosen)
    made = _source("payments", frame, key="payment", schema=SCHEMA)
    if not earlier or before is None:
        return made
    old, new = (one["data"].value for one in (_source("payments", before, key="payment", schema=SCHEMA), made))
    since = Since.of(earlier, old, new, touched=difference(old, new).touched)
    return {"data": replace(made["data"], since=since)}


def customers() -> dict[str, Made]:
    """The table that is looked up in."""
    n = np.arange(CUSTOMERS)
    frame = pd.DataFrame({"customer": pd.array(n, "Int64"), "age": pd.array(18 + n % 70, "Int64"), "rank": n % 997 / 7})
    return _source("customers", frame, key="customer", schema={"customer": "integer", "age": "integer"})


def _drawn(draw: np.random.Generator, payment: np.ndarray, rows: int) -> pd.DataFrame:
    n = len(payment)
    shops = pd.Series(["Bakery", "PHARMACY", "Books", "grocer", "Fuel"])
    places = pd.Series(["Sankt Gallen", "Graz", "Bad Aussee", "Linz am Rhein", "Ulm", "Brugg"])
    shop, place = (texts.take(draw.integers(len(texts), size=n)).reset_index(drop=True) for texts in (shops, places))
    numbers = pd.Series(draw.integers(1000, size=n)).astype("str")
    frame = {
        "payment": pd.array(payment, "Int64"),
        "customer": pd.array(draw.integers(max(2, min(CUSTOMERS, rows // 10)), size=n), "Int64"),
        "amount": draw.integers(1, 9000, size=n) / 100,
        "items": pd.array(draw.integers(1, 9, size=n), "Int64"),
        "at": pd.Timestamp("2025-01-01") + pd.to_timedelta(draw.integers(31_000_000, size=n), unit="s"),
        "country": pd.Series(["AT", "CH", "DE"]).take(draw.integers(3, size=n)).reset_index(drop=True),
        "note": shop + " " + numbers + " / " + place + " ref " + numbers,
        "paid": pd.array(draw.random(n) < 0.95, "boolean"),
    }
    return pd.DataFrame(frame).astype({"at": "datetime64[us]", "country": "str", "note": "str"})


def _source(name: str, frame: pd.DataFrame, *, key: str, schema: Mapping[str, str]) -> dict[str, Made]:
    ids = row_ids(frame, source=name, secret=b"the same everywhere", key=(key,), types=schema)
    facts = {"source": name, "types": dict(schema), "keys": [key], "provenance": {"obtained": "public"}}
    frame = frame.set_axis(pd.Index(ids, name="row")).sort_index()
    return {"data": Made("dataset", frame, facts=facts, name=name)}


def taken_in(runner: Runner, rows: int, version: int, earlier: str = "") -> dict[str, str]:
    """The references of both sources; a correction of a version that is kept is told from it, as `recall` does."""
    given = {"rows": rows, "version": version, "earlier": earlier}
    source = Step(name="ingest", stage="ingestion", function=payments, parameters=given)
    beside = Step(name="ingest_customers", stage="ingestion", function=customers)
    return {"data": runner.run(source).outputs["data"], "reference": runner.run(beside).outputs["data"]}


def chain(runner: Runner, data: str, reference: str) -> str:
    """The chain from the sources up to what is trained on."""
    data = preprocess(runner, data=data, steps=[priced])
    data = lookup(runner, data=data, reference=reference, on="customer")
    data = preprocess(runner, data=data, steps=[parsed])
    preprocess(runner, data=data, steps=[totals])
    return data


def opened(home: Path, *, full_every: int) -> Runner:
    """A runner that has nothing loaded."""
    environment = {"HEADWATER_HOME": str(home), "HEADWATER_FULL_EVERY": str(full_every)}
    return Runner.open(Settings.from_environment(environment), Occasion(dag="bench", dag_run="none"))


def on_run(runner: Runner, name: str) -> Runner:
    """The runner in another run of the DAG, as warm as it was."""
    return runner.at(Occasion(dag="bench", dag_run=name))


class Taken:
    """Seconds of one run of the chain: by step, in all, and of processor time."""

    def __init__(self, runner: Runner, sources: Mapping[str, str]) -> None:
        earlier, started = len(runner.ran), time.process_time()
        self.last = chain(runner, **sources)
        self.processor = time.process_time() - started
        ran = runner.ran[earlier:]
        self.steps = {each.step: each.seconds for each in ran}
        self.again = {each.step: each.again for each in ran}
        self.whole = sum(self.steps.values())


def rebuilt(folder: Path, rows: int) -> tuple[dict[str, Taken], Runner, list[dict[str, str]]]:
    """The chain in full and in part, cold and warm; the runner that made the parts, and its sources' versions."""
    found = {}
    for number, name in enumerate(("cold", "warm"), start=1):
        full = opened(folder / f"full_{name}", full_every=1)
        sources = taken_in(full, rows, number)
        if name == "cold":
            full.drop()
        found[f"full {name}"] = Taken(full, sources)
        full.drop()
    first = opened(folder / "partly", full_every=1000)
    runs = [on_run(first, "0")]
    versions = [taken_in(runs[0], rows, 0)]
    chain(runs[0], **versions[0])
    for name in ("cold", "warm"):
        runs.append(on_run(first, str(len(runs))))
        versions.append(taken_in(runs[-1], rows, len(versions), versions[-1]["data"]))
        if name == "cold":
            first.drop()
        found[f"part {name}"] = Taken(runs[-1], versions[-1])
        assert found[f"part {name}"].last == found[f"full {name}"].last, "the parts are not the whole"
    return found, runs[-1], versions


def timed_ms(call: Callable[[], Any]) -> float:
    """Median milliseconds of a call, warm."""
    call()
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        call()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1e3


def answers(runner: Runner, found: Mapping[str, Taken], versions: list[dict[str, str]]) -> str:
    """Milliseconds of the questions about the last correction, asked of the version before it."""
    before, after = (version["data"] for version in versions[-2:])
    corrected, made = runner.value(after), found["part cold"].last
    touched = Touched.of(difference(runner.value(before), corrected))
    tables = StoredTables(runner.store, runner.storage)
    one = runner.value(made).index[:1].to_numpy()
    stood = timed_ms(lambda: impact(runner.store, tables, {before: touched}))
    change = timed_ms(lambda: replay(runner, {before: corrected}))
    traced = timed_ms(lambda: standing(runner.store, tables, made, one))
    return (
        f"  {len(touched.ids):,} corrected rows: what stood on them {stood:.1f} ms, "
        f"replayed {change:.0f} ms; one row traced back {traced:.1f} ms"
    )


def told(rows: int, found: Mapping[str, Taken], fixed: Mapping[str, Taken]) -> None:
    """Print what was measured, and how it compares less what the fewest rows take."""
    for name in ("cold", "warm"):
        full, part, least = found[f"full {name}"], found[f"part {name}"], fixed[f"part {name}"]
        print(
            f"{rows:>10,} rows, {name}: full {full.whole * 1e3:8.0f} ms   part {part.whole * 1e3:8.0f} ms   "
            f"= {part.whole / full.whole:6.1%}, less {least.whole * 1e3:.0f} ms {_less(part, least) / full.whole:6.1%}"
            f"   of processor time {part.processor / full.processor:6.1%}"
        )
        for step, seconds in part.steps.items():
            print(
                f"    {step:10} full {full.steps[step] * 1e3:8.0f} ms   part {seconds * 1e3:8.0f} ms   "
                f"{part.again[step]} rows again"
            )


def _less(part: Taken, least: Taken) -> float:
    return max(0.0, part.whole - least.whole)


def main() -> None:
    """Measure and print; a first chain of a few rows loads what a process loads once."""
    for _ in range(2):
        with tempfile.TemporaryDirectory() as place:
            fixed, *_ = rebuilt(Path(place), FEWEST)
    for rows in [int(each) for each in sys.argv[1:]] or ROWS:
        with tempfile.TemporaryDirectory() as place:
            found, runner, versions = rebuilt(Path(place), rows)
            told(rows, found, fixed)
            print(answers(runner, found, versions), flush=True)


if __name__ == "__main__":
    main()
