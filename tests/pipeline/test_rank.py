"""A seeded order that stays the same from run to run and machine to machine."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.rank import ranks


def splitmix64(x: int) -> int:
    """The finaliser as published, on Python's integers."""
    mask = 2**64 - 1
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & mask
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & mask
    return x ^ (x >> 31)


@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 2**64 - 1))
def test_mixing_is_the_published_finaliser(row, seed):
    """Ids are mixed with the seed as on paper, at the ends of 64 bits too."""
    golden, mask = 0x9E3779B97F4A7C15, 2**64 - 1
    start = splitmix64((seed * golden + golden) & mask)
    assert int(ranks(np.array([row]), seed=seed)[0]) == splitmix64((row & mask) ^ start)
