"""The one place where a step is run: load, reuse or call, test the claim, save, record - also when it fails."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from lineage.errors import LineageError
from lineage.records import Artifact, Outcome, Run, Use
from lineage.store import Store
from pipeline.code import Reach, bundle, reach
from pipeline.code.bundle import is_project_source
from pipeline.code.environment import listing
from pipeline.code.reach import source_file
from pipeline.errors import StepRefused
from pipeline.runner.beginning import CODE, ENVIRONMENT, begun, is_alive, permit
from pipeline.runner.dependencies import dependencies_of, outputs_of
from pipeline.runner.memo import memo_key
from pipeline.artifacts.occasion import Occasion
from pipeline.runner.path import makers, path
from pipeline.settings import Settings, masked
from pipeline.step import Made, Step
from pipeline.storage.erased import telling_erased

if TYPE_CHECKING:
    from pandas import DataFrame

    from lineage.difference import Difference
    from pipeline.runner.execute import Executed
    from pipeline.runner.incremental import Again
    from pipeline.storage import Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What running a step gave: output references by role, the run's id, and whether it was reused.

    `again` is the number of rows that were made again where the others were taken over; None for a full run.
    """

    step: str
    outputs: Mapping[str, str]
    run: str
    reused: bool = False
    again: int | None = None
    mlflow_run_id: str = ""
    seconds: float = 0.0


class Runner:
    """Runs the steps of one task, on one occasion, against one store and one storage."""

    def __init__(self, *, settings: Settings, occasion: Occasion, store: Store, storage: Storage) -> None:
        self.settings, self.occasion, self.store, self.storage = settings, occasion, store, storage
        self.ran: list[Ran] = []
        self._environment: Use | None = None
        self._code: dict[str, Use] = {}
        self._values: dict[str, Any] = {}
        self._known: dict[str, Artifact] = {}
        self._digests: dict[str, Mapping[str, bytes]] = {}
        self.changes: dict[tuple[str, str], Difference] = {}

    @classmethod
    def open(cls, settings: Settings, occasion: Occasion) -> Runner:
        """Open the store and the storage of `settings`; runs whose process has died become interrupted."""
        from pipeline.storage import Storage

        store = Store.open(settings.store_url)
        store.interrupted(is_alive)
        return cls(settings=settings, occasion=occasion, store=store, storage=Storage(settings.storage, store))

    def at(self, occasion: Occasion) -> Runner:
        """The same runner on another occasion, sharing what is loaded."""
        other = Runner(settings=self.settings, occasion=occasion, store=self.store, storage=self.storage)
        other._values, other._known, other._code, other.ran = self._values, self._known, self._code, self.ran
        other.changes, other._digests = self.changes, self._digests
        return other

    def run(self, step: Step, inputs: Mapping[str, str | Sequence[str]] | None = None) -> Ran:
        """Run `step` on artifacts by role, or reuse what it made before from the same.

        An input given as a list arrives in the function as a list. Raises what the step raises:
        a `HeadwaterError` as it is, anything else as `StepFailed`; the run is recorded as failed.
        """
        started = time.perf_counter()
        given = dict(inputs or {})
        references = {role: [ref] if isinstance(ref, str) else list(ref) for role, ref in given.items()}
        reached = reach(step.function)
        memo = memo_key(step, reached, references, self.occasion)
        if memo and (past := self.store.reusable(memo)) and self._is_whole(past):
            return self._note(self._reuse(step, past, memo), started)
        permit(step, reached, self.occasion)
        kept = self._kept(step, reached)
        run = self._begin(step, given, reached, memo)
        try:
            ran = self._execute(step, given, run, kept)
        except BaseException as error:
            self._fail(run, error)
            raise
        return self._note(ran, started)

    def describe(self, reference: str) -> Artifact:
        """The record of an artifact: its rows, place and facts."""
        if reference not in self._known:
            self._known[reference] = self.store.artifact(reference)
        return self._known[reference]

    def value(self, reference: str, *, ready: DataFrame | None = None) -> Any:
        """The value of an artifact, loaded and verified; a DataFrame is a copy that may be changed.

        Columns of a dataset that are `ready` are not loaded, if they have its rows and its dtypes.
        """
        if reference not in self._values:
            with telling_erased(self.store, reference):
                self._remember(reference, self._loaded(self.describe(reference), ready))
        value = self._values[reference]
        return value.copy(deep=False) if hasattr(value, "iloc") else value

    def difference(self, before: str, after: str) -> Difference:
        """How a dataset differs from an earlier one: as the step that made it found, or compared cell by cell.

        Where both are kept as changes of one table, the rows that they name are compared.
        """
        if (before, after) not in self.changes:
            from lineage.difference import difference

            ids = self.storage.may_differ(self.describe(before), self.describe(after))
            self.changes[before, after] = difference(self.value(before), self.value(after), among=ids)
        return self.changes[before, after]

    def drop(self) -> None:
        """Let go of all that is loaded."""
        for kept in (self._values, self._known, self._digests, self.changes):
            kept.clear()

    def annotate(
        self, run_id: str, *, mlflow_run_id: str | None = None, facts: Mapping[str, Any] | None = None
    ) -> None:
        """Add to a run the MLflow run that shows it, or further facts by key."""
        self.store.annotate(run_id, mlflow_run_id=mlflow_run_id, facts=facts)

    def path(self, reference: str) -> list[dict[str, Any]]:
        """The row-wise steps from a dataset's entry down to it, in order, as `pipeline.runner.path` lists them."""
        return path(makers(self.store, self.occasion), reference)[1]

    def source_of(self, reference: str) -> str:
        """The reference of a dataset's entry: the source, or dataset made from sources, that its rows are rows of."""
        return path(makers(self.store, self.occasion), reference)[0]

    def _note(self, ran: Ran, started: float) -> Ran:
        self.ran.append(replace(ran, seconds=time.perf_counter() - started))
        return self.ran[-1]

    def _loaded(self, artifact: Artifact, ready: DataFrame | None) -> Any:
        if ready is None:
            return self.storage.load(artifact, loaded=self._values)
        from pipeline.runner.passed import loaded

        return loaded(self.storage, artifact, ready)

    def _remember(self, reference: str, value: Any) -> None:
        while len(self._values) >= 32:
            self._values.pop(next(iter(self._values)))
        self._values[reference] = value

    def _is_whole(self, past: Run) -> bool:
        """Whether an earlier run's results may stand: nothing undeclared was read, and all bytes are there."""
        return not past.facts.get("reads") and all(self.storage.exists(use.artifact) for use in past.outputs)

    def _reuse(self, step: Step, past: Run, memo: str) -> Ran:
        run = begun(step, self.occasion, memo)
        self.store.reuse(replace(run, outcome=Outcome.REUSED, ended_at=run.started_at, reused_from=past.id), of=past)
        for use in past.outputs:
            self._known[use.artifact.reference] = use.artifact
        return Ran(
            step=step.name, outputs=outputs_of(past.outputs), run=run.id, reused=True, mlflow_run_id=past.mlflow_run_id
        )

    def _begin(self, step: Step, given: Mapping[str, str | Sequence[str]], reached: Reach, memo: str) -> Run:
        uses = tuple(
            Use(role=role, artifact=self.describe(reference), position=place)
            for role, listed in given.items()
            for place, reference in enumerate([listed] if isinstance(listed, str) else listed)
        )
        several = tuple(role for role, listed in given.items() if not isinstance(listed, str))
        run = begun(step, self.occasion, memo, reached=reached, inputs=uses, several=several)
        self.store.begin(run)
        return run

    def _execute(self, step: Step, given: Mapping[str, str | Sequence[str]], run: Run, kept: Sequence[Use]) -> Ran:
        from pipeline.runner.execute import execute
        from pipeline.runner.naming import named

        values = {
            role: self.value(ref) if isinstance(ref, str) else [self.value(each) for each in ref]
            for role, ref in given.items()
        }
        step = named(self, step, given, values)
        found = self._again(step, given, values, run)
        sample, production = self.settings.claim_sample, self.occasion.production
        done = found.done if found else execute(step, values, production=production, sample=sample)
        columns = self._digests_passed(done, given, values) if found else {}
        outputs = [self._save(step, role, made, run, columns.get(role)) for role, made in done.made.items()]
        self.store.succeed(
            run.id,
            ended_at=datetime.now(UTC),
            outputs=[*outputs, *kept],
            dependencies=dependencies_of(step, done, run, outputs),
            facts={**run.facts, **done.facts},
        )
        made = outputs_of(outputs)
        if found:
            self.changes[found.before, made["data"]] = found.changed
        return Ran(step=step.name, outputs=made, run=run.id, again=found.rows if found else None)

    def _again(
        self, step: Step, given: Mapping[str, str | Sequence[str]], values: Mapping[str, Any], run: Run
    ) -> Again | None:
        """Run a step on touched rows alone, where an earlier run of the same work allows it."""
        if not run.memo_key or not step.depends:
            return None
        from pipeline.runner.earlier import earlier_work
        from pipeline.runner.incremental import again

        found = earlier_work(self, step, given=given, values=values, run=run)
        if found is None:
            return None
        past, touched = found
        return again(step, values, earlier=past, touched=touched, production=self.occasion.production)

    def _digests_passed(
        self, done: Executed, given: Mapping[str, str | Sequence[str]], values: Mapping[str, Any]
    ) -> dict[str, Mapping[str, bytes]]:
        """Digests that are known of columns of outputs, by role: of those that were taken over from an input."""
        from pipeline.runner.passed import digests_passed, passed, passing

        rule = passing(done.depends)
        if (columns := passed(rule, values)) is None or (made := done.made.get("data")) is None:
            return {}
        known = self._digests.get(given[rule[0]], {})
        return {"data": digests_passed(columns, made.value, known)}

    def _save(self, step: Step, role: str, made: Made, run: Run, columns: Mapping[str, bytes] | None) -> Use:
        own = role in ("data", made.kind)
        name = made.name or ".".join(part for part in (self.occasion.dag, step.name, "" if own else role) if part)
        value = self._pinned(made.value, name, run) if made.kind == "dataset" else made.value
        way = {"named_by": made.named_by}
        if value is made.value:
            way |= {"since": made.since, "columns": columns}
            way |= {"earlier": self.describe(made.since.reference)} if made.since else {}
        artifact = self._artifact(made.kind, name, value, made.facts, **way)
        self._remember(artifact.reference, value)
        return Use(role=role, artifact=artifact)

    def _pinned(self, frame: Any, name: str, run: Run) -> Any:
        """Give a table the dtypes that the same code gave it before, so that the last null's going changes none."""
        from pipeline.schema import conform, logical

        past = self.store.latest("dataset", name)
        columns = past.facts.get("columns", {}) if past else {}
        if list(columns) != list(frame.columns) or columns == logical(frame):
            return frame
        producer = self.store.producer(past.reference)
        if producer is None or producer.code_digest != run.code_digest:
            return frame
        try:
            return conform(frame, columns)
        except StepRefused:
            if self.occasion.production:
                raise
            return frame

    def _kept(self, step: Step, reached: Reach) -> list[Use]:
        """What is kept beside the outputs: the user's code, and once a process its environment."""
        if self._environment is None:
            self._environment = Use(role=ENVIRONMENT, artifact=self._artifact(ENVIRONMENT, "python", listing(), {}))
        if not is_project_source(source_file(step.function)):
            return [self._environment]
        if reached.digest not in self._code:
            artifact = self._artifact(CODE, step.name, bundle(step.function, reached), {})
            self._code[reached.digest] = Use(role=CODE, artifact=artifact)
        return [self._code[reached.digest], self._environment]

    def _artifact(self, kind: str, name: str, value: Any, facts: Mapping[str, Any], **way: Any) -> Artifact:
        saved = self.storage.save(kind, value, **way)
        if kind == "dataset":
            from pipeline.schema import logical

            facts = {"columns": logical(value), **facts}
        artifact = Artifact(
            kind=kind,
            name=name,
            digest=saved.digest,
            place=saved.place,
            checksum=saved.checksum,
            size_bytes=saved.size_bytes,
            rows=saved.rows,
            facts=facts,
        )
        self._known[artifact.reference] = artifact
        self._digests[artifact.reference] = saved.columns
        return artifact

    def _fail(self, run: Run, error: BaseException) -> None:
        """Record how a run ended; a store that is gone too does not hide why it ended."""
        stopped = isinstance(error, (KeyboardInterrupt, SystemExit))
        outcome = Outcome.INTERRUPTED if stopped else Outcome.FAILED
        text = masked(f"{type(error).__name__}: {error}")
        try:
            self.store.fail(run.id, ended_at=datetime.now(UTC), error=text, outcome=outcome)
        except LineageError as unreachable:
            error.add_note(f"The store could not be told: {unreachable}")
