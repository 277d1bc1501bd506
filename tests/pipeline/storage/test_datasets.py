"""Every dtype survives Parquet, so that a digest tells content and not the way it was kept."""

import datetime
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineage.tables import digest_frame
from pipeline.errors import StepRefused
from pipeline.storage import Storage
from pipeline.storage.datasets import DATASETS, ROWS_WORTH_A_FILE

WORDS = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
INSTANTS = st.none() | st.datetimes(datetime.datetime(1700, 1, 1), datetime.datetime(2200, 1, 1))
ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.none() | st.booleans(),
        st.floats(),
        WORDS,
        INSTANTS,
        WORDS,
        st.none() | st.decimals(-999, 999, allow_nan=False, allow_infinity=False, places=2),
        st.none() | st.lists(WORDS, max_size=2),
    ),
    max_size=12,
)


def table(rows):
    """A dataset of many dtypes from rows of plain values."""
    cells = [list(column) for column in zip(*rows)] if rows else [[]] * 8
    columns = {
        "i": pd.array(cells[0], dtype="Int64"),
        "b": pd.array(cells[1], dtype="boolean"),
        "f": np.array(cells[2], "f8"),
        "s": pd.array(cells[3], dtype="str"),
        "t": pd.Series(cells[4], dtype="datetime64[us]").dt.tz_localize("UTC"),
        "c": pd.Categorical(
            pd.array(cells[5], dtype="str"),
            [*sorted({w for w in cells[5] if w is not None}), "unused"][::-1] if "unused" not in cells[5] else None,
        ),
        "d": pd.array(cells[6], dtype=pd.ArrowDtype(pa.decimal128(9, 2))),
        "l": pd.array(cells[7], dtype=pd.ArrowDtype(pa.list_(pa.string()))),
    }
    return pd.DataFrame(columns).set_axis(pd.Index(np.arange(len(rows)) * 3, dtype="int64", name="row"))


def there_and_back(frame, columns=None):
    """A frame, or some of its columns, by way of its bytes and, if they are apart, its row ids."""
    encoded = DATASETS.encode(frame)
    return DATASETS.decode(bytes(encoded.content()), ids=encoded.ids, columns=columns)


@given(ROWS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_dataset_and_its_parquet_have_one_digest(rows):
    """Whatever the cells, a frame and its round trip through Parquet are equal in content, dtypes and digest."""
    frame = table(rows)
    encoded = DATASETS.encode(frame)
    again = DATASETS.decode(bytes(encoded.content()))
    pd.testing.assert_frame_equal(again, frame)
    assert digest_frame(again) == digest_frame(frame) == encoded.digest()


@pytest.mark.parametrize("cells", [[1, 2, 3], [1, None, 3], [None, None, None], []])
@pytest.mark.parametrize("dtype", ["Int64", "str", pd.ArrowDtype(pa.null()), pd.ArrowDtype(pa.list_(pa.string()))])
def test_a_column_says_whether_it_has_nulls(dtype, cells):
    """One without any is required in the file, one with some is not, and either comes back as it was."""
    kinds = {"Int64": int, "str": str, pd.ArrowDtype(pa.null()): lambda cell: None}
    make = kinds.get(dtype, lambda cell: [str(cell), None])
    values = [None if cell is None else make(cell) for cell in cells]
    frame = pd.DataFrame({"c": pd.array(values, dtype=dtype)}, index=pd.Index(range(len(cells)), name="row"))
    schema = pq.read_schema(pa.BufferReader(DATASETS.encode(frame).content()))
    assert schema.field("c").nullable == (None in values or dtype == pd.ArrowDtype(pa.null()))
    pd.testing.assert_frame_equal(there_and_back(frame), frame)


@pytest.mark.parametrize(
    "values",
    [[3, 1, 2], [2.5, 1.0], [True, False], list(pd.to_datetime(["2021", "2020"]).as_unit("us")), ["b", "a", "é"], []],
)
@pytest.mark.parametrize("ordered", [True, False])
def test_categories_keep_their_values_in_order(values, ordered):
    """Values of any dtype, unused ones and their order survive."""
    column = pd.Categorical.from_codes(
        [0, -1, 0] if values else [-1, -1, -1], pd.Index(values, dtype=None if values else "str"), ordered
    )
    frame = pd.DataFrame({"c": column}, index=pd.Index([1, 2, 3], name="row"))
    pd.testing.assert_frame_equal(there_and_back(frame), frame)


def test_other_tools_read_the_values_of_a_category():
    """The file holds the words themselves, with the ids as a column `row`."""
    frame = pd.DataFrame({"c": pd.Categorical(["x", None, "y"])}, index=pd.Index([1, 2, 3], name="row"))
    read = pq.read_table(pa.BufferReader(DATASETS.encode(frame).content()))
    assert read.to_pydict() == {"row": [1, 2, 3], "c": ["x", None, "y"]}


def test_a_category_over_many_row_groups_is_one():
    """A million cells of few words come back as they were."""
    words = pd.Categorical.from_codes(np.arange(1_200_000) % 3, ["c", "a", "b"])
    frame = pd.DataFrame({"c": words}, index=pd.RangeIndex(1_200_000, name="row"))
    again = there_and_back(frame)
    assert (again["c"].cat.codes.to_numpy() == words.codes).all() and again["c"].dtype == words.dtype
    assert digest_frame(again) == digest_frame(frame)


def test_a_type_parquet_has_no_place_for_is_refused(tmp_path):
    """What cannot be written is refused before anything is."""
    spans = pd.array([(1, 2, 3)], dtype=pd.ArrowDtype(pa.month_day_nano_interval()))
    with pytest.raises(StepRefused, match="Parquet"):
        Storage(str(tmp_path)).save("dataset", pd.DataFrame({"a": spans}, index=pd.Index([1], name="row")))


def test_decimals_are_exact():
    """A price stays what it was."""
    price = pd.array([decimal.Decimal("0.10")], dtype=pd.ArrowDtype(pa.decimal128(9, 2)))
    frame = pd.DataFrame({"a": price}, index=pd.Index([1], name="row"))
    assert there_and_back(frame)["a"].tolist() == [decimal.Decimal("0.10")]


def many(rows, **columns):
    """A dataset long enough for its row ids to lie apart."""
    return pd.DataFrame({"n": np.arange(rows) * 1.0, **columns}, index=pd.RangeIndex(rows, name="row"))


def test_ids_of_many_rows_are_not_in_the_parquet():
    """They lie apart where that pays and they ascend; else they are the first column, `row`."""
    frame = many(ROWS_WORTH_A_FILE)
    inside = [frame[1:], frame[::-1], frame[[]], frame.set_axis(frame.index // 2)]
    for apart, each in [(True, frame), *((False, each) for each in inside)]:
        encoded = DATASETS.encode(each)
        names = pq.read_schema(pa.BufferReader(encoded.content())).names
        assert (encoded.ids is not None) is apart and ("row" in names) is not apart
        pd.testing.assert_frame_equal(there_and_back(each), each, check_index_type=False, check_column_type=False)


@pytest.mark.parametrize("rows", [3, ROWS_WORTH_A_FILE])
def test_some_columns_are_read_as_all_are(rows):
    """Columns come in the order asked for, dots in a name and categories included; none gives the ids alone."""
    words = pd.Categorical.from_codes(np.arange(rows) % 3 - 1, ["b", "a", "c"])
    frame = many(rows, **{"n.x": pd.Series(np.arange(rows) % 7, dtype="Int64"), "c": words})
    for names in (["c", "n"], ["n"], ["n.x"], []):
        pd.testing.assert_frame_equal(
            there_and_back(frame, names), frame[names], check_index_type=False, check_column_type=False
        )
    with pytest.raises(DATASETS.undecodable):
        there_and_back(frame, ["x"])


def test_long_columns_of_few_values_take_few_bytes():
    """A hundred thousand numbers of a thousand kinds take less than two bytes each."""
    kinds = np.random.default_rng(0).random(1000)
    frame = many(100_000)[[]].assign(a=kinds[np.random.default_rng(1).integers(0, 1000, 100_000)])
    assert len(DATASETS.encode(frame).content()) < 200_000


KINDS = [
    *(pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()),
    *(pa.float16(), pa.float32(), pa.float64(), pa.decimal128(9, 2), pa.date32(), pa.time64("us")),
    *(pa.timestamp("us"), pa.timestamp("us", "Europe/Vienna"), pa.duration("us")),
]


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("rows", [0, 3, 25_000])
def test_numbers_and_times_of_any_width_come_back(kind, rows):
    """A short column and a long one, of all different values or of few, with nulls and without."""
    by = {pa.date32(): pa.int32(), pa.decimal128(9, 2): pa.float32()}.get(kind, pa.int64())
    most, null = 120 if kind in (pa.int8(), pa.uint8(), pa.float16()) else 30_000, np.arange(rows) % 7 == 0
    columns = {
        name: pd.array(pa.array(np.arange(rows) % limit, mask=mask).cast(by).cast(kind), dtype=pd.ArrowDtype(kind))
        for name, limit, mask in (("few", 9, None), ("few, null", 9, null), ("many", most, None), ("gaps", most, null))
    }
    frame = pd.DataFrame(columns, index=pd.Index(np.arange(rows), dtype="int64", name="row"))
    encoded = DATASETS.encode(frame)
    again = DATASETS.decode(bytes(encoded.content()), ids=encoded.ids)
    assert digest_frame(again) == encoded.digest() and len(again) == rows


def test_a_name_with_a_dot_is_no_part_of_another_column():
    """Beside a column of numbers `n.x` there may be one of records `n` with a text `x`."""
    columns = {
        "n": pd.array([{"x": "a"}, None], dtype=pd.ArrowDtype(pa.struct([("x", pa.string())]))),
        "n.x": pd.array([1, None], dtype="Int64"),
    }
    frame = pd.DataFrame(columns, index=pd.Index([1, 2], name="row"))
    pd.testing.assert_frame_equal(there_and_back(frame), frame)
