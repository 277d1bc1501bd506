"""Texts as Arrow holds them come out as the same texts, whatever their form."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import texts
from pipeline.texts import reordered, unmarked

CODES = st.integers(0, 3).flatmap(lambda width: st.lists(st.text("abé", min_size=width, max_size=width), max_size=9))
ANY = st.lists(st.none() | st.text(max_size=4), max_size=9)


def with_hidden(values):
    """An array in which bytes lie under the nulls, so that by its offsets all texts may be of one length."""
    given = pa.array([value or "xy" for value in values], pa.large_string())
    valid = pa.array([value is not None for value in values], pa.bool_()).buffers()[1]
    return pa.Array.from_buffers(given.type, len(values), [valid, *given.buffers()[1:]])


@pytest.mark.parametrize("most_bytes", [0, texts.MOST_BYTES])
@given(st.one_of(CODES, ANY), st.integers(0, 2), st.randoms(use_true_random=False))
def test_every_text_comes_to_its_place(most_bytes, values, left_out, random):
    """Texts of one length or of many, with nulls, of a slice, and of more bytes than short offsets reach."""
    order = np.array(random.sample(range(len(values[left_out:])), len(values[left_out:])), dtype=np.int64)
    for array in (pa.array(values, pa.large_string()), with_hidden([v if v != "" else None for v in values])):
        known = array[left_out:].to_pylist()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(texts, "MOST_BYTES", most_bytes)
            found = reordered(array[left_out:], order)
        found.validate(full=True)
        assert found.to_pylist() == [known[place] for place in order]


@given(ANY, st.integers(0, 2))
def test_texts_without_marks_are_the_same(values, left_out):
    """Marks go where there is no null, and stay where there is one."""
    array = pa.array(values, pa.large_string()).take(pa.array(range(len(values)), pa.int64()))[left_out:]
    found = unmarked(array)
    found.validate(full=True)
    assert found.to_pylist() == values[left_out:]
    assert (found.buffers()[0] is None) == (None not in values[left_out:])
