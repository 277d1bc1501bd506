"""A random order that stays: ids ranked by a seeded hash, so that one changed row moves next to nothing."""

from __future__ import annotations

import numpy as np

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def ranks(ids: np.ndarray, *, seed: int) -> np.ndarray:
    """Mix 64-bit ids with a seed (splitmix64): uint64 values, one to one, that order them at random."""
    with np.errstate(over="ignore"):
        start = np.array([seed % 2**64], dtype=np.uint64) * _GOLDEN + _GOLDEN
        return mixed(np.ascontiguousarray(ids).astype(np.int64).view(np.uint64) ^ mixed(start))


def mixed(z: np.ndarray) -> np.ndarray:
    """Mix words of 64 bits one to one, so that near ones lie far apart (the finaliser of splitmix64)."""
    with np.errstate(over="ignore"):
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))
