"""The step of an audit: a model's answers to the test rows in, the audit out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.audit import EACH_CLASS, Audit, Baseline, Confusion, Finding, Group, worst
from pipeline.artifacts.cost import Cost
from pipeline.artifacts.fairness import FairnessAudit
from pipeline.artifacts.metric import CLASSIFICATION, metric
from pipeline.artifacts.model import Model
from pipeline.auditing.answered import Answered, answered
from pipeline.auditing.answers import rows_of
from pipeline.auditing.baseline import AnsweredBy, Declared
from pipeline.auditing.baselines import Ground, answered_by, naive, previous
from pipeline.auditing.constraint import held_to
from pipeline.auditing.fairness.gating import judged as fairly_judged
from pipeline.auditing.figures import metrics_of
from pipeline.auditing.gating import Measured, judged
from pipeline.auditing.grouping import Grouping
from pipeline.auditing.important import rightness
from pipeline.auditing.levels import level
from pipeline.auditing.measures import Measures
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.slicing import Parts
from pipeline.errors import Misuse
from pipeline.step import Made

MOST_CLASSES_SHOWN = 20


def examine(
    *,
    model: Mapping[str, Any],
    answers: pd.DataFrame,
    rows: pd.DataFrame,
    train: pd.DataFrame,
    earlier: pd.DataFrame | None = None,
    fairness: Mapping[str, Any] | None = None,
    references: Mapping[str, str],
    policy: Mapping[str, Any],
    compared: Mapping[str, str],
    functions: Mapping[str, Callable[..., Any]] | None = None,
    cost: Mapping[str, Any] | None = None,
    production: bool = False,
) -> dict[str, Made]:
    """Measure a model on its test rows, in the role `audit`.

    `answers` are the model's, as `pipeline.auditing.answers` gives them; `rows` the same rows before
    fitting, with the columns of the slices; `train` what the model was trained on; `earlier` the answers of
    the release before, where it could be asked; `fairness` what was found of it, where it was asked for, as
    JSON. `references` names `model`, `features` (what the model was fed), `rows` and `trained_on`, which the
    audit is bound to. `policy` is an `AuditPolicy` as JSON; `functions` are those of its slices that are made by
    one, by the slice's name. `compared` holds `model` (of the release before, "" if none) and `why_not` (it
    could not be asked). `cost` is a `Cost` as JSON, where the policy has a constraint; in `production` it
    binds. Measured times are given as a parameter, and so recorded with the run: the audit can be made again
    from them.

    Raises:
        AuditRefused: a test row of the answers is not among `rows`.
        Misuse: the policy asks for what this kind of problem or model does not have, or for queries in a
            column that is not stored.
    """
    manifest, asked = Model.from_json(model), AuditPolicy.from_json(policy)
    rows = rows_of(answers, rows)
    test = _test_rows(manifest, answers, rows=rows, policy=asked)
    metrics = _metrics(asked, manifest, probabilities=test.probability is not None)
    grouping = Grouping(test=Measures(test), rows=rows, metrics=metrics, policy=asked)
    parts, unsliced = grouping.parts(functions)
    overall, (groups, unlisted) = grouping.overall(), grouping.measured(parts)
    ground = Ground(test=test, ids=answers.index, parts=parts, metrics=metrics, policy=asked)
    beside = {"rows": rows, "train": train[manifest.target], "before": {"answers": earlier, **compared}}
    baselines = [_baseline(each, ground, (overall, *groups), **beside) for each in asked.baselines]
    found = Measured(overall=overall, groups=groups, unsliced={**unsliced, **unlisted}, baselines=baselines)
    known = None if cost is None else Cost(**cost)
    findings = (
        *judged(asked, found),
        *(rightness(each, rows, test) for each in asked.must_be_right),
        *_fair(asked, fairness),
        *_constrained(asked, known, production=production),
    )
    audit = _audit(manifest, grouping.test, found, findings=findings, cost=known, policy=asked, references=references)
    facts = {
        "judgement": str(audit.judgement),
        "model": audit.model,
        "rows": audit.n_rows,
        "gates": [
            {"gate": each.gate, "judgement": str(each.judgement), "binding": each.binding} for each in audit.findings
        ],
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


def _metrics(policy: AuditPolicy, model: Model, *, probabilities: bool) -> tuple[str, ...]:
    """Name the metrics to measure, with those of declared levels."""
    names = metrics_of(policy, problem=model.problem, probabilities=probabilities)
    named = replace(policy, metrics=tuple(dict.fromkeys((*names, *policy.declared_metrics))))
    return metrics_of(named, problem=model.problem, probabilities=probabilities)


def _baseline(
    declared: Declared,
    ground: Ground,
    groups: Sequence[Group],
    *,
    rows: pd.DataFrame,
    train: pd.Series,
    before: Mapping[str, Any],
) -> Baseline:
    match declared:
        case "naive":
            return naive(ground, train)
        case "previous":
            return previous(ground, **before)
        case AnsweredBy():
            return answered_by(ground, declared, rows)
        case _:
            return level(declared, groups[0], groups[1:], confidence=ground.policy.confidence)


def _fair(policy: AuditPolicy, fairness: Mapping[str, Any] | None) -> tuple[Finding, ...]:
    if policy.fairness is None or fairness is None:
        return ()
    return fairly_judged(policy.fairness.gates, FairnessAudit.from_json(fairness))


def _constrained(policy: AuditPolicy, cost: Cost | None, *, production: bool) -> tuple[Finding, ...]:
    if policy.constraint is None or cost is None:
        return ()
    return held_to(policy.constraint, cost, binding=production, min_count=policy.min_count)


def _audit(
    model: Model,
    test: Measures,
    found: Measured,
    *,
    findings: tuple[Finding, ...],
    cost: Cost | None,
    policy: AuditPolicy,
    references: Mapping[str, str],
) -> Audit:
    metrics = tuple(each.metric for each in found.overall.figures)
    baselines: tuple[Baseline, ...] = tuple(found.baselines)
    return Audit(
        name=model.name,
        **references,
        n_rows=len(test.rows),
        problem=model.problem,
        target=model.target,
        positive="" if test.rows.positive is None else str(test.rows.positive),
        judgement=worst(each.judgement for each in findings if each.binding),
        findings=findings,
        metrics=metrics,
        lower_is_better=tuple(name for name in metrics if not metric(name).greater_is_better),
        overall=found.overall,
        groups=tuple(each for each in found.groups if each.slice != EACH_CLASS),
        classes=tuple(each for each in found.groups if each.slice == EACH_CLASS),
        unsliced=found.unsliced,
        baselines=baselines,
        confusion=_confusion(test),
        cost=cost,
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
