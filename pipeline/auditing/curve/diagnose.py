"""What a learning curve says: what holds the model back, whether more rows would help, and what to do instead.

Losses are distances from perfect: 1 - value of a metric where more is better, else the value. A gap is **high**
where it is more than a fifth of the loss on new rows and its whole interval lies above 0; **not high** where
its whole interval lies below that fifth; else it is not known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.artifacts.curve import Diagnosis, Gain, Gap, MoreData, Size
from pipeline.artifacts.wording import amount, gap
from pipeline.auditing.curve.levels import Drawn, interval
from pipeline.auditing.intervals import rounded

MATERIAL = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A diagnosis in full."""

    bias: Gap | None
    variance: Gap
    diagnosis: Diagnosis
    more_data: MoreData
    why: str
    advice: tuple[str, ...]


def diagnose(
    metric: str, *, train: Drawn, dev: Drawn, target: float | None, gain: Gain | None, confidence: float
) -> Verdict:
    """Judge the losses of a fully trained model on its training rows and on rows kept from it.

    `train` and `dev` are losses, and `target` is the loss known to be reachable (None: not known).
    More data is never recommended where bias is high.
    """
    limit = MATERIAL * dev.value
    variance = _gap(dev.value - train.value, dev.draws - train.draws, limit=limit, confidence=confidence)
    bias = None if target is None else _gap(train.value - target, train.draws - target, limit=limit,
                                            confidence=confidence)
    diagnosis = _diagnosis(bias, variance)
    more_data = _more_data(diagnosis, variance, gain)
    return Verdict(
        bias=bias, variance=variance, diagnosis=diagnosis, more_data=more_data,
        why=_why(metric, bias, variance), advice=_advice(diagnosis, more_data, bias, gain, metric),
    )  # fmt: skip


def _gap(value: float, draws: np.ndarray, *, limit: float, confidence: float) -> Gap:
    low, high = interval(draws, confidence=confidence)
    if value > limit and low > 0:
        size = Size.HIGH
    else:
        size = Size.NOT_HIGH if high <= limit else Size.NOT_KNOWN
    return Gap(value=rounded(value), low=low, high=high, size=size)


def _diagnosis(bias: Gap | None, variance: Gap) -> Diagnosis:
    biased = Size.NOT_KNOWN if bias is None else bias.size
    if Size.HIGH in (biased, variance.size):
        if biased is variance.size:
            return Diagnosis.BOTH
        return Diagnosis.HIGH_BIAS if biased is Size.HIGH else Diagnosis.HIGH_VARIANCE
    neither = biased is variance.size is Size.NOT_HIGH
    return Diagnosis.NEITHER if neither else Diagnosis.NOT_ENOUGH_EVIDENCE


def _more_data(diagnosis: Diagnosis, variance: Gap, gain: Gain | None) -> MoreData:
    if diagnosis is Diagnosis.HIGH_VARIANCE:
        return MoreData.RECOMMENDED if gain is not None and gain.low > 0 else MoreData.NOT_KNOWN
    if diagnosis is Diagnosis.NOT_ENOUGH_EVIDENCE and variance.size is Size.NOT_KNOWN:
        return MoreData.NOT_KNOWN
    return MoreData.NOT_RECOMMENDED


def _why(metric: str, bias: Gap | None, variance: Gap) -> str:
    if variance.value > 0:
        told = f"On rows it never saw it is {_said(metric, variance)} worse than on those it was trained on"
    else:
        told = f"On rows it never saw it does no worse than on those it was trained on ({_span(metric, variance)})"
    if bias is None:
        return f"{told}. No reachable level is declared, so that bias cannot be told from what nobody could predict."
    if bias.value <= 0:
        return f"{told}; on those it does at least as well as the reachable level ({_span(metric, bias)})."
    return f"{told}; on those it falls {_said(metric, bias)} short of the reachable level."


def _said(metric: str, found: Gap) -> str:
    return f"{gap(metric, found.value)} ({_span(metric, found)})"


def _span(metric: str, found: Gap) -> str:
    return f"{gap(metric, found.low)} to {gap(metric, found.high)}: {found.size}"


_LESS_BIAS = (
    "Give the model more to work with: better features, a larger or more flexible estimator, less regularisation.",
    "Look at the errors on the training rows themselves: wrong labels and missing inputs show there first.",
)
_LESS_VARIANCE = "Regularise: a simpler estimator, fewer features, more of the shrinkage it has."


def _advice(
    diagnosis: Diagnosis, more_data: MoreData, bias: Gap | None, gain: Gain | None, metric: str
) -> tuple[str, ...]:
    if diagnosis in (Diagnosis.HIGH_BIAS, Diagnosis.BOTH):
        after = (_LESS_VARIANCE,) if diagnosis is Diagnosis.BOTH else ()
        return (*_LESS_BIAS, *after, "Do not collect more rows of the same kind: the model cannot use those it has.")
    if diagnosis is Diagnosis.HIGH_VARIANCE:
        return (_of_gain(metric, gain, more_data), _LESS_VARIANCE)
    if diagnosis is Diagnosis.NEITHER:
        return ("It is at the reachable level: work on particular groups and errors, or ask for a higher level.",)
    missing = () if bias is not None else ("Declare the level that can be reached: LearningCurve(target=…).",)
    wider = () if more_data is MoreData.NOT_RECOMMENDED else ("Keep more rows for measuring: the intervals are wide.",)
    return (*missing, *wider) or ("Keep more rows for measuring: the intervals are wide.",)


def _of_gain(metric: str, gain: Gain | None, more_data: MoreData) -> str:
    if gain is None or more_data is not MoreData.RECOMMENDED:
        return "More rows may help, but the curve does not show it: try the next remedy first."
    span = f"{gap(metric, gain.low)} to {gap(metric, gain.high)}"
    return (
        f"Collect more rows of the same kind: twice as many ({gain.rows:,}) are expected to make it "
        f"{gap(metric, gain.value)} better ({span}), {amount(metric, gain.expected)} on new rows."
    )
