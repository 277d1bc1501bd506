"""Values come back from the columns as they went in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.encoding import json_text, json_value, legible, microseconds, moment
from lineage.errors import Conflict

texts = st.text(max_size=5)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=5)


@settings(max_examples=50)
@given(st.dictionaries(texts, values, max_size=3))
def test_json_comes_back_equal_and_in_ascii(value: dict[str, object]) -> None:
    """Any object survives, with every character, in text that any database takes."""
    text = json_text(value)
    assert json_value(text) == value
    assert text.isascii() and "\0" not in text


def test_empty_values_keep_their_kind() -> None:
    """An empty list stays a list."""
    assert (json_text([]), json_text(()), json_text({})) == ("[]", "[]", "{}")


@pytest.mark.parametrize("value", [{"a": {1, 2}}, {"a": b"x"}, {(1, 2): 3}, {"a": datetime(2026, 1, 1)}])
def test_what_is_not_json_is_refused(value: object) -> None:
    """Nothing is written that could not be read."""
    with pytest.raises(Conflict, match="not JSON"):
        json_text(value)


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_come_back_to_the_microsecond(when: datetime) -> None:
    """Any time of any year survives."""
    assert moment(microseconds(when)) == when


def test_time_zones_count() -> None:
    """Noon one hour east of Greenwich is eleven there: 1970-01-01 11:00 is 39,600 s."""
    noon = datetime(1970, 1, 1, 12, tzinfo=timezone(timedelta(hours=1)))
    assert microseconds(noon) == 39_600_000_000


@given(st.text(st.characters()))
def test_legible_text_can_be_kept_anywhere(text: str) -> None:
    """Whatever an error said, some text of it can be stored; plain text is unchanged."""
    kept = legible(text + "\udcff\0")
    assert "\0" not in kept and kept.encode("utf-8")
    assert legible("plain ü ☃") == "plain ü ☃"
