"""A candidate: one kind of estimator with its parameters, declared in a DAG file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.errors import Misuse

TINY_SIZES = (1, 10, 100)
_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
_NAME = re.compile(r"[A-Za-z][\w-]*")


@dataclass(frozen=True, init=False, repr=False)
class Candidate:
    """An estimator to be trained beside others: `Candidate("forest", estimator="sklearn.ensemble…", max_depth=4)`.

    `estimator` is the dotted path of a scikit-learn-compatible class, imported only when it is
    trained; `parameters` are its constructor's, as JSON values. The overfit gate wants the
    candidate to fit 1, 10 and 100 training examples: `overfit_parameters` are put over
    `parameters` for that one test (regularisation off); `overfit=(1, 10)` asks for fewer sizes
    and `overfit=()` for none, each with an `overfit_reason`.
    """

    name: str
    estimator: str
    parameters: Mapping[str, Any]
    overfit: tuple[int, ...]
    overfit_parameters: Mapping[str, Any]
    overfit_reason: str

    def __init__(
        self,
        name: str,
        *,
        estimator: str,
        overfit: Sequence[int] = TINY_SIZES,
        overfit_parameters: Mapping[str, Any] | None = None,
        overfit_reason: str = "",
        **parameters: Any,
    ) -> None:
        """Check and keep the declaration.

        Raises:
            Misuse: the name, the path, a parameter or the sizes are unusable.
        """
        values = {
            "name": name,
            "estimator": estimator,
            "parameters": _as_json(parameters, candidate=name),
            "overfit": tuple(overfit or ()),
            "overfit_parameters": _as_json(overfit_parameters or {}, candidate=name),
            "overfit_reason": overfit_reason,
        }
        for field, value in values.items():
            object.__setattr__(self, field, value)
        self._check()

    def _check(self) -> None:
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise Misuse(f"candidate {self.name!r} has an unusable name", expected="letters, digits, - and _")
        if not isinstance(self.estimator, str) or not _DOTTED.fullmatch(self.estimator):
            raise Misuse(
                f"candidate {self.name}: estimator={self.estimator!r}",
                expected='the dotted path of a class, such as "sklearn.linear_model.LogisticRegression"',
            )
        if any(not isinstance(size, int) or size < 1 for size in self.overfit):
            raise Misuse(f"candidate {self.name}: overfit={self.overfit!r}", expected="numbers of examples, from 1")
        if not set(TINY_SIZES) <= set(self.overfit) and not self.overfit_reason:
            raise Misuse(
                f"candidate {self.name} leaves out part of the overfit gate",
                expected=f"sizes {TINY_SIZES}, or a reason",
                found=f"overfit={self.overfit!r}",
                next_step='Say why: overfit_reason="…".',
            )

    def __repr__(self) -> str:
        shown = [repr(self.name), f"estimator={self.estimator!r}"]
        shown += [f"{key}={value!r}" for key, value in sorted(self.parameters.items())]
        if self.overfit != TINY_SIZES:
            shown.append(f"overfit={self.overfit!r}")
        if self.overfit_parameters:
            shown.append(f"overfit_parameters={dict(sorted(self.overfit_parameters.items()))!r}")
        if self.overfit_reason:
            shown.append(f"overfit_reason={self.overfit_reason!r}")
        return f"Candidate({', '.join(shown)})"


def _as_json(parameters: Mapping[str, Any], *, candidate: str) -> dict[str, Any]:
    """Give the parameters as JSON carries them: tuples as lists, keys in order."""
    try:
        return json.loads(json.dumps(dict(parameters), allow_nan=False, sort_keys=True))
    except (TypeError, ValueError) as error:
        raise Misuse(
            f"candidate {candidate} has a parameter that JSON cannot carry",
            expected="finite numbers, text, booleans, None, lists and dicts",
            found=str(error),
            next_step="Instead of infinity give a very large number.",
        ) from error
