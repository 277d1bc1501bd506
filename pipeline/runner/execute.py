"""Calling a step's function on loaded inputs, and holding what it returns to what the step claims."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from pipeline.code.environment import is_library
from pipeline.code.reach import source_file
from pipeline.errors import ClaimBroken, HeadwaterError, PhaseRefused, StepFailed, StepRefused
from pipeline.runner.reads import watched
from pipeline.runner.rowids import own_ids, same_rows
from pipeline.schema import normalised
from pipeline.step import Depends, Known, Made, Rule, Step


class RuleWidened(UserWarning):
    """A step's claim did not hold; a proof of concept goes on with every row depending on every row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """What a step made, by role, the rules as they turned out, and facts for the record."""

    made: Mapping[str, Made]
    depends: tuple[Depends, ...]
    detail: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


def execute(step: Step, values: Mapping[str, Any], *, production: bool) -> Executed:
    """Call the step and check all it made.

    Raises `StepFailed` if the function raises, `StepRefused` for what cannot be kept,
    `ClaimBroken` and `PhaseRefused` where production does not tolerate what was found.
    """
    with watched() as reads:
        made = _made(step, _call(step, values))
    kept = {role: replace(one, value=_rows(step, role, one, values, production)) for role, one in made.items()}
    facts: dict[str, Any] = {}
    if reads and _is_users(step):
        _tolerate(step, sorted(reads), production)
        facts["reads"] = sorted(reads)
    if not step.claim:
        return Executed(made=kept, depends=step.depends, facts=facts)
    depends, detail = _claimed(step, values, kept, production)
    return Executed(made=kept, depends=depends, detail=detail, facts=facts)


def _call(step: Step, values: Mapping[str, Any]) -> Any:
    fresh = {
        role: value.copy(deep=False) if isinstance(value, pd.DataFrame) else value for role, value in values.items()
    }
    try:
        return step.function(**fresh, **step.parameters, **step.context, **step.secrets)
    except (HeadwaterError, KeyboardInterrupt, SystemExit):
        raise
    except Exception as error:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if not is_library(f.filename)]
        place = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
        raise StepFailed(f"step {step.name} raised {type(error).__name__}{place}: {error}") from error


def _made(step: Step, result: Any) -> dict[str, Made]:
    if isinstance(result, pd.DataFrame):
        return {"data": Made("dataset", result)}
    if isinstance(result, Mapping) and result and all(isinstance(one, Made) for one in result.values()):
        return dict(result)
    raise StepRefused(
        f"step {step.name} returned something that cannot be kept",
        expected="a DataFrame",
        found=f"a {type(result).__name__}",
        next_step="Return the frame: a function that changes its argument in place returns None.",
    )


def _rows(step: Step, role: str, made: Made, values: Mapping[str, Any], production: bool) -> Any:
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
    origin = [_stacked(values[d.input]) for d in step.depends if d.rule is Rule.SAME_ROW and d.output in ("*", role)]
    frame = same_rows(step, made.value, origin) if origin else own_ids(step, made.value, production)
    return normalised(frame.sort_index() if not frame.index.is_monotonic_increasing else frame)


def _stacked(value: pd.DataFrame | list[pd.DataFrame]) -> pd.DataFrame:
    """An input's rows; of one given as a list, those of all its frames, without their columns."""
    return pd.concat([frame[[]] for frame in value]) if isinstance(value, list) else value


def _claimed(
    step: Step, values: Mapping[str, Any], made: Mapping[str, Made], production: bool
) -> tuple[tuple[Depends, ...], dict[str, Any]]:
    from pipeline.runner.claim import check_rowwise

    roles = {d.input for d in step.depends if d.rule is Rule.SAME_ROW}
    role = next(role for role, one in made.items() if one.kind == "dataset")

    def call(inputs: Mapping[str, Any]) -> pd.DataFrame:
        return normalised(_made(step, _call(step, inputs))[role].value)

    tested = check_rowwise(call, values, roles, made[role].value)
    detail = {"sample": tested.sampled, "of": tested.rows, "batch_sensitive": tested.batch_sensitive}
    if not tested.broken:
        known = {d: replace(d, known=Known.SAMPLED) if d.rule is Rule.SAME_ROW else d for d in step.depends}
        return tuple(known.values()), detail
    error = ClaimBroken(
        f"step {step.name} claims to treat each row by itself, and does not: {tested.broken}",
        examples=tested.examples,
        next_step="Take what it needs of other rows from a fitted transform, or drop @rowwise.",
    )
    if production:
        raise error
    warnings.warn(f"{error} Recorded as every row, assumed.", RuleWidened, stacklevel=4)
    widened = (replace(d, rule=Rule.EVERY_ROW, known=Known.ASSUMED) if d.input in roles else d for d in step.depends)
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
