"""What a body has to be before any of its rows is looked at."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Misuse, RequestRejected, RequestTooLarge, RequestUnreadable
from pipeline.serving.request import Limits, read_rows, take_row_ids

LIMITS = Limits(rows=3)


def test_one_object_is_one_row() -> None:
    """A bare object is a request for one row."""
    assert read_rows(b'{"age": 41, "rows": 2}', limits=LIMITS) == [{"age": 41, "rows": 2}]


def test_rows_keep_their_order() -> None:
    """Rows come out in the order in which they were sent."""
    assert read_rows(b'{"rows": [{"a": 2}, {"a": 1}]}', limits=LIMITS) == [{"a": 2}, {"a": 1}]


def test_a_byte_order_mark_is_no_part_of_the_body() -> None:
    """Windows tools put one in front; it is skipped."""
    assert read_rows(b'\xef\xbb\xbf{"a": 1}', limits=LIMITS) == [{"a": 1}]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"", "Expecting value"),
        (b"{", "Expecting property name"),
        (b'{"a": 1} {', "Extra data"),
        (b'{"a": NaN}', "NaN, which is no JSON"),
        (b'{"a": -Infinity}', "-Infinity, which is no JSON"),
        (b'{"a": 1, "a": 2}', "names given twice in one object: 'a'"),
        (b'{"a": "\xff"}', "byte 7 is not UTF-8"),
        (b'{"a": "\\ud800"}', "half of a surrogate pair"),
        (b'{"a": "\\u0000"}', "U+0000"),
        (b'{"\\u0000": 1}', "U+0000"),
        (b"[" * 200_000, "nesting too deep"),
        (b'{"a": ' + b"1" * 5000 + b"}", "Exceeds the limit"),
    ],
)
def test_what_no_table_can_hold_is_unreadable(body: bytes, found: str) -> None:
    """A body that is not JSON, or JSON no table can hold, says what is wrong with it."""
    with pytest.raises(RequestUnreadable, match=re.escape(found)):
        read_rows(body, limits=LIMITS)


@pytest.mark.parametrize("body", [b"[]", b'{"rows": []}', b'{"rows": {}}', b'{"rows": null}'])
def test_no_rows_are_refused(body: bytes) -> None:
    """A request without a row has nothing to answer."""
    with pytest.raises(RequestRejected):
        read_rows(body, limits=LIMITS)


def test_every_row_is_an_object() -> None:
    """What is no object is named by its place."""
    with pytest.raises(RequestRejected, match=r"row 1: \[2\], row 2: \"x\""):
        read_rows(b'{"rows": [{"a": 1}, [2], "x"]}', limits=LIMITS)


def test_too_many_rows_are_refused() -> None:
    """One row above the limit refuses the request and says the limit."""
    with pytest.raises(RequestTooLarge, match="at most 3 in one request; found 4"):
        read_rows(json.dumps({"rows": [{}] * 4}).encode(), limits=LIMITS)


def test_an_escaped_backslash_is_no_escape() -> None:
    """The six letters backslash, u, 0, 0, 0, 0 are text like any other."""
    assert read_rows(b'{"a": "\\\\u0000"}', limits=LIMITS) == [{"a": "\\u0000"}]


def test_row_ids_are_taken_out_of_the_rows() -> None:
    """The id leaves the row's values, to the last of its 64 bits."""
    rows = [{"row": "9223372036854775807", "a": 1}, {"row": "-9223372036854775808"}, {"row": None}, {"a": 2}]
    assert take_row_ids(rows) == [2**63 - 1, -(2**63), None, None]
    assert rows == [{"a": 1}, {}, {}, {"a": 2}]


@pytest.mark.parametrize(
    "stated", [12, 1.5, "", "-", "1e3", "9223372036854775808", "²", "1_0", " 1", True, [1], "1" * 9999]
)
def test_an_id_is_a_string_of_digits(stated: object) -> None:
    """Numbers are refused too: JavaScript would have rounded them."""
    with pytest.raises(RequestRejected, match="row 0 names a source row by an unusable id"):
        take_row_ids([{"row": stated}])


def test_limits_are_above_zero() -> None:
    """A limit of nothing would refuse everything."""
    with pytest.raises(Misuse):
        Limits(rows=0)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_give_rows_or_a_refusal(body: bytes) -> None:
    """Whatever is sent, the answer is rows or a letter, never another error."""
    try:
        rows = read_rows(body, limits=LIMITS)
    except RequestRejected:
        return
    assert all(isinstance(row, dict) for row in rows)


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0")
)


_NAMES = st.text(min_size=1, max_size=4).filter(lambda name: "\0" not in name)


@given(st.lists(st.dictionaries(_NAMES, _SCALARS), min_size=1, max_size=3))
def test_what_was_sent_is_what_is_read(rows: list[dict[str, object]]) -> None:
    """Reading changes no value and no name."""
    assert read_rows(json.dumps({"rows": rows}).encode(), limits=LIMITS) == rows
