"""Digest of a 1,000,000 x 20 table against reading it from Parquet, saving a small one, and row ids.

python -m tests.benchmarks.bench_digest
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from lineage.tables import digest_frame
from lineage.records import Artifact
from pipeline.rows import row_ids
from pipeline.storage import Storage

ROUNDS = 7


def table(rows: int) -> pd.DataFrame:
    """Make a table of 20 columns: floats and integers with and without nulls, truths, text, category, times."""
    random = np.random.default_rng(0)
    columns: dict[str, object] = {
        f"f{n}": np.where(random.random(rows) < 0.05, np.nan, random.normal(size=rows)) for n in range(8)
    }
    columns |= {f"i{n}": pd.array(random.integers(0, 1000, rows), dtype="Int64") for n in range(5)}
    columns["gaps"] = pd.array(random.integers(0, 9, rows), dtype="Int64")
    columns["gaps"][: rows // 2] = pd.NA
    columns["b"] = pd.array(random.random(rows) < 0.5, dtype="boolean")
    columns |= {
        f"s{n}": pd.Series(random.integers(0, 10**6, rows)).astype("str").where(random.random(rows) < 0.9)
        for n in range(2)
    }
    columns["c"] = pd.Categorical(random.choice(["x", "y", "z"], rows), ["z", "y", "x", "unused"])
    columns["t"] = pd.Series(random.integers(0, 10**15, rows)).astype("datetime64[us]").dt.tz_localize("UTC")
    columns["d"] = pd.Series(random.integers(0, 10**15, rows)).astype("timedelta64[us]")
    return pd.DataFrame(columns).set_axis(pd.Index(np.arange(rows) * 7, name="row"))


def milliseconds(acts: dict[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """Measure each act in interleaved rounds; the median of each in ms."""
    taken: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(rounds):
        for name, act in acts.items():
            started = time.perf_counter()
            act()
            taken[name].append((time.perf_counter() - started) * 1000)
    return {name: statistics.median(times) for name, times in taken.items()}


def report(title: str, times: dict[str, float], floor: str) -> None:
    """Print times and their ratios to the one called `floor`."""
    print(title)
    for name, taken in times.items():
        print(f"  {name:<38}{taken:10.2f} ms {taken / times[floor]:8.2f} x")


def main() -> None:
    """Print the three comparisons."""
    with tempfile.TemporaryDirectory() as folder:
        for rows, rounds in ((1_000_000, ROUNDS), (1_000, 101)):
            frame = table(rows)
            storage = Storage(folder)
            saved = storage.save("dataset", frame)
            record = Artifact(kind="dataset", name="t", digest=saved.digest, place=saved.place, checksum=saved.checksum)
            bare, path = f"{folder}/bare.parquet", f"{folder}/{saved.place}"
            acts = {
                "read Parquet (pandas)": lambda: pd.read_parquet(path),
                "digest": lambda: digest_frame(frame),
                "load, checksum verified": lambda: storage.load(record),
                "write Parquet (pandas, zstd)": lambda: frame.to_parquet(bare, compression="zstd"),
                "save and digest": lambda: storage.save("dataset", frame),
            }
            report(f"{rows:,} x 20", milliseconds(acts, rounds), "read Parquet (pandas)")
    keys = pd.DataFrame(
        {"k": pd.array(np.arange(1_000_000), dtype="Int64"), "s": [f"key {n}" for n in range(1_000_000)]}
    )
    mixed = keys.sample(frac=1, random_state=0)
    known = {"source": "s", "secret": bytes(16), "types": {"k": "integer", "s": "text"}}
    times = milliseconds(
        {
            "pandas.util.hash_pandas_object, text": lambda: pd.util.hash_pandas_object(keys["s"], index=False),
            "ids of integers in order": lambda: row_ids(keys, key=("k",), **known),
            "ids of integers in any order": lambda: row_ids(mixed, key=("k",), **known),
            "ids of text": lambda: row_ids(keys, key=("s",), **known),
            "ids of content": lambda: row_ids(keys, key=(), **known),
        }
    )
    report("row ids of 1,000,000 rows, checked to be unique", times, "pandas.util.hash_pandas_object, text")


if __name__ == "__main__":
    main()
