"""The stage of a user's own steps: plain functions of a DataFrame, one after the other."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pipeline.errors import Misuse
from pipeline.preprocessing.dedupe import dedupe_depends, dedupe_rows
from pipeline.preprocessing.explode import explode_depends, explode_rows
from pipeline.preprocessing.linkage import link_depends, link_records
from pipeline.preprocessing.parameters import WithParameters
from pipeline.step import Claim, Depends, Rule, Step, claim_of

STAGE = "preprocessing"
_MARKS = {Rule.SAME_ROW: "rowwise", Rule.SAME_KEY: "aggregate", Rule.PAIRS: "splits"}


_OPERATIONS: Mapping[Callable[..., Any], tuple[str, Callable[[str, Mapping[str, Any]], tuple[Depends, ...]]]] = {
    dedupe_rows: ("dedupe", dedupe_depends),
    explode_rows: ("explode", explode_depends),
    link_records: ("link", link_depends),
}
"""Steps of ours: what each is called, and by which rules its rows depend on its input's."""


def preprocess(runner: Any, *, data: str, steps: Sequence[Callable[..., Any] | WithParameters]) -> str:
    """Run each function as a step of its own, named as the function; give the last dataset's reference.

    One marked `@rowwise` makes each row from the same row of its input, one marked `@aggregate` from
    the rows of its key, one marked `@splits` from one row, which the runner tests; `dedupe`, `explode`
    and `link` are steps of ours. Of any other function, every row is taken to rest on every row.

    Raises:
        Misuse: something that is no such function, or parameters that do not fit it.
        StepFailed: a function raised.
        StepRefused: a function returned what cannot be kept.
    """
    times: Counter[str] = Counter()
    for given in steps:
        function, parameters = _parts(given)
        plain = _OPERATIONS[function][0] if function in _OPERATIONS else function.__name__
        times[plain] += 1
        name = plain + (f"_{times[plain]}" if times[plain] > 1 else "")
        role = _first_parameter(function)
        step = own_step(function, inputs=[role], parameters=parameters, name=name)
        data = runner.run(step, {role: data}).outputs["data"]
    return data


def own_step(function: Callable[..., Any], *, inputs: Iterable[str], parameters: Mapping[str, Any], name: str) -> Step:
    """Make a step of a user's function that takes datasets in the parameters `inputs`.

    Raises:
        Misuse: the function cannot be called with these inputs and parameters, or claims a rule
            over several inputs.
    """
    roles = tuple(inputs)
    _check_call(_named(function), (*roles, *parameters), name=name)
    claim = claim_of(function)
    if claim and len(roles) != 1:
        mark = _MARKS[claim.rule]
        raise Misuse(f"{name} is marked @{mark} and takes {len(roles)} datasets", expected="one", examples=roles)
    depends: tuple[Depends, ...] = ()
    if claim or function in _OPERATIONS:
        depends = _claimed(roles[0], claim) if claim else _OPERATIONS[function][1](roles[0], parameters)
    return Step(
        name=name,
        stage=STAGE,
        function=function,
        parameters=parameters,
        depends=depends,
        key=claim.by if claim and claim.rule is Rule.SAME_KEY else (),
        claim=claim is not None,
    )


def _claimed(role: str, claim: Claim) -> tuple[Depends, ...]:
    """The rule a function claims; what it gives by which columns is known when it has run."""
    reads = {} if claim.reads is None else {"reads": list(claim.reads)}
    details: Mapping[Rule, Mapping[str, Any]] = {
        Rule.SAME_ROW: reads,
        Rule.SAME_KEY: {"on": {"output": list(claim.by), "input": list(claim.by)}, **reads},
        Rule.PAIRS: {"pairs": "pairs", "side": "parent"},
    }
    return (Depends(role, claim.rule, detail=details[claim.rule]),)


def _first_parameter(function: Callable[..., Any]) -> str:
    known = inspect.signature(function).parameters
    return next((name for name, how in known.items() if how.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD), "")


def _parts(given: Any) -> tuple[Callable[..., Any], Mapping[str, Any]]:
    return (given.function, given.parameters) if isinstance(given, WithParameters) else (_named(given), {})


def _named(function: Any) -> Callable[..., Any]:
    if inspect.isfunction(function) and function.__name__ != "<lambda>":
        return function
    raise Misuse(
        f"{function!r} cannot be a step",
        expected="a function with a name",
        next_step="Define it with def; tie parameters to it with with_parameters(function, limit=3).",
    )


def _check_call(function: Callable[..., Any], names: Iterable[str], *, name: str) -> None:
    try:
        inspect.signature(function).bind(**dict.fromkeys(names))
    except TypeError as error:
        raise Misuse(
            f"step {name} cannot be called as declared",
            expected=f"{name}{inspect.signature(function)}",
            found=str(error),
            next_step="A step takes a DataFrame first; tie parameters to it with with_parameters(function, limit=3).",
        ) from error
