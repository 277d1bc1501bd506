"""A transform: an estimator fitted on train and applied to every part, declared in a DAG file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import Misuse

RESERVED = ("code", "data", "environment", "transform")
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")


@dataclass(frozen=True, init=False, repr=False)
class Transform:
    """A scikit-learn-compatible transformer over some feature columns.

    `estimator` is the dotted path of its class, imported only when the step runs; `parameters`
    are its constructor's. What it makes takes the place of `columns`. Transforms apply in the
    order declared, so a later one may work on the columns an earlier one made.
    """

    name: str
    estimator: str
    columns: tuple[str, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __init__(self, name: str, *, estimator: str, columns: Sequence[str], **parameters: Any) -> None:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise Misuse(f"transform {name!r} has an unusable name", expected="letters, digits, - and _")
        if name in RESERVED:
            raise Misuse(f"transform {name!r} has a name that runs use themselves", found=", ".join(RESERVED))
        if not isinstance(estimator, str) or not _DOTTED.fullmatch(estimator):
            raise Misuse(
                f"transform {name}: estimator={estimator!r}",
                expected='the dotted path of a class, such as "sklearn.preprocessing.StandardScaler"',
            )
        listed = () if isinstance(columns, str) else tuple(columns)
        if not listed or len(set(listed)) != len(listed) or not all(isinstance(each, str) for each in listed):
            raise Misuse(f"transform {name}: columns={columns!r}", expected="a list of column names, each once")
        values = {"name": name, "estimator": estimator, "columns": listed}
        for key, value in {**values, "parameters": _as_json(parameters, transform=name)}.items():
            object.__setattr__(self, key, value)

    def to_json(self) -> dict[str, Any]:
        """Give the declaration as a JSON object."""
        return {
            "name": self.name, "estimator": self.estimator, "columns": list(self.columns),
            "parameters": dict(self.parameters),
        }

    def __repr__(self) -> str:
        shown = [repr(self.name), f"estimator={self.estimator!r}", f"columns={list(self.columns)!r}"]
        shown += [f"{key}={value!r}" for key, value in self.parameters.items()]
        return f"Transform({', '.join(shown)})"


def _as_json(parameters: Mapping[str, Any], *, transform: str) -> dict[str, Any]:
    """Give the parameters as JSON carries them, in the order of their names."""
    try:
        return json.loads(json.dumps(parameters, allow_nan=False, sort_keys=True))
    except (TypeError, ValueError) as error:
        raise Misuse(
            f"transform {transform} has a parameter that JSON cannot carry",
            expected="finite numbers, text, booleans, None, lists and dicts",
            found=str(error),
        ) from error
