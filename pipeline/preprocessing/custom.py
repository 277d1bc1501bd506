"""The stage of one custom step: a function of one dataset or several, called by name in a DAG body."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.errors import Misuse
from pipeline.preprocessing.preprocess import own_step


def custom(
    runner: Any, *, function: Callable[..., Any], parameters: Mapping[str, Any], name: str, inputs: Mapping[str, str]
) -> str:
    """Run `function` on datasets by parameter name; give the reference of the dataset it makes.

    Raises:
        Misuse: an input is no dataset reference, or the function does not take it.
        StepFailed: the function raised.
        StepRefused: it returned what cannot be kept.
    """
    odd = [f"{each}={value!r}" for each, value in inputs.items() if not isinstance(value, str)]
    if odd:
        raise Misuse(f"step {name} takes datasets", expected="what a stage that makes one dataset gave", examples=odd)
    step = own_step(function, inputs=inputs, parameters=parameters, name=name)
    return runner.run(step, inputs).outputs["data"]
