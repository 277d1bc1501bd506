"""Baselines: what the simplest and the older answer would have scored on the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.audit import Baseline
from pipeline.artifacts.metric import CLASSIFICATION, metric
from pipeline.auditing.answered import Answered
from pipeline.auditing.figures import measured
from pipeline.auditing.policy import AuditPolicy

NO_EARLIER = "There is no earlier release to compare with"


def naive(rows: Answered, train: pd.Series, *, metrics: Sequence[str], policy: AuditPolicy) -> Baseline:
    """Answer every row alike: the commonest class of the training rows, or their mean.

    Of classes equally common the first in order is taken; its probabilities are the classes' shares.
    """
    if rows.problem == CLASSIFICATION:
        answers, what = _commonest(rows, train)
    else:
        mean = float(train.astype("float64").mean())
        answers = replace(rows, answer=np.full(len(rows), mean))
        what = f"Always answers {mean:.6g}, the mean of the training rows."
    return _baseline("naive", what, rows, answers, metrics=metrics, policy=policy)


def _commonest(rows: Answered, train: pd.Series) -> tuple[Answered, str]:
    shares = train.value_counts(normalize=True, sort=False).sort_index()
    best = shares.idxmax()
    answer = np.full(len(rows), best, dtype=rows.answer.dtype)
    what = f"Always answers {best}, the commonest class of the training rows ({shares.max():.1%})."
    if rows.positive is not None:
        probability = np.full(len(rows), float(shares.get(rows.positive, 0.0)))
    else:
        probability = np.tile([float(shares.get(label, 0.0)) for label in rows.classes], (len(rows), 1))
    return replace(rows, answer=answer, probability=probability), what


def previous(
    rows: Answered,
    ids: pd.Index,
    *,
    answers: pd.DataFrame | None,
    model: str,
    why_not: str,
    metrics: Sequence[str],
    policy: AuditPolicy,
) -> Baseline:
    """Compare with an earlier release by its `answers` to those of the rows `ids` that it was not trained on.

    `answers` is indexed by row with the columns `answer` and, where it gives probabilities,
    `probability` (of the positive class). None says that it could not be asked, for the reason `why_not`.
    """
    if answers is None:
        return Baseline(name="previous", model=model, why_not=why_not or NO_EARLIER, absent=not model)
    positions = ids.get_indexer(answers.index)
    common = rows.take(positions)
    probability = answers["probability"].to_numpy("float64") if "probability" in answers else None
    theirs = replace(common, answer=answers["answer"].to_numpy(dtype=rows.answer.dtype), probability=probability)
    askable = [name for name in metrics if probability is not None or not metric(name).uses_probability]
    seen = len(ids) - len(answers)
    what = f"The release before this one, {model.partition('@')[2][:12]}."
    made = _baseline("previous", what, common, theirs, metrics=askable, policy=policy)
    left_out = f"{seen} of the {len(ids)} test rows were in its training and are left out" if seen else ""
    return replace(made, model=model, why_not=left_out)


def _baseline(
    name: str, what: str, ours: Answered, theirs: Answered, *, metrics: Sequence[str], policy: AuditPolicy
) -> Baseline:
    """Measure both, the baseline only where it can be: it gives probabilities if the model does."""
    asked: tuple[Any, ...] = tuple(measured(each, metrics, policy=policy) for each in (theirs, ours))
    return Baseline(name=name, what=what, rows=len(ours), figures=asked[0], ours=asked[1])
