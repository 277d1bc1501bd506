"""A user's function together with the parameters it is to be called with."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import Misuse


@dataclass(frozen=True, repr=False)
class WithParameters:
    """A function of a DataFrame and the parameters that go with it, recorded at every run."""

    function: Callable[..., Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, *arguments: Any) -> Any:
        """Call the function as it will be called in a run."""
        return self.function(*arguments, **self.parameters)

    def __repr__(self) -> str:
        given = [f"{key}={value!r}" for key, value in self.parameters.items()]
        return f"with_parameters({', '.join([self.function.__qualname__, *given])})"


def with_parameters(function: Callable[..., Any], **parameters: Any) -> WithParameters:
    """Tie `parameters` to a step's function: `preprocess(data, [with_parameters(clip, upper=100)])`.

    Raises:
        Misuse: `function` is no named function, or a parameter is no JSON value.
    """
    if not callable(function) or not hasattr(function, "__qualname__"):
        raise Misuse("with_parameters takes a function first", found=repr(function))
    try:
        plain = json.loads(json.dumps(parameters, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise Misuse(
            f"{function.__qualname__} is given a parameter that JSON cannot carry",
            expected="finite numbers, text, booleans, None, lists and dicts",
            found=str(error),
        ) from error
    return WithParameters(function, plain)
