"""A row has one id in every version of its source, however its key is written."""

import struct

import numpy as np
import pandas as pd
import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import Misuse, SourceRejected
from pipeline.rows import keyed_ids, row_id, row_ids

SECRET = bytes(range(16))
TYPES = {"k": "integer", "s": "text", "x": "number", "b": "boolean", "t": "datetime", "c": "category"}


def ids(frame, key=("k",), types=TYPES, source="loans", secret=SECRET):
    """The ids of a frame's rows as a list."""
    return row_ids(frame, source=source, secret=secret, key=key, types=types).tolist()


def splitmix(word):
    """The finaliser of splitmix64 in whole numbers, from its author's page."""
    word = (word + 0x9E3779B97F4A7C15) % 2**64
    word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    word = (word ^ word >> 27) * 0x94D049BB133111EB % 2**64
    return word ^ word >> 31


def test_the_id_of_an_integer_key_is_what_it_is_said_to_be():
    """Computed once more in whole numbers: words of BLAKE3 under the secret around splitmix64."""
    start, _, _, end = struct.unpack("<4Q", blake3(b"loans", key=blake3(SECRET).digest()).digest(length=32))
    expected = [(splitmix(key % 2**64 ^ start) ^ end) for key in (1, 2, -7)]
    assert ids(pd.DataFrame({"k": [1, 2, -7]})) == [word - 2**64 if word >= 2**63 else word for word in expected]


def test_ids_stay_for_good():
    """These ids were fixed when Headwater was made; a change would renumber every source there is."""
    frame = pd.DataFrame({"k": [1], "s": ["é"], "x": [0.5], "b": [True], "t": pd.to_datetime(["2020-01-01"], utc=True)})
    content = {name: kind for name, kind in TYPES.items() if name != "c"}
    assert ids(frame) == [-7370776264054753602]
    assert ids(frame, key=("s",)) == [-4466918546207666793]
    assert ids(frame, key=(), types=content) == [8889924513177924730]


@pytest.mark.parametrize("key", [("k",), ("s",), ("c", "b"), ("t", "x", "k")])
def test_a_key_gives_its_id_again(key):
    """Without another look at what was found good, in any order of rows."""
    number = np.arange(200)
    frame = pd.DataFrame({
        "k": number, "s": number.astype(str), "x": number / 4, "b": number < 100,
        "t": pd.to_datetime(number, unit="D", utc=True).as_unit("us"), "c": pd.Categorical((number % 100).astype(str)),
    })[::-1]  # fmt: skip
    named = {"source": "loans", "secret": SECRET, "key": key, "types": TYPES}
    assert keyed_ids(frame, **named).tolist() == row_ids(frame, **named).tolist()


@pytest.mark.parametrize(
    "form",
    [
        [1, 2],
        [1.0, 2.0],
        ["1", "2"],
        ["1.0", " 2"],
        pd.array([1, 2], dtype="Int8"),
        np.array([1, "2"], object),
        [1.0, 2],
    ],
)
def test_an_integer_key_is_the_same_in_every_form(form):
    """1, 1.0 and "1" meet where the schema says integer."""
    assert ids(pd.DataFrame({"k": form})) == ids(pd.DataFrame({"k": [1, 2]}))


def test_a_blank_elsewhere_and_a_new_column_renumber_nothing():
    """Ids rest on the key alone, whatever becomes of other columns."""
    before = pd.DataFrame({"k": [1, 2], "age": [30, 40]})
    after = pd.DataFrame({"k": [2, 1], "age": [np.nan, 40], "new": ["a", "b"]})
    assert ids(before) == ids(after)[::-1]


def test_zero_has_one_id():
    """-0.0 and 0.0 are one number, as text as well."""
    assert (
        ids(pd.DataFrame({"x": [0.0]}), ("x",))
        == ids(pd.DataFrame({"x": [-0.0]}), ("x",))
        == ids(pd.DataFrame({"x": ["-0"]}), ("x",))
    )


def test_a_category_has_the_id_of_its_text():
    """Whether words come as text or category, and with which other values, counts for nothing."""
    texts = pd.DataFrame({"s": ["b", "a"]})
    words = pd.DataFrame({"s": pd.Categorical(["b", "a"], ["z", "a", "b"])})
    assert ids(texts, ("s",)) == ids(words, ("s",)) == ids(words, ("s",), {"s": "category"})


def test_source_and_secret_make_other_ids():
    """The same key in another source, or under another secret, is another row."""
    frame = pd.DataFrame({"k": [1]})
    assert len({ids(frame)[0], ids(frame, source="people")[0], ids(frame, secret=bytes(16))[0]}) == 3


def test_the_order_of_key_columns_counts_and_their_borders_do():
    """(1, 2) is not (2, 1), and ("ab", "c") is not ("a", "bc")."""
    numbers = pd.DataFrame({"k": [1, 2], "l": [2, 1]})
    texts = pd.DataFrame({"s": ["ab", "a"], "u": ["c", "bc"]})
    assert len(set(ids(numbers, ("k", "l"), {"k": "integer", "l": "integer"}))) == 2
    assert len(set(ids(texts, ("s", "u"), {"s": "text", "u": "text"}))) == 2


@given(
    st.lists(st.tuples(st.none() | st.integers(0, 3), st.none() | st.sampled_from(["a", "b", "", "nan"])), max_size=12),
    st.randoms(),
)
@settings(max_examples=100, deadline=None)
def test_content_and_occurrence_name_a_row_in_any_order(rows, random):
    """Without keys, ids are unique, the set of them is that of any other order, and equal rows share a first id."""
    types = {"k": "integer", "s": "text"}
    frame = pd.DataFrame(
        {"k": pd.array([k for k, _ in rows], dtype="Int64"), "s": pd.array([s for _, s in rows], dtype="str")}
    )
    found = ids(frame, (), types)
    order = random.sample(range(len(rows)), len(rows))
    assert len(set(found)) == len(rows)
    assert set(ids(frame.iloc[order], (), types)) == set(found)
    assert {ids(frame.iloc[[n]], (), types)[0] for n in range(len(rows))} <= set(found)


def test_more_of_the_same_row_keeps_the_ids_of_the_first():
    """A further copy of a row gets an id of its own and renumbers none."""
    frame = pd.DataFrame({"k": [5, 6, 5]})
    assert ids(frame, (), {"k": "integer"})[:2] == ids(frame.iloc[:2], (), {"k": "integer"})


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        ([1, 2, 1], "k=1 in row 0, row 2"),
        ([1, None, 2], "blank.*row 1"),
        (["1", "x", "2"], "expected integer: row 1: 'x'"),
    ],
)
def test_keys_that_name_no_row_are_refused_with_the_rows(cells, what):
    """Repeated, blank and mistyped keys are named with value and row."""
    with pytest.raises(SourceRejected, match=what):
        ids(pd.DataFrame({"k": pd.Series(cells, dtype=object)}))


def test_five_percent_of_keys_repeated_are_counted():
    """Of 1,000 rows 50 repeat a key: 50 keys, five shown."""
    keys = np.concatenate([np.arange(950), np.arange(50)])
    with pytest.raises(SourceRejected) as caught:
        ids(pd.DataFrame({"k": keys}))
    assert (caught.value.count, len(caught.value.examples)) == (50, 5)
    assert "100 rows" in caught.value.found


def test_a_key_the_frame_or_the_types_lack_is_misuse():
    """Columns are asked for by their names."""
    for frame, types in ((pd.DataFrame({"a": [1]}), TYPES), (pd.DataFrame({"k": [1]}), {})):
        with pytest.raises(Misuse, match="k"):
            ids(frame, types=types)


def test_one_id_is_that_of_its_table():
    """Key values of a request lead to the row of the source, in whatever form they come."""
    frame = pd.DataFrame({"k": [1, 2], "s": ["a", "b"]})
    known = {"source": "loans", "secret": SECRET, "key": ("k", "s"), "types": TYPES}
    assert [row_id({"k": "2", "s": "b"}, **known), row_id({"s": "a", "k": 1.0}, **known)] == ids(frame, ("k", "s"))[
        ::-1
    ]


@pytest.mark.parametrize(
    ("values", "error"), [({"k": None}, SourceRejected), ({"k": "x"}, SourceRejected), ({}, Misuse)]
)
def test_values_that_are_no_key_have_no_id(values, error):
    """Null, mistyped and absent key values are refused."""
    with pytest.raises(error):
        row_id(values, source="loans", secret=SECRET, key=("k",), types=TYPES)
    with pytest.raises(Misuse, match="content"):
        row_id({"k": 1}, source="loans", secret=SECRET, key=(), types=TYPES)


def test_a_million_integers_have_a_million_ids():
    """Mixing one integer column is a bijection: no two keys meet."""
    keys = np.random.default_rng(0).permutation(1_000_000)
    assert (
        len(np.unique(row_ids(pd.DataFrame({"k": keys}), source="s", secret=SECRET, key=("k",), types=TYPES)))
        == 1_000_000
    )


def test_no_rows_have_no_ids():
    """An empty frame is no error here."""
    assert (
        ids(pd.DataFrame({"k": pd.array([], dtype="Int64")}))
        == ids(pd.DataFrame({"k": []}), (), {"k": "integer"})
        == []
    )
