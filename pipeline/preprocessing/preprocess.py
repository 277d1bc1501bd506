"""The stage of a user's own steps: plain functions of a DataFrame, one after the other."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipeline.errors import Misuse
from pipeline.preprocessing.parameters import WithParameters
from pipeline.step import Depends, Rule, Step, claim_of

STAGE = "preprocessing"
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


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
        data = runner.run(*own_step(function, inputs=[data], parameters=parameters, name=name)).outputs["data"]
    return data


def own_step(
    function: Callable[..., Any], *, inputs: Sequence[str], parameters: Mapping[str, Any], name: str
) -> tuple[Step, dict[str, str]]:
    """Make a step of a user's function, its first parameters bound to datasets; give it with its inputs by name.

    Raises:
        Misuse: the function cannot take so many datasets and these parameters, or claims to be
            row-wise over several.
    """
    known = inspect.signature(_named(function)).parameters
    takes = [each for each, how in known.items() if how.kind in _POSITIONAL and each not in parameters]
    if len(takes) < len(inputs) or any(known[each].kind is _POSITIONAL[0] for each in known):
        raise Misuse(
            f"{name} cannot be a step",
            expected=f"a function whose first parameter{' is' if len(inputs) == 1 else 's are'} "
            f"{len(inputs)} DataFrame{'' if len(inputs) == 1 else 's'}",
            found=f"{name}{inspect.signature(function)}",
        )
    bound = dict(zip(takes, inputs, strict=False))
    _check_parameters(function, {**bound, **parameters}, name=name)
    return _step(function, bound=bound, parameters=parameters, name=name), bound


def _step(function: Callable[..., Any], *, bound: Mapping[str, str], parameters: Mapping[str, Any], name: str) -> Step:
    rowwise = claim_of(function) is Rule.SAME_ROW
    if rowwise and len(bound) > 1:
        raise Misuse(f"{name} is marked @rowwise and takes {len(bound)} datasets", expected="one")
    depends = tuple(Depends(role, Rule.SAME_ROW) for role in bound) if rowwise else ()
    return Step(name=name, stage=STAGE, function=function, parameters=parameters, depends=depends, claim=rowwise)


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


def _check_parameters(function: Callable[..., Any], given: Mapping[str, Any], *, name: str) -> None:
    try:
        inspect.signature(function).bind(**given)
    except TypeError as error:
        raise Misuse(
            f"step {name} cannot be called as declared",
            expected=f"{name}{inspect.signature(function)}",
            found=str(error),
            next_step="Tie parameters to it with with_parameters(function, limit=3).",
        ) from error
