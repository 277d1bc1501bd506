"""The ledger of releases only grows, numbers its entries, and finds its way back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from lineage.errors import Conflict, NotRecorded
from lineage.records import Release
from lineage.store import Store
from tests.lineage.history import History, artifact

A, B, C = (artifact("loans", digest, kind="model").reference for digest in ("aa", "bb", "cc"))


@pytest.fixture
def ledger(history: History) -> Store:
    """A store that has three models of one name."""
    for digest in ("aa", "bb", "cc"):
        history.made(artifact("loans", digest, kind="model"), by=digest)
    return history.store


def released(store: Store, *models: str) -> None:
    """Release models in turn."""
    for model in models:
        store.release(Release(endpoint="loans", model=model, by="me"))


def test_a_release_is_numbered_timed_and_live(ledger: Store) -> None:
    """An entry keeps all it was given, and the store adds its number and time."""
    given = Release(endpoint="loans", model=A, audit="audit/a@1", verdict="pass", by="me", reason="first", run="r",
                    facts={"mitigation": "stop it"})  # fmt: skip
    entry = ledger.release(given)
    assert (entry.number, entry.model, entry.facts, entry.reason) == (1, A, {"mitigation": "stop it"}, "first")
    assert entry.since.utcoffset().total_seconds() == 0
    assert ledger.live("loans") == entry
    assert ledger.live("houses") is None


def test_numbers_count_each_endpoint(ledger: Store) -> None:
    """Every endpoint counts from 1; the list has the newest first."""
    released(ledger, A, B)
    assert ledger.release(Release(endpoint="other", model=A)).number == 1
    assert [(one.endpoint, one.number) for one in ledger.releases()] == [("other", 1), ("loans", 2), ("loans", 1)]
    assert [one.number for one in ledger.releases("loans")] == [2, 1]


def test_a_shadow_is_not_live(ledger: Store) -> None:
    """An entry in another role leaves the live one alone, and is not what a rollback goes back to."""
    released(ledger, A)
    ledger.release(Release(endpoint="loans", model=B, role="shadow"))
    assert ledger.live("loans").model == A
    released(ledger, C)
    assert ledger.rollback("loans", by="me", reason="worse").model == A


def test_rollbacks_go_further_back_never_to_and_fro(ledger: Store) -> None:
    """After A, B, C two rollbacks lead to A; a third has nowhere to go."""
    released(ledger, A, B, C)
    first = ledger.rollback("loans", by="ann", reason="worse")
    second = ledger.rollback("loans", by="ann", reason="worse still")
    assert [(one.number, one.model) for one in (first, second)] == [(4, B), (5, A)]
    assert (first.by, first.reason, first.facts) == ("ann", "worse", {"rolled_back": 3, "restored": 2})
    with pytest.raises(NotRecorded, match=f"{A} and no other model before it"):
        ledger.rollback("loans", by="ann", reason="again")


def test_a_rollback_goes_where_it_was_expected_to_or_nowhere(ledger: Store) -> None:
    """The entry to go back to is known before; where another release came between, nothing is entered."""
    released(ledger, A, B)
    assert ledger.released_before("loans").number == 1
    released(ledger, C)
    with pytest.raises(Conflict, match="expected release 1 .* found release 2"):
        ledger.rollback("loans", by="ann", reason="worse", to=1)
    entry = ledger.rollback("loans", by="ann", reason="worse", to=2, facts={"why": "it harms"})
    assert (entry.model, entry.facts) == (B, {"why": "it harms", "rolled_back": 3, "restored": 2})


def test_what_was_rolled_back_is_not_come_back_to(ledger: Store) -> None:
    """After A, B, back to A, then C: C is rolled back to A, not to B."""
    released(ledger, A, B)
    ledger.rollback("loans", by="me", reason="worse")
    released(ledger, C)
    assert ledger.rollback("loans", by="me", reason="worse").model == A


def test_a_model_released_twice_in_a_row_is_rolled_back_to_another(ledger: Store) -> None:
    """A rollback changes the model that answers, however often the current one was released."""
    released(ledger, A, B, B)
    assert ledger.rollback("loans", by="me", reason="worse").model == A


def test_nothing_released_cannot_be_rolled_back(ledger: Store) -> None:
    """An endpoint without a live release says so."""
    with pytest.raises(NotRecorded, match="no live release"):
        ledger.rollback("loans", by="me", reason="worse")


def test_an_unknown_model_cannot_be_released(store: Store) -> None:
    """What answers must be on record."""
    with pytest.raises(NotRecorded):
        store.release(Release(endpoint="loans", model=A))
    assert store.releases() == []


def test_releases_at_once_get_numbers_of_their_own(ledger: Store) -> None:
    """Sixteen releases from many threads are numbered 1 to 16."""
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: released(ledger, A), range(16)))
    assert sorted(one.number for one in ledger.releases("loans")) == list(range(1, 17))


def test_the_same_decided_at_once_is_one_release(ledger: Store) -> None:
    """Asked for once, eight writers of one decision make one entry; another model, audit or fact makes a new one."""
    given = Release(endpoint="loans", model=A, audit="audit/a@1", by="me", facts={"lookups": "pinned"})
    with ThreadPoolExecutor(8) as threads:
        entries = list(threads.map(lambda _: ledger.release(given, once=True), range(8)))
    assert {entry.number for entry in entries} == {1}
    for number, change in enumerate(({"facts": {"lookups": "latest"}}, {"audit": "audit/a@2"}, {"model": B}), start=2):
        assert ledger.release(replace(given, **change), once=True).number == number
    assert ledger.release(given, once=True).number == 5, "what stands now is another"
    assert ledger.release(given).number == 6, "without once, every entry is one"
