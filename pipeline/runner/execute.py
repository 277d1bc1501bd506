"""Calling a step's function on loaded inputs, and holding what it returns to what the step claims."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from pipeline.calling import call
from pipeline.code.environment import is_library
from pipeline.code.reach import source_file
from pipeline.errors import ClaimBroken, HeadwaterError, PhaseRefused, StepFailed, StepRefused
from pipeline.ordering import in_id_order
from pipeline.runner.reads import watched
from pipeline.runner.rowids import child_rows, keyed_rows, own_ids, same_rows
from pipeline.runner.sample import tables_of
from pipeline.runner.units import Units, units_of
from pipeline.schema import normalised
from pipeline.step import Claim, Depends, Known, Made, Rule, Step, claim_of

DATA, PAIRS = "data", "pairs"
_CLAIMS = {
    Rule.SAME_ROW: ("to treat each row by itself", "Take what it needs of other rows from a fitted transform"),
    Rule.SAME_KEY: ("to treat each group by itself", "Take what it needs of other groups from a lookup"),
    Rule.PAIRS: ("to make its rows of one row each", "Take what it needs of other rows from a lookup"),
}


class RuleWidened(UserWarning):
    """A step's claim did not hold; a proof of concept goes on with every row depending on every row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """What a step made, by role, the rules as they turned out, and facts for the record."""

    made: Mapping[str, Made]
    depends: tuple[Depends, ...]
    detail: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


def execute(step: Step, values: Mapping[str, Any], *, production: bool, sample: float = 0.0) -> Executed:
    """Call the step and check all it made; `sample` (0 to 1) is the least share that claims are tested on.

    Raises `StepFailed` if the function raises, `StepRefused` for what cannot be kept,
    `ClaimBroken` and `PhaseRefused` where production does not tolerate what was found.
    """
    with watched() as reads:
        kept = _kept(step, values, production)
    facts: dict[str, Any] = {}
    if reads and _is_users(step):
        _tolerate(step, sorted(reads), production)
        facts["reads"] = sorted(reads)
    if kept.gives is not None:
        step = replace(step, depends=_passing(step, kept.gives, values))
    if not step.claim:
        return Executed(made=kept.made, depends=step.depends, facts=facts)
    depends, detail = _claimed(step, values, kept, production, sample)
    return Executed(made=kept.made, depends=depends, detail=detail, facts=facts)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a step made, as it is kept; the columns its function gave where others pass it by; its input's units."""

    made: dict[str, Made]
    gives: list[str] | None
    units: Units | None


def _kept(step: Step, values: Mapping[str, Any], production: bool) -> _Kept:
    result, gives = _call(step, values)
    made = _made(step, result)
    claim = claim_of(step.function)
    if claim and claim.rule is Rule.PAIRS and isinstance(made[DATA].value, pd.DataFrame):
        frame, pairs = child_rows(step, made[DATA].value, values[_role(step)], claim.by)
        made = {DATA: replace(made[DATA], value=frame), PAIRS: Made("dataset", pairs)}
    units = _units(step, values)
    named = {role: replace(one, value=_rows(step, role, one, values, units, production)) for role, one in made.items()}
    return _Kept(named, gives, units)


def _units(step: Step, values: Mapping[str, Any]) -> Units | None:
    """The units that the function claims to go by; of a function of ours, those of its key."""
    claim = claim_of(step.function) or (Claim(Rule.SAME_KEY, step.key) if step.key else None)
    return units_of(claim, values[_role(step)]) if claim else None


def _call(step: Step, values: Mapping[str, Any]) -> tuple[Any, list[str] | None]:
    fresh = {
        role: value.copy(deep=False) if isinstance(value, pd.DataFrame) else value for role, value in values.items()
    }
    given = {**fresh, **step.parameters, **step.context, **step.secrets}
    try:
        if claim_of(step.function) is None:
            return step.function(**given), None
        role = _role(step)
        return call(step.function, given.pop(role), role=role, given=given)
    except (HeadwaterError, KeyboardInterrupt, SystemExit):
        raise
    except Exception as error:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if not is_library(f.filename)]
        place = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
        raise StepFailed(f"step {step.name} raised {type(error).__name__}{place}: {error}") from error


def _role(step: Step) -> str:
    """The input whose rows the function's claim is about."""
    return step.depends[0].input


def _made(step: Step, result: Any) -> dict[str, Made]:
    if isinstance(result, pd.DataFrame):
        return {DATA: Made("dataset", result)}
    if isinstance(result, Mapping) and result and all(isinstance(one, Made) for one in result.values()):
        return dict(result)
    raise StepRefused(
        f"step {step.name} returned something that cannot be kept",
        expected="a DataFrame",
        found=f"a {type(result).__name__}",
        next_step="Return the frame: a function that changes its argument in place returns None.",
    )


def _rows(step: Step, role: str, made: Made, values: Mapping[str, Any], units: Units | None, production: bool) -> Any:
    """The value as it is kept: a dataset normalised, in id order, its ids checked."""
    if made.kind != "dataset":
        return made.value
    if not isinstance(made.value, pd.DataFrame):
        raise StepRefused(f"step {step.name} made no table in {role}", found=f"a {type(made.value).__name__}")
    inputs = [value for value in values.values() if isinstance(value, pd.DataFrame)]
    if not len(made.value) and any(len(value) for value in inputs) and not step.allow_empty:
        raise StepRefused(
            f"step {step.name} returned no rows",
            expected=f"some of the {max(len(value) for value in inputs)} it was given",
            next_step="Look at its filter; a step may leave rows out, not all of them.",
        )
    frame = _identified(step, role, made.value, values, units, production)
    return in_id_order(normalised(frame))


def _identified(
    step: Step, role: str, frame: pd.DataFrame, values: Mapping[str, Any], units: Units | None, production: bool
) -> pd.DataFrame:
    if step.naming is not None and units is not None and role == DATA:
        return keyed_rows(step, frame, values[_role(step)], units.words)
    origin = [_stacked(values[d.input]) for d in step.depends if d.rule is Rule.SAME_ROW and d.output in ("*", role)]
    return same_rows(step, frame, origin) if origin else own_ids(step, frame, production)


def _stacked(value: pd.DataFrame | list[pd.DataFrame]) -> pd.DataFrame:
    """An input's rows; of one given as a list, those of all its frames, without their columns."""
    return pd.concat([frame[[]] for frame in value]) if isinstance(value, list) else value


def _passing(step: Step, gives: list[str], values: Mapping[str, Any]) -> tuple[Depends, ...]:
    """The row-wise rule with the columns that the function gave, and those that passed it by."""
    first = step.depends[0]
    reads, known = first.detail["reads"], list(values[first.input].columns)
    gone = [name for name in reads if name in known and name not in gives]
    passes = [name for name in known if name not in gives and name not in reads] if gone else "*"
    return (replace(first, detail={**first.detail, "passes": passes, "gives": gives}), *step.depends[1:])


def _claimed(
    step: Step, values: Mapping[str, Any], kept: _Kept, production: bool, sample: float
) -> tuple[tuple[Depends, ...], dict[str, Any]]:
    from pipeline.runner.claim import check_claim

    claim: Claim = claim_of(step.function)
    alone = replace(step, allow_empty=True)
    role = next(role for role, one in kept.made.items() if one.kind == "dataset")
    share = max(sample, claim.sample)

    def again(inputs: Mapping[str, Any]) -> pd.DataFrame:
        return _kept(alone, inputs, production).made[role].value

    tables = tables_of(claim, values, kept.made, role=_role(step), units=kept.units)
    tested = check_claim(again, tables, share=share)
    detail = {"sample": tested.sampled, "of": tested.of, "batch_sensitive": tested.batch_sensitive}
    if not tested.broken:
        known = Known.BY_CONSTRUCTION if share >= 1 else Known.SAMPLED
        return tuple(replace(d, known=known) if d.rule is claim.rule else d for d in step.depends), detail
    says, next_step = _CLAIMS[claim.rule]
    error = ClaimBroken(
        f"step {step.name} claims {says}, and does not: {tested.broken}",
        examples=tested.examples,
        next_step=f"{next_step}, or drop the claim.",
    )
    if production:
        raise error
    warnings.warn(f"{error} Recorded as every row, assumed.", RuleWidened, stacklevel=4)
    widened = [
        replace(d, rule=Rule.EVERY_ROW, known=Known.ASSUMED, detail={}) if d.rule is claim.rule else d
        for d in step.depends
    ]
    return tuple(widened), {**detail, "widened": tested.broken}


def _is_users(step: Step) -> bool:
    from pipeline.code.bundle import is_project_source

    return is_project_source(source_file(step.function))


def _tolerate(step: Step, reads: list[str], production: bool) -> None:
    if production:
        raise PhaseRefused(
            f"step {step.name} reads what it does not declare",
            expected="a step that reads its inputs only",
            examples=reads,
            next_step="Make it a source and ingest it, so that its version is recorded.",
        )
