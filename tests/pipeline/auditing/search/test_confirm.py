"""Luck or not: the tests behind a finding, worked by hand and held against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pipeline.auditing.search.confirm import contrast, holm, p_value, rate


def errors(wrong: int, right: int) -> np.ndarray:
    """So many losses of 1 and of 0."""
    return np.array([1.0] * wrong + [0.0] * right)


def test_fisher_by_hand() -> None:
    """Of 6 rows 3 are wrong, all 3 in a group of 3: one draw of C(6, 3) = 20 does that."""
    assert p_value(errors(3, 0), errors(0, 3), counted=True) == pytest.approx(1 / 20)


def test_fisher_is_scipys() -> None:
    """The exact test is scipy's."""
    expected = stats.fisher_exact([[9, 21], [20, 150]], alternative="greater").pvalue
    assert p_value(errors(9, 21), errors(20, 150), counted=True) == pytest.approx(expected)


def test_nothing_to_compare_is_no_evidence() -> None:
    """An empty side, one amount, or amounts that are all alike give a p of 1."""
    assert p_value(errors(0, 0), errors(1, 3), counted=True) == 1.0
    assert p_value(errors(1, 0), np.array([]), counted=True) == 1.0
    assert p_value(np.array([5.0]), np.array([1.0, 2.0]), counted=False) == 1.0
    assert p_value(np.array([2.0, 2.0]), np.array([2.0, 2.0, 2.0]), counted=False) == 1.0


def test_holm_by_hand() -> None:
    """Four p values: 0.01 × 4, 0.015 × 3 = 0.045, 0.04 × 2 = 0.08, and 0.05 × 1 raised to the 0.08 before it."""
    assert holm([0.04, 0.01, 0.05, 0.015]) == pytest.approx([0.08, 0.04, 0.08, 0.045])
    assert (holm([0.9, 0.8]), holm([])) == ([1.0, 1.0], [])


def test_rate_of_errors() -> None:
    """5 errors in 10: Wilson's interval is 23.7 % to 76.3 %; of nothing there is no rate."""
    found = rate(errors(5, 5), counted=True)
    assert (found.value, found.n, found.low, found.high) == pytest.approx((0.5, 10, 0.2366, 0.7634), abs=1e-4)
    assert not rate(np.array([]), counted=True).defined and not rate(np.array([]), counted=False).defined


def test_rate_of_amounts() -> None:
    """Amounts 1, 2, 3: mean 2 ± 4.3027 (Student, 2 degrees) × 1 / √3, cut at 0."""
    found = rate(np.array([1.0, 2.0, 3.0]), counted=False)
    assert (found.value, found.low, found.high) == pytest.approx((2.0, 0.0, 2 + 4.302653 / 3**0.5))


def test_contrast() -> None:
    """Of shares Newcombe's example (1998, table II, a): 56/70 − 48/80 = 0.2, from 0.0524 to 0.3339."""
    assert contrast(errors(56, 14), errors(48, 32), counted=True) == pytest.approx((0.2, 0.0524, 0.3339), abs=1e-4)
    ends = contrast(np.array([3.0, 5.0]), np.array([1.0, 1.0]), counted=False)
    assert ends == pytest.approx((3.0, 3 - 1.959964, 3 + 1.959964))
