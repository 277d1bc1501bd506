"""Slice search over 1,000,000 test rows x 20 columns; against SliceLine where that fits into memory.

python -m tests.benchmarks.bench_search

Both searches count every conjunction that can matter. The ratio is of processor time, on the same codes and
errors, with SliceLine's score for both; `sliceline` holds a row per slice and test row, so it is asked about fewer.
"""

from __future__ import annotations

import time
import tracemalloc
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.search import Search
from pipeline.auditing.search.find import find
from pipeline.auditing.search.lattice import Wanted, best
from pipeline.auditing.search.slicesearch import SliceSearch

ROWS, FEW_ROWS = 1_000_000, 20_000
SIZES = (2, 2, 3, 4, 5, 5, 6, 8, 8, 10, 10, 10, 10, 12, 15, 20, 25, 30)
DIGEST = "0" * 32
MODEL = {
    "name": "inspection", "candidate": "c", "problem": "classification", "target": "scratched", "features": ["x"],
    "estimator": f"estimator/e@{DIGEST}", "transforms": [], "classes": [0, 1], "positive": 1,
    "source": f"dataset/s@{DIGEST}", "source_name": "s", "types": {}, "required": [], "path": [], "apply": {},
    "selection": "", "trained_on": f"dataset/x@{DIGEST}", "trained_rows": 4, "metric": "f1", "metrics": {},
}  # fmt: skip


@dataclass(frozen=True)
class SliceLine:
    """SliceLine's score: α (ē_S / ē − 1) − (1 − α) (N / n_S − 1)."""

    n_rows: int
    mean: float
    alpha: float = 0.95

    def __call__(self, rows: np.ndarray, total: np.ndarray) -> np.ndarray:
        """Score groups."""
        rows = np.maximum(rows, 1)
        return self.alpha * (total / rows / self.mean - 1) - (1 - self.alpha) * (self.n_rows / rows - 1)


def plant(rows: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make 20 columns of metadata, two of them numbers, and answers; line 17 of factory 2 errs three times as often."""
    random = np.random.default_rng(0)
    table: dict[str, Any] = {f"c{place}": random.integers(1, size + 1, rows) for place, size in enumerate(SIZES)}
    table |= {"temperature": random.normal(20, 5, rows), "seconds": random.exponential(3, rows)}
    frame = pd.DataFrame(table).rename(columns={"c2": "factory", "c15": "line"}).rename_axis("row")
    truth = random.integers(0, 2, rows)
    wrong = random.random(rows) < np.where((frame["line"] == 17) & (frame["factory"] == 2), 0.3, 0.1)
    return frame, pd.DataFrame({"truth": truth, "answer": np.where(wrong, 1 - truth, truth)}, index=frame.index)


def seconds(act: Callable[[], Any]) -> tuple[Any, float]:
    """Run an act; give what it gave and its processor time."""
    started = time.process_time()
    return act(), time.process_time() - started


def whole(most_conditions: int) -> None:
    """Print what the whole step takes: coding, three searches, sifting, tests."""
    frame, answers = plant(ROWS)
    asked = SliceSearch(most_conditions=most_conditions).to_json()
    made, taken = seconds(lambda: find(model=MODEL, answers=answers, rows=frame, asked=asked))
    found = Search.from_json(made["search"].value)
    size = frame.memory_usage().sum()
    print(f"  up to {most_conditions} conditions {taken:22.1f} s   {'; '.join(map(str, found.found))}")
    if most_conditions == 2:
        tracemalloc.start()
        find(model=MODEL, answers=answers, rows=frame, asked=asked)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        print(f"  memory on top, its peak {peak / 1e6:16.0f} MB  {peak / size:.1f} x the data ({size / 1e6:.0f} MB)")


def against_sliceline() -> None:
    """Print both times of one search for the ten best slices of up to two conditions."""
    from sliceline.slicefinder import Slicefinder

    frame, answers = plant(FEW_ROWS)
    codes = frame[[name for name in frame if frame[name].nunique() <= 30]].to_numpy()
    losses = (answers["truth"] != answers["answer"]).to_numpy("float64")
    columns, sizes = [column.astype("int16") for column in codes.T], codes.max(axis=0).tolist()
    wanted = Wanted(most_conditions=2, min_rows=200, keep=10, least=1e-12)
    score = SliceLine(len(losses), float(losses.mean()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        finder = Slicefinder(alpha=0.95, k=10, max_l=2, min_sup=200, verbose=False)
        _, theirs = seconds(lambda: finder.fit(codes, losses))
    ours, taken = seconds(lambda: best(columns, sizes, losses, score=score, wanted=wanted))
    same = np.allclose([each.score for each in ours],
                       [each["slice_score"] for each in finder.top_slices_statistics_][: len(ours)])
    print(f"  sliceline {theirs:30.2f} s\n  ours {taken:35.2f} s   {theirs / taken:.0f} x, same scores: {same}")


def main() -> None:
    """Print the two comparisons."""
    print(f"the whole step, {ROWS:,} x 20")
    for most_conditions in (2, 3):
        whole(most_conditions)
    print(f"one search, {FEW_ROWS:,} x {len(SIZES)}, up to 2 conditions, 10 best")
    against_sliceline()


if __name__ == "__main__":
    main()
