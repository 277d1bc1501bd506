"""From answered rows to figures: each metric with its count and its interval."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.artifacts.audit import Figure
from pipeline.artifacts.metric import CLASSIFICATION, REGRESSION, Score, metric
from pipeline.auditing.answered import Answered
from pipeline.auditing.asymptotic import is_asymptotic, normal
from pipeline.auditing.intervals import Interval, f1_interval, wilson
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.resampling import bootstrap
from pipeline.errors import Misuse

USUAL = {CLASSIFICATION: ("accuracy", "precision", "recall", "f1", "auc"), REGRESSION: ("mae", "rmse", "r2")}


def metrics_of(policy: AuditPolicy, *, problem: str, probabilities: bool) -> tuple[str, ...]:
    """Name the metrics to measure: the policy's, else the usual ones, and those its gates speak about.

    Raises:
        Misuse: a metric is unknown, is for another problem, or needs probabilities the model does not give.
    """
    usual = [name for name in USUAL[problem] if probabilities or not metric(name).uses_probability]
    names = tuple(dict.fromkeys((*(policy.metrics or usual), *(gate.metric for gate in policy.gates))))
    for name in names:
        if metric(name).problem != problem:
            raise Misuse(
                f"the audit policy measures {name}",
                expected=f"a metric of a {problem}",
                found=f"one of a {metric(name).problem}",
            )
        if metric(name).uses_probability and not probabilities:
            raise Misuse(f"the audit policy measures {name}, which needs probabilities, and the model gives none")
    return names


def measured(rows: Answered, metrics: Sequence[str], *, policy: AuditPolicy) -> tuple[Figure, ...]:
    """Measure each metric over the rows.

    Shares and F1 of one positive class have Wilson's interval over the cases they count; else
    thousands of rows have the normal interval, and fewer are bootstrapped.
    """
    scores = {name: rows.score(name) for name in metrics}
    method = {name: _method(name, rows) for name, score in scores.items() if score.defined}
    drawn = [name for name, how in method.items() if how == "bootstrap"]
    how = {"resamples": policy.resamples, "confidence": policy.confidence, "seed": policy.seed}
    intervals = bootstrap(rows, drawn, **how) if drawn else {}
    for name in method.keys() - set(drawn):
        intervals[name] = _closed(name, scores[name], rows, method=method[name], confidence=policy.confidence)
    return tuple(_figure(name, score, intervals.get(name), method.get(name, "")) for name, score in scores.items())


def _method(name: str, rows: Answered) -> str:
    if _countable(name, rows):
        return "wilson"
    return "normal" if is_asymptotic(name, rows) else "bootstrap"


def _closed(name: str, score: Score, rows: Answered, *, method: str, confidence: float) -> Interval:
    if method == "normal":
        return normal(name, rows, value=score.value, confidence=confidence)
    return (f1_interval if name == "f1" else wilson)(score.value, score.n, confidence=confidence)


def _countable(name: str, rows: Answered) -> bool:
    """Whether the metric is a share of counted cases: a mean over several classes is not."""
    return name == "accuracy" or (rows.positive is not None and (metric(name).share or name == "f1"))


def _figure(name: str, score: Score, interval: Interval | None, method: str) -> Figure:
    if not score.defined:
        return Figure(metric=name, value=0.0, n=score.n, defined=False)
    if interval is None:
        return Figure(metric=name, value=score.value, n=score.n)
    return Figure(metric=name, value=score.value, n=score.n, low=interval[0], high=interval[1], method=method)
