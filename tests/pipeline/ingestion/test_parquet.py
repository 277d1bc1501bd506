"""Parquet files as raw columns: types and texts are those of the file, however it holds them."""

import io

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SourceRejected
from pipeline.ingestion.parquet import raw_of_parquet
from pipeline.ingestion.readers import Parquet

TEXTS = st.lists(st.none() | st.sampled_from(["", "a", "ab", "cd", "é"]), min_size=1, max_size=60)


def read(content, *, ids=False):
    """Read bytes as the source people's one file."""
    return raw_of_parquet(content, Parquet("x", ids=ids), name="people: people.parquet")


def written(table, **settings):
    """The bytes of a Parquet file."""
    sink = io.BytesIO()
    pq.write_table(table, sink, **settings)
    return sink.getvalue()


@given(TEXTS, st.booleans(), st.sampled_from([3, 1000]), st.sampled_from([pa.string(), pa.large_string()]))
def test_texts_are_read_in_whatever_form_they_are_held(texts, as_list, rows_in_group, kind):
    """As a list and numbers, or one by one, in one group of rows or several, with nulls and without."""
    texts = texts * 5
    table = pa.table({"name": pa.array(texts, kind), "first.last": pa.array(texts, kind), "age": range(len(texts))})
    frame = read(written(table, use_dictionary=as_list, row_group_size=rows_in_group)).frame
    assert frame.dtypes.astype(str).to_dict() == {"name": "str", "first.last": "str", "age": "Int64"}
    for name in ("name", "first.last"):
        assert [None if pd.isna(text) else text for text in frame[name]] == texts
    assert frame["age"].tolist() == list(range(len(texts)))


def test_texts_whose_list_grew_too_long_are_read():
    """A writer gives up its list in the middle of a column; the texts before and after come out."""
    texts = [f"{number % 7:03d}" for number in range(900)] + [f"{number:05d}" for number in range(900)]
    content = written(pa.table({"name": texts}), dictionary_pagesize_limit=64, data_page_size=64, write_batch_size=16)
    assert read(content).frame["name"].tolist() == texts


def test_categories_lists_and_parts_stay_what_they_are():
    """A category stays one, and columns of several parts do not shift the names of texts."""
    words = ["u", "v"] * 50
    names = pa.array(words).dictionary_encode()
    parts = pa.array([{"city": word, "street": word} for word in words])
    frame = read(written(pa.table({"parts": parts, "kind": names, "name": words}))).frame
    assert str(frame["kind"].dtype) == "category" and frame["kind"].tolist() == words
    assert str(frame["name"].dtype) == "str" and frame["name"].tolist() == words
    assert frame["parts"].tolist() == parts.to_pylist()


def test_no_rows_have_their_types():
    """A file of no rows gives columns of its types."""
    frame = read(written(pa.table({"name": pa.array([], pa.string())}))).frame
    assert not len(frame) and str(frame["name"].dtype) == "str"


def test_a_file_keeps_its_dtypes_and_a_cut_one_is_named():
    """A Parquet file brings its own types; without its end it is none."""
    frame = pd.DataFrame({"a": [1, 2], "t": pd.to_datetime(["2020", "2021"])})
    content = frame.to_parquet()
    assert read(content).frame.dtypes.astype(str).to_dict() == {"a": "Int64", "t": "datetime64[us]"}
    for cut in (content[:-20], content[:100], content[:50] + content[60:]):
        with pytest.raises(SourceRejected, match="truncated, damaged or no Parquet"):
            read(cut)


def test_names_that_cannot_be_told_apart_are_refused():
    """Two columns of one name, and one named as row ids are; where the file names its rows, they are set apart."""
    twice = pa.Table.from_arrays([pa.array(["u"]), pa.array(["v"])], names=["name", "name"])
    with pytest.raises(SourceRejected, match="columns of one name"):
        read(written(twice))
    named = written(pa.table({"row": [7], "name": ["u"]}))
    with pytest.raises(SourceRejected, match="'row'"):
        read(named)
    raw = read(named, ids=True)
    assert raw.stated.tolist() == [7] and raw.frame["name"].tolist() == ["u"]
