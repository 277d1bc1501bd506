"""Demands of one policy that cannot be judged, or that nothing can meet: refused before anything is measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from itertools import permutations

from pipeline.artifacts.metric import metric
from pipeline.auditing.baseline import AnsweredBy, Declared, Level
from pipeline.auditing.gate import Gate
from pipeline.errors import Misuse


def refuse_unknown(what: str, given: Sequence[str], allowed: Sequence[str]) -> None:
    """Refuse a name that is not among those allowed; an empty one names nothing.

    Raises:
        Misuse: a name is unknown; the nearest is named.
    """
    for name in given:
        if name and name not in allowed:
            near = get_close_matches(name, list(allowed), n=1)
            raise Misuse(
                f"an audit policy names unknown {what}: {name!r}",
                expected=", ".join(allowed) or "none",
                next_step=f"Did you mean {near[0]!r}?" if near else "",
            )


def refuse_twice(what: str, names: Sequence[str]) -> None:
    """Refuse a name given twice.

    Raises:
        Misuse: it is.
    """
    if len(names) != len(set(names)):
        raise Misuse(f"an audit policy names a {what} twice", examples=sorted(names))


def refuse_unusable(gates: Sequence[Gate], baselines: Mapping[str, Declared]) -> None:
    """Refuse gates against a declared baseline that does not know what they ask.

    Raises:
        Misuse: another metric, a slice without figures, nothing but "n/a", or a metric of probabilities.
    """
    for gate in gates:
        declared = baselines.get(gate.baseline)
        if isinstance(declared, Level):
            _check_level(gate, declared)
        if isinstance(declared, AnsweredBy) and metric(gate.metric).uses_probability:
            raise Misuse(
                f"a gate on {gate.metric} against baseline {gate.baseline}",
                expected="a metric of answers: whoever answered gave no probabilities",
            )


def _check_level(gate: Gate, declared: Level) -> None:
    what = f"a gate on {gate.metric} against baseline {gate.baseline}"
    if gate.metric != declared.metric:
        raise Misuse(what, expected=f"one on {declared.metric}, of which the level is declared")
    if gate.slice and gate.slice != declared.slice:
        known = f"slice={declared.slice!r}" if declared.slice else "one over all rows"
        raise Misuse(f"{what} in each group of {gate.slice}", expected=f"{known}, of which the level is declared")
    groups = declared.per_slice if gate.slice else {}
    if near := [label for label in gate.groups if label not in groups]:
        raise Misuse(f"{what} names groups whose level is not declared", expected=", ".join(groups), examples=near)
    asked = [groups[label][0] for label in gate.groups or groups] if gate.slice else [declared.value]
    if all(value is None for value in asked):
        raise Misuse(what, expected="a level that is known", found='"n/a"', next_step="Compare with another baseline.")


def refuse_contradictions(gates: Sequence[Gate]) -> None:
    """Refuse two limits on the same rows that no value can keep.

    Raises:
        Misuse: the minimum of one gate is above the maximum of another.
    """
    for one, other in permutations(gates, 2):
        if one.minimum is None or other.maximum is None or one.minimum <= other.maximum:
            continue
        among = not one.groups or not other.groups or set(one.groups) & set(other.groups)
        if (one.metric, one.slice) == (other.metric, other.slice) and among:
            raise Misuse(
                f"two gates on {one.metric} contradict each other",
                expected="a value that keeps both",
                examples=[one.sentence, other.sentence],
            )
