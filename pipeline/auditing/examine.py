"""The step of an audit: a model's answers to the test rows in, the audit out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.audit import ALL_ROWS, Audit, Baseline, Confusion, Group, worst
from pipeline.artifacts.metric import CLASSIFICATION, metric
from pipeline.artifacts.model import Model
from pipeline.auditing.answered import Answered, answered
from pipeline.auditing.baselines import naive, previous
from pipeline.auditing.figures import measured, metrics_of
from pipeline.auditing.gating import Measured, judged
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.slicing import Unsliceable, positions_by_label
from pipeline.errors import AuditRefused, Misuse
from pipeline.step import Made

MOST_CLASSES_SHOWN = 20


def examine(
    *,
    model: Mapping[str, Any],
    answers: pd.DataFrame,
    rows: pd.DataFrame,
    train: pd.DataFrame,
    earlier: pd.DataFrame | None = None,
    references: Mapping[str, str],
    policy: Mapping[str, Any],
    compared: Mapping[str, str],
) -> dict[str, Made]:
    """Measure a model on its test rows, in the role `audit`.

    `answers` are the model's, as `pipeline.auditing.answers` gives them; `rows` the same rows before
    fitting, with the columns of the slices; `train` what the model was trained on; `earlier` the answers of
    the release before, where it could be asked. `references` names `model`, `features` (what the model was
    fed) and `rows`, which the audit is bound to. `policy` is an `AuditPolicy` as JSON;
    `compared` holds `model` (of the release before, "" if none) and `why_not` (it could not be asked).

    Raises:
        AuditRefused: a test row of the answers is not among `rows`.
        Misuse: the policy asks for what this kind of problem or model does not have.
    """
    manifest, asked = Model.from_json(model), AuditPolicy.from_json(policy)
    test = _test_rows(manifest, answers, policy=asked)
    metrics = metrics_of(asked, problem=manifest.problem, probabilities=test.probability is not None)
    baselines = {
        "naive": lambda: naive(test, train[manifest.target], metrics=metrics, policy=asked),
        "previous": lambda: previous(test, answers.index, answers=earlier, **compared, metrics=metrics, policy=asked),
    }
    groups, unsliced = _groups(test, _same_rows(rows, answers), metrics=metrics, policy=asked)
    found = Measured(
        overall=_group(test, "", ALL_ROWS, of=len(test), metrics=metrics, policy=asked),
        groups=groups,
        unsliced=unsliced,
        baselines=[baselines[name]() for name in asked.baselines],
    )
    audit = _audit(manifest, test, found, metrics=metrics, policy=asked, references=references)
    facts = {
        "judgement": str(audit.judgement),
        "model": audit.model,
        "rows": audit.n_rows,
        "gates": [{"gate": each.gate, "judgement": str(each.judgement)} for each in audit.findings],
    }
    return {"audit": Made("audit", audit.to_json(), facts=facts)}


def _test_rows(model: Model, answers: pd.DataFrame, *, policy: AuditPolicy) -> Answered:
    positive = model.positive if policy.positive is None else policy.positive
    if model.problem == CLASSIFICATION and positive is not None and positive not in model.classes:
        raise Misuse(
            f"the audit policy's positive class {positive!r} is none of model {model.name}'s",
            expected=" or ".join(map(repr, model.classes)),
        )
    return answered(answers, problem=model.problem, classes=model.classes, positive=positive)


def _same_rows(rows: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    missing = answers.index.difference(rows.index)
    if len(missing):
        raise AuditRefused(
            "test rows that were answered are not in the test part, so their slices are not known",
            examples=[f"row {row}" for row in missing[:5]],
            count=len(missing),
        )
    return rows.loc[answers.index]


def _groups(
    test: Answered, rows: pd.DataFrame, *, metrics: tuple[str, ...], policy: AuditPolicy
) -> tuple[tuple[Group, ...], dict[str, str]]:
    groups: list[Group] = []
    unsliced: dict[str, str] = {}
    for each in policy.slices:
        try:
            parts = positions_by_label(each, rows)
        except Unsliceable as reason:
            unsliced[each.name] = str(reason)
            continue
        groups += [
            _group(test.take(positions), each.name, label, of=len(test), metrics=metrics, policy=policy)
            for label, positions in parts.items()
        ]
    return tuple(groups), unsliced


def _group(rows: Answered, slice_: str, label: str, *, of: int, metrics: tuple[str, ...], policy: AuditPolicy) -> Group:
    return Group(
        slice=slice_, label=label, rows=len(rows), share=len(rows) / of, figures=measured(rows, metrics, policy=policy)
    )


def _audit(
    model: Model,
    test: Answered,
    found: Measured,
    *,
    metrics: tuple[str, ...],
    policy: AuditPolicy,
    references: Mapping[str, str],
) -> Audit:
    findings = judged(policy, found)
    baselines: tuple[Baseline, ...] = tuple(found.baselines)
    return Audit(
        name=model.name,
        **references,
        n_rows=len(test),
        problem=model.problem,
        target=model.target,
        positive="" if test.positive is None else str(test.positive),
        judgement=worst(each.judgement for each in findings),
        findings=findings,
        metrics=metrics,
        lower_is_better=tuple(name for name in metrics if not metric(name).greater_is_better),
        overall=found.overall,
        groups=tuple(found.groups),
        unsliced=found.unsliced,
        baselines=baselines,
        confusion=_confusion(test),
        confidence=policy.confidence,
        owner=policy.owner,
        policy=policy.to_json(),
    )


def _confusion(test: Answered) -> Confusion | None:
    if test.problem != CLASSIFICATION or len(test.classes) > MOST_CLASSES_SHOWN:
        return None
    counts = [
        [int(np.sum((test.truth == truth) & (test.answer == answer))) for answer in test.classes]
        for truth in test.classes
    ]
    return Confusion(classes=tuple(map(str, test.classes)), counts=tuple(map(tuple, counts)))
