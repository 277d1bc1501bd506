"""Two that answered the same rows: the gain of one over the other, with an interval that knows they are paired.

What both get right, or both wrong, says nothing about which is better; an interval for two independent groups counts it
as noise and is too wide. Shares of the same cases have Newcombe's interval for paired shares; anything else is
resampled by row, both answers of a row together; of thousands of rows, the spread between random
groups of them says the same in one pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from scipy import special

from pipeline.artifacts.metric import CLASSIFICATION, metric
from pipeline.auditing.answered import Answered
from pipeline.auditing.intervals import Interval, rounded, wilson
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.resampling import CELLS_AT_ONCE, MANY_ROWS, weighted

RANDOM_GROUPS = 50


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pair:
    """Our answers and theirs, case by case, `(n_cases,)` each; `row` is the place of the test row each is about.

    A row is one case where one of them answered it once, and several where several labellers did.
    """

    ours: Answered
    theirs: Answered
    row: np.ndarray

    def among(self, rows: np.ndarray) -> Pair:
        """Keep the cases of the test rows at the places `rows`."""
        kept = np.isin(self.row, rows)
        return Pair(ours=self.ours.take(kept), theirs=self.theirs.take(kept), row=self.row[kept])

    @property
    def first(self) -> np.ndarray:
        """The places of the first case of each row."""
        return np.unique(self.row, return_index=True)[1]


def gain_interval(name: str, pair: Pair, *, policy: AuditPolicy) -> tuple[Interval | None, str]:
    """Bound ours minus theirs by a metric at the policy's confidence, and name the method; None where it cannot be."""
    one_each = len(pair.first) == len(pair.row)
    hits = _hits(name, pair) if one_each else None
    if hits is not None:
        return _newcombe(*hits, confidence=policy.confidence), "paired shares"
    if len(pair.first) >= MANY_ROWS and (found := _between_groups(name, pair, policy=policy)) is not None:
        return found, "random groups"
    return _resampled(name, pair, policy=policy), "paired bootstrap"


def newcombe(both: int, ours: int, theirs: int, neither: int, *, confidence: float = 0.95) -> Interval:
    """Bound the difference of two shares of the same cases, counted by who of the two has each.

    Newcombe's hybrid score interval for paired data (1998, Statistics in Medicine 17, 2635-2650, method 10): Wilson's
    intervals of both shares, joined by their correlation, which is corrected for continuity where it is positive.
    """
    n = both + ours + theirs + neither
    one, other = (both + ours) / n, (both + theirs) / n
    (low, high), (other_low, other_high) = (wilson(share, n, confidence=confidence) for share in (one, other))
    correlation = _correlation(both, ours, theirs, neither)
    below = _joined(one - low, other_high - other, correlation)
    above = _joined(high - one, other - other_low, correlation)
    return one - other - below, one - other + above


def _correlation(both: int, ours: int, theirs: int, neither: int) -> float:
    spread = (both + ours) * (theirs + neither) * (both + theirs) * (ours + neither)
    if not spread:
        return 0.0
    excess = both * neither - ours * theirs
    if excess > 0:
        excess = max(excess - (both + ours + theirs + neither) / 2, 0)
    return excess / sqrt(spread)


def _joined(one: float, other: float, correlation: float) -> float:
    return sqrt(max(one * one - 2 * correlation * one * other + other * other, 0.0))


def _hits(name: str, pair: Pair) -> tuple[np.ndarray, np.ndarray] | None:
    """Who has each case of a share that counts the same cases for both; None for any other metric."""
    truth, ours, theirs = pair.ours.truth, pair.ours.answer, pair.theirs.answer
    if name == "accuracy":
        return truth == ours, truth == theirs
    positive = pair.ours.positive
    if positive is None or name not in _COUNTED:
        return None
    of, hit = _COUNTED[name]
    cases = np.full(len(truth), True) if of is None else (truth == positive) == of
    return (ours[cases] == positive) == hit, (theirs[cases] == positive) == hit


_COUNTED = {
    "recall": (True, True),
    "false_negative_rate": (True, False),
    "false_positive_rate": (False, True),
    "selection_rate": (None, True),
}


def _newcombe(ours: np.ndarray, theirs: np.ndarray, *, confidence: float) -> Interval | None:
    counts = [int(np.sum(cell)) for cell in (ours & theirs, ours & ~theirs, ~ours & theirs, ~ours & ~theirs)]
    return newcombe(*counts, confidence=confidence) if len(ours) else None


def _resampled(name: str, pair: Pair, *, policy: AuditPolicy) -> Interval | None:
    gains = []
    for weights in _weights(pair, policy=policy):
        one, other = (weighted(name, each, weights=weights) for each in (pair.ours, pair.theirs))
        gains.append(one - other)
    every = np.concatenate(gains)
    defined = every[np.isfinite(every)]
    tail = 50 * (1 - policy.confidence)
    return tuple(rounded(end) for end in np.percentile(defined, (tail, 100 - tail))) if len(defined) else None


def _weights(pair: Pair, *, policy: AuditPolicy) -> Iterator[np.ndarray]:
    """Draw how often each case counts, `(n_resamples, n_cases)`: rows are drawn, within each true class."""
    random = np.random.default_rng(policy.seed)
    rows, place = np.unique(pair.row, return_inverse=True)
    strata = _strata(pair)
    piece = max(1, CELLS_AT_ONCE // len(place))
    for start in range(0, policy.resamples, piece):
        drawn = np.empty((min(piece, policy.resamples - start), len(rows)))
        for places in strata:
            drawn[:, places] = random.multinomial(len(places), np.full(len(places), 1 / len(places)), len(drawn))
        yield drawn[:, place]


def _strata(pair: Pair) -> list[np.ndarray]:
    """The places, among the rows, of each true class; of a regression, of all rows."""
    truth = pair.ours.truth[pair.first]
    if pair.ours.problem != CLASSIFICATION:
        return [np.arange(len(truth))]
    codes = np.unique(truth, return_inverse=True)[1]
    return [np.flatnonzero(codes == code) for code in range(codes.max() + 1)]


def _between_groups(name: str, pair: Pair, *, policy: AuditPolicy) -> Interval | None:
    """Bound the gain by its spread between random groups of rows; None if it is undefined in one of them."""
    random = np.random.default_rng(policy.seed)
    group = np.empty(len(pair.first), dtype="int64")
    for places in _strata(pair):
        group[places] = random.permutation(np.arange(len(places)) % RANDOM_GROUPS)
    of_case = group[np.unique(pair.row, return_inverse=True)[1]]
    gains = []
    for number in range(RANDOM_GROUPS):
        scores = [each.take(of_case == number).score(name) for each in (pair.ours, pair.theirs)]
        if not all(score.defined for score in scores):
            return None
        gains.append(scores[0].value - scores[1].value)
    value = pair.ours.score(name).value - pair.theirs.score(name).value
    student = special.stdtrit(RANDOM_GROUPS - 1, 0.5 + policy.confidence / 2)
    half = student * np.std(gains, ddof=1) / sqrt(RANDOM_GROUPS)
    return rounded(value - half), rounded(value + half)


def better(name: str, interval: Interval) -> Interval:
    """Turn an interval of ours minus theirs round where less is better, so that a gain is positive."""
    return interval if metric(name).greater_is_better else (0.0 - interval[1], 0.0 - interval[0])


def stacked(rows: Answered, answers: list[tuple[np.ndarray, np.ndarray]]) -> Pair:
    """Pair our answers with those of several others, each given as (places of the rows, their answers)."""
    place = np.concatenate([places for places, _ in answers])
    given = np.concatenate([each for _, each in answers])
    ours = replace(rows.take(place), probability=None)
    return Pair(ours=ours, theirs=replace(ours, answer=given), row=place)
