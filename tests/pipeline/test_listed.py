"""Texts are read from Parquet in whatever form the file holds them, and all else as it is."""

import io
from unittest import mock

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import listed
from pipeline.listed import read_table

TEXTS = st.lists(st.none() | st.sampled_from(["", "a", "ab", "cd", "é"]), min_size=1, max_size=60)


def written(table, **settings):
    """The bytes of a Parquet file."""
    sink = io.BytesIO()
    pq.write_table(table, sink, **settings)
    return sink.getvalue()


def read(content, columns=None):
    """Read bytes as if they were those of a long table."""
    with mock.patch.object(listed, "_ROWS_WORTH_IT", 0):
        return read_table(pq.ParquetFile(pa.BufferReader(content)), content, columns)


@given(TEXTS, st.booleans(), st.sampled_from([3, 1000]), st.sampled_from([pa.string(), pa.large_string()]))
def test_texts_are_read_in_whatever_form_they_are_held(texts, as_list, rows_in_group, kind):
    """As a list and numbers, or one by one, in one group of rows or several, with nulls and without."""
    texts = texts * 5
    table = pa.table({"name": pa.array(texts, kind), "first.last": pa.array(texts, kind), "age": range(len(texts))})
    content = written(table, use_dictionary=as_list, row_group_size=rows_in_group)
    assert read(content).to_pydict() == table.to_pydict()
    assert read(content, ["age", "name"]).to_pydict() == table.select(["name", "age"]).to_pydict()


def test_texts_whose_list_grew_too_long_are_read():
    """A writer gives up its list in the middle of a column; the texts before and after come out."""
    texts = [f"{number % 7:03d}" for number in range(900)] + [f"{number:05d}" for number in range(900)]
    content = written(pa.table({"name": texts}), dictionary_pagesize_limit=64, data_page_size=64, write_batch_size=16)
    assert read(content).column("name").to_pylist() == texts


def test_categories_lists_and_parts_stay_what_they_are():
    """A category stays one, and columns of several parts do not shift the names of texts."""
    words = ["u", "v"] * 50
    parts = pa.array([{"city": word, "street": word} for word in words])
    table = pa.table({"parts": parts, "kind": pa.array(words).dictionary_encode(), "name": words})
    for columns in (["parts", "kind", "name"], ["kind", "name"]):
        found = read(written(table.select(columns)))
        assert found.to_pydict() == table.select(columns).to_pydict()
        assert pa.types.is_dictionary(found.schema.field("kind").type)


@pytest.mark.parametrize("rows", [19_999, 20_000])
def test_short_and_long_files_read_alike(rows):
    """Few texts over and over, and numbers beside them."""
    table = pa.table({"name": np.array(["ab", "c", ""])[np.arange(rows) % 3], "n": np.arange(rows)})
    content = written(table)
    assert read_table(pq.ParquetFile(pa.BufferReader(content)), content).to_pydict() == table.to_pydict()


def test_no_rows_have_their_types():
    """A file of no rows gives columns of its types."""
    found = read(written(pa.table({"name": pa.array([], pa.large_string())})))
    assert found.schema.field("name").type == pa.large_string() and not len(found)
