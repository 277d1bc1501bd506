"""From the many groups that tell of the same errors to the few that explain them, each as general as it can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.auditing.search.columns import Column
from pipeline.auditing.search.lattice import Place, Wanted, best, inside, without_each
from pipeline.auditing.search.score import Excess

MOST_CANDIDATES = 20
MOST_ROUNDS = 6
KEEP = 100
LEAST_SCORE = 2.0
"""In standard deviations: a lower one would hardly be confirmed, and each candidate makes the test of all stricter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many conditions a group may have, and how many rows it needs among those searched."""

    most_conditions: int
    min_rows: int


def candidates(columns: Sequence[Column], losses: np.ndarray, *, limits: Limits) -> list[tuple[Place, ...]]:
    """Name the groups worth testing, best first, each judged on the rows in none named before it.

    A search names the best; one of its conditions is dropped where the group is no worse than what else
    the shorter description holds; its rows are set aside, and what still stands out on the others comes
    next. When nothing of a search does, the rest is searched anew, up to six times.
    """
    chosen: list[tuple[Place, ...]] = []
    codes, sizes = [column.codes for column in columns], [len(column.conditions) for column in columns]
    wanted = Wanted(
        most_conditions=limits.most_conditions, min_rows=limits.min_rows, keep=KEEP, least=LEAST_SCORE
    )
    for _ in range(MOST_ROUNDS):
        found = best(codes, sizes, losses, score=Excess.of(losses), wanted=wanted)
        if not found or len(chosen) >= MOST_CANDIDATES:
            break
        pool = [each.places for each in found]
        more, covered = _covering(pool, codes, losses, min_rows=limits.min_rows, most=MOST_CANDIDATES - len(chosen))
        chosen += more
        codes, losses = [each[~covered] for each in codes], losses[~covered]
    return chosen


def _covering(
    pool: Sequence[tuple[Place, ...]], codes: Sequence[np.ndarray], losses: np.ndarray, *, min_rows: int, most: int
) -> tuple[list[tuple[Place, ...]], np.ndarray]:
    """Take the best of the pool again and again, setting its rows aside; give those taken and the rows they cover."""
    taken: list[tuple[Place, ...]] = []
    covered = np.zeros(len(losses), dtype=bool)
    while pool and len(taken) < most:
        left = np.flatnonzero(~covered)
        now, lost = [each[left] for each in codes], losses[left]
        scores = _scores(pool, now, lost, min_rows=min_rows)
        pool = [pool[place] for place in np.argsort(-scores, kind="stable") if scores[place] >= LEAST_SCORE]
        if pool:
            group = generalised(pool[0], now, lost)
            taken.append(group)
            covered[left] |= inside(now, group)
    return taken, covered


def _scores(
    pool: Sequence[tuple[Place, ...]], codes: Sequence[np.ndarray], losses: np.ndarray, *, min_rows: int
) -> np.ndarray:
    marks = [inside(codes, places) for places in pool]
    rows = np.array([mark.sum() for mark in marks])
    totals = np.array([losses[mark].sum() for mark in marks])
    return np.where(rows >= min_rows, Excess.of(losses)(rows, totals), 0.0)


def generalised(places: tuple[Place, ...], codes: Sequence[np.ndarray], losses: np.ndarray) -> tuple[Place, ...]:
    """Drop conditions, one by one, as long as the group is not clearly worse than the rest of the larger one."""
    scored = []
    for shorter in without_each(places):
        larger = inside(codes, shorter)
        part = inside(codes, places)[larger]
        standing = Excess.of(losses[larger])(np.array([part.sum()]), np.array([losses[larger][part].sum()]))
        scored.append((float(standing[0]), shorter))
    if scored and min(scored)[0] < LEAST_SCORE:
        return generalised(min(scored)[1], codes, losses)
    return places
