"""What MLflow holds of artifacts that are erased: runs, logged models, versions and pages, deleted for good.

MLflow's own deletion keeps everything until `mlflow gc`. Here files go at once. What is in its
database goes too where that can be reached; behind a server it is marked deleted, and its operator's to remove.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.settings import Settings
from pipeline.tracking.client import speaking
from pipeline.tracking.documents import CARD_PAGE, TABLES
from pipeline.tracking.runs import delete_files

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

_DOCUMENTS = {
    "validation": ("validation.json", "validation.html"),
    "audit": ("audit.json", "audit.html", CARD_PAGE, TABLES),
}
_ESTIMATOR, _MODEL = "headwater.estimator", "headwater.model"
_MOST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Untracked:
    """What was deleted: ids of runs, names and versions of models, files of pages by run; `left` is the operator's."""

    runs: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def untrack(settings: Settings, erased: Collection[str]) -> Untracked:
    """Delete from MLflow all copies of the artifacts `erased` (references); again finds nothing more.

    Raises:
        ServiceUnavailable: MLflow cannot be used.
    """
    file = database_file(settings)
    if file is not None and not file.exists():
        return Untracked()
    with speaking(settings) as client:
        found = list(_runs(client))
        versions = list(_delete_versions(client, erased))
        gone = [run.info.run_id for run in found if run.data.tags.get(_ESTIMATOR) in erased]
        left = {why for run in found if run.info.run_id in gone for why in _delete_run(client, run)}
        pages = [page for run in found if run.info.run_id not in gone for page in _delete_pages(client, run, erased)]
        if file is not None:
            _compact(settings.mlflow_uri)
    return Untracked(runs=tuple(gone), versions=tuple(versions), pages=tuple(pages), left=tuple(sorted(left)))


def database_file(settings: Settings) -> Path | None:
    """The file of MLflow's database, None where a server keeps it."""
    from sqlalchemy import make_url

    if not settings.mlflow_uri.startswith("sqlite:"):
        return None
    return Path(str(make_url(settings.mlflow_uri).database)).absolute()


def artifact_roots(settings: Settings) -> list[str]:
    """Where the experiments keep their files: paths and URLs.

    Raises:
        ServiceUnavailable: MLflow cannot be used.
    """
    file = database_file(settings)
    if file is not None and not file.exists():
        return []
    with speaking(settings) as client:
        return sorted({one.artifact_location for one in _experiments(client)})


def _experiments(client: MlflowClient) -> list[Any]:
    from mlflow.entities import ViewType

    return list(_paged(client.search_experiments, view_type=ViewType.ALL))


def _runs(client: MlflowClient) -> Iterator[Run]:
    """All runs, those that were deleted and can still be restored included."""
    from mlflow.entities import ViewType

    for experiment in _experiments(client):
        yield from _paged(client.search_runs, [experiment.experiment_id], run_view_type=ViewType.ALL)


def _paged(search: Any, *given: Any, **asked: Any) -> Iterator[Any]:
    token = None
    while True:
        page = search(*given, **asked, max_results=_MOST, page_token=token)
        yield from page
        if not (token := page.token):
            return


def _delete_versions(client: MlflowClient, erased: Collection[str]) -> Iterator[str]:
    for model in _paged(client.search_registered_models):
        for one in _paged(client.search_model_versions, f"name = '{model.name}'"):
            if one.tags.get(_MODEL) in erased:
                client.delete_model_version(one.name, one.version)
                yield f"{one.name} {one.version}"


def _delete_run(client: MlflowClient, run: Run) -> Iterator[str]:
    """Delete a run with its logged models and all their files; say what is left to MLflow's operator."""
    run_id = run.info.run_id
    models = client.search_logged_models([run.info.experiment_id], f"source_run_id = '{run_id}'")
    for model in models:
        delete_files(model.artifact_location)
        client.delete_logged_model(model.model_id)
    delete_files(run.info.artifact_uri)
    if run.info.lifecycle_stage == "active":
        client.delete_run(run_id)
    yield from _delete_for_good(client, run_id, models=[model.model_id for model in models])


def _delete_for_good(client: MlflowClient, run_id: str, *, models: Collection[str]) -> Iterator[str]:
    # As `mlflow gc` does it, which itself would also delete for good what others only marked.
    kept = client._tracking_client.store
    if not hasattr(kept, "_hard_delete_run"):
        yield "the rows of deleted runs and models in MLflow's database: run `mlflow gc` beside its server"
        return
    for model in models:
        kept._hard_delete_logged_model(model)
    kept._hard_delete_run(run_id)


def _delete_pages(client: MlflowClient, run: Run, erased: Collection[str]) -> Iterator[str]:
    """Delete the pages and tables of verdicts and audits in a run that shows other things too."""
    for name, pages in _DOCUMENTS.items():
        if run.data.tags.get(f"headwater.{name}") in erased:
            present = {one.path for one in client.list_artifacts(run.info.run_id)}
            for page in sorted(present.intersection(pages)):
                delete_files(run.info.artifact_uri, page)
                yield f"{page} of run {run.info.run_id}"


def _compact(uri: str) -> None:
    """Write the database file anew: SQLite leaves the bytes of what is deleted in it."""
    from sqlalchemy import create_engine

    engine = create_engine(uri, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("VACUUM")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
