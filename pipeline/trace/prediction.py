"""From one served prediction back to the source rows it stands on, and everything on the way.

The answer says whether it is complete. What cannot be found is named in `missing`, never left out
silently, and `weakest` is the weakest way in which any dependency on the way is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from lineage.errors import LineageError
from lineage.records import Artifact, Closure, Known, Prediction, Release, Run
from lineage.store import Store
from pipeline.artifacts.model import Model
from pipeline.errors import HeadwaterError
from pipeline.trace.rows import sources_of
from pipeline.storage import Storage

_STRENGTH = list(Known)


def trace(store: Store, storage: Storage, prediction_id: str) -> dict[str, Any]:
    """Tell all that the prediction with this id (or a unique beginning of it) stands on.

    Returns a JSON object: `complete` and `missing`; `weakest`; `prediction`; `release`; `model`
    (name, version, digest, MLflow run id); `path`, the runs from source to release in order;
    `datasets` and `sources`, each source with the `rows` the answer directly stands on;
    `training_rows`, their count and how to list them. Ids of rows and predictions are strings.

    Raises:
        NotRecorded: there is no such prediction.
        Ambiguous: several predictions begin so.
    """
    prediction = store.prediction(prediction_id)
    release = _release(store, prediction)
    closure, missing = _closure(store, [prediction.model, release.audit if release else ""])
    manifest, unread = _manifest(store, storage, prediction.model)
    sources, unfound = sources_of(prediction, closure.artifacts, store=store, storage=storage)
    missing = [*missing, *closure.missing, *unread, *unfound]
    runs = [store.run(run.id) for run in sorted(closure.runs, key=_began)]
    if release is None:
        missing.append(f"release {prediction.release} of {prediction.endpoint} is not in the ledger")
    return {
        "complete": closure.complete and not missing,
        "missing": missing,
        "weakest": closure.weakest.value,
        "prediction": _prediction(prediction),
        "release": _ledger_entry(release) if release else None,
        "model": _model(store, prediction.model),
        "path": [_run(run) for run in runs],
        "datasets": [_dataset(one) for one in _in_order(closure.artifacts, runs) if one.kind == "dataset"],
        "sources": sources,
        "training_rows": _training_rows(manifest),
    }


def _began(run: Run) -> tuple[datetime, str]:
    return run.started_at, run.id


def _release(store: Store, prediction: Prediction) -> Release | None:
    entries = store.releases(prediction.endpoint)
    return next((entry for entry in entries if entry.number == prediction.release), None)


def _closure(store: Store, references: Iterable[str]) -> tuple[Closure, list[str]]:
    """Join what lies upstream of several artifacts, each once, and say which of them are not recorded."""
    found, missing = [], []
    for reference in filter(None, references):
        try:
            found.append(store.upstream(reference))
        except LineageError as error:
            missing.append(str(error))
    artifacts = {artifact.reference: artifact for one in found for artifact in one.artifacts}
    runs = {run.id: run for one in found for run in one.runs}
    joined = Closure(
        artifacts=tuple(artifacts.values()),
        runs=tuple(runs.values()),
        complete=all(one.complete for one in found) and bool(found),
        missing=tuple(dict.fromkeys(sentence for one in found for sentence in one.missing)),
        weakest=max((one.weakest for one in found), key=_STRENGTH.index, default=Known.ASSUMED),
    )
    return joined, missing


def _manifest(store: Store, storage: Storage, reference: str) -> tuple[Model | None, list[str]]:
    try:
        return Model.from_json(storage.load(store.artifact(reference))), []
    except (HeadwaterError, LineageError) as error:
        return None, [f"the manifest of {reference} cannot be read: {error}"]


def _prediction(prediction: Prediction) -> dict[str, Any]:
    return {
        "id": prediction.id,
        "at": prediction.at.isoformat(),
        "endpoint": prediction.endpoint,
        "input": dict(prediction.input),
        "output": dict(prediction.output),
    }


def _ledger_entry(release: Release) -> dict[str, Any]:
    return {
        "endpoint": release.endpoint,
        "number": release.number,
        "role": release.role,
        "model": release.model,
        "since": release.since.isoformat() if release.since else None,
        "by": release.by,
        "reason": release.reason,
        "audit": release.audit,
        "verdict": release.verdict,
    }


def _model(store: Store, reference: str) -> dict[str, Any]:
    name, _, digest = reference.partition("/")[2].rpartition("@")
    maker = store.producer(reference)
    return {
        "name": name,
        "version": _version(store, name, reference=reference, maker=maker),
        "digest": digest,
        "mlflow_run_id": maker.mlflow_run_id if maker else "",
        "reference": reference,
    }


def _version(store: Store, name: str, *, reference: str, maker: Run | None) -> str | None:
    """Give the version MLflow's registry knows the model by, or else its place among those made under its name."""
    if maker and (registered := maker.facts.get("mlflow_version")):
        return str(registered)
    makers = {artifact.reference: store.producer(artifact.reference) for artifact in store.versions("model", name)}
    made = sorted((run.started_at, each) for each, run in makers.items() if run)
    return next((str(place) for place, (_, each) in enumerate(made, 1) if each == reference), None)


def _run(run: Run) -> dict[str, Any]:
    return {
        "run": run.id,
        "step": run.step,
        "stage": run.stage,
        "dag_run": run.dag_run,
        "code_digest": run.code_digest,
        "git_commit": run.git_commit,
        "git_dirty": run.git_dirty,
        "parameters": dict(run.parameters),
        "outputs": [use.artifact.reference for use in run.outputs],
        "started_at": run.started_at.isoformat(),
        "mlflow_run_id": run.mlflow_run_id,
    }


def _in_order(artifacts: Iterable[Artifact], runs: Sequence[Run]) -> list[Artifact]:
    """Artifacts in the order in which the runs made them; those that none of them made come first."""
    made = {use.artifact.reference: place for place, run in enumerate(runs) for use in run.outputs}
    return sorted(artifacts, key=lambda artifact: made.get(artifact.reference, -1))


def _dataset(artifact: Artifact) -> dict[str, Any]:
    return {
        "name": artifact.name,
        "digest": artifact.digest,
        "rows": artifact.rows,
        "reference": artifact.reference,
    }


def _training_rows(manifest: Model | None) -> dict[str, Any]:
    if manifest is None:
        return {"count": None, "dataset": None, "how": ""}
    return {
        "count": manifest.trained_rows,
        "dataset": manifest.trained_on,
        "how": f"headwater rows {manifest.trained_on}",
    }
