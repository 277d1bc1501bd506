"""The memo key of a step: equal keys, equal work, so the earlier result is used again."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from pipeline.code import Reach, reach
from pipeline.artifacts.occasion import Occasion
from pipeline.code.environment import version_of
from pipeline.settings import masked
from pipeline.step import Step, claim_of

_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")


def memo_key(step: Step, reached: Reach, inputs: Mapping[str, Iterable[str]], occasion: Occasion) -> str:
    """Digest all that decides what `step` makes: code, parameters, context, inputs by role, phase.

    Rows that are named by a key have other ids in another DAG, so there the DAG counts. Distributions
    that parameters name by dotted path count with their version. Empty when the step must not be
    reused: it says so itself, reads the clock, or holds what cannot be described.
    """
    if not step.reusable or reached.clock or reached.unknown:
        return ""
    context = reach(dict(step.context)) if step.context else Reach()
    if context.unknown:
        return ""
    parts = {
        "step": step.name,
        "code": reached.digest,
        "parameters": plain(step.parameters),
        "libraries": sorted(version_of(name.partition(".")[0]) for name in dotted_paths(step.parameters)),
        "context": context.digest,
        "inputs": {role: list(references) for role, references in inputs.items()},
        "claim": plain(claim_of(step.function)) if step.claim else None,
        "phase": occasion.phase,
        "named": [occasion.dag, *step.key] if step.key else [],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


def dotted_paths(value: Any) -> set[str]:
    """The strings in a JSON value that look like `package.module.name`."""
    if isinstance(value, str):
        return {value} if _DOTTED.fullmatch(value) else set()
    if isinstance(value, Mapping):
        return {path for item in value.values() for path in dotted_paths(item)}
    if isinstance(value, (list, tuple)):
        return {path for item in value for path in dotted_paths(item)}
    return set()


def plain(value: Any) -> Any:
    """Turn parameters into the JSON value that is recorded: tuples to lists, dataclasses to objects, passwords hidden.

    Raises `TypeError` for anything JSON cannot carry.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return masked(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    raise TypeError(f"a value of type {type(value).__name__} is no JSON value: {value!r:.80}")
