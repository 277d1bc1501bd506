"""Which logged decisions flip: the predictions that a recall reaches, scored again after its rebuild.

The list is a dataset, `flipped.<recall>`, made by a run from the models and tables before and after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from lineage.digest import digest_json
from lineage.errors import Letter
from lineage.records import Effect, Rule
from pipeline.errors import Misuse
from pipeline.recall.affected import Affected, WrongTraining, affected
from pipeline.recall.culprits import Culprits
from pipeline.recall.flips import counts, flips_table, line_of
from pipeline.recall.replaced import Replaced, replaced
from pipeline.recall.rescored import Rescoring
from pipeline.recall.scorer import PARITY, Scorer
from pipeline.runner import Runner
from pipeline.serving.way import looked_up
from pipeline.step import Depends, Made, Step
from pipeline.storage.tables import StoredTables

TOLERANCE = 1e-6
"""By what share of itself a number must be another to be a flip."""

_TOGETHER = 20_000
_DEPENDS = {
    "served": (Rule.EVERY_ROW, Effect.MODEL),
    "instead": (Rule.EVERY_ROW, Effect.MODEL),
    "before": (Rule.EVERY_ROW, Effect.DIRECT),
    "after": (Rule.EVERY_ROW, Effect.DIRECT),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flipped:
    """What became of the predictions that a recall reaches.

    `table` is the list (`pipeline.recall.flips.COLUMNS`), kept as the dataset `reference` ("" where no
    prediction is reached), `reused` where an earlier call made the same. `models` tell what was wrong of what
    each model was trained on, by reference. `also` are recalls applied along with this one. `missing` has a
    sentence for each thing that could not be followed.
    """

    recall: str
    reference: str
    table: pd.DataFrame
    tolerance: float
    models: Mapping[str, WrongTraining] = field(default_factory=dict)
    dag_runs: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    reused: bool = False

    @property
    def counts(self) -> dict[str, Any]:
        """How many, by outcome and by cause."""
        return counts(self.table)


def flipped(runner: Runner, recall_id: str, *, tolerance: float = TOLERANCE) -> Flipped:
    """Score the predictions that a rebuilt recall reaches again, and list those that would now be others.

    A class is another where it is not the same; a number where it differs by more than `tolerance`, as
    a share of the larger of both (0 to 1). What was scored before in the same way is not scored again.

    Raises:
        NotRecorded: there is no such recall.
        Refused: it is not rebuilt, or does not stand any more.
        Misuse: the tolerance is no share.
        ArtifactMissing: the bytes of a table that was rebuilt are gone.
        StoreUnreachable: the store cannot be read or written.
    """
    if not 0 <= tolerance < 1:
        raise Misuse(f"tolerance {tolerance!r}", expected="a share from 0 to below 1")
    recall = runner.store.recall(recall_id)
    instead = replaced(runner.store, recall)
    tables, scorer = StoredTables(runner.store, runner.storage), Scorer(runner.store, runner.storage)
    found = affected(runner.store, tables, scorer, recall=recall, replaced=instead)
    answer = Flipped(
        recall=recall.id,
        reference="",
        table=flips_table(()),
        tolerance=tolerance,
        models=found.models,
        dag_runs=instead.dag_runs,
        causes=instead.causes,
        also=instead.also,
        missing=found.missing,
    )
    work = _Work(runner, tables, scorer, instead, found)
    return work.listed(answer) if found.ids else answer


@dataclass(frozen=True, slots=True)
class _Work:
    """What is to be scored, and what with."""

    runner: Runner
    tables: StoredTables
    scorer: Scorer
    replaced: Replaced
    affected: Affected

    def listed(self, answer: Flipped) -> Flipped:
        """Make the list, or take the one that was made of the same."""
        inputs = self._inputs()
        step = Step(
            name="flipped",
            stage="recall",
            function=flipped_decisions,
            parameters={
                "recall": answer.recall,
                "dag_runs": list(answer.dag_runs),
                "tolerance": answer.tolerance,
                "parity": PARITY,
                "predictions": len(self.affected.ids),
                "ids": digest_json(sorted(self.affected.ids)),
            },
            depends=tuple(Depends(role, *_DEPENDS[role]) for role in inputs),
            secrets={"work": self},
        )
        ran = self.runner.run(step, inputs)
        reference = ran.outputs["data"]
        table, facts = self.runner.value(reference), self.runner.describe(reference).facts
        return Flipped(
            **{name: getattr(answer, name) for name in ("recall", "tolerance", "models", "dag_runs", "causes", "also")},
            reference=reference,
            table=table,
            missing=tuple(dict.fromkeys([*answer.missing, *facts["missing"]])),
            reused=ran.reused,
        )

    def _inputs(self) -> dict[str, list[str]]:
        """The models and tables that answers are made from, before and after, as far as they are there."""
        roles: dict[str, dict[str, None]] = {role: {} for role in _DEPENDS}
        for model in self.affected.models:
            for old, new, role in self._parts(model):
                roles[role[0]][old], roles[role[1]][new] = None, None
        there = {role: [each for each in listed if self._is_there(each)] for role, listed in roles.items()}
        return {role: listed for role, listed in there.items() if listed}

    def _parts(self, model: str) -> Iterator[tuple[str, str, tuple[str, str]]]:
        try:
            manifest = self.scorer.manifest(model)
        except Letter:
            return
        yield from self._pair(model, ("served", "instead"))
        for table in (manifest.source, *looked_up(manifest.path)):
            yield from self._pair(table, ("before", "after"))

    def _pair(self, reference: str, roles: tuple[str, str]) -> Iterator[tuple[str, str, tuple[str, str]]]:
        found = self.replaced.counterpart(reference, self.affected.touched)
        if found is not None:
            yield found.before if roles[0] == "before" else reference, found.after, roles

    def _is_there(self, reference: str) -> bool:
        return self.runner.storage.exists(self.runner.describe(reference))


def flipped_decisions(*, work: _Work, recall: str, tolerance: float, **_: Any) -> dict[str, Made]:
    """Score the predictions that a recall reaches again, and make the list of them."""
    store, tables = work.runner.store, work.tables
    culprits = Culprits(store, tables, work.replaced)
    rescoring = Rescoring(
        work.scorer, tables, replaced=work.replaced, touched=work.affected.touched, tolerance=tolerance
    )
    lines: list[dict[str, Any]] = []
    for start in range(0, len(work.affected.ids), _TOGETHER):
        logged = store.predictions_among(work.affected.ids[start : start + _TOGETHER])
        scored = list(rescoring.rescored(logged))
        found = culprits.of([one.stood for one in scored])
        lines += (
            line_of(one, rows, scorer=work.scorer, training=work.affected.models)
            for one, rows in zip(scored, found, strict=True)
        )
    table = flips_table(lines)
    facts = {"recall": recall, **counts(table), "missing": culprits.missing}
    return {"data": Made("dataset", table, facts, name=f"flipped.{recall}")}
