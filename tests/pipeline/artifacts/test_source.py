"""A source is legal once built, and says where its data is from."""

import pytest

from pipeline.artifacts.source import Source
from pipeline.errors import Misuse
from pipeline.ingestion.readers import CSV


def declared(**changes):
    """A source with a key and a schema."""
    values = {"name": "people", "reader": CSV("people.csv"), "keys": ("id",), "schema": {"id": "integer"}, **changes}
    return Source(**values)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": "two words"}, "unusable name"),
        ({"obtained": "found"}, "owned, purchased"),
        ({"schema": {"id": "int"}}, "id: int"),
        ({"keys": ("nobody",)}, "does not declare: nobody"),
    ],
)
def test_an_illegal_source_cannot_be_built(changes, says):
    """A wrong name, origin, type or key is named at once."""
    with pytest.raises(Misuse, match=says):
        declared(**changes)


def test_provenance_leaves_out_what_was_not_said():
    """Only answers that were given are recorded; free is an answer."""
    given = declared(supplier="us", cost_usd=0.0)
    assert given.provenance == {"supplier": "us", "cost_usd": 0.0}


def test_the_asset_is_named_after_the_source():
    """Under this name a DAG waits for the source's updates."""
    assert declared().asset == "headwater://source/people"


def test_the_repr_stays_the_same():
    """Two equal declarations read the same, without addresses, so that only an edit makes a new DAG version."""
    assert repr(declared()) == repr(declared()) and "0x" not in repr(declared())
