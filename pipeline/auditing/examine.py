"""The step of an audit: a model's answers to the test rows in, the audit out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.audit import EACH_CLASS, Audit, Baseline, Confusion, worst
from pipeline.artifacts.metric import CLASSIFICATION, metric
from pipeline.artifacts.model import Model
from pipeline.auditing.answered import Answered, answered
from pipeline.auditing.baselines import naive, previous
from pipeline.auditing.figures import metrics_of
from pipeline.auditing.gating import Measured, judged
from pipeline.auditing.grouping import Earlier, Grouping
from pipeline.auditing.measures import Measures
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.slicing import Parts
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
    functions: Mapping[str, Callable[..., Any]] | None = None,
) -> dict[str, Made]:
    """Measure a model on its test rows, in the role `audit`.

    `answers` are the model's, as `pipeline.auditing.answers` gives them; `rows` the same rows before
    fitting, with the columns of the slices; `train` what the model was trained on; `earlier` the answers of
    the release before, where it could be asked. `references` names `model`, `features` (what the model was
    fed) and `rows`, which the audit is bound to. `policy` is an `AuditPolicy` as JSON;
    `compared` holds `model` (of the release before, "" if none) and `why_not` (it could not be asked);
    `functions` those of the policy's slices that are made by one, by the slice's name.

    Raises:
        AuditRefused: a test row of the answers is not among `rows`.
        Misuse: the policy asks for what this kind of problem or model does not have, or for queries in a
            column that is not stored.
    """
    manifest, asked = Model.from_json(model), AuditPolicy.from_json(policy)
    same = _same_rows(rows, answers)
    test = _test_rows(manifest, answers, rows=same, policy=asked)
    metrics = metrics_of(asked, problem=manifest.problem, probabilities=test.probability is not None)
    baselines = {
        "naive": lambda: naive(test, train[manifest.target], metrics=metrics, policy=asked),
        "previous": lambda: previous(test, answers.index, answers=earlier, **compared, metrics=metrics, policy=asked),
    }
    grouping = Grouping(
        test=Measures(test), rows=same, metrics=metrics, policy=asked, earlier=_earlier(test, answers.index, earlier)
    )
    (groups, unsliced), (classes, unlisted) = grouping.slices(functions), grouping.classes()
    found = Measured(
        overall=grouping.overall(),
        groups=(*groups, *classes),
        unsliced={**unsliced, **unlisted},
        baselines=[baselines[name]() for name in asked.baselines],
    )
    audit = _audit(manifest, grouping.test, found, metrics=metrics, policy=asked, references=references)
    facts = {
        "judgement": str(audit.judgement),
        "model": audit.model,
        "rows": audit.n_rows,
        "gates": [{"gate": each.gate, "judgement": str(each.judgement)} for each in audit.findings],
    }
    return {"audit": Made("audit", audit.to_json(), facts=facts)}


def _test_rows(model: Model, answers: pd.DataFrame, *, rows: pd.DataFrame, policy: AuditPolicy) -> Answered:
    positive = model.positive if policy.positive is None else policy.positive
    if model.problem == CLASSIFICATION and positive is not None and positive not in model.classes:
        raise Misuse(
            f"the audit policy's positive class {positive!r} is none of model {model.name}'s",
            expected=" or ".join(map(repr, model.classes)),
        )
    test = answered(answers, problem=model.problem, classes=model.classes, positive=positive)
    return replace(test, query=_queries(policy.query, rows)) if policy.query else test


def _queries(column: str, rows: pd.DataFrame) -> np.ndarray:
    """Number the query of each row."""
    if column not in rows.columns:
        near = get_close_matches(column, [str(each) for each in rows.columns], n=1)
        raise Misuse(
            f"the audit policy's query column {column!r} is not stored",
            next_step=f"Did you mean {near[0]!r}?" if near else "",
        )
    codes, _ = pd.factorize(rows[column])
    if (codes < 0).any():
        raise Misuse(
            f"test rows name no query in {column!r}",
            count=int((codes < 0).sum()),
            examples=[f"row {row}" for row in rows.index[codes < 0][:5]],
        )
    return codes


def _same_rows(rows: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    if rows.index.equals(answers.index):
        return rows
    places = rows.index.get_indexer(answers.index)
    missing = answers.index[places < 0]
    if len(missing):
        raise AuditRefused(
            "test rows that were answered are not in the test part, so their slices are not known",
            examples=[f"row {row}" for row in missing[:5]],
            count=len(missing),
        )
    return rows.take(places)


def _earlier(test: Answered, ids: pd.Index, answers: pd.DataFrame | None) -> Earlier | None:
    if answers is None:
        return None
    positions = ids.get_indexer(answers.index)
    probability = answers["probability"].to_numpy("float64") if "probability" in answers else None
    common = test.take(positions)
    theirs = replace(common, answer=answers["answer"].to_numpy(dtype=test.answer.dtype), probability=probability)
    return Earlier(answers=theirs, positions=positions)


def _audit(
    model: Model,
    test: Measures,
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
        n_rows=len(test.rows),
        problem=model.problem,
        target=model.target,
        positive="" if test.rows.positive is None else str(test.rows.positive),
        judgement=worst(each.judgement for each in findings),
        findings=findings,
        metrics=metrics,
        lower_is_better=tuple(name for name in metrics if not metric(name).greater_is_better),
        overall=found.overall,
        groups=tuple(each for each in found.groups if each.slice != EACH_CLASS),
        classes=tuple(each for each in found.groups if each.slice == EACH_CLASS),
        unsliced=found.unsliced,
        baselines=baselines,
        confusion=_confusion(test),
        confidence=policy.confidence,
        owner=policy.owner,
        policy=policy.to_json(),
    )


def _confusion(test: Measures) -> Confusion | None:
    classes = test.rows.classes
    if test.rows.problem != CLASSIFICATION or len(classes) > MOST_CLASSES_SHOWN:
        return None
    cells = test.cells
    counts = np.zeros((cells.classes, cells.classes), dtype=np.int64)
    counts[cells.truth, cells.answer] = cells.table(Parts.whole(len(test.rows)))[0]
    shown = counts[: len(classes), : len(classes)].tolist()
    return Confusion(classes=tuple(map(str, classes)), counts=tuple(map(tuple, shown)))
