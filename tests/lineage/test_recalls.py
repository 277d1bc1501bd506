"""A recall is stated once, goes through its life in order, and can be asked as of any time."""

from __future__ import annotations

from array import array
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from lineage.errors import Conflict, NotRecorded
from lineage.records import ALERTED, Recall, RecallState
from lineage.store import Store
from tests.lineage.history import History, artifact

WRONG, RIGHT = artifact("ips", "aa"), artifact("ips", "bb")
MODEL = artifact("seekers", "cc", kind="model").reference


@pytest.fixture
def known(history: History) -> Store:
    """A store that has two versions of the source `ips`, another source `users`, and a model."""
    for one in (WRONG, RIGHT, artifact("users", "dd"), artifact("seekers", "cc", kind="model")):
        history.made(one, by=one.digest)
    return history.store


def opened(store: Store, **changed: object) -> Recall:
    """Open a recall of three rows of the wrong version."""
    stated = {"source": "ips", "rows": [7, -9, 2**62], "reason": "listed by mistake", "by": "ann"}
    return store.open_recall(**{**stated, "version": WRONG.reference, "corrected": RIGHT.reference, **changed})


def test_what_is_stated_is_kept_as_it_was(known: Store) -> None:
    """Every part of the statement comes back, the rows ascending, the columns by name."""
    since = datetime(2026, 3, 1, tzinfo=UTC)
    one = opened(known, columns=["score", "ip"], where="ip == '1.2.3.4'", since=since, facts={"lines": 3})
    assert known.recall(one.id) == one
    assert (one.source, one.version, one.corrected) == ("ips", "dataset/ips@aa", "dataset/ips@bb")
    assert (one.rows, one.columns) == (array("q", [-9, 7, 2**62]), ("ip", "score"))
    assert (one.where, one.since, one.facts) == ("ip == '1.2.3.4'", since, {"lines": 3})
    assert (one.reason, one.by, one.state) == ("listed by mistake", "ann", "open")
    assert [(each.event, each.by, each.note) for each in one.events] == [("open", "ann", "listed by mistake")]


def test_ids_can_be_typed_and_are_never_used_twice(known: Store) -> None:
    """An id is r and a number."""
    ids = [opened(known, rows=[n]).id for n in range(3)]
    assert len(set(ids)) == 3 and all(one[0] == "r" and one[1:].isdecimal() for one in ids)
    assert [one.id for one in known.recalls()] == ids


def test_a_million_rows_are_kept(known: Store) -> None:
    """Rows take eight bytes each, or less where they are close together."""
    assert opened(known, rows=range(-500_000, 500_000)).rows[::250_000].tolist() == [-500_000, -250_000, 0, 250_000]


def test_names_of_versions_may_be_short(known: Store) -> None:
    """The beginning of a digest is kept as the whole reference; what is not recorded is refused."""
    assert opened(known, version="ips@a", corrected="").version == "dataset/ips@aa"
    with pytest.raises(NotRecorded):
        opened(known, version="ips@ff")
    with pytest.raises(NotRecorded, match="no dataset is recorded as 'seekers'"):
        opened(known, source="seekers")


@pytest.mark.parametrize(
    ("absent", "told"), [({"rows": []}, "no rows"), ({"reason": " ", "by": ""}, "no reason, no name")]
)
def test_rows_a_reason_and_a_name_are_required(known: Store, absent: dict, told: str) -> None:
    """Nobody recalls nothing for no reason; nothing is kept."""
    with pytest.raises(Conflict, match=told):
        opened(known, **absent)
    assert known.recalls() == []


def test_the_same_statement_is_opened_once_while_it_stands(known: Store) -> None:
    """Said again it is the first, whoever says it; after its end it is a new one; other rows are another."""
    first = opened(known)
    assert opened(known, rows=[2**62, 7, -9], by="bob", reason="again") == first
    assert opened(known, rows=[7]).id != first.id != opened(known, corrected="").id
    known.recall_event(first.id, "withdrawn", by="ann")
    assert opened(known).id not in (first.id, opened(known, rows=[7]).id)


def test_statements_at_once_make_one_recall(known: Store) -> None:
    """Eight threads that say the same agree on its id."""
    with ThreadPoolExecutor(8) as threads:
        assert len({one.id for one in threads.map(lambda _: opened(known), range(8))}) == 1


STATES = list(RecallState)
OPEN, REBUILT, CLOSED, WITHDRAWN, SUPERSEDED = STATES
LEGAL = {
    (OPEN, REBUILT), (OPEN, WITHDRAWN), (OPEN, SUPERSEDED),
    (REBUILT, REBUILT), (REBUILT, CLOSED), (REBUILT, WITHDRAWN), (REBUILT, SUPERSEDED),
}  # fmt: skip


def brought(store: Store, state: RecallState) -> Recall:
    """A recall in a state."""
    one = opened(store)
    for step in {OPEN: (), CLOSED: (REBUILT, CLOSED)}.get(state, (state,)):
        one = followed(store, one, step)
    return one


def followed(store: Store, one: Recall, state: RecallState) -> Recall:
    """Let a recall go into a state."""
    if state == SUPERSEDED:
        return store.supersede_recall(one.id, with_recall=opened(store, rows=[1]).id, by="bob")
    return store.recall_event(one.id, state, by="bob", note="so it is")


@pytest.mark.parametrize("after", STATES)
@pytest.mark.parametrize("before", STATES)
def test_states_follow_in_order(known: Store, before: RecallState, after: RecallState) -> None:
    """Open, rebuilt (as often as wanted), closed; withdrawn or superseded before that; nothing comes after an end."""
    one = brought(known, before)
    if (before, after) in LEGAL:
        assert followed(known, one, after).state == after == known.recall(one.id).state
        return
    with pytest.raises(Conflict, match=f"found one that is {before}, by (ann|bob) at 2"):
        followed(known, one, after)
    assert known.recall(one.id) == one


def test_every_event_says_who_when_and_what(known: Store) -> None:
    """Events are kept in their order, with their facts."""
    one = opened(known)
    known.recall_event(one.id, ALERTED, by="headwater", facts={"owners": ["ops"]})
    told = known.recall_event(one.id, "rebuilt", by="bob", note="with today's code", facts={"models": 2})
    assert [(each.event, each.by, each.note, each.facts) for each in told.events[1:]] == [
        ("alerted", "headwater", "", {"owners": ["ops"]}),
        ("rebuilt", "bob", "with today's code", {"models": 2}),
    ]
    assert told.state == "rebuilt" and one.recorded_at <= told.events[1].at <= told.events[2].at
    with pytest.raises(Conflict, match="cannot be closed; expected the name of who says so"):
        known.recall_event(one.id, "closed", by=" ")
    with pytest.raises(Conflict, match="expected an event that recalls have"):
        known.recall_event(one.id, "forgotten", by="ann")


def test_it_can_be_asked_as_of_a_time(known: Store) -> None:
    """Before it was opened there is none; before it was rebuilt it is open."""
    one = opened(known)
    rebuilt = known.recall_event(one.id, "rebuilt", by="bob")
    instant = timedelta(microseconds=1)
    before, between = one.recorded_at - instant, rebuilt.events[-1].at - instant
    with pytest.raises(NotRecorded):
        known.recall(one.id, as_of=before)
    assert (known.recall(one.id, as_of=between), known.recall(one.id)) == (one, rebuilt)
    assert [known.recalls(as_of=time) for time in (before, between)] == [[], [one]]


def test_lists_by_source_and_state(known: Store) -> None:
    """Either narrows the list."""
    first, second = opened(known), opened(known, source="users", version="", corrected="")
    known.recall_event(first.id, "rebuilt", by="ann")
    assert [one.id for one in known.recalls("ips")] == [first.id]
    assert [one.id for one in known.recalls(state="open")] == [second.id]
    assert known.recalls("ips", RecallState.OPEN) == []


@pytest.mark.parametrize("name", ["r9999", "9", "", "r", "rr1", "r-1", "r²", "r" + "9" * 30])
def test_what_is_no_recall_is_told(known: Store, name: str) -> None:
    """Any other text names none."""
    with pytest.raises(NotRecorded, match="headwater recalls"):
        known.recall(name)


def test_a_recall_is_superseded_by_another_that_stands(known: Store) -> None:
    """The event names the other; itself, one of another source and one that ended are refused."""
    one, better = opened(known), opened(known, rows=[7, 8])
    strange, ended = opened(known, source="users", version="", corrected=""), opened(known, rows=[9])
    known.recall_event(ended.id, "withdrawn", by="ann")
    for other in (one, strange, ended):
        with pytest.raises(Conflict, match="cannot be superseded"):
            known.supersede_recall(one.id, with_recall=other.id, by="ann")
    assert known.supersede_recall(one.id, with_recall=better.id, by="ann").events[-1].facts == {"recall": better.id}
    with pytest.raises(Conflict, match="expected recall; found none"):
        known.recall_event(better.id, "superseded", by="ann")


def test_a_named_person_can_answer_for_a_model(known: Store) -> None:
    """The override names the model, who and why, and leaves the state alone; without either it is refused."""
    one = opened(known)
    told = known.override_recall(one.id, model="seekers@cc", by="bob", reason="no better one")
    assert [(name, event.by, event.note) for name, event in told.overridden.items()] == [
        (MODEL, "bob", "no better one")
    ]
    assert (told.state, one.overridden) == ("open", {})
    for who in ({"by": " ", "reason": "x"}, {"by": "bob", "reason": ""}):
        with pytest.raises(Conflict, match="cannot be overridden"):
            known.override_recall(one.id, model=MODEL, **who)
    known.recall_event(one.id, "withdrawn", by="ann")
    with pytest.raises(Conflict, match="found one that is withdrawn"):
        known.override_recall(one.id, model=MODEL, by="bob", reason="x")
