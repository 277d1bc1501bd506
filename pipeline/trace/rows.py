"""The source rows behind a prediction or a model: their ids, keys and values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from lineage.errors import NotRecorded
from lineage.records import Artifact, Prediction
from lineage.store import Store
from pipeline.artifacts.model import Model
from pipeline.errors import HeadwaterError, Misuse
from pipeline.storage import Storage


def source_rows(store: Store, storage: Storage, reference: str) -> list[int]:
    """List the ids of the source rows of a dataset, or of those a model was trained on, in ascending order.

    `reference` is whatever the store can find: a whole reference, a name, the beginning of a digest.

    Raises:
        NotRecorded: nothing is recorded by that reference.
        Misuse: it is neither a dataset nor a model.
        ArtifactMissing: the bytes are gone.
        ArtifactCorrupt: the bytes are not what was recorded.
    """
    artifact = store.artifact(reference)
    if artifact.kind == "model":
        artifact = store.artifact(Model.from_json(storage.load(artifact)).trained_on)
    if artifact.kind != "dataset":
        raise Misuse(f"{artifact.reference} has no rows", expected="a dataset or a model", found=artifact.kind)
    return [int(row) for row in storage.load(artifact).index]


def sources_of(
    prediction: Prediction, upstream: Iterable[Artifact], *, store: Store, storage: Storage
) -> tuple[list[dict[str, Any]], list[str]]:
    """Describe every source upstream, with the rows of it that the prediction directly stands on.

    A row that came with a later version of its source is shown from that version.

    Returns:
        The sources as JSON objects, and one sentence for everything that could not be found.
    """
    versions = {artifact.reference: artifact for artifact in upstream if _is_source(artifact)}
    rows: dict[str, list[dict[str, Any]]] = {reference: [] for reference in versions}
    missing: list[str] = []
    for name, row in prediction.rows:
        known = [artifact for artifact in versions.values() if artifact.name == name]
        found, trouble = _find(row, [*known, *_others(store, name, known)], storage)
        missing += trouble
        if found is None:
            missing.append(f"row {row} of source {name} is in no version whose bytes are kept")
            continue
        artifact, values = found
        versions.setdefault(artifact.reference, artifact)
        rows.setdefault(artifact.reference, []).append(_described(row, values, artifact, prediction.input))
    return [_source(artifact, rows[reference]) for reference, artifact in versions.items()], missing


def _is_source(artifact: Artifact) -> bool:
    return artifact.kind == "dataset" and artifact.facts.get("source") == artifact.name


def _others(store: Store, name: str, known: Sequence[Artifact]) -> Iterator[Artifact]:
    """Give the other versions of a source, the newest first, only when they are asked for."""
    seen = {artifact.reference for artifact in known}
    try:
        versions = store.versions("dataset", name)
    except NotRecorded:
        return
    yield from (artifact for artifact in versions if artifact.reference not in seen)


def _find(
    row: int, versions: Iterable[Artifact], storage: Storage
) -> tuple[tuple[Artifact, Mapping[str, Any]] | None, list[str]]:
    missing = []
    for artifact in versions:
        try:
            frame = storage.load(artifact)
        except HeadwaterError as error:
            missing.append(str(error))
            continue
        if row in frame.index:
            return (artifact, frame.loc[[row]].iloc[0].to_dict()), missing
    return None, missing


def _source(artifact: Artifact, rows: list[dict[str, Any]]) -> dict[str, Any]:
    provenance = artifact.facts.get("provenance", {})
    return {
        "name": artifact.name,
        "supplier": provenance.get("supplier", ""),
        "licence": provenance.get("licence", ""),
        "digest": artifact.digest,
        "reference": artifact.reference,
        "rows": rows,
    }


def _described(
    row: int, values: Mapping[str, Any], artifact: Artifact, stated: Mapping[str, Any]
) -> dict[str, Any]:
    """Describe one row; `differs` names the columns in which the request stated something else."""
    plain = {column: to_json(value) for column, value in values.items()}
    keys, types = artifact.facts.get("keys") or (), artifact.facts.get("types") or {}
    shared = [column for column in stated if column in plain]
    return {
        "id": str(row),
        "keys": {column: plain[column] for column in keys if column in plain},
        "values": plain,
        "differs": [name for name in shared if _differ(stated[name], plain[name], kind=types.get(name, ""))],
    }


def _differ(stated: Any, kept: Any, *, kind: str) -> bool:
    if kind == "datetime" and isinstance(stated, str) and isinstance(kept, str):
        return bool(_moment(stated) != _moment(kept))
    return bool(stated != kept)


def _moment(text: str) -> Any:
    """Give the time a text stands for, as one instant, or the text itself where it is none."""
    try:
        moment = pd.Timestamp(text)
    except ValueError:
        return text
    return moment.tz_localize("UTC") if moment.tzinfo is None else moment


def to_json(value: Any) -> Any:
    """Give one cell as a JSON value: null for nothing, ISO text for a time, text for what JSON lacks."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    plain = value.item() if hasattr(value, "item") else value
    if isinstance(plain, float):
        return plain if math.isfinite(plain) else None
    if isinstance(plain, (bool, int, str)):
        return plain
    return plain.isoformat() if hasattr(plain, "isoformat") else str(plain)
