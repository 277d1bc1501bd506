"""A version is named as people do: the latest, by its digest, or so many before the latest."""

import pytest

from lineage.errors import NotRecorded
from pipeline.errors import Misuse
from pipeline.recall.versions import version_of

from .conftest import table


def test_a_version_is_named_by_place_or_by_digest(shelf):
    """A name alone is the last published; ~1 the one before; the beginning of a digest is enough."""
    first, second = (shelf.keep("ips", table({1: ("a", score)})) for score in (1, 2))
    named = [
        version_of(shelf.store, text).reference for text in ("ips", "dataset/ips", "ips~0", "ips~1", second, first)
    ]
    assert named == [second, second, second, first, second, first]
    assert version_of(shelf.store, first.partition("/")[2][:12]).reference == first


def test_a_version_published_again_is_the_latest(shelf):
    """What a source is read as once more counts as its latest version."""
    first, second, _ = (shelf.keep("ips", table({1: ("a", score)})) for score in (1, 2, 1))
    assert [version_of(shelf.store, text).reference for text in ("ips", "ips~1")] == [first, second]


def test_what_is_not_there_is_told_with_what_is_near(shelf):
    """A mistyped name, a version too far back, and an artifact that is no dataset are refused."""
    shelf.keep("ips", table({1: ("a", 1)}))
    code = shelf.keep("tidy", {"files": {}}, kind="code")
    with pytest.raises(NotRecorded, match="no dataset is recorded as 'ip'. Did you mean ips"):
        version_of(shelf.store, "ip")
    with pytest.raises(NotRecorded, match="no version 1 before its latest; found 1 versions"):
        version_of(shelf.store, "ips~1")
    with pytest.raises(Misuse, match="is no dataset"):
        version_of(shelf.store, code.partition("/")[2])
