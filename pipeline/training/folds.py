"""Folds: which rows check which fit, by seeded hash rank, so that one changed row moves next to nothing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pipeline.errors import TrainingRefused
from pipeline.rank import ranks


def by_hash(ids: np.ndarray, *, folds: int, seed: int, strata: np.ndarray | None = None) -> np.ndarray:
    """Deal rows to folds 0 to `folds` - 1: within each stratum, ranks are cut at equal shares.

    Moving one row to another stratum moves at most `folds` - 1 other rows of either stratum.
    """
    order = ranks(ids, seed=seed)
    labels = np.zeros(len(order), dtype=np.int64) if strata is None else pd.factorize(strata)[0]
    fold = np.empty(len(order), dtype=np.int64)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        ranked = members[np.argsort(order[members], kind="stable")]
        fold[ranked] = np.arange(len(ranked)) * folds // len(ranked)
    return fold


def by_group(ids: np.ndarray, groups: pd.Series, *, folds: int, seed: int) -> np.ndarray:
    """Deal whole groups to folds of about equal size; a row whose group is missing is a group of its own.

    Raises:
        TrainingRefused: fewer groups than folds, or one so large that a fold stays empty.
    """
    missing = groups.isna().to_numpy()
    key = np.where(missing, np.asarray(ids).astype(np.int64).view(np.uint64), pd.util.hash_array(groups.array))
    codes, unique = pd.factorize(key)
    sizes = np.bincount(codes)
    by_rank = np.argsort(ranks(unique.view(np.int64), seed=seed), kind="stable")
    before = np.cumsum(sizes[by_rank]) - sizes[by_rank]
    fold = np.empty(len(unique), dtype=np.int64)
    fold[by_rank] = (2 * before + sizes[by_rank]) * folds // (2 * len(codes))
    return _all_used(fold[codes], folds=folds, of=f"{len(unique)} groups of {groups.name}")


def by_time(times: pd.Series, *, folds: int) -> np.ndarray:
    """Cut the rows into `folds` + 1 blocks by time, numbered 0 to `folds`; equal times stay together.

    Raises:
        TrainingRefused: a time is missing, or there are too few for as many blocks.
    """
    if missing := int(times.isna().sum()):
        raise TrainingRefused(f"the time column {times.name!r} is missing", found=f"in {missing} of {len(times)} rows")
    first = times.rank(method="min").to_numpy().astype(np.int64) - 1
    return _all_used(first * (folds + 1) // len(first), folds=folds + 1, of=f"{times.nunique()} times of {times.name}")


def _all_used(fold: np.ndarray, *, folds: int, of: str) -> np.ndarray:
    if empty := folds - len(np.unique(fold)):
        raise TrainingRefused(
            f"cross-validation cannot cut {of} into {folds} parts",
            found=f"{empty} empty parts",
            next_step="Ask for fewer folds, or folds=0 for no cross-validation.",
        )
    return fold


def rounds(fold: np.ndarray, *, forward: bool = False) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Give per round the rows to fit on and the rows to check, as masks.

    With `forward` each block is checked by a fit on the blocks before it, and the first by none.
    """
    for number in np.unique(fold)[1 if forward else 0:]:
        yield (fold < number if forward else fold != number), fold == number
