"""Logged inputs answered again, in batches, by any model and with any version of the tables it looks up in."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from lineage.store import Store
from pipeline.artifacts.metric import CLASSIFICATION
from pipeline.artifacts.model import Model
from pipeline.errors import RequestRejected
from pipeline.serving.predictor import Answer, Predictor
from pipeline.storage import Storage

PARITY = 1e-9
"""By how much a probability or a number (or its share, if that is more) may differ from the logged one."""

MOST_TOGETHER = 5_000
"""Inputs that are answered in one call."""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """No answer is given, and why."""

    reason: str


Outcome: TypeAlias = Answer | NoAnswer


class Scorer:
    """Answers with models, each loaded once."""

    def __init__(self, store: Store, storage: Storage) -> None:
        self._store, self._storage = store, storage
        self._loaded: dict[tuple[str, tuple[str, ...]], Predictor] = {}
        self._manifests: dict[str, Model] = {}

    def manifest(self, model: str) -> Model:
        """Read a model's manifest.

        Raises:
            Letter: it is not recorded, its bytes are gone, or are not what was recorded.
        """
        if model not in self._manifests:
            self._manifests[model] = Model.from_json(self._storage.load(self._store.artifact(model)))
        return self._manifests[model]

    def predictor(self, model: str, versions: Sequence[str]) -> Predictor:
        """Load a model that looks up in these `versions` of tables, one for each lookup in the order of its way.

        Raises: as `manifest`.
        """
        key = model, tuple(versions)
        if key not in self._loaded:
            self._loaded[key] = Predictor.load(model, store=self._store, storage=self._storage, versions=versions)
        return self._loaded[key]


def answers(predictor: Predictor, inputs: Sequence[Mapping[str, Any]]) -> list[Outcome]:
    """Answer inputs in their order; one that the model refuses refuses no other."""
    found: list[Outcome] = []
    for start in range(0, len(inputs), MOST_TOGETHER):
        found += _answered(predictor, inputs[start : start + MOST_TOGETHER])
    return found


def _answered(predictor: Predictor, inputs: Sequence[Mapping[str, Any]]) -> list[Outcome]:
    """Answer in one call, or where one of them is refused each half by itself."""
    try:
        return list(predictor.answer(inputs))
    except RequestRejected as refusal:
        if len(inputs) == 1:
            return [NoAnswer(str(refusal))]
    half = len(inputs) // 2
    return _answered(predictor, inputs[:half]) + _answered(predictor, inputs[half:])


def is_logged(outcome: Outcome, logged: Mapping[str, Any], *, problem: str) -> bool:
    """Whether an answer is the one that was logged, up to the last digits."""
    if isinstance(outcome, NoAnswer):
        return False
    if problem != CLASSIFICATION:
        return _is_near(outcome.prediction, logged["prediction"], relative=PARITY, absolute=PARITY)
    told, known = outcome.probability or {}, logged.get("probability") or {}
    return (
        outcome.prediction == logged["prediction"]
        and told.keys() == known.keys()
        and all(math.isclose(told[label], known[label], rel_tol=0, abs_tol=PARITY) for label in told)
    )


def differ(one: Outcome, other: Outcome, *, problem: str, tolerance: float) -> bool:
    """Whether two outcomes are not the same: another class, a number further away than the tolerance, or no answer."""
    if isinstance(one, NoAnswer) or isinstance(other, NoAnswer):
        return isinstance(one, NoAnswer) != isinstance(other, NoAnswer)
    if problem == CLASSIFICATION:
        return bool(one.prediction != other.prediction)
    return not _is_near(one.prediction, other.prediction, relative=tolerance)


def probability_of(answer: Answer, positive: Any) -> float | None:
    """The probability of the positive class; where there is none, that of the class that is the answer."""
    if not answer.probability:
        return None
    return answer.probability.get(str(answer.prediction if positive is None else positive))


def _is_near(one: Any, other: Any, *, relative: float, absolute: float = 0.0) -> bool:
    return one is not None and other is not None and math.isclose(one, other, rel_tol=relative, abs_tol=absolute)
