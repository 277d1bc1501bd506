"""A frame becomes an Arrow table and comes back equal."""

import datetime
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from lineage.tables import digest_frame, digest_table, frame_of, table_of


def arrow(values, kind):
    """A column that only Arrow can hold."""
    return pd.array(values, dtype=pd.ArrowDtype(kind))


DAYS = pd.to_datetime(["2020-01-01", None, "2020-01-02"]).as_unit("us")
COLUMNS = {
    "integer": pd.array([1, None, 2**62], dtype="Int64"),
    "number": [1.5, np.nan, -0.0],
    "boolean": pd.array([True, None, False], dtype="boolean"),
    "text": pd.array(["a", None, "é"], dtype="str"),
    "category": pd.Categorical(["x", None, "y"], ["y", "x", "unused"], ordered=True),
    "integers": pd.Categorical([3, None, 1], [3, 1, 2]),
    "days": DAYS,
    "zoned": DAYS.tz_localize("Europe/Berlin"),
    "offset": DAYS.tz_localize("+05:30"),
    "duration": pd.to_timedelta([1, None, 2], unit="s").as_unit("us"),
    "decimal": arrow([decimal.Decimal("1.10"), None, decimal.Decimal("2.20")], pa.decimal128(5, 2)),
    "date": arrow([datetime.date(2020, 1, 1), None, datetime.date(2021, 1, 1)], pa.date32()),
    "bytes": arrow([b"a", None, b"\xff"], pa.binary()),
    "list": arrow([[1, 2], None, []], pa.list_(pa.int64())),
    "struct": arrow(
        [{"a": 1, "b": "x"}, None, {"a": None, "b": "y"}], pa.struct([("a", pa.int64()), ("b", pa.string())])
    ),
    "map": arrow([[("k", 1)], None, [("l", None)]], pa.map_(pa.string(), pa.int64())),
    "unsigned": arrow([2**63 + 1, None, 0], pa.uint64()),
}


@pytest.fixture(params=COLUMNS)
def frame(request):
    """A table of one column of each kind, nulls in it."""
    return pd.DataFrame({"a": COLUMNS[request.param]}, index=pd.Index([5, 7, 9], name="row"))


def test_a_frame_comes_back_as_it_was(frame):
    """Values, nulls, dtypes and ids survive the way to Arrow and back."""
    pd.testing.assert_frame_equal(frame_of(table_of(frame)), frame)


def test_slices_and_chunks_count_for_nothing(frame):
    """However the cells lie in memory, the digest is the same."""
    table = table_of(frame)
    twice = pa.concat_tables([table, table])
    pieces = pa.concat_tables([table.slice(0, 1), table.slice(1, 2)])
    assert digest_table(twice.slice(3, 3)) == digest_table(pieces) == digest_table(table)


def test_what_lies_under_a_null_counts_for_nothing():
    """Two columns that differ only in bytes nobody can see are one."""
    valid = pa.array([True, False, True])
    left, right = (
        pa.Array.from_buffers(pa.int64(), 3, [valid.buffers()[1], pa.py_buffer(np.array(cells).tobytes())])
        for cells in ([1, 2, 3], [1, 99, 3])
    )
    assert digest_table(pa.table({"a": left})) == digest_table(pa.table({"a": right}))


def test_a_table_without_columns_or_rows_is_kept():
    """The emptiest tables still have ids and types."""
    bare = pd.DataFrame(index=pd.Index([1, 2], name="row"))
    empty = pd.DataFrame({"a": pd.array([], dtype="str")}, index=pd.Index([], dtype="int64", name="row"))
    assert frame_of(table_of(bare)).index.tolist() == [1, 2]
    pd.testing.assert_frame_equal(frame_of(table_of(empty)), empty)


def test_digests_of_columns_that_are_known_are_taken(frame):
    """With those of some columns the digest is the same, and afterwards all are known; a wrong one shows."""
    wide = frame.assign(b=frame["a"], c=[1.0, 2.0, 3.0])
    every = {}
    digest = digest_frame(wide, every)
    assert set(every) == {"row", "a", "b", "c"} and every["a"] == every["b"]
    for names in (("a",), ("row", "b"), ("row", "a", "b", "c")):
        known = {name: every[name] for name in names}
        assert digest_frame(wide, known) == digest == digest_frame(wide) and known == every
    assert digest_frame(wide, {"a": every["c"]}) != digest
