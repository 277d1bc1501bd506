"""Before and after mitigation, on the same test rows: what fairness gains, what accuracy costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.artifacts.fairness import Bounded, Flipped, Traded
from pipeline.auditing.answered import Answered
from pipeline.auditing.fairness.gaps import bounded, gap, too_few
from pipeline.auditing.slicing import Parts
from pipeline.auditing.fairness.rates import parts_of, rates
from pipeline.auditing.intervals import wilson

GAPS = ("selection_rate", "recall", "false_positive_rate", "precision")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampling:
    """How intervals are made: `resamples` seeded by `seed`, at `confidence`, of groups with `min_count` cases."""

    min_count: int
    confidence: float
    resamples: int
    seed: int


def traded(test: Answered, after: np.ndarray, parting: Parts, *, how: Resampling) -> tuple[Traded, ...]:
    """Measure accuracy and the gap in each rate before and after, and the change of each.

    `after` `(n_rows,)` says whether the favourable answer is given then. Accuracy is that of the question
    whether an answer is the favourable one. Gaps are between the groups that have enough cases both
    before and after; a rate that fewer than two have is left out. Changes are bounded by a bootstrap
    that draws rows within each group, the same ones before and after.
    """
    truth, before = test.truth == test.positive, test.answer == test.positive
    drawn = _drawn(truth, before, after, parting, how=how)
    return (_accuracy(truth, before, after, drawn, how=how), *_gaps(test, after, parting, drawn, how=how))


def flipped(test: Answered, after: np.ndarray, parting: Parts) -> tuple[Flipped, ...]:
    """Count the answers that mitigation turns in each group, either way."""
    before = test.answer == test.positive
    return tuple(
        Flipped(
            label=label,
            n=int((parting.codes == code).sum()),
            to_favourable=int((~before & after)[parting.codes == code].sum()),
            from_favourable=int((before & ~after)[parting.codes == code].sum()),
        )
        for code, label in enumerate(parting.labels)
    )


def _drawn(
    truth: np.ndarray, before: np.ndarray, after: np.ndarray, parting: Parts, *, how: Resampling
) -> np.ndarray:
    """Resample each group: counts `(n_resamples, n_groups, 2, 2, 2)` by truth, answer before and answer after."""
    cells = parting.codes * 8 + truth * 4 + before * 2 + after
    counts = np.bincount(cells, minlength=8 * len(parting.labels)).reshape(-1, 8)
    random = np.random.default_rng(how.seed)
    drawn = [random.multinomial(group.sum(), group / group.sum(), size=how.resamples) for group in counts]
    return np.stack(drawn, axis=1).reshape(how.resamples, -1, 2, 2, 2)


def _accuracy(
    truth: np.ndarray, before: np.ndarray, after: np.ndarray, drawn: np.ndarray, *, how: Resampling
) -> Traded:
    shares = [float((truth == answer).mean()) for answer in (before, after)]
    counts = drawn.sum(axis=1)
    right = [counts.sum(axis=axis) for axis in (3, 2)]
    first, second = ((each[:, 0, 0] + each[:, 1, 1]) / len(truth) for each in right)
    ends = [bounded(share, wilson(share, len(truth), confidence=how.confidence)) for share in shares]
    return Traded(
        metric="accuracy",
        is_gap=False,
        n=len(truth),
        before=ends[0],
        after=ends[1],
        change=_change(shares[1] - shares[0], second - first, confidence=how.confidence),
    )


def _gaps(test: Answered, after: np.ndarray, parting: Parts, drawn: np.ndarray, *, how: Resampling) -> list[Traded]:
    negative = next(label for label in test.classes if label != test.positive)
    then = replace(test, answer=np.where(after, test.positive, negative))
    both = [rates(each, parting, attribute="", confidence=how.confidence) for each in (test, then)]
    found = []
    for metric in GAPS:
        few = {label for groups in both for label in too_few(metric, groups, min_count=how.min_count)}
        places = [place for place, label in enumerate(parting.labels) if label not in few]
        if len(places) > 1:
            spans = [gap(metric, [groups[place] for place in places], confidence=how.confidence) for groups in both]
            moved = _moved(metric, drawn[:, places])
            found.append(_traded(metric, spans[0].difference, spans[1].difference, moved, n=len(test), how=how))
    return found


def _traded(metric: str, before: Bounded, after: Bounded, moved: np.ndarray, *, n: int, how: Resampling) -> Traded:
    change = _change(after.value - before.value, moved, confidence=how.confidence)
    return Traded(metric=metric, is_gap=True, n=n, before=before, after=after, change=change)


def _moved(metric: str, drawn: np.ndarray) -> np.ndarray:
    """Give how much the gap in a rate changes in each resample: `(n_resamples,)`, NaN where it is undefined."""
    with np.errstate(divide="ignore", invalid="ignore"):
        part, whole = parts_of(_flat(drawn.sum(axis=4)))[metric]
        first = np.ptp(part / whole, axis=1)
        part, whole = parts_of(_flat(drawn.sum(axis=3)))[metric]
        return np.ptp(part / whole, axis=1) - first


def _flat(counts: np.ndarray) -> np.ndarray:
    return counts.reshape(*counts.shape[:2], 4)


def _change(value: float, drawn: np.ndarray, *, confidence: float) -> Bounded:
    tail = 50 * (1 - confidence)
    kept: Sequence[float] = drawn[np.isfinite(drawn)]
    if not len(kept):
        return Bounded(value=value)
    return bounded(value, tuple(np.percentile(kept, (tail, 100 - tail)).tolist()))
