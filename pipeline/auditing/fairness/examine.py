"""The step of an audit that looks at fairness: answers to test rows in, what differs between groups out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.artifacts.fairness import Attribute, FairnessAudit, Mitigation
from pipeline.artifacts.metric import CLASSIFICATION
from pipeline.artifacts.model import Model
from pipeline.auditing.answered import Answered, answered
from pipeline.auditing.answers import rows_of
from pipeline.auditing.fairness.calibration import bands
from pipeline.auditing.fairness.definitions import BASE_RATE, asked_of
from pipeline.auditing.fairness.gaps import standing
from pipeline.auditing.fairness.groups import parted
from pipeline.auditing.slicing import Parts
from pipeline.auditing.fairness.mitigation import Unmitigable, mitigated
from pipeline.auditing.fairness.policy import CROSS, Fairness
from pipeline.auditing.fairness.rates import rates
from pipeline.auditing.fairness.selection import selected
from pipeline.auditing.fairness.tradeoff import Resampling, flipped, traded
from pipeline.auditing.slicing import Unsliceable
from pipeline.errors import Misuse
from pipeline.step import Made


def fairness(
    *,
    model: Mapping[str, Any],
    answers: pd.DataFrame,
    rows: pd.DataFrame,
    dev_answers: pd.DataFrame | None = None,
    dev_rows: pd.DataFrame | None = None,
    asked: Mapping[str, Any],
    references: Mapping[str, str],
) -> dict[str, Made]:
    """Compare a model's answers between groups of people, in the role `fairness`.

    `answers` are the model's to the test rows, as `pipeline.auditing.answers` gives them, `rows` the same
    rows before fitting; `dev_answers` and `dev_rows` are the same of the dev part, read only where mitigation
    is asked for. `asked` is a `Fairness` as JSON; `references` names the `model` and the `rows`.

    Raises:
        AuditRefused: an answered row is not among the rows.
        Misuse: a classification has no class that counts as favourable, or the declared one is none of the model's.
    """
    manifest, policy = Model.from_json(model), Fairness.from_json(asked)
    test = _answered(manifest, answers, policy=policy)
    known = rows_of(answers, rows)
    dev = None
    if policy.mitigate and dev_answers is not None and dev_rows is not None:
        dev = (_answered(manifest, dev_answers, policy=policy), rows_of(dev_answers, dev_rows, part="dev"))
    found = FairnessAudit(
        name=manifest.name,
        **references,
        n_rows=len(test),
        problem=manifest.problem,
        target=manifest.target,
        favourable="" if test.positive is None else str(test.positive),
        min_count=policy.min_count,
        confidence=policy.confidence,
        attributes=tuple(_attribute(columns, test, known, policy=policy) for columns in policy.crossings),
        mitigations=_mitigations(test, known, dev, policy=policy),
        asked=policy.to_json(),
    )
    return {"fairness": Made("fairness", found.to_json(), facts=_facts(found))}


def _facts(found: FairnessAudit) -> dict[str, Any]:
    told = {each.name: {one.definition: str(one.outcome) for one in each.standings} for each in found.attributes}
    return {"model": found.model, "rows": found.n_rows, "attributes": told}


def _answered(model: Model, answers: pd.DataFrame, *, policy: Fairness) -> Answered:
    if model.problem != CLASSIFICATION:
        return answered(answers, problem=model.problem)
    favourable = model.positive if policy.favourable is None else policy.favourable
    if favourable not in model.classes:
        raise Misuse(
            f"fairness of model {model.name}: no class counts as favourable"
            if favourable is None
            else f"fairness of model {model.name}: the favourable class {favourable!r} is none of its classes",
            expected=" or ".join(map(repr, model.classes)),
            next_step="Declare it: Fairness(…, favourable=…).",
        )
    return answered(answers, problem=model.problem, classes=model.classes, positive=favourable)


def _attribute(columns: Sequence[str], test: Answered, rows: pd.DataFrame, *, policy: Fairness) -> Attribute:
    name, crossed = CROSS.join(columns), len(columns) > 1
    try:
        parting = parted(columns, rows)
    except Unsliceable as reason:
        return Attribute(name=name, crossed=crossed, why_not=str(reason))
    how = {"min_count": policy.min_count, "confidence": policy.confidence}
    groups = rates(test, parting, attribute=name, confidence=policy.confidence)
    decides = test.problem == CLASSIFICATION
    definitions = asked_of(test.problem, probabilities=test.probability is not None)
    return Attribute(
        name=name,
        crossed=crossed,
        groups=groups,
        base_rates=standing(BASE_RATE, (BASE_RATE,), groups, **how) if decides else None,
        standings=tuple(standing(each.name, each.metrics, groups, **how) for each in definitions),
        selected=selected(groups, **how) if decides else (),
        bands=_bands(test, parting, crossed=crossed, policy=policy),
    )


def _bands(test: Answered, parting: Parts, *, crossed: bool, policy: Fairness) -> tuple[Any, ...]:
    """Give the bands of single attributes only: those of a crossing would be many and small."""
    return () if crossed or test.probability is None else bands(test, parting, confidence=policy.confidence)


def _mitigations(
    test: Answered, rows: pd.DataFrame, dev: tuple[Answered, pd.DataFrame] | None, *, policy: Fairness
) -> tuple[Mitigation, ...]:
    if not policy.mitigate:
        return ()
    return tuple(_mitigation(attribute, test, rows, dev, policy=policy) for attribute in policy.attributes)


def _mitigation(
    attribute: str, test: Answered, rows: pd.DataFrame, dev: tuple[Answered, pd.DataFrame] | None, *, policy: Fairness
) -> Mitigation:
    empty = Mitigation(attribute=attribute, constraint=policy.mitigate)
    how = Resampling(**{name: getattr(policy, name) for name in Resampling.__slots__})
    try:
        if test.problem != CLASSIFICATION or len(test.classes) != 2:
            raise Unmitigable("thresholds per group can be set on a yes or no alone")
        if dev is None:
            raise Unmitigable("there are no answers to a dev part to choose thresholds on")
        parting, dev_parting = parted((attribute,), rows), parted((attribute,), dev[1])
        after, left_alone = mitigated(
            test, parting, dev=dev[0], dev_parting=dev_parting, constraint=policy.mitigate,
            min_count=policy.min_count, seed=policy.seed,
        )
    except (Unmitigable, Unsliceable) as reason:
        return Mitigation(attribute=attribute, constraint=empty.constraint, why_not=str(reason))
    return Mitigation(
        attribute=attribute,
        constraint=empty.constraint,
        learned_on=len(dev[0]),
        traded=traded(test, after, parting, how=how),
        flipped=flipped(test, after, parting),
        left_alone=left_alone,
    )
