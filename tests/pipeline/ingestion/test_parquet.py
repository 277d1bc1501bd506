"""Parquet files as raw columns: types are those of the file."""

import io

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import SourceRejected
from pipeline.ingestion.parquet import raw_of_parquet
from pipeline.ingestion.readers import Parquet


def read(content, *, ids=False):
    """Read bytes as the source people's one file."""
    return raw_of_parquet(content, Parquet("x", ids=ids), name="people: people.parquet")


def written(table, **settings):
    """The bytes of a Parquet file."""
    sink = io.BytesIO()
    pq.write_table(table, sink, **settings)
    return sink.getvalue()


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
