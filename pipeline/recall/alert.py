"""The owners of live releases that a recall reaches are told: a line in the log, and a webhook where there is one."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import httpx

from lineage.impact import TouchedRelease
from lineage.records import ALERTED, Recall, Release
from lineage.store import Store
from pipeline.recall.reached import Reached, reached
from pipeline.settings import Settings
from pipeline.storage import Storage
from pipeline.storage.tables import StoredTables

LOG = logging.getLogger("headwater.recall")
_BY = "headwater"
_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What is told of one live release: whom, where, which model, and how the recalled rows reach it.

    `instead` is the model of the last untouched release of the endpoint, "" if there is none.
    """

    owner: str
    endpoint: str
    release: int
    model: str
    effects: tuple[str, ...]
    instead: str = ""

    @property
    def next_step(self) -> str:
        """The command that takes the endpoint back to the last untouched model; "" if there is none."""
        return f"headwater reinstate {self.endpoint} {self.instead} --by NAME --reason TEXT" if self.instead else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of the alerts of a recall. `trouble` says why the webhook did not take them, "" if it did."""

    alerts: tuple[Alert, ...]
    trouble: str = ""

    def __str__(self) -> str:
        """Tell who was told of what: `search of release 2 at seekers`."""
        whom = ", ".join(f"{one.owner} of release {one.release} at {one.endpoint}" for one in self.alerts)
        return f"told {whom or 'nobody'}" + (f"; the webhook failed: {self.trouble}" if self.trouble else "")


def alert(store: Store, found: Reached, *, webhook: str = "") -> Told:
    """Tell the owners of live releases that a recall reaches them, and put on record who was told.

    Each alert is a warning in the log `headwater.recall`; all together are posted to `webhook`, if
    there is one, as JSON. A webhook that fails is told and on record, and hinders nothing. Owners
    that were told already are not told again, unless the webhook failed or another release is live.

    Raises:
        StoreUnreachable: the store cannot be written.
    """
    recall = store.recall(found.recall.id)
    given = alerts(found)
    if not given or _live(given) == _told_before(recall):
        return Told(alerts=())
    for one in given:
        LOG.warning("%s", _line(recall, one))
    trouble = _post(webhook, _message(recall, given)) if webhook else ""
    facts = {"owners": list(dict.fromkeys(one.owner for one in given)), "live": _live(given), "trouble": trouble}
    store.recall_event(recall.id, ALERTED, by=_BY, facts=facts)
    return Told(alerts=given, trouble=trouble)


def alert_standing(settings: Settings, *, recall: str = "") -> list[Told]:
    """Alert the owners of live releases that a recall reaches; without its id, that any standing one reaches.

    Raises:
        NotRecorded: there is no such recall.
        StorageUnavailable: the storage cannot be opened.
        StoreUnreachable: the store cannot be read or written.
    """
    store = Store.open(settings.store_url)
    tables = StoredTables(store, Storage(settings.storage, store))
    standing = [store.recall(recall)] if recall else [one for one in store.recalls() if one.state.stands]
    return [alert(store, reached(store, tables, one), webhook=settings.recall_webhook) for one in standing]


def alerts(found: Reached) -> tuple[Alert, ...]:
    """Make the alerts about the live releases that a recall reaches."""
    return tuple(_alert(one, instead=found.instead[one.release.endpoint]) for one in found.live)


def _alert(one: TouchedRelease, *, instead: Release | None) -> Alert:
    release = one.release
    return Alert(
        owner=release.facts.get("owner") or release.by,
        endpoint=release.endpoint,
        release=release.number,
        model=release.model,
        effects=tuple(effect.value for effect in one.effects),
        instead="" if instead is None else instead.model,
    )


def _live(given: Iterable[Alert]) -> list[str]:
    return sorted(f"{one.endpoint} {one.release}" for one in given)


def _told_before(recall: Recall) -> list[str] | None:
    """The live releases that owners were told of at the last time; None if never, or if the webhook failed."""
    told = [event.facts for event in recall.events if event.event == ALERTED]
    return told[-1]["live"] if told and not told[-1]["trouble"] else None


def _line(recall: Recall, one: Alert) -> str:
    reached = (
        f"live at {one.endpoint} is {one.model} (release {one.release}), reached by {', '.join(one.effects)} effect"
    )
    back = f"Go back: {one.next_step}" if one.instead else "No earlier release is untouched."
    return f"{one.owner}: recall {recall.id} of {recall.source} by {recall.by}: {recall.reason}. {reached}. {back}"


def _message(recall: Recall, given: Sequence[Alert]) -> dict[str, Any]:
    """What the webhook is sent; `text` is what chat programs show."""
    about = {"id": recall.id, "source": recall.source, "reason": recall.reason, "by": recall.by, "state": recall.state}
    return {
        "text": "\n".join(_line(recall, one) for one in given),
        "recall": {**about, "rows": len(recall.rows), "recorded_at": recall.recorded_at.isoformat()},
        "live": [{**asdict(one), "effects": list(one.effects), "next_step": one.next_step} for one in given],
    }


def _post(webhook: str, message: dict[str, Any]) -> str:
    """Post JSON; why it was not taken, "" if it was. The URL, which may hold a secret, is in no answer."""
    try:
        answer = httpx.post(webhook, json=message, timeout=_TIMEOUT_S)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"{type(error).__name__}: {str(error).replace(webhook, '***')}"
    return "" if answer.is_success else f"it answered with status {answer.status_code}"
