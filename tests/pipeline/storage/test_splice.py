"""A table into which rows are put is the one that would be made by dropping, adding and sorting."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.storage.splice import spliced

WHOLE = st.integers(-(2**40), 2**40)
KINDS = {
    "text": ("str", st.none() | st.text(max_size=5)),
    "whole": ("Int64", st.none() | WHOLE),
    "real": ("float64", st.none() | st.floats(allow_nan=False)),
    "yes": ("boolean", st.none() | st.booleans()),
    "local": ("datetime64[us]", st.none() | WHOLE.map(lambda us: pd.Timestamp(us, unit="us"))),
    "at": ("datetime64[us, UTC]", st.none() | WHOLE.map(lambda us: pd.Timestamp(us, unit="us", tz="UTC"))),
    "took": ("timedelta64[us]", st.none() | WHOLE.map(lambda us: pd.Timedelta(us, unit="us"))),
    "kind": (pd.CategoricalDtype(["a", "b", "c"]), st.none() | st.sampled_from("abc")),
    "day": (pd.ArrowDtype(pa.date32()), st.none() | st.dates()),
    "tags": (pd.ArrowDtype(pa.list_(pa.string())), st.none() | st.lists(st.sampled_from("ab"), max_size=2)),
}
IDS = st.sets(st.integers(-(2**63), 2**63 - 1), max_size=12)


def table(ids, rows):
    """A table in order of its ids, with a column of every kind."""
    cells = {name: [row[place] for row in rows] for place, name in enumerate(KINDS)}
    columns = {name: pd.array(cells[name], dtype=dtype) for name, (dtype, _) in KINDS.items()}
    return pd.DataFrame(columns, index=pd.Index(ids, dtype="int64", name="row")).sort_index()


@st.composite
def tables(draw, ids):
    """Draw a table of these ids."""
    row = st.tuples(*(values for _, values in KINDS.values()))
    return table(sorted(ids), draw(st.lists(row, min_size=len(ids), max_size=len(ids))))


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_it_equals_dropping_adding_and_sorting(data):
    """Ids, their order, every value, every null and every dtype are those of the slow way; both parts may be empty."""
    ids = data.draw(IDS)
    removed = data.draw(st.sets(st.sampled_from(sorted(ids)))) if ids else set()
    new = data.draw(IDS) - (ids - removed)
    old, fresh = data.draw(tables(ids)), data.draw(tables(new))
    expected = pd.concat([old.drop(index=list(removed)), fresh]).sort_index()
    made = spliced(old, fresh, gone=np.flatnonzero(old.index.isin(list(removed))))
    pd.testing.assert_frame_equal(made, expected)
    assert made.index.name == "row" and (made.dtypes == old.dtypes).all()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_long_runs_are_copied_as_they_are(data):
    """Where few rows of many go and come, texts are those of the slow way too, and the old table is as it was."""
    ids = np.arange(0, 3000, 3)
    words = st.none() | st.sampled_from(["", "a", "äö", "longer than that"])
    texts = st.lists(words, min_size=1, max_size=7).map(lambda cells: (cells * len(ids))[: len(ids)])
    old = pd.DataFrame({"text": pd.array(data.draw(texts), "str")}, index=pd.Index(ids, name="row"))
    before = old.copy()
    gone = sorted(data.draw(st.sets(st.integers(0, len(ids) - 1), max_size=5)))
    new = sorted(data.draw(st.sets(st.integers(-3, 3003).filter(lambda one: one % 3), max_size=5)) | {*ids[gone[:1]]})
    index = pd.Index(new, dtype="int64", name="row")
    fresh = pd.DataFrame({"text": pd.array([f"new {one}" for one in new], "str")}, index=index)
    made = spliced(old, fresh, gone=np.array(gone, dtype="int64"))
    pd.testing.assert_frame_equal(made, pd.concat([old.drop(index=ids[gone]), fresh]).sort_index())
    pd.testing.assert_frame_equal(old, before)


def test_text_that_lies_in_several_pieces_is_put_together():
    """A table that was stacked of parts, as Arrow keeps them, gives the texts of all of them."""
    pieces = pa.chunked_array([["a", None], [], ["c"]], type=pa.large_string())
    old = pd.DataFrame({"text": pd.array(pieces, dtype="str")}, index=pd.Index([10, 20, 30], name="row"))
    fresh = pd.DataFrame({"text": pd.array(["b", "d"], dtype="str")}, index=pd.Index([15, 40], name="row"))
    made = spliced(old, fresh, gone=np.array([1]))
    assert made["text"].to_dict() == {10: "a", 15: "b", 30: "c", 40: "d"} and made["text"].dtype == "str"


def test_a_row_made_anew_takes_the_place_it_had():
    """An id may be among those that go and among those that come."""
    old = pd.DataFrame({"n": pd.array([1, 2, 3], "Int64")}, index=pd.Index([5, 6, 7], name="row"))
    made = spliced(old, old.loc[[6]].assign(n=pd.array([20], "Int64")), gone=np.array([1]))
    assert made["n"].to_dict() == {5: 1, 6: 20, 7: 3} and old["n"].tolist() == [1, 2, 3]


@pytest.mark.parametrize("kind", ["str", "Int64"])
def test_a_long_table_is_spliced_as_a_short_one(kind):
    """Above a hundred thousand rows, where columns are taken side by side, every column is still its own."""
    numbers = np.arange(0, 240_000, 2)
    old = pd.DataFrame({name: pd.array(numbers + add, "Int64").astype(kind) for add, name in enumerate("abc")})
    old.index = pd.Index(numbers, name="row")
    fresh = old.iloc[[7, 9]].set_axis(pd.Index([1, 239_999], name="row"))
    made = spliced(old, fresh, gone=np.array([0, 119_999]))
    assert made.index[[0, 1, -1]].tolist() == [1, 2, 239_999] and len(made) == len(old)
    assert made.iloc[-1].astype(int).tolist() == [18, 19, 20] and made.iloc[0].astype(int).tolist() == [14, 15, 16]


def test_columns_without_another_value_are_those_of_the_old_table():
    """Where rows are put in the place of rows, texts that stay are not copied; a zero of another sign is another."""
    old = pd.DataFrame(
        {"n": pd.array([1, 2], "Int64"), "t": pd.array(["a", None], "str"), "x": [0.0, 1.0]},
        index=pd.Index([3, 6], name="row"),
    )
    fresh = old.loc[[3]].assign(n=pd.array([9], "Int64"), x=-0.0)
    made = spliced(old, fresh, gone=np.array([0]))
    assert np.shares_memory(
        made["t"].array.__arrow_array__().chunk(0).buffers()[2], old["t"].array.__arrow_array__().chunk(0).buffers()[2]
    )
    assert (made["n"].tolist(), np.signbit(made["x"]).tolist()) == ([9, 2], [True, False])
    assert old["n"].tolist() == [1, 2] and not np.signbit(old["x"]).any()
