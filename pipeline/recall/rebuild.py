"""A rebuild: the chains that stood on recalled rows, run again from their recorded body on the corrected ones.

Every chain runs as a DAG run of its own, through Airflow where that is up, else in this process.
Steps whose inputs did not change are reused; row-wise and keyed ones see the touched rows alone.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lineage.errors import Letter
from lineage.records import Recall, RecallState
from pipeline.artifacts.occasion import CODES, RECORDED, TODAY, Occasion
from pipeline.chain import Here, conducted
from pipeline.errors import Misuse, ReleaseRefused, ServiceUnavailable
from pipeline.recall.begun import Basis, Begun, begin, standing_on
from pipeline.recall.rebuilt import FAILED, REFUSED, RebuiltDag, RebuiltStep, made_in, steps_of
from pipeline.runner import Runner
from pipeline.runner.body import BODY, kept_body, saved_body
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.airflow import Dag

AIRFLOW, HERE = "airflow", "here"
Tell = Callable[[str, str, float, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What a rebuild gave, DAG by DAG; `also` are other recalls that were applied along with this one."""

    recall: str
    code: str
    dags: tuple[RebuiltDag, ...]
    also: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every chain came to its end, or to a gate that refused to release what was rebuilt."""
        return not any(one.failed for one in self.dags)


def rebuild(
    settings: Settings,
    recall_id: str,
    *,
    find: Callable[[str], Dag],
    code: str = RECORDED,
    through: str | None = None,
    by: str = "headwater",
    tell: Tell | None = None,
) -> Rebuilt:
    """Rebuild all that stands on the rows of a recall; called again, it goes on where it was stopped.

    `find` gives today's DAG by name. `code` is `recorded` or `today`; `through` is `airflow` or
    `here`, and None chooses. `tell` is called after each task with its DAG, its name, its seconds
    and what became of it. What stops one chain is told in the answer and hinders no other. When
    all came to their end, the recall is `rebuilt` on record, in the name of `by`.

    Raises:
        NotRecorded: there is no such recall.
        Misuse: the recall has ended, is of no source, or `code` or `through` is no such thing.
        ServiceUnavailable: Airflow is asked for and not up.
        StoreUnreachable: the store cannot be read or written.
    """
    if code not in CODES or through not in (None, AIRFLOW, HERE):
        raise Misuse(f"a rebuild by code {code!r} through {through!r}", expected="recorded or today, airflow or here")
    runner = Runner.open(settings, Occasion(dag="", dag_run="", task="rebuild"))
    recall = runner.store.recall(recall_id)
    _require_standing(runner, recall)
    work = _Rebuilding(runner, recall, find=find, code=code, through=through, tell=tell or (lambda *_: None))
    done = [work.rebuilt(basis) for basis in standing_on(runner, recall)]
    also = tuple(dict.fromkeys(one for begun in work.begun for one in begun.also))
    answer = Rebuilt(recall=recall.id, code=code, dags=tuple(done), also=also)
    if answer.complete:
        _record(runner, recall, answer, by=by)
    return answer


class _Rebuilding:
    """One rebuild at work, DAG by DAG."""

    def __init__(
        self, runner: Runner, recall: Recall, *, find: Callable[[str], Dag], code: str, through: str | None, tell: Tell
    ) -> None:
        from pipeline.services.hold import running_in

        self.runner, self.recall, self.find, self.code, self.tell = runner, recall, find, code, tell
        self.through, self.url = through, str(running_in(runner.settings.home).get(AIRFLOW, ""))
        self.standing = [one for one in runner.store.recalls() if one.state.stands]
        self.begun: list[Begun] = []
        if through == AIRFLOW and not self.url:
            raise ServiceUnavailable("Airflow is not up here", next_step="Start it: `headwater up`, or rebuild --here.")

    def rebuilt(self, basis: Basis) -> RebuiltDag:
        """Rebuild one DAG from one of its runs."""
        runner = self.runner.at(Occasion(dag=basis.dag, dag_run="", task="rebuild"))
        about: dict[str, Any] = {"dag": basis.dag, "base": basis.dag_run, "dag_run": "", "sources": {}}
        try:
            dag = kept_body(runner, basis.dag, basis.dag_run) if self.code == RECORDED else self.find(basis.dag)
            recorded = runner.store.pinned(basis.dag, basis.dag_run, BODY) or ""
            body = recorded if self.code == RECORDED else saved_body(runner, dag.function)
            begun = begin(runner, self.recall, basis, body=body, standing=self.standing)
            through, note = self._way(dag)
        except Letter as trouble:
            return RebuiltDag(**about, through="", causes=(), failed=str(trouble))
        self.begun.append(begun)
        trouble = self._run(dag, begun, through=through)
        return self._told(basis, begun, trouble=trouble, through=through, note=note, code_changed=body != recorded)

    def _way(self, dag: Dag) -> tuple[str, str]:
        """Through Airflow or here, and why it is not Airflow where that is up.

        Raises `Misuse` where Airflow is asked for and cannot do it.
        """
        if self.through == HERE or not self.url:
            return HERE, ""
        from pipeline.services.rebuilding import why_not

        reason = why_not(self.url, dag, find=self.find)
        if reason and self.through == AIRFLOW:
            raise Misuse(f"DAG {dag.name} cannot be rebuilt through Airflow", found=reason, next_step="Rebuild --here.")
        return (HERE, f"rebuilt in process: {reason}") if reason else (AIRFLOW, "")

    def _run(self, dag: Dag, begun: Begun, *, through: str) -> Letter | None:
        """Run a chain to its end; what stopped it, if anything did."""
        try:
            if through == AIRFLOW:
                self._through_airflow(dag, begun)
            else:
                self._here(dag, begun)
        except Letter as trouble:
            return trouble
        return None

    def _here(self, dag: Dag, begun: Begun) -> None:
        occasion = Occasion(dag=dag.name, dag_run=begun.dag_run, phase=dag.phase, recall=self.recall.id, code=self.code)

        def tell(task: str, seconds: float, ran: Sequence[Any]) -> None:
            what = "pinned" if not ran else "reused" if all(one.reused for one in ran) else "ran"
            self.tell(dag.name, task, seconds, what)

        with conducted(Here(self.runner.at(occasion), tell=tell)), _told_of_its_body(dag):
            dag.function()

    def _through_airflow(self, dag: Dag, begun: Begun) -> None:
        from pipeline.services.rebuilding import run_in_airflow

        conf = {"headwater": {"recall": self.recall.id, "code": self.code}}
        settings = self.runner.settings
        run_in_airflow(settings, self.url, dag=dag.name, dag_run=begun.dag_run, conf=conf, tell=self.tell)

    def _told(
        self, basis: Basis, begun: Begun, *, trouble: Letter | None, through: str, note: str, code_changed: bool
    ) -> RebuiltDag:
        where = {"dag": basis.dag, "dag_run": begun.dag_run, "base": basis.dag_run}
        steps = steps_of(self.runner.store, **where)
        errors = [step.error for step in steps if step.how == FAILED]
        refused = isinstance(trouble, ReleaseRefused) or (
            bool(trouble and errors) and all(error.startswith(REFUSED) for error in errors)
        )
        return RebuiltDag(
            **where,
            through=through,
            sources=begun.sources,
            causes=self._causes(code_changed, steps),
            steps=steps,
            made=made_in(self.runner.store, **where),
            refused=str(trouble or "") if refused else "",
            failed="" if refused else str(trouble or ""),
            note=note,
        )

    def _causes(self, code_changed: bool, steps: Sequence[RebuiltStep]) -> tuple[str, ...]:
        """Why results can be others: recorded code that is another now runs under other libraries."""
        others = code_changed or any(step.code_changed for step in steps)
        return ("data", "code" if self.code == TODAY else "environment") if others else ("data",)


@contextmanager
def _told_of_its_body(dag: Dag) -> Iterator[None]:
    """Tell an error that the DAG's own body raised as the DAG's, and so as what stopped this one chain."""
    try:
        yield
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        if isinstance(error, Letter) or last.filename != dag.function.__code__.co_filename:
            raise
        found = f"{type(error).__name__} at line {last.lineno}: {error}"
        raise Misuse(f"the body of DAG {dag.name} does not run to its end", found=found) from error


def _require_standing(runner: Runner, recall: Recall) -> None:
    if not recall.state.stands:
        last = recall.events[-1]
        raise Misuse(
            f"recall {recall.id} is {recall.state}: nothing is rebuilt for it",
            expected=" or ".join((RecallState.OPEN, RecallState.REBUILT)),
            found=f"{last.event} by {last.by}: {last.note}" if last.note else f"{last.event} by {last.by}",
        )
    if runner.store.source(recall.source) is None:
        raise Misuse(
            f"recall {recall.id} is of {recall.source}, which is no source",
            expected="rows of a source, from which a chain can be run again",
            next_step=f"Recall the rows that it stands on: see `headwater rows {recall.source}`.",
        )


def _record(runner: Runner, recall: Recall, answer: Rebuilt, *, by: str) -> None:
    """Put on record that a recall is rebuilt, and into what; once, however often it was asked."""
    facts = {"code": answer.code, "also": list(answer.also), "dags": [_facts(one) for one in answer.dags]}
    said = [event.facts for event in recall.events if event.event == RecallState.REBUILT]
    with suppress(IndexError):
        if dict(said[-1]) == facts:
            return
    runner.store.recall_event(recall.id, RecallState.REBUILT, by=by, facts=facts)


def _facts(one: RebuiltDag) -> Mapping[str, Any]:
    return {
        "dag": one.dag,
        "base": one.base,
        "dag_run": one.dag_run,
        "through": one.through,
        "causes": list(one.causes),
        "sources": {name: list(pair) for name, pair in one.sources.items()},
        "made": {each.before: each.after for each in one.made if each.before and not each.same},
        "refused": one.refused,
    }
