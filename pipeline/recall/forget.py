"""An erasure, from the request to the statement: recalled, rebuilt without the rows, deleted everywhere, searched for.

What answers now is never deleted: where a rebuilt model was refused, the erasure stays unfinished until
another is live. The source's own versions go last, and only then, since they alone tell what to look
for. What people said of the rows is erased with them. Stopped anywhere, the same call finishes it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from lineage.errors import NotRecorded
from lineage.records import Recall, RecallState
from pipeline.artifacts.occasion import RECORDED, Occasion
from pipeline.recall.erasure import Erasure
from pipeline.recall.fates import fates, source_files, statement_of
from pipeline.recall.forgotten import Forgotten
from pipeline.recall.holders import ROWS, Holder, needed_live
from pipeline.recall.judged import judged, judgements_of
from pipeline.recall.rebuild import Tell, rebuild
from pipeline.recall.request import Request, betraying, keys_of, recalled
from pipeline.recall.searched import Searched, search
from pipeline.recall.telltales import Telltales
from pipeline.runner import Runner
from pipeline.step import Made, Step
from pipeline.storage.places import own_places

if TYPE_CHECKING:
    from pipeline.airflow import Dag

KIND = "erasure"
"""The kind of the artifact that a finished erasure leaves: its statement, named by the recall."""

_TOLD = ("dag", "base", "dag_run", "refused")
_SERVERS = "An inference server that runs lets go of what it has loaded once it answers with another release."
_OPERATOR = "The store is a server's database: its operator runs VACUUM FULL, so that freed bytes go too."
_SEARCHED_BEFORE = "Their values were looked for before the last version of the source went, as told; since then by id."
_NOT_REBUILT = "{} cannot be rebuilt, and nothing was deleted: mend that, or say --unrebuilt"
_JUDGED = "what people said of the rows in {} is not erased, recall {}"
_JUDGED_TOO = "What people said of the rows in {} was erased with them: recall {}."
_STILL_LIVE = (
    "{} answers with a model that holds the rows: release one that does not (run its DAG, or reinstate an earlier "
    "release), and forget again"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How an erasure is carried out: rebuilds as `pipeline.recall.rebuild` does them, and what is tolerated.

    With `keep_serving`, whoever asks answers for it that what is live is kept. With `unrebuilt`, what
    chains made that cannot be rebuilt is deleted all the same.
    """

    find: Callable[[str], Dag]
    code: str = RECORDED
    through: str | None = None
    keep_serving: bool = False
    unrebuilt: bool = False
    tell: Tell | None = None


def forget(runner: Runner, request: Request, *, reason: str, by: str, way: Way) -> Forgotten:
    """Erase rows of a source from all that is kept; called again, it goes on where it was stopped.

    An erasure that was finished before is told again.

    Raises:
        Conflict: no reason, or nobody, is given.
        ServiceUnavailable: MLflow, or Airflow where it is asked for, cannot be used.
        StorageUnavailable: bytes cannot be read or removed.
        StoreUnreachable: the store cannot be read or written.
    """
    recall = recalled(runner, request, reason=reason, by=by)
    if not recall.state.stands:
        return told(runner, recall)
    work = _Forgetting(runner, recall, request, by=by, way=way)
    asked = judged(runner, recall, by=by)
    return work.rebuilt() or work.unjudged(asked) or work.erased()


def told(runner: Runner, recall: Recall) -> Forgotten:
    """Give the statement of an erasure that is finished.

    Raises:
        NotRecorded: it is not.
    """
    kept = runner.store.latest(KIND, recall.id)
    if kept is None:
        raise NotRecorded(f"no statement is recorded of recall {recall.id}", found=f"it is {recall.state}")
    return Forgotten.from_json(runner.value(kept.reference))


def stated(*, statement: Mapping[str, Any], recall: str) -> dict[str, Made]:
    """Keep a statement as a document of its own."""
    facts = {"rows": statement["rows"], "source": statement["source"]}
    return {"statement": Made(KIND, dict(statement), facts=facts, name=recall)}


class _Forgetting:
    """One erasure, from the rebuild on."""

    def __init__(self, runner: Runner, recall: Recall, request: Request, *, by: str, way: Way) -> None:
        self.runner, self.recall, self.request, self.by, self.way = runner, recall, request, by, way
        self.erasure = Erasure(runner, recall, by=by)

    def rebuilt(self) -> Forgotten | None:
        """Rebuild the chains that stand on the rows, unless that was done; how it stands where that cannot be done."""
        if self.recall.state is RecallState.REBUILT:
            return None
        way = self.way
        asked = {"find": way.find, "code": way.code, "through": way.through, "tell": way.tell, "by": self.by}
        done = rebuild(self.runner.settings, self.recall.id, **asked)
        self.runner.drop()
        if done.complete:
            return None
        dags = [{name: getattr(one, name) for name in (*_TOLD, "failed")} | {"made": {}} for one in done.dags]
        if way.unrebuilt:
            facts = {"code": done.code, "also": list(done.also), "dags": dags}
            self.runner.store.recall_event(self.recall.id, RecallState.REBUILT, by=self.by, facts=facts)
            return None
        why = [_NOT_REBUILT.format(one.dag) for one in done.dags if one.failed]
        return replace(statement_of(self.runner, self.recall), dags=dags, unfinished=why)

    def unjudged(self, asked: Iterable[Request]) -> Forgotten | None:
        """Erase what people said of the rows; how it stands where that cannot be finished."""
        reason = judgements_of(self.recall)
        done = [forget(self.runner, one, reason=reason, by=self.by, way=self.way) for one in asked]
        why = [f"{_JUDGED.format(each.source, each.recall)}: {text}" for each in done for text in each.unfinished]
        return replace(statement_of(self.runner, self.recall), unfinished=why) if why else None

    def erased(self) -> Forgotten:
        """Blank, delete and search; close the recall once nothing is left."""
        keys, telltales = (ask(self.runner, self.recall, self.request) for ask in (keys_of, betraying))
        self.erasure.planned(keys)
        blanked = self.erasure.blank(telltales)
        plan = self.erasure.on_record()
        live = needed_live(self.runner)
        live = {one.reference: live[one.reference] for one in plan.holders if one.reference in live}
        going = [one for one in plan.holders if one.reference not in live]
        mlflow = self.erasure.untrack([one.reference for one in going])
        deleted, row_ids, found = self._deleted(telltales, going, live)
        so_far = replace(
            statement_of(self.runner, self.recall),
            artifacts=fates(self.runner, self.recall, plan, live=live, deleted=deleted),
            predictions=len(plan.predictions),
            blanked=blanked,
            mlflow=mlflow,
            row_ids=row_ids,
            files=source_files(self.runner, [one for one in plan.holders if self._is_source(one)]),
        )
        return self._ended(so_far, found, live, telltales)

    def _deleted(
        self, telltales: Telltales, going: Sequence[Holder], live: Collection[str]
    ) -> tuple[dict[str, str], int, Searched]:
        """Delete all but the source's own versions, then, if the rows are found nowhere else, those; search again."""
        references = [one.reference for one in going]
        last = [one for one in going if self._is_source(one)]
        deleted = self.erasure.delete([one for one in going if one not in last], going=references)
        row_ids, kept = self.erasure.clear(), self._places(live)
        found = self._searched(telltales, but=[*kept, *self._places(one.reference for one in last)])
        if found.clean and last and not live:
            if telltales.values:
                self.erasure.note_search(found)
            deleted |= self.erasure.delete(last, going=references)
            row_ids += self.erasure.clear()
            found = self._searched(telltales, but=kept)
        return deleted, row_ids, found

    def _searched(self, telltales: Telltales, *, but: Collection[str]) -> Searched:
        found = search(self.runner, telltales, but=but)
        if any(one.place for one in found.found):
            self.erasure.delete_unrecorded(found.found)
            found = search(self.runner, telltales, but=but)
        return found

    def _ended(self, so_far: Forgotten, found: Searched, live: Mapping[str, str], telltales: Telltales) -> Forgotten:
        judged_too = [one for one in self.runner.store.recalls() if one.reason == judgements_of(self.recall)]
        notes = [_JUDGED_TOO.format(one.source, one.id) for one in judged_too]
        notes += [_SERVERS, *([] if self.runner.store.database.is_sqlite else [_OPERATOR])]
        unfinished = [*map(_STILL_LIVE.format, sorted(set(live.values()))), *_still_there(found)]
        searched: Mapping[str, Any] = asdict(found)
        if not telltales.values and found.clean and (before := self.erasure.searched_before()):
            searched, notes = before, [*notes, _SEARCHED_BEFORE]
        kept_by = self.by if live and self.way.keep_serving else ""
        if kept_by:
            self.erasure.note({"kept": sorted(live)})
        done = replace(so_far, searched=searched, notes=notes, unfinished=unfinished, kept_by=kept_by)
        return self._closed(done, telltales) if done.finished else done

    def _closed(self, done: Forgotten, telltales: Telltales) -> Forgotten:
        """Keep the statement, in which nothing may betray the rows, and close the recall."""
        value = json.loads(telltales.blanked(json.dumps(done.to_json())))
        step = Step(
            name="erase",
            stage="recall",
            function=stated,
            parameters={"recall": self.recall.id},
            secrets={"statement": value},
            reusable=False,
        )
        occasion = Occasion(dag="recall", dag_run=self.recall.source, task="forget")
        reference = self.runner.at(occasion).run(step).outputs["statement"]
        self.runner.store.recall_event(self.recall.id, RecallState.CLOSED, by=self.by, facts={"statement": reference})
        return Forgotten.from_json(value)

    def _is_source(self, one: Holder) -> bool:
        return ROWS in one.how and self.runner.store.artifact(one.reference).facts.get("source") == self.recall.source

    def _places(self, references: Iterable[str]) -> list[str]:
        return [place for one in references for place in own_places(self.runner.store.artifact(one).place)]


def _still_there(found: Searched) -> list[str]:
    there = [f"{one.where} holds values of the rows" for one in found.found]
    return there + [f"it could not be searched: {text}" for text in found.unread]
