"""From one served prediction back to the source rows it stands on, and everything on the way.

The answer says whether it is complete. What cannot be found is named in `missing`, never left out
silently, and `weakest` is the weakest way in which any dependency on the way is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from lineage.errors import LineageError
from lineage.records import Artifact, Closure, Known, Prediction, Release, Run
from lineage.store import Store
from pipeline.artifacts.model import Model
from pipeline.errors import HeadwaterError
from pipeline.storage import Storage
from pipeline.storage.tables import StoredTables
from pipeline.trace.sources import Stood

_STRENGTH = list(Known)


def trace(store: Store, storage: Storage, prediction_id: str, *, tables: StoredTables | None = None) -> dict[str, Any]:
    """Tell all that the prediction with this id (or a unique beginning of it) stands on.

    Returns a JSON object: `complete` and `missing`; `weakest`; `prediction`; `release`; `model`
    (name, version, digest, MLflow run id); `path`, the runs from source to release in order;
    `datasets` and `sources`, each source with the `rows` the answer directly stands on (`through`
    says by what, where the request did not name them itself); `entry`, the row that the request named
    of a dataset made from sources, or null; `looked_up`, every lookup, what it found or that it found
    nothing; `absent`, keys that were not there when these rows were made; `training_rows`, their count
    and how to list them. Ids of rows and predictions are strings.

    `tables` reads the datasets; give the same one for many questions, and each is read once.

    Raises:
        NotRecorded: there is no such prediction.
        Ambiguous: several predictions begin so.
    """
    prediction = store.prediction(prediction_id)
    release = _release(store, prediction)
    closure, missing = _closure(store, [prediction.model, release.audit if release else ""])
    manifest, unread = _manifest(store, storage, prediction.model)
    stood = Stood(
        prediction,
        closure.artifacts,
        store=store,
        tables=tables or StoredTables(store, storage),
        entry=manifest.source if manifest else "",
    )
    missing = [*missing, *closure.missing, *unread, *stood.missing]
    runs = sorted(closure.runs, key=_began)
    made = store.made(run.id for run in runs)
    if release is None:
        missing.append(f"release {prediction.release} of {prediction.endpoint} is not in the ledger")
    return {
        "complete": closure.complete and not missing,
        "missing": missing,
        "weakest": max([closure.weakest, *stood.known], key=_STRENGTH.index).value,
        "prediction": _prediction(prediction),
        "release": _ledger_entry(release) if release else None,
        "model": _model(store, prediction.model, runs=runs, made=made),
        "path": [_run(run, made=made.get(run.id, [])) for run in runs],
        "datasets": [_dataset(one) for one in _in_order(closure.artifacts, runs, made) if one.kind == "dataset"],
        "sources": list(stood.sources.values()),
        "entry": stood.entry,
        "looked_up": stood.looked_up,
        "absent": stood.absent,
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


def _model(store: Store, reference: str, *, runs: Iterable[Run], made: Mapping[str, list[str]]) -> dict[str, Any]:
    name, _, digest = reference.partition("/")[2].rpartition("@")
    maker = next((run for run in runs if reference in made.get(run.id, ())), None)
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


def _run(run: Run, *, made: list[str]) -> dict[str, Any]:
    return {
        "run": run.id,
        "step": run.step,
        "stage": run.stage,
        "dag_run": run.dag_run,
        "code_digest": run.code_digest,
        "git_commit": run.git_commit,
        "git_dirty": run.git_dirty,
        "parameters": dict(run.parameters),
        "outputs": made,
        "started_at": run.started_at.isoformat(),
        "mlflow_run_id": run.mlflow_run_id,
    }


def _in_order(
    artifacts: Iterable[Artifact], runs: Sequence[Run], made: Mapping[str, list[str]]
) -> list[Artifact]:
    """Artifacts in the order in which the runs made them; those that none of them made come first."""
    places = {reference: place for place, run in enumerate(runs) for reference in made.get(run.id, ())}
    return sorted(artifacts, key=lambda artifact: places.get(artifact.reference, -1))


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
