"""What an audit costs: 1,000,000 predictions × 50 groups with intervals, against fairlearn's MetricFrame.

    python tests/benchmarks/bench_audit.py [rows] [resamples]

Both bootstrap the same metrics of the same groups as often, in the same process; processor time is
compared as a ratio. Three lines follow: the counts alone drawn as often as fairlearn draws rows; the figures
as an audit makes them, each with its interval and its difference to the rest; and the same for 50 slices
of two to six groups each, which MetricFrame has no call for (its time is that of one of them, times 50). Memory
is the most that was allocated at once, as a multiple of the data audited.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame, selection_rate
from sklearn.metrics import accuracy_score, precision_score, recall_score

from pipeline.auditing.answered import answered
from pipeline.auditing.answers import ANSWER, TRUTH, probability_column
from pipeline.auditing.figures import measured_by
from pipeline.auditing.measures import Measures
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.resampling import bootstrap_counts
from pipeline.auditing.slice import Slice
from pipeline.auditing.slicing import parted

GROUPS, SLICES = 50, 50
COUNTED = {
    "accuracy": accuracy_score, "precision": precision_score, "recall": recall_score, "selection_rate": selection_rate,
}


def table(rows: int) -> pd.DataFrame:
    """Truths, answers and probabilities of two classes, and the columns of the slices."""
    random = np.random.default_rng(0)
    truth = (random.random(rows) < 0.3).astype("int64")
    probability = np.clip(0.3 * truth + 0.7 * random.random(rows), 0, 1)
    columns = {f"s{place}": random.integers(0, 2 + place % 5, rows).astype("int8") for place in range(SLICES)}
    return pd.DataFrame(
        {
            TRUTH: truth,
            ANSWER: (probability > 0.5).astype("int64"),
            probability_column(0): 1 - probability,
            probability_column(1): probability,
            "group": random.integers(0, GROUPS, rows).astype("int8"),
            **columns,
        },
        index=pd.RangeIndex(rows, name="row"),
    )


def fairlearn(data: pd.DataFrame, by: str, resamples: int) -> MetricFrame:
    """Fairlearn's frame of the same metrics with its bootstrap."""
    return MetricFrame(
        metrics=COUNTED, y_true=data[TRUTH], y_pred=data[ANSWER], sensitive_features=data[by],
        n_boot=resamples, ci_quantiles=[0.025, 0.975], random_state=0,
    )


def counts(data: pd.DataFrame, by: str, resamples: int) -> list[dict]:
    """Our bootstrap of the same metrics of every group, as often."""
    measures = Measures(answered(data, problem="classification", classes=(0, 1), positive=1))
    how = {"resamples": resamples, "confidence": 0.95, "seed": 0}
    groups = measures.cells.table(parted(Slice(by, column=by), data))
    return [bootstrap_counts(measures.cells, each, tuple(COUNTED), **how) for each in groups]


def audited(data: pd.DataFrame, slices: list[str], metrics: tuple[str, ...]) -> int:
    """Figures of every group of the slices, as an audit makes them; gives their number."""
    measures, policy = Measures(answered(data, problem="classification", classes=(0, 1), positive=1)), AuditPolicy()
    each = [measured_by(measures, parted(Slice(by, column=by), data), metrics, policy=policy) for by in slices]
    return sum(len(figures) for groups in each for figures in groups)


def spent(work: Callable[[], object]) -> float:
    """The processor time of some work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main(rows: int = 1_000_000, resamples: int = 3) -> None:
    """Print the ratios."""
    data = table(rows)
    narrow = data[[TRUTH, ANSWER, probability_column(0), probability_column(1), "group"]]
    names, slices = tuple(COUNTED), [f"s{place}" for place in range(SLICES)]
    more = (*names, "auc", "log_loss")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = spent(lambda: fairlearn(data, "group", resamples))
        one = spent(lambda: fairlearn(data, "s0", resamples))
    print(f"{rows:,} predictions, {GROUPS} groups, {len(names)} metrics, {resamples} resamples")
    print(f"  fairlearn {theirs:.1f} s")
    for what, work, against in (
        ("counts drawn as often", lambda: counts(data, "group", resamples), theirs),
        ("counts drawn 1,000 times", lambda: counts(data, "group", 1000), theirs),
        ("figures with intervals and differences", lambda: audited(data, ["group"], names), theirs),
        ("the same and AUC, log loss", lambda: audited(data, ["group"], more), theirs),
        (f"{SLICES} slices, counts", lambda: audited(data, slices, names), one * SLICES),
        (f"{SLICES} slices, and AUC, log loss", lambda: audited(data, slices, more), one * SLICES),
    ):
        took = spent(work)
        print(f"  {what}: {took:.2f} s, {against / took:.0f} times faster")
    for what, frame, work in (
        ("one slice of 50 groups", narrow, lambda: audited(narrow, ["group"], more)),
        ("50 slices", data, lambda: audited(data, slices, more)),
    ):
        tracemalloc.start()
        work()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        size = int(frame.memory_usage(deep=True).sum())
        print(f"  memory, {what}: {peak / size:.2f} times the data ({size / 1e6:.0f} MB)")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
