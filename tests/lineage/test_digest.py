"""Equal contents have equal digests, different ones do not."""

import numpy as np
import pandas as pd
import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.digest import canonical_json, digest_bytes, digest_json
from lineage.tables import digest_frame
from lineage.errors import NotDigestible

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def frame(**columns):
    """A table of three rows with ids 5, 7 and 9."""
    return pd.DataFrame(columns, index=pd.Index([5, 7, 9], name="row"))


def wide(rows=3, columns=range(200)):
    """A table of 200 columns of all dtypes, every fifth cell null where nulls can be."""
    made = {}
    for number in columns:
        values = np.arange(rows) * 7 + number
        hole = values % 5 == 0
        made[f"c{number}"] = [
            lambda: values % 2 == 0,
            lambda: pd.Series(values).astype("datetime64[us]").dt.tz_localize("Europe/Berlin").mask(hole),
            lambda: pd.Categorical.from_codes(np.where(hole, -1, values % 3), ["b", "a", "c", "unused"]),
            lambda: pd.array(values, dtype="Int64"),
            lambda: pd.Series(values).astype("str").mask(hole),
            lambda: np.where(hole, np.nan, values / 3),
            lambda: pd.Series(values).astype("timedelta64[us]"),
            lambda: pd.array(values % 2 == 0, dtype="boolean"),
        ][number % 8]()
    return pd.DataFrame(made, index=pd.Index(np.arange(rows), name="row"))


def changed(column, position):
    """The column with one cell changed, and the same with that cell null where the dtype has nulls."""
    kind = column.dtype
    if isinstance(kind, pd.CategoricalDtype):
        return [column.mask(column.index == column.index[position], value) for value in ("a", "b", "c", None)]
    if kind.name in ("bool", "boolean"):
        return [column.mask(column.index == column.index[position], ~column)]
    if kind == "str":
        return [column.mask(column.index == column.index[position], value) for value in ("x", "", None)]
    step = pd.Timedelta(1, unit="us") if kind.kind in "mM" else 1
    filled = column.fillna(column.dropna().iloc[0])
    return [column.mask(column.index == column.index[position], filled + step)]


def test_a_digest_of_bytes_is_128_bits_of_blake3():
    """The digest of bytes is BLAKE3 cut to 32 hexadecimal digits."""
    assert digest_bytes(b"abc") == blake3(b"abc").hexdigest()[:32]


def test_the_order_of_keys_counts_for_nothing():
    """Two objects with the same members are one."""
    assert digest_json({"a": 1, "b": [2.5, None]}) == digest_json({"b": [2.5, None], "a": 1})


@given(JSON, JSON)
@settings(max_examples=60, deadline=None)
def test_json_values_are_equal_exactly_if_their_canonical_texts_are(left, right):
    """The canonical text tells two JSON values apart exactly when they differ, 1 from 1.0 and from true too."""
    assert (canonical_json(left) == canonical_json(right)) == (repr_sorted(left) == repr_sorted(right))


def repr_sorted(value):
    """A text of a JSON value by another way."""
    if isinstance(value, dict):
        return "object" + repr(sorted((key, repr_sorted(item)) for key, item in value.items()))
    return repr([repr_sorted(item) for item in value]) if isinstance(value, list) else repr(value)


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"a": [1.0, float("nan")]}, "value.a[1]"),
        ({1: 2}, "the key 1"),
        ({"b": {1, 2}}, "value.b"),
        (np.int64(1), "value"),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(value, place):
    """NaN, keys that are not text and foreign objects have no digest."""
    with pytest.raises(NotDigestible, match="value") as caught:
        digest_json(value)
    assert place in str(caught.value)


def test_a_change_in_any_cell_of_a_200_column_table_is_noticed():
    """Whatever column of whatever dtype changes, the digest does."""
    table = wide()
    whole = digest_frame(table)
    for number, name in enumerate(table.columns):
        column = next(c for c in changed(table[name], number % 3) if not c.equals(table[name]))
        assert digest_frame(table.assign(**{name: column})) != whole, name


def test_every_cell_of_every_dtype_counts():
    """Each cell of eight dtypes, changed in every way, also to null and back to what it was."""
    table = wide(rows=6, columns=range(8))
    for name in table.columns:
        cells = table[[name]]
        for column in (column for position in range(6) for column in changed(table[name], position)):
            assert (digest_frame(column.to_frame()) == digest_frame(cells)) == column.equals(table[name]), name


@pytest.mark.parametrize("number", range(8))
def test_a_change_in_the_last_of_a_million_rows_is_noticed(number):
    """Row 1,000,000 counts as the first does."""
    table = wide(rows=1_000_000, columns=[number])
    cells = table[f"c{number}"]
    last = next(c for c in changed(cells.tail(6), -1) if not c.equals(cells.tail(6)))
    other = pd.concat([cells.head(-6), last]).to_frame()
    assert digest_frame(other) != digest_frame(table)
    assert digest_frame(pd.concat([cells.head(-6), cells.tail(6)]).to_frame()) == digest_frame(table)


@pytest.mark.parametrize(
    "other",
    [
        frame(a=[1.0, 2.0, 3.0]).set_axis(pd.Index([5, 7, 8], name="row")),
        frame(a=[1.0, 2.0, 3.0]).iloc[[1, 0, 2]],
        frame(b=[1.0, 2.0, 3.0]),
        frame(a=[1, 2, 3]),
        frame(a=["1.0", "2.0", "3.0"]),
        frame(a=[1.0, 2.0, 3.0]).iloc[:2],
        frame(a=[1.0, 2.0, 3.0], b=[1.0, 2.0, 3.0]),
    ],
)
def test_ids_order_names_types_and_length_count(other):
    """A table is more than its cells."""
    assert digest_frame(other) != digest_frame(frame(a=[1.0, 2.0, 3.0]))


def test_the_order_of_columns_counts():
    """Columns in another order make another table."""
    table = frame(a=[1.0, 2.0, 3.0], b=[4.0, 5.0, 6.0])
    assert digest_frame(table) != digest_frame(table[["b", "a"]])


def test_order_and_presence_of_unused_categories_count():
    """A category is its cells and its list of values."""
    cells = ["x", "y", "x"]
    digests = {
        digest_frame(frame(a=pd.Categorical(cells, values))) for values in (["x", "y"], ["y", "x"], ["x", "y", "z"])
    }
    assert len(digests | {digest_frame(frame(a=pd.Categorical(cells, ["x", "y"], ordered=True)))}) == 4


def test_every_nan_is_one_null_but_negative_zero_is_no_zero():
    """The bits of a NaN count for nothing, the sign of a zero does."""
    odd = np.array([0x7FF8000000000001, 0, 0], dtype=np.uint64).view(np.float64)
    assert digest_frame(frame(a=odd)) == digest_frame(frame(a=[np.nan, 0.0, 0.0]))
    assert digest_frame(frame(a=[0.0, -0.0, 0.0])) != digest_frame(frame(a=[0.0, 0.0, 0.0]))


def test_text_moved_across_a_cell_border_is_noticed():
    """ "ab", "c" is not "a", "bc", and null is not the empty text."""
    texts = (["ab", "c", ""], ["a", "bc", ""], ["ab", "c", None])
    assert len({digest_frame(frame(a=pd.array(cells, dtype="str"))) for cells in texts}) == 3


@pytest.mark.parametrize(
    "table",
    [
        frame(a=[1.0, 2.0, 3.0]).set_axis(list("xyz")),
        frame(a=[1.0, 2.0, 3.0]).set_axis([1], axis=1),
        frame(a=[1.0, 2.0, 3.0], b=1).set_axis(["a", "a"], axis=1),
        frame(row=[1, 2, 3]),
        frame(a=pd.Series([object(), 1, 2], index=[5, 7, 9])),
    ],
)
def test_what_is_no_dataset_has_no_digest(table):
    """Ids that are no integers, names that are no text or not unique, and foreign objects are refused."""
    with pytest.raises(NotDigestible):
        digest_frame(table)
