"""What a step is told about an estimator: its dotted path and its parameters, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.training.candidates import Candidate

SEED = 0


def recipe(candidate: Candidate, **changed: Any) -> dict[str, Any]:
    """Give the candidate's estimator as JSON, with `changed` parameters put over its own."""
    return {"estimator": candidate.estimator, "parameters": {**candidate.parameters, **changed}}


def built(given: Mapping[str, Any]) -> Any:
    """Build the estimator that `recipe` describes, seeded, not fitted.

    Raises:
        Misuse: no such class, or no such parameter.
    """
    from pipeline.training.estimators import build

    return build(given["estimator"], parameters=given["parameters"], seed=SEED)
