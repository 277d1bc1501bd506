"""Verdicts and audits in MLflow: both with their pages in the DAG run's own MLflow run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipeline.tracking.client import speaking
from pipeline.tracking.links import lineage_command

if TYPE_CHECKING:
    from mlflow import MlflowClient

_UNUSABLE = re.compile(r"[^\w\-. /]")


def log_verdict(runner: Any, *, verdict: str, page: str) -> str:
    """Show a validation's verdict and its page, once; give the id of the MLflow run.

    Raises:
        ServiceUnavailable: MLflow cannot be used.
    """
    return _log(runner, document=verdict, page=page, name="validation")


def log_audit(runner: Any, *, audit: str, page: str, model: str) -> str:
    """Show an audit and its page, once, and its figures per slice in the MLflow run of the model.

    Raises:
        ServiceUnavailable: MLflow cannot be used.
    """
    return _log(runner, document=audit, page=page, name="audit", model=model)


def _log(runner: Any, *, document: str, page: str, name: str, model: str = "") -> str:
    made = runner.store.producer(document)
    if made is not None and made.mlflow_run_id:
        return made.mlflow_run_id
    value, html = runner.value(document), runner.value(page)
    of_model = runner.store.producer(model).mlflow_run_id if model else ""
    with speaking(runner.settings) as client:
        run_id = _show(client, runner, document=document, name=name, value=value, html=html)
        if of_model:
            _show_slices(client, of_model, value, html=html, reference=document)
    if made is not None:
        runner.annotate(made.id, mlflow_run_id=run_id)
    return run_id


def _show(client: MlflowClient, runner: Any, *, document: str, name: str, value: Mapping[str, Any], html: str) -> str:
    from pipeline.tracking.runs import parent

    run_id = parent(client, runner)
    client.log_dict(run_id, dict(value), f"{name}.json")
    client.log_text(run_id, html, f"{name}.html")
    client.set_tag(run_id, f"headwater.{name}", document)
    client.set_tag(run_id, f"headwater.{name}.lineage", lineage_command(document))
    return run_id


def _show_slices(client: MlflowClient, run_id: str, audit: Mapping[str, Any], *, html: str, reference: str) -> None:
    from mlflow.entities import Metric, RunTag

    from pipeline.tracking.runs import is_there

    if not is_there(client, run_id):
        return
    when = client.get_run(run_id).info.end_time or 0
    figures = [Metric(name, value, when, 0) for name, value in slice_figures(audit).items()]
    tags = [RunTag("headwater.audit", reference), RunTag("headwater.judgement", str(audit["judgement"]))]
    client.log_batch(run_id, metrics=figures, tags=tags)
    client.log_text(run_id, html, "audit.html")


def slice_figures(audit: Mapping[str, Any]) -> dict[str, float]:
    """Name every defined figure of an audit as MLflow can: `test/recall`, `test/race/black/recall`."""
    groups = {"test": audit["overall"]}
    groups |= {f"test/{group['slice']}/{group['label']}": group for group in audit["groups"]}
    return {
        _UNUSABLE.sub("_", f"{where}/{figure['metric']}".replace("×", "x")): figure["value"]
        for where, group in groups.items()
        for figure in group["figures"]
        if figure["defined"]
    }
