"""Cells in one form only, on one thread or several."""

import pyarrow as pa
import pytest

from lineage.cells import ROWS_WORTH_A_THREAD, column_digest, each_column, in_one_piece, type_text
from lineage.errors import NotDigestible


def test_widths_of_offsets_and_field_names_count_for_nothing():
    """A type is named by what it can hold."""
    assert type_text(pa.string()) == type_text(pa.large_string()) == "text"
    assert type_text(pa.list_(pa.field("x", pa.int8()))) == type_text(pa.large_list(pa.field("y", pa.int8())))
    assert type_text(pa.int8()) != type_text(pa.int16())


def test_long_columns_are_worked_on_in_their_order():
    """Threads change nothing about the order of what comes back."""
    assert each_column(lambda n: n * n, ((n,) for n in range(50)), rows=ROWS_WORTH_A_THREAD) == [
        n * n for n in range(50)
    ]


def test_chunks_of_a_category_with_other_values_become_one():
    """The same cells in chunks with dictionaries of their own are the same column."""
    chunks = pa.chunked_array([pa.array(["x", "y"]).dictionary_encode(), pa.array(["z", "x"]).dictionary_encode()])
    whole = pa.array(["x", "y", "z", "x"]).dictionary_encode()
    assert column_digest(chunks) == column_digest(pa.chunked_array([whole]))
    assert in_one_piece(chunks).to_pylist() == ["x", "y", "z", "x"]


def test_a_union_has_no_canonical_form():
    """A type that cannot be digested says so."""
    union = pa.UnionArray.from_sparse(pa.array([0, 1], pa.int8()), [pa.array([1, 2]), pa.array(["a", "b"])])
    with pytest.raises(NotDigestible, match="union"):
        column_digest(pa.chunked_array([union]))
