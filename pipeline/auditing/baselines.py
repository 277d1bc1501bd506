"""Baselines measured: what the simplest, the older or another answer scored on the same rows, and what we gain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

import numpy as np
import pandas as pd

from pipeline.artifacts.audit import ALL_ROWS, Baseline, Comparison, Figure
from pipeline.artifacts.metric import CLASSIFICATION, Score, metric
from pipeline.auditing.answered import Answered
from pipeline.auditing.baseline import AnsweredBy
from pipeline.auditing.figures import measured
from pipeline.auditing.paired import Pair, better, gain_interval, stacked
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.slicing import Parts
from pipeline.auditing.intervals import rounded

_NO_CLASS = "\0"
NO_EARLIER = "There is no earlier release to compare with"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What every baseline is measured on.

    `test` are the audited model's answers, `ids` their row ids in the same order, `parts` the groups of
    each slice by its name. `metrics` are measured over all rows; in the groups only the first of them
    and those that a gate asks for.
    """

    test: Answered
    ids: pd.Index
    parts: Mapping[str, Parts]
    metrics: Sequence[str]
    policy: AuditPolicy


def naive(ground: Ground, train: pd.Series) -> Baseline:
    """Answer every row alike: the commonest class of the training rows, or their mean.

    Of classes equally common the first in order is taken; its probabilities are the classes' shares.
    """
    rows = ground.test
    if rows.problem == CLASSIFICATION:
        answers, what = _commonest(rows, train)
    else:
        mean = float(train.astype("float64").mean())
        answers = replace(rows, answer=np.full(len(rows), mean))
        what = f"Always answers {mean:.6g}, the mean of the training rows."
    pair = Pair(ours=rows, theirs=answers, row=np.arange(len(rows)))
    return _compared(Baseline(name="naive", what=what), pair, ground, metrics=ground.metrics)


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


def previous(ground: Ground, *, answers: pd.DataFrame | None, model: str, why_not: str) -> Baseline:
    """Compare with an earlier release by its `answers` to those of the test rows that it was not trained on.

    `answers` is indexed by row with the columns `answer` and, where it gives probabilities,
    `probability` (of the positive class). None says that it could not be asked, for the reason `why_not`.
    """
    if answers is None:
        return Baseline(name="previous", model=model, why_not=why_not or NO_EARLIER, absent=not model)
    place = ground.ids.get_indexer(answers.index)
    common = ground.test.take(place)
    probability = answers["probability"].to_numpy("float64") if "probability" in answers else None
    theirs = replace(common, answer=answers["answer"].to_numpy(dtype=common.answer.dtype), probability=probability)
    seen = len(ground.ids) - len(answers)
    left_out = f"{seen} of the {len(ground.ids)} test rows were in its training and are left out" if seen else ""
    what = f"The release before this one, {model.partition('@')[2][:12]}."
    baseline = Baseline(name="previous", what=what, model=model, why_not=left_out)
    pair = Pair(ours=common, theirs=theirs, row=place)
    return _compared(baseline, pair, ground, metrics=_askable(ground, probabilities=probability is not None))


def answered_by(ground: Ground, declared: AnsweredBy, rows: pd.DataFrame) -> Baseline:
    """Compare with the answers that others gave, in columns of the test rows, which are in the order of `ground`."""
    if absent := [name for name in declared.columns if name not in rows.columns]:
        near = get_close_matches(absent[0], [str(each) for each in rows.columns], n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        return Baseline(name=declared.name, why_not=f"column {absent[0]!r} is not stored{meant}")
    given = [_given(rows[name], ground.test) for name in declared.columns]
    if not sum(len(places) for places, _ in given):
        return Baseline(name=declared.name, why_not="no test row has an answer of " + ", ".join(declared.columns))
    pair = stacked(ground.test, given)
    by = ", ".join(declared.columns)
    what = f"{len(pair.row):,} answers by {by}." if len(given) > 1 else f"The answers by {by}."
    left = len(ground.ids) - len(pair.first)
    left_out = f"{left} of the {len(ground.ids)} test rows have no such answer and are left out" if left else ""
    baseline = Baseline(name=declared.name, what=what, why_not=left_out)
    return _compared(baseline, pair, ground, metrics=_askable(ground, probabilities=False))


def _given(column: pd.Series, rows: Answered) -> tuple[np.ndarray, np.ndarray]:
    """The places of the rows that have an answer, and the answers; what is no class of the model's is just wrong."""
    places = np.flatnonzero(column.notna().to_numpy())
    values = column.iloc[places]
    if rows.problem != CLASSIFICATION:
        return places, values.to_numpy("float64")
    by_class = {label: label for label in rows.classes}
    return places, np.array([by_class.get(value, _NO_CLASS) for value in values.tolist()], dtype=object)


def _askable(ground: Ground, *, probabilities: bool) -> list[str]:
    return [name for name in ground.metrics if probabilities or not metric(name).uses_probability]


def _compared(baseline: Baseline, pair: Pair, ground: Ground, *, metrics: Sequence[str]) -> Baseline:
    comparisons = tuple(_comparisons(baseline.name, pair, ground, metrics=metrics))
    return replace(baseline, rows=len(pair.first), comparisons=comparisons)


def _comparisons(name: str, pair: Pair, ground: Ground, *, metrics: Sequence[str]) -> Iterator[Comparison]:
    policy = ground.policy
    ours, theirs = (_figures(each, pair, metrics, policy=policy) for each in (pair.ours, pair.theirs))
    for one, other in zip(ours, theirs, strict=True):
        yield _comparison(pair, one, other, policy=policy)
    for slice_, groups in ground.parts.items():
        gated = [each.metric for each in policy.gates if (each.baseline, each.slice) == (name, slice_)]
        asked = [each for each in dict.fromkeys((*metrics[:1], *gated)) if each in metrics]
        for label, places in zip(groups.labels, groups.positions(), strict=True) if asked else ():
            among = pair.among(places)
            for each in asked if len(among.row) else ():
                one, other = (_scored(each, side.score(each)) for side in (among.ours, among.theirs))
                yield replace(_comparison(among, one, other, policy=policy), slice=slice_, label=label)


def _figures(rows: Answered, pair: Pair, metrics: Sequence[str], *, policy: AuditPolicy) -> tuple[Figure, ...]:
    """Figures over all rows; intervals of one side alone only where each row is one case."""
    if len(pair.first) == len(pair.row):
        return measured(rows, metrics, policy=policy)
    return tuple(_scored(name, rows.score(name)) for name in metrics)


def _scored(name: str, score: Score) -> Figure:
    return Figure(metric=name, value=score.value if score.defined else 0.0, n=score.n, defined=score.defined)


def _comparison(pair: Pair, ours: Figure, theirs: Figure, *, policy: AuditPolicy) -> Comparison:
    name, one_each = ours.metric, len(pair.first) == len(pair.row)
    n = ours.n if one_each else pair.ours.take(pair.first).score(name).n
    found = Comparison(metric=name, label=ALL_ROWS, n=n, ours=ours, theirs=theirs)
    if not (ours.defined and theirs.defined):
        return found
    sign = 1 if metric(name).greater_is_better else -1
    found = replace(found, gain=rounded(sign * (ours.value - theirs.value)) + 0.0)
    interval, method = gain_interval(name, pair, policy=policy) if n >= policy.min_count else (None, "")
    if interval is None:
        return found
    low, high = better(name, interval)
    return replace(found, low=low, high=high, method=method)
