"""What is recorded of a run, an artifact, a release or a recall, as JSON values."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lineage.records import Artifact, Dependency, Prediction, Recall, Release, Run, Use


def run_to_json(run: Run) -> dict[str, Any]:
    """Everything recorded of a run; artifacts are told by reference and role."""
    plain = {each.name: getattr(run, each.name) for each in fields(run)}
    return {
        **plain,
        "outcome": run.outcome.value,
        "seconds": seconds_of(run),
        "inputs": [_use(use) for use in run.inputs],
        "outputs": [_use(use) for use in run.outputs],
        "dependencies": [dependency_to_json(one) for one in run.dependencies],
    }


def artifact_to_json(artifact: Artifact) -> dict[str, Any]:
    """Everything recorded of an artifact, with its reference."""
    return {**asdict(artifact), "reference": artifact.reference}


def dependency_to_json(dependency: Dependency) -> dict[str, Any]:
    """One dependency: output and input by reference, rule, effect and how it is known."""
    return {
        "output": dependency.output,
        "input": dependency.input,
        "rule": dependency.rule.value,
        "effect": dependency.effect.value,
        "known": dependency.known.value,
        "detail": dict(dependency.detail),
    }


def release_to_json(release: Release) -> dict[str, Any]:
    """One entry of the ledger."""
    return {**asdict(release), "since": release.since.isoformat() if release.since else None}


def recall_to_json(recall: Recall) -> dict[str, Any]:
    """Everything recorded of a recall and its events; ids of rows are strings."""
    plain = {each.name: getattr(recall, each.name) for each in fields(recall)}
    events = [{**asdict(event), "at": event.at.isoformat()} for event in recall.events]
    return {**plain, "state": recall.state.value, "rows": [str(row) for row in recall.rows], "events": events}


def prediction_to_json(prediction: Prediction) -> dict[str, Any]:
    """One served answer; ids of rows are strings."""
    rows = [{"source": source, "row": str(row)} for source, row in prediction.rows]
    return {**asdict(prediction), "at": prediction.at.isoformat(), "rows": rows}


def seconds_of(run: Run) -> float | None:
    """How long a run took; None while it has not ended."""
    return (run.ended_at - run.started_at).total_seconds() if run.ended_at else None


def _use(use: Use) -> dict[str, Any]:
    return {"role": use.role, "position": use.position, "artifact": use.artifact.reference}
