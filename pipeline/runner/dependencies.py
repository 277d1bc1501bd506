"""What each output of a run rests on: a step's rules, by role, made edges between artifacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lineage.records import Dependency, Known, Rule, Run, Use
from pipeline.runner.beginning import CODE, ENVIRONMENT
from pipeline.step import Step

if TYPE_CHECKING:
    from pipeline.runner.execute import Executed


def outputs_of(uses: Sequence[Use]) -> dict[str, str]:
    """What a run made, by role, without what is kept beside it."""
    return {use.role: use.artifact.reference for use in uses if use.role not in (CODE, ENVIRONMENT)}


def dependencies_of(step: Step, done: Executed, run: Run, outputs: Sequence[Use]) -> list[Dependency]:
    """One entry per output, input and effect; an input that no rule names is every row, assumed."""
    found = []
    for output in outputs:
        for use in run.inputs:
            rules = [d for d in done.depends if d.input == use.role and d.output in ("*", output.role)]
            pair = {"output": output.artifact.reference, "input": use.artifact.reference}
            for d in rules:
                detail = {**done.detail, **_named(d.detail, outputs)}
                found.append(Dependency(rule=d.rule, effect=d.effect, known=d.known, detail=detail, **pair))
            if not rules and not any(d.input == use.role for d in done.depends):
                found.append(Dependency(rule=Rule.EVERY_ROW, known=Known.ASSUMED, detail=dict(done.detail), **pair))
    return _merged(found)


def _merged(found: Sequence[Dependency]) -> list[Dependency]:
    """One entry for what rests twice on one input in the same way, as a table joined with itself does."""
    same: dict[tuple[Any, ...], list[Dependency]] = {}
    for one in found:
        same.setdefault((one.output, one.input, one.rule, one.effect), []).append(one)
    return [
        ones[0] if len(ones) == 1 else replace(ones[0], detail={"each": [dict(one.detail) for one in ones]})
        for ones in same.values()
    ]


def _named(detail: Mapping[str, Any], outputs: Sequence[Use]) -> dict[str, Any]:
    """A rule's detail with the pairs table by its reference instead of its role."""
    if "pairs" not in detail:
        return dict(detail)
    return {**detail, "pairs": outputs_of(outputs)[detail["pairs"]]}
