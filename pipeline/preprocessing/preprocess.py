"""The stage of a user's own steps: plain functions of a DataFrame, one after the other."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pipeline.errors import Misuse
from pipeline.preprocessing.parameters import WithParameters
from pipeline.step import Depends, Rule, Step, claim_of

STAGE = "preprocessing"


def preprocess(runner: Any, *, data: str, steps: Sequence[Callable[..., Any] | WithParameters]) -> str:
    """Run each function as a step of its own, named as the function; give the last dataset's reference.

    One marked `@rowwise` makes each row from the same row of its input, which the runner tests;
    of any other, every row is taken to rest on every row.

    Raises:
        Misuse: something that is no such function, or parameters that do not fit it.
        StepFailed: a function raised.
        StepRefused: a function returned what cannot be kept.
    """
    times: Counter[str] = Counter()
    for given in steps:
        function, parameters = _parts(given)
        times[function.__name__] += 1
        count = times[function.__name__]
        name = function.__name__ + (f"_{count}" if count > 1 else "")
        role = _first_parameter(function)
        step = own_step(function, inputs=[role], parameters=parameters, name=name)
        data = runner.run(step, {role: data}).outputs["data"]
    return data


def own_step(
    function: Callable[..., Any], *, inputs: Iterable[str], parameters: Mapping[str, Any], name: str
) -> Step:
    """Make a step of a user's function that takes datasets in the parameters `inputs`.

    Raises:
        Misuse: the function cannot be called with these inputs and parameters, or claims to be
            row-wise over several inputs.
    """
    roles = tuple(inputs)
    _check_call(_named(function), (*roles, *parameters), name=name)
    rowwise = claim_of(function) is Rule.SAME_ROW
    if rowwise and len(roles) > 1:
        raise Misuse(f"{name} is marked @rowwise and takes {len(roles)} datasets", expected="one", examples=roles)
    depends = tuple(Depends(role, Rule.SAME_ROW) for role in roles) if rowwise else ()
    return Step(name=name, stage=STAGE, function=function, parameters=parameters, depends=depends, claim=rowwise)


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
