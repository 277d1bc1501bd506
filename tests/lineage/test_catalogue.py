"""References are taken apart at their ends, and every artifact has one number."""

from __future__ import annotations

import pytest

from lineage.catalogue import Identity, mentioned
from lineage.errors import NotRecorded
from tests.lineage.history import History, artifact


def test_a_reference_is_taken_apart_at_its_first_slash_and_last_at_sign() -> None:
    """Names may hold both."""
    assert Identity.of("dataset/a/b@c@12") == ("dataset", "a/b@c", "12")


@pytest.mark.parametrize("text", ["", "raw", "dataset/raw", "raw@12", "/raw@12", "dataset/@12", "dataset/raw@"])
def test_half_a_reference_is_refused(text: str) -> None:
    """Kind, name and digest are all needed."""
    with pytest.raises(NotRecorded, match="expected kind/name@digest"):
        Identity.of(text)


def test_a_mention_and_a_record_of_one_artifact_share_its_number(history: History) -> None:
    """Mentioned twice, then made: it is the same artifact, and its record is the maker's."""
    one = artifact("one", facts={"a": 1}, rows=3, place="p")
    with history.store.database.writing() as connection:
        first = mentioned(connection, [one.reference, one.reference])
    history.made(one, by="r1")
    with history.store.database.writing() as connection:
        assert mentioned(connection, [one.reference]) == first
    assert history.store.artifact("one") == one
