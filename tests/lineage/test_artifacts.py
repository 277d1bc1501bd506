"""Artifacts answer to their reference, to their name, and to the beginning of their digest."""

from __future__ import annotations

import pytest

from lineage.errors import Ambiguous, NotRecorded
from lineage.store import Store
from tests.lineage.history import History, artifact, run

FULL = artifact("loans.clean", "abcd12", place="p", checksum="c", size_bytes=2**40, rows=3, facts={"a": [1, None]})


@pytest.mark.parametrize(
    "asked",
    ["dataset/loans.clean@abcd12", "loans.clean@abcd12", "loans.clean@ab", "dataset/loans.clean@ab",
     "dataset/loans.clean", "loans.clean", "abcd12", "abc"],
)  # fmt: skip
def test_an_artifact_answers_to_every_way_of_naming_it(history: History, asked: str) -> None:
    """Reference, name and digest, whole or shortened, lead to the same record, with all its parts."""
    history.made(FULL, by="r1")
    history.made(artifact("loans.other", "ff00"), by="r2")
    assert history.store.artifact(asked) == FULL


@pytest.mark.parametrize("asked", ["", "@", "nothing", "loans.clean@zz", "model/loans.clean", "dataset/", "%", "ABCD"])
def test_what_is_not_recorded_says_so(history: History, asked: str) -> None:
    """A name, kind or digest nobody recorded finds nothing."""
    history.made(FULL, by="r1")
    with pytest.raises(NotRecorded):
        history.store.artifact(asked)


def test_an_ambiguous_name_or_digest_names_its_candidates(history: History) -> None:
    """A name of two kinds, or the start of two digests, is refused with whole references to choose from."""
    history.made(artifact("x", "aa1"), by="r1")
    history.made(artifact("x", "aa2", kind="model"), by="r2")
    for asked in ("x", "aa", "x@aa"):
        with pytest.raises(Ambiguous, match="dataset/x@aa1, model/x@aa2"):
            history.store.artifact(asked)
    assert history.store.artifact("model/x").digest == "aa2"


def test_a_name_may_hold_slashes_and_at_signs(history: History) -> None:
    """The kind ends at the first slash, the digest begins at the last at sign."""
    odd = artifact("a/b@c", "dd")
    history.made(odd, by="r1")
    assert history.store.artifact(odd.reference) == history.store.artifact("a/b@c@dd") == odd


def test_the_latest_version_is_the_last_published(history: History) -> None:
    """Publishing again makes an old version the latest; versions are listed in that order."""
    for by, digest in (("r1", "aa"), ("r2", "bb"), ("r3", "aa")):
        history.made(artifact("x", digest), by=by)
    store = history.store
    assert (store.latest("dataset", "x").digest, store.artifact("x").digest) == ("aa", "aa")
    assert [version.digest for version in store.versions("dataset", "x")] == ["aa", "bb"]
    assert (store.latest("model", "x"), store.versions("model", "x")) == (None, [])


def test_an_artifact_that_was_only_read_is_not_recorded(store: Store) -> None:
    """A run's input nobody made is known as such, and is no version of anything."""
    store.begin(run("r1", artifact("ghost")))
    with pytest.raises(NotRecorded, match="never recorded"):
        store.artifact(artifact("ghost").reference)
    assert (store.artifacts(), store.versions("dataset", "ghost")) == ([], [])
    assert store.producer(artifact("ghost").reference) is None


def test_artifacts_are_listed_by_kind_without_the_deleted(history: History) -> None:
    """What was marked deleted is out of the list, and back when it is made again."""
    one, two = artifact("one"), artifact("two", kind="model")
    history.made(one, two, by="r1")
    assert history.store.artifacts() == [one, two]
    assert history.store.artifacts("model") == [two]
    history.store.forgotten("one", "asked to")
    assert (history.store.artifacts(), history.store.versions("dataset", "one")) == ([two], [])
    assert history.store.versions("dataset", "one", deleted=True) == [one]
    history.made(one, by="r2")
    assert set(map(repr, history.store.artifacts())) == {repr(one), repr(two)}


def test_producer_and_consumers(history: History) -> None:
    """The run that first made an artifact, and the runs that read it, newest first, are known."""
    one = artifact("one")
    history.made(one, by="r1")
    history.made(one, by="r2")
    history.made(artifact("two"), by="r3", of=[one])
    history.store.begin(run("r4", one))
    assert history.store.producer("one").id == "r1"
    assert [each.id for each in history.store.consumers("one")] == ["r4", "r3"]
