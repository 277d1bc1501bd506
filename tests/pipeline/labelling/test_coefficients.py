"""Coefficients of agreement: published worked examples, and other people's code."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from pipeline.labelling.coefficients import (
    LEVELS, cohen_kappa, fleiss_kappa, krippendorff_alpha, raw_agreement, specific_agreement,
)

RATED = np.array([
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
])
"""Fourteen raters, ten subjects, five categories: the worked example of "Fleiss' kappa" in Wikipedia."""

OBSERVED = np.array([
    [3, 0, 0, 0, 0], [0, 3, 1, 0, 0], [0, 0, 4, 0, 0], [0, 0, 4, 0, 0], [0, 4, 0, 0, 0], [1, 1, 1, 1, 0],
    [0, 0, 0, 4, 0], [3, 1, 0, 0, 0], [0, 4, 0, 0, 0], [0, 0, 0, 0, 3], [2, 0, 0, 0, 0], [0, 0, 1, 0, 0],
])
"""Four observers, twelve units: Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability"."""


def once(profiles):
    """Every profile as often as it stands there."""
    return np.ones((1, len(profiles)), int)


def test_fleiss_worked_example():
    """Kappa is 0.210: 0.378 alike, where 0.213 would be by chance."""
    assert fleiss_kappa(RATED, once(RATED))[0] == pytest.approx(0.210, abs=5e-4)
    assert raw_agreement(RATED, once(RATED))[0] == pytest.approx(0.378, abs=5e-4)


@pytest.mark.parametrize(("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_krippendorff_worked_example(level, alpha):
    """The published alphas, at each level of measurement."""
    found = krippendorff_alpha(OBSERVED, once(OBSERVED), level=level, values=np.arange(1.0, 6.0))
    assert found[0] == pytest.approx(alpha, abs=5e-4)


def test_cohen_worked_by_hand():
    """Of 50 proposals two readers both say yes to 20 and no to 15: 0.7 alike, 0.5 by chance, kappa 0.4."""
    assert cohen_kappa(np.array([[[20, 5], [10, 15]]]))[0] == pytest.approx(0.4)


def test_specific_agreement_by_hand():
    """One item (2 of 3 say a), one (3 of 3 say a): of 2·2 + 3·2 = 10 others beside an a, 2·1 + 3·2 = 8 say a too."""
    profiles = np.array([[2, 1], [3, 0]])
    assert specific_agreement(profiles, once(profiles), place=0)[0] == pytest.approx(0.8)


def test_what_is_nothing_by_nothing_is_not_defined():
    """Labels of one class alone, no pairs of labels, and items with different numbers of labels for Fleiss."""
    alike, single, uneven = np.array([[3, 0]]), np.array([[1, 0], [0, 1]]), np.array([[2, 1], [1, 1]])
    assert np.isnan([fleiss_kappa(alike, once(alike)), krippendorff_alpha(alike, once(alike))]).all()
    assert np.isnan([raw_agreement(single, once(single)), krippendorff_alpha(single, once(single))]).all()
    assert np.isnan(fleiss_kappa(uneven, once(uneven))).all()
    assert np.isnan(cohen_kappa(np.array([[[4, 0], [0, 0]]]))).all()


MARKS = st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3), min_size=2, max_size=8)


@settings(deadline=None)
@given(MARKS, st.sampled_from(LEVELS))
def test_alpha_equals_the_library(profiles, level):
    """Of any counts, the library `krippendorff` says the same wherever it says anything."""
    counts = np.array(profiles)
    if (counts.sum(axis=1) < 2).all() or (counts[counts.sum(axis=1) >= 2].sum(axis=0) > 0).sum() < 2:
        return
    expected = krippendorff.alpha(value_counts=counts, value_domain=[1.0, 2.0, 3.0], level_of_measurement=level)
    found = krippendorff_alpha(counts, once(counts), level=level, values=np.array([1.0, 2.0, 3.0]))
    assert found[0] == pytest.approx(expected, abs=1e-9)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=20))
def test_cohen_equals_scikit_learn(pairs):
    """Of any pairs of labels."""
    one, other = zip(*pairs, strict=True)
    cells = np.zeros((1, 3, 3))
    np.add.at(cells[0], (one, other), 1)
    if len(set(one) | set(other)) < 2:
        assert np.isnan(cohen_kappa(cells)[0])
    else:
        assert cohen_kappa(cells)[0] == pytest.approx(cohen_kappa_score(one, other), abs=1e-12)


@settings(deadline=None)
@given(st.lists(st.integers(0, 3), min_size=12, max_size=12))
def test_weights_are_repetitions(times):
    """An item drawn three times counts as three items."""
    weights, repeated = np.array([times]), np.repeat(OBSERVED, times, axis=0)
    for compute in (raw_agreement, krippendorff_alpha):
        found, expected = compute(OBSERVED, weights), compute(repeated, once(repeated))
        assert found == pytest.approx(expected, nan_ok=True)
