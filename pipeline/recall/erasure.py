"""Taking away what holds erased rows: bytes, tombstones that say why, copies in MLflow, quotations in the store.

Every act can be done again: what is gone already stays gone. What was done is put on record with the recall.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from lineage.records import ERASED, Artifact, Recall
from pipeline.ingestion.rows import ERASED_ROWS
from pipeline.recall.faults import CORRECTS
from pipeline.recall.holders import Held, Holder, held
from pipeline.recall.searched import Found, Searched
from pipeline.recall.telltales import Telltales
from pipeline.runner import Runner

KEPT_FACTS = ("columns", "source", "provenance", "types", "keys", "files", CORRECTS, ERASED_ROWS)
"""What is still told of an artifact that was erased."""

SWEPT_AFTER_S = 600.0
"""How long row ids stay although nothing needs them: a dataset that does may be on its way."""

_HOLDERS, _PREDICTIONS, _MLFLOW, _SEARCHED = "holders", "predictions", "mlflow", "searched"


class Erasure:
    """One erasure at work, in somebody's name."""

    def __init__(self, runner: Runner, recall: Recall, *, by: str) -> None:
        self.runner, self.store, self.recall, self.by = runner, runner.store, recall, by

    @property
    def reason(self) -> str:
        """Why an artifact is gone, as its tombstone says it."""
        return f"erased by request, recall {self.recall.id}"

    def told(self) -> dict[str, Any]:
        """What is on record of the work so far, the latest of each."""
        events = [event.facts for event in self.store.recall(self.recall.id).events if event.event == ERASED]
        return {name: value for facts in events for name, value in facts.items()}

    def planned(self, keys: Iterable[Mapping[str, str]]) -> Held:
        """Give all that holds the rows: as it was found at first, and what has come about since.

        Afterwards less is known of what held them, since tables are gone.
        """
        before, since = self.on_record(), self._planned_at()
        known = {one.reference for one in before.holders}
        found = held(self.runner, self.recall, keys)
        fresh = [one for one in found.holders if one.reference not in known and self._is_newer(one, since)]
        asked = sorted(set(found.predictions) - set(before.predictions))
        if fresh or asked or since is None:
            self.note({_HOLDERS: [asdict(one) for one in fresh], _PREDICTIONS: asked})
        return self.on_record()

    def on_record(self) -> Held:
        """Give what was found to hold the rows, as it is on record."""
        told = [event.facts for event in self.store.recall(self.recall.id).events if _HOLDERS in event.facts]
        holders = (Holder(**{**one, "how": tuple(one["how"])}) for facts in told for one in facts[_HOLDERS])
        return Held(tuple(holders), tuple(one for facts in told for one in facts[_PREDICTIONS]))

    def blank(self, telltales: Telltales) -> dict[str, int]:
        """Take away what predictions were asked, and every value in a text of the store; the records by table."""
        self.store.erase_predictions(self.on_record().predictions)
        self.store.blank(self.recall.id, telltales.blanked, by=self.by)
        counts: dict[str, int] = {}
        for event in self.store.recall(self.recall.id).events:
            for table, count in event.facts.get("blanked", {}).items():
                counts[table] = counts.get(table, 0) + count
        return counts

    def untrack(self, erased: Collection[str]) -> dict[str, list[str]]:
        """Delete copies in MLflow; all that was deleted there for this recall."""
        from pipeline.tracking.erasing import untrack

        done = {name: list(value) for name, value in asdict(untrack(self.runner.settings, erased)).items()}
        before = self.told().get(_MLFLOW, {})
        whole = {name: sorted({*before.get(name, ()), *value}) for name, value in done.items()}
        if whole != before and any(whole.values()):
            self.note({_MLFLOW: whole})
        return whole

    def delete(self, holders: Iterable[Holder], *, going: Collection[str]) -> dict[str, str]:
        """Delete artifacts; by reference, another one that has the very content and so keeps the bytes, "" mostly.

        `going` are all that are to be deleted, now or later: bytes stay until the last of them is.
        """
        there: dict[str, list[str]] = {}
        for one in self.store.artifacts():
            there.setdefault(one.place, []).append(one.reference)
        same = {}
        for one in holders:
            artifact = self.store.artifact(one.reference)
            others = [each for each in there.get(artifact.place, ()) if each != one.reference]
            self._delete(artifact, bytes_too=not others)
            there[artifact.place] = others
            same[one.reference] = next((each for each in others if each not in going), "")
        return same

    def delete_unrecorded(self, found: Iterable[Found]) -> None:
        """Delete files in storage that no run recorded: what a run left behind that was killed."""
        for one in found:
            if one.place:
                self.runner.storage.delete(Artifact(kind="", name=one.place, digest="", place=one.place))

    def clear(self) -> int:
        """Drop what is loaded and the row ids that nothing needs, whose files are counted; write the store anew."""
        self.runner.drop()
        swept = self.runner.storage.sweep(older_than_s=SWEPT_AFTER_S)
        self.store.compact()
        return len(swept)

    def searched_before(self) -> dict[str, Any] | None:
        """What the search found before the last bytes of the rows went; None if there was none."""
        return self.told().get(_SEARCHED)

    def note_search(self, searched: Searched) -> None:
        """Put on record what a search found before the last bytes of the rows went."""
        self.note({_SEARCHED: asdict(searched)})

    def note(self, facts: Mapping[str, Any]) -> None:
        """Put on record what was done."""
        self.store.recall_event(self.recall.id, ERASED, by=self.by, facts=facts)

    def _planned_at(self) -> Any:
        """When it was first put on record what holds the rows; None before."""
        times = [event.at for event in self.store.recall(self.recall.id).events if _HOLDERS in event.facts]
        return times[0] if times else None

    def _is_newer(self, holder: Holder, since: Any) -> bool:
        if since is None:
            return True
        made = self.store.producer(holder.reference)
        return made is None or made.ended_at is None or made.ended_at > since

    def _delete(self, artifact: Artifact, *, bytes_too: bool) -> None:
        if bytes_too:
            self.runner.storage.delete(artifact)
        if not self.store.buried(artifact.reference):
            self.store.reduce(artifact.reference, KEPT_FACTS)
            self.store.forgotten(artifact.reference, self.reason)
