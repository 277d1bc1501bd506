"""What a step is: a plain function, what it claims about rows, and what it makes.

A step's function takes loaded inputs and parameters by keyword and returns what it made. It
never sees the store, a path or a digest; the runner does all of that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lineage.records import Effect, Known, Rule

__all__ = ["Depends", "Effect", "Known", "Made", "Rule", "Step", "claim_of", "rowwise"]

_CLAIM = "__headwater_claim__"


@dataclass(frozen=True, slots=True)
class Made:
    """One thing a step made: its kind, its value, and small JSON facts kept beside its digest.

    Kinds and their values: `dataset` a DataFrame indexed by `row`; `estimator` and `transform`
    a fitted scikit-learn-compatible object; `page` a string of HTML; any other kind (`verdict`,
    `split`, `selection`, `audit`, `model`, …) a JSON value. `name` is set only where the
    runner's own name (`dag.step`, or `dag.step.role` for one output of several) will not do.
    """

    kind: str
    value: Any
    facts: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Depends:
    """Output role `output` (or every one, `*`) rests on input role `input` by `rule`, with `effect`."""

    input: str
    rule: Rule
    effect: Effect = Effect.DIRECT
    output: str = "*"
    known: Known = Known.BY_CONSTRUCTION


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One piece of work the runner can run, record, reuse and replay.

    `function` is importable at module level; it is called with the loaded inputs by role and
    `parameters` (JSON values) by name. It returns a DataFrame (then a dataset in the role
    `data`) or a mapping from output role to `Made`. `depends` lists the row rules; an
    input that no entry names is recorded as every row, assumed. `claim` is true for a user's
    function whose same-row rule the runner has to test. `reusable` is false for acts whose
    effect is outside the store. `allow_empty` lets it return no rows. `context` holds further
    keyword values that JSON cannot carry (a source with its reader): they count for reuse by
    their content and are never recorded; `secrets` are the same, and count for nothing.
    """

    name: str
    stage: str
    function: Callable[..., Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, Any] = field(default_factory=dict)
    depends: tuple[Depends, ...] = ()
    claim: bool = False
    reusable: bool = True
    allow_empty: bool = False


def rowwise(function: Callable[..., Any]) -> Callable[..., Any]:
    """Claim that `function` treats each row by itself: DataFrame in, the same or fewer rows out.

    The function stays a plain function. The claim is tested at every run on a sample of rows.
    """
    setattr(function, _CLAIM, Rule.SAME_ROW)
    return function


def claim_of(function: Callable[..., Any]) -> Rule | None:
    """The row rule a user's function claims, or None."""
    return getattr(function, _CLAIM, None)
