"""Gates relative to a baseline: pass, fail, or not enough evidence. The rule is told in `gate`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.artifacts.audit import Baseline, Comparison, Judgement, Ruling
from pipeline.artifacts.wording import amount, called
from pipeline.auditing.gate import Gate
from pipeline.auditing.limit import ROUNDING

PASS, FAIL, NOT_ENOUGH = Judgement.PASS, Judgement.FAIL, Judgement.NOT_ENOUGH_EVIDENCE


def against(gate: Gate, baseline: Baseline, *, labels: Sequence[str], min_count: int) -> list[Ruling]:
    """Hold the gain over a baseline against what a gate asks, over all rows or in each of the groups `labels`."""
    overall = f"against the {baseline.name} baseline"
    if baseline.absent:
        return [Ruling(about=overall, judgement=PASS, why=baseline.why_not)]
    if not gate.slice:
        return [_ruling(gate, baseline, baseline.of(gate.metric), about=overall, min_count=min_count)]
    by_label = {label: baseline.of(gate.metric, slice=gate.slice, label=label) for label in labels}
    return [_ruling(gate, baseline, each, about=label, min_count=min_count) for label, each in by_label.items()]


def _ruling(gate: Gate, baseline: Baseline, found: Comparison | None, *, about: str, min_count: int) -> Ruling:
    if found is None or found.gain is None:
        n = 0 if found is None else found.n
        return Ruling(about=about, judgement=NOT_ENOUGH, n=n, why=_unknown(gate, baseline, found))
    ruling = Ruling(
        about=about,
        judgement=NOT_ENOUGH,
        why="",
        n=found.n,
        value=found.gain,
        low=found.low,
        high=found.high,
        is_difference=True,
    )
    if found.n < min_count:
        return replace(ruling, why=f"{found.n} cases, {min_count} are needed")
    if not _is_gain(found.gain, gate.min_gain):
        return replace(ruling, judgement=FAIL, why=f"{_side_by_side(gate, found)}: less than was asked")
    if found.low is None or not _is_gain(found.low, gate.min_gain):
        return replace(ruling, why=f"{_side_by_side(gate, found)}: chance may explain it")
    return replace(ruling, judgement=PASS, why=_side_by_side(gate, found))


def _side_by_side(gate: Gate, found: Comparison) -> str:
    return f"{amount(gate.metric, found.ours.value)} against {amount(gate.metric, found.theirs.value)}"


def _unknown(gate: Gate, baseline: Baseline, found: Comparison | None) -> str:
    name = called(gate.metric)
    if found is None:
        return baseline.why_not or f"{name} of the {baseline.name} baseline is not known here"
    if found.ours is None:
        return "no test row is in this group"
    if not found.ours.defined:
        return f"{name} is undefined here"
    if found.theirs is None:
        return f"n/a: no {name} of the {baseline.name} baseline can be used here"
    return f"{name} of the {baseline.name} baseline is undefined here"


def _is_gain(gain: float, asked: float) -> bool:
    """Whether the gain is what was asked; with nothing asked, or more, a draw is none."""
    return gain >= asked - ROUNDING and (asked < 0 or gain > ROUNDING)
