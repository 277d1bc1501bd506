"""From a source to a monitored release: the values a DAG file declares.

Nothing is loaded until it is named, so that reading a DAG file costs no data library. The stages
themselves come from `pipeline.airflow`.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "Source": "pipeline.artifacts.source",
    "CSV": "pipeline.ingestion.readers",
    "JSONLines": "pipeline.ingestion.readers",
    "Parquet": "pipeline.ingestion.readers",
    "SQL": "pipeline.ingestion.readers",
    "Table": "pipeline.ingestion.readers",
    "Expectation": "pipeline.validation.expectations",
    "rowwise": "pipeline.step",
    "aggregate": "pipeline.step",
    "splits": "pipeline.step",
    "dedupe": "pipeline.preprocessing.dedupe",
    "explode": "pipeline.preprocessing.explode",
    "with_parameters": "pipeline.preprocessing.parameters",
    "link": "pipeline.preprocessing.linkage",
    "Compare": "pipeline.preprocessing.comparison",
    "Transform": "pipeline.preprocessing.transforms",
    "Candidate": "pipeline.training.candidates",
    "Standardise": "pipeline.labelling.rules",
    "Merge": "pipeline.labelling.rules",
    "Borderline": "pipeline.labelling.rules",
    "LabelRule": "pipeline.labelling.rules",
    "Charter": "pipeline.artifacts.charter",
    "Ethics": "pipeline.artifacts.charter",
    "Harm": "pipeline.artifacts.charter",
    "Milestone": "pipeline.artifacts.charter",
    "Factor": "pipeline.artifacts.estimate",
    "Fermi": "pipeline.artifacts.estimate",
    "Progress": "pipeline.artifacts.estimate",
    "Fairness": "pipeline.auditing.fairness.policy",
    "FairnessGate": "pipeline.auditing.fairness.gate",
    "SliceSearch": "pipeline.auditing.search.slicesearch",
    "LearningCurve": "pipeline.auditing.curve.learningcurve",
    "ErrorAnalysis": "pipeline.auditing.errors.analysis",
    "Tag": "pipeline.auditing.errors.tag",
    "Level": "pipeline.auditing.baseline",
    "AnsweredBy": "pipeline.auditing.baseline",
    "MustBeRight": "pipeline.auditing.important",
    "Constraint": "pipeline.auditing.constraint",
    "AuditPolicy": "pipeline.auditing.policy",
    "Gate": "pipeline.auditing.gate",
    "Slice": "pipeline.auditing.slice",
    "ReleasePlan": "pipeline.deployment.plan",
}
__all__ = list(_HOMES)  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'pipeline' has no attribute {name!r}; it has {', '.join(sorted(_HOMES))}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)
