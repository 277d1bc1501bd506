"""A model: everything needed to answer one row as training would, by reference and by value.

The manifest holds digests and declarations only, no times and no ids of runs, so that the same
data, code and seeds always give the same model version.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from pipeline.artifacts.metric import CLASSIFICATION, REGRESSION
from pipeline.errors import Misuse

_REFERENCE = re.compile(r"^(?P<kind>[^/@]+)/(?P<name>[^@]+)@(?P<digest>[0-9a-f]+)$")


def _kind(reference: str) -> str:
    match = _REFERENCE.match(reference)
    return match["kind"] if match else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One version of a fitted model with its way from a row to an answer.

    `problem` is classification or regression; `classes` are the target's values in the order of
    the probabilities, `positive` the one that counts as yes (None with more than two, or none).
    `features` are the estimator's columns in order. `estimator`, `transforms`, `selection`,
    `trained_on` (the features it was fitted to, `trained_rows` of them) and `source` are
    references. `source` is the *entry*, where single rows begin their way: the ingested source, or the
    first dataset above the features whose rows do not each come from one row of one input (an
    aggregate's, a join's, an opaque step's); `source_name` is its name. `types` maps each column of it
    that a request can state to its type; `required` names those that one cannot leave out. `path` lists
    the row-wise steps from the entry to the features, in order, each with `step`, `code` (None: a
    function of ours), `function` (None: it is in the code), `parameters` and `columns`; a lookup also
    with the `reference` looked up, the name of that one's own entry (`origin`), the keys compared (`on`) and the
    columns it `reads`. `apply` is the `function` (by path) that applies all transforms, with its
    `parameters`. `metrics` maps train, dev and cv to figures, `metric` is the one it was chosen by.
    """

    name: str
    candidate: str
    problem: str
    target: str
    features: tuple[str, ...]
    estimator: str
    transforms: tuple[str, ...] = ()
    classes: tuple[Any, ...] = ()
    positive: Any = None
    source: str
    source_name: str
    types: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    path: tuple[Mapping[str, Any], ...] = ()
    apply: Mapping[str, Any] = field(default_factory=dict)
    selection: str = ""
    trained_on: str
    trained_rows: int
    metric: str
    metrics: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("features", "transforms", "classes", "required", "path"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if self.problem not in (CLASSIFICATION, REGRESSION):
            raise Misuse(f"model {self.name}: problem {self.problem!r}", expected=f"{CLASSIFICATION} or {REGRESSION}")
        if not self.features or self.target in self.features:
            raise Misuse(f"model {self.name}: its features are empty or hold the target {self.target!r}")
        if (self.problem == CLASSIFICATION) != (len(self.classes) >= 2):
            raise Misuse(f"model {self.name}: a {self.problem} model with {len(self.classes)} classes")
        if self.positive is not None and self.positive not in self.classes:
            raise Misuse(f"model {self.name}: positive class {self.positive!r} is none of its classes")
        self._check_references()

    def _check_references(self) -> None:
        expected = [("estimator", self.estimator), ("dataset", self.trained_on), ("dataset", self.source)]
        expected += [("transform", reference) for reference in self.transforms]
        expected += [("selection", self.selection)] if self.selection else []
        wrong = [f"{reference!r} as {kind}" for kind, reference in expected if _kind(reference) != kind]
        if wrong:
            raise Misuse(f"model {self.name} has unusable references", expected="kind/name@digest", examples=wrong)

    def to_json(self) -> dict[str, Any]:
        """Give the manifest as a JSON object, tuples as lists."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Model:
        """Read back what `to_json` gave.

        Raises:
            Misuse: a field is missing or unknown, or the manifest is not a legal model.
        """
        known = {each.name for each in fields(cls)}
        if odd := sorted(known ^ set(value)):
            raise Misuse("this is no model manifest: fields are missing or unknown", examples=odd)
        return cls(**value)
