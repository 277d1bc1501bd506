"""Equal content is one artifact: what once stood on a wrong one may have been made from right ones too."""

from __future__ import annotations

import pytest

from tests.lineage.history import History, artifact

WRONG, RIGHT = artifact("ips", "aa"), artifact("ips", "bb")
CLEAN, USERS, FEATURES = artifact("clean"), artifact("users"), artifact("features")
MODEL = artifact("model", kind="model")
TOUCHED = {one.reference for one in (WRONG, CLEAN, FEATURES, MODEL)}


@pytest.fixture
def chain(history: History) -> History:
    """Wrong addresses and users give clean rows, these features, these a model."""
    for one in (WRONG, RIGHT, USERS):
        history.made(one, by=f"ingest {one.digest}")
    history.made(CLEAN, by="clean", of=[WRONG, USERS])
    history.made(FEATURES, by="features", of=[CLEAN])
    history.made(MODEL, by="train", of=[FEATURES])
    return history


def right(history: History, name: str = "model") -> bool:
    """Whether the store says that an artifact was made without the wrong addresses."""
    return history.store.made_otherwise(name, wrong={WRONG.reference}, touched=TOUCHED)


def test_what_was_only_made_of_wrong_rows_stays_wrong(chain: History) -> None:
    """All the way down."""
    assert [right(chain, name) for name in ("ips@aa", "clean", "features", "model")] == [False] * 4


def test_what_is_not_touched_is_right(chain: History) -> None:
    """A source of its own, the corrected version, and a model that the rows do not reach."""
    assert right(chain, "users") and right(chain, "ips@bb")
    assert chain.store.made_otherwise("model", wrong={WRONG.reference}, touched={WRONG.reference, CLEAN.reference})


def test_what_came_out_equal_from_the_corrected_version_is_right(chain: History) -> None:
    """And so is all that rests on it alone: the rebuild stopped there."""
    chain.made(CLEAN, by="clean again", of=[RIGHT, USERS])
    assert [right(chain, name) for name in ("ips@aa", "clean", "features", "model")] == [False, True, True, True]


def test_one_right_input_of_two_is_not_enough(chain: History) -> None:
    """A run clears what it makes only if all it read is right."""
    other = artifact("other")
    chain.made(other, by="other", of=[WRONG])
    chain.made(FEATURES, by="features again", of=[USERS, other])
    touched = {*TOUCHED, other.reference}
    assert not chain.store.made_otherwise("model", wrong={WRONG.reference}, touched=touched)
    chain.made(other, by="other again", of=[RIGHT])
    assert chain.store.made_otherwise("model", wrong={WRONG.reference}, touched=touched)


def test_a_wrong_one_is_not_cleared_by_what_made_it(chain: History) -> None:
    """Rows of a derived dataset can be wrong although all above them is right."""
    assert not chain.store.made_otherwise("features", wrong={FEATURES.reference}, touched={FEATURES.reference})
