"""Row ids come back as they were, and take about as few bytes as can be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.storage.packing import ids_in, part, whole

SETS = st.sets(st.integers(-(2**63), 2**63 - 1) | st.integers(-5, 5), max_size=40).map(
    lambda ids: np.array(sorted(ids), dtype="int64")
)


@given(SETS)
def test_whole_sets_come_back(ids):
    """Any ids, the largest and smallest included, and none."""
    again = ids_in(whole(ids))
    assert again.dtype == np.int64 and again.tolist() == ids.tolist()


@given(SETS, SETS, st.integers(1, 3))
def test_parts_come_back(base, added, every):
    """Some of a base's ids, all, none, and any that it has not."""
    ids = np.array(sorted({*base[::every].tolist(), *added.tolist()}), dtype="int64")
    again = ids_in(part(ids, base), base)
    assert again.dtype == np.int64 and again.tolist() == ids.tolist()


def test_random_ids_take_little_more_than_they_must():
    """Of n random ids each holds 64 - log2(n / e) bits: 48.8 of 100,000; we take one more at most."""
    ids = np.unique(np.random.default_rng(0).integers(-(2**63), 2**63 - 1, 100_000))
    assert 48.8 < 8 * len(whole(ids)) / len(ids) < 49.8


def test_a_part_takes_a_bit_a_row():
    """Half of 100,000 rows take 100,000 bits, and a row in a thousand far fewer."""
    base = np.arange(100_000, dtype="int64") ** 2
    drawn = np.random.default_rng(0).random(100_000)
    assert 12_300 < len(part(base[drawn < 0.5], base)) < 12_800
    assert len(part(base[drawn < 0.001], base)) < 600


def test_bytes_that_are_none_are_refused():
    """What is no file of row ids is a ValueError or OSError, never ids."""
    for content in (b"", b"{}", b"{}\n\x00", b'{"rows":3}\n\x00'):
        with pytest.raises((ValueError, OSError, KeyError)):
            ids_in(content)
