"""What a step is told about an estimator: its path, its parameters, and its code where that is the project's own."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from typing import Any

from pipeline.code import reach
from pipeline.code.environment import is_library
from pipeline.training.candidates import Candidate

SEED = 0


def recipe(candidate: Candidate, **changed: Any) -> dict[str, Any]:
    """Give the candidate's estimator as JSON, with `changed` parameters put over its own.

    A class of the project counts with the digest of its code, so that an edit trains it anew; a
    library's class counts by the version of its distribution, and is not imported here.
    """
    parameters = {**candidate.parameters, **changed}
    return {"estimator": candidate.estimator, "parameters": parameters, "code": _own_code(candidate.estimator)}


def _own_code(path: str) -> str:
    module_name, _, name = path.rpartition(".")
    try:
        spec = importlib.util.find_spec(module_name.partition(".")[0])
    except (ImportError, ValueError):
        return ""
    if spec is None or (spec.origin and is_library(spec.origin)):
        return ""
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError:
        return ""
    return reach(vars(module).get(name)).digest


def built(given: Mapping[str, Any]) -> Any:
    """Build the estimator that `recipe` describes, seeded, not fitted.

    Raises:
        Misuse: no such class, or no such parameter.
    """
    from pipeline.training.estimators import build

    return build(given["estimator"], parameters=given["parameters"], seed=SEED)
