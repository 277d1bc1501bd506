"""Folds are dealt by seeded hash rank: even, stable, whole groups, and time running forward."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from pipeline.errors import TrainingRefused
from pipeline.training.folds import by_group, by_hash, by_time, rounds

IDS = st.lists(st.integers(-(2**63), 2**63 - 1), min_size=4, max_size=60, unique=True)


def test_another_seed_deals_otherwise() -> None:
    """Seeds 0 and 1 give different folds of the same rows."""
    ids = np.arange(100)
    assert (by_hash(ids, folds=5, seed=0) != by_hash(ids, folds=5, seed=1)).any()


@settings(max_examples=50, deadline=None)
@given(IDS, st.integers(2, 4), st.randoms(use_true_random=False))
def test_every_stratum_is_dealt_evenly(ids: list[int], folds: int, random: object) -> None:
    """In each stratum the folds' sizes differ by at most one, and the order of rows means nothing."""
    strata = np.array([random.choice("ab") for _ in ids])
    dealt = by_hash(np.array(ids), folds=folds, seed=3, strata=strata)
    for label in set(strata):
        sizes = np.bincount(dealt[strata == label], minlength=folds)
        assert sizes.max() - sizes.min() <= 1
    turned = by_hash(np.array(ids)[::-1], folds=folds, seed=3, strata=strata[::-1])
    assert (turned[::-1] == dealt).all()


@settings(max_examples=80, deadline=None)
@given(IDS, st.integers(2, 5), st.data())
def test_correcting_one_label_moves_next_to_nothing(ids: list[int], folds: int, data: st.DataObject) -> None:
    """A row that changes its stratum moves at most folds - 1 other rows of either stratum."""
    strata = np.array(data.draw(st.lists(st.sampled_from([0, 1]), min_size=len(ids), max_size=len(ids))))
    place = data.draw(st.integers(0, len(ids) - 1))
    corrected = strata.copy()
    corrected[place] = 1 - corrected[place]
    moved = by_hash(np.array(ids), folds=folds, seed=0, strata=strata) != by_hash(
        np.array(ids), folds=folds, seed=0, strata=corrected
    )
    moved[place] = False
    for label in (0, 1):
        assert moved[strata == label].sum() <= folds - 1


def test_groups_stay_whole() -> None:
    """No group has rows in two folds, every fold has rows, and rows without a group stand alone."""
    generator = np.random.default_rng(0)
    groups = pd.Series(generator.integers(0, 40, 400), dtype="Int64", name="speaker").mask(generator.random(400) < 0.05)
    fold = by_group(np.arange(400), groups, folds=4, seed=0)
    assert (pd.Series(fold).groupby(groups).nunique() == 1).all()
    assert np.bincount(fold).min() > 60 and len(set(fold[groups.isna()])) > 1


def test_fewer_groups_than_folds_are_refused() -> None:
    """Two speakers cannot make five folds."""
    with pytest.raises(TrainingRefused, match="2 groups of speaker into 5 parts"):
        by_group(np.arange(10), pd.Series(["a", "b"] * 5, name="speaker"), folds=5, seed=0)


def test_time_is_checked_only_forward() -> None:
    """Each check is later than all it was fitted on, and equal times are never parted."""
    times = pd.Series(pd.to_datetime(["2026-01-0" + day for day in "112233445566"]))
    fold = by_time(times, folds=2)
    assert list(fold) == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]
    pairs = list(rounds(fold, forward=True))
    assert len(pairs) == 2
    assert all(times[fitted].max() < times[checked].min() for fitted, checked in pairs)


def test_a_single_time_cannot_be_cut() -> None:
    """Rows of one moment have no later rows to check."""
    with pytest.raises(TrainingRefused, match="1 times of sold into 3 parts"):
        by_time(pd.Series([2026] * 9, name="sold"), folds=2)


def test_without_time_every_row_is_checked_once() -> None:
    """The rounds' checks are a partition, and what is fitted is all the rest."""
    fold = by_hash(np.arange(50), folds=5, seed=0)
    checked = sum(check.astype(int) for _, check in rounds(fold))
    assert (checked == 1).all() and all((fit ^ check).all() for fit, check in rounds(fold))
