"""Verdicts and audits in MLflow: both with their pages in the DAG run's own MLflow run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipeline.tracking.client import speaking
from pipeline.tracking.links import lineage_command

if TYPE_CHECKING:
    from mlflow import MlflowClient

CARD_PAGE, TABLES = "card.html", "audit"
"""The model's card and the folder of the audit's tables, in the MLflow run of the model."""

_LISTED = "mlflow.loggedArtifacts"
"""The tag in which MLflow lists the tables of a run; no other stage logs any."""

_FIGURES = ("ours", "theirs")
_UNUSABLE = re.compile(r"[^\w\-. /]")


def log_verdict(runner: Any, *, verdict: str, page: str) -> str:
    """Show a validation's verdict and its page, once; give the id of the MLflow run.

    Raises:
        ServiceUnavailable: MLflow cannot be used.
    """
    return _log(runner, document=verdict, page=page, name="validation")


def log_audit(runner: Any, *, report: Mapping[str, str], model: str) -> str:
    """Show an audit, its page and the model's card, once; in the MLflow run of the model also its figures per slice.

    `report` names the documents by role. Its figures, findings and comparisons are tables there besides.

    Raises:
        ServiceUnavailable: MLflow cannot be used.
    """
    return _log(runner, document=report["audit"], page=report["page"], name="audit", of={"model": model, **report})


def _log(runner: Any, *, document: str, page: str, name: str, of: Mapping[str, str] | None = None) -> str:
    made = runner.store.producer(document)
    if made is not None and made.mlflow_run_id:
        return made.mlflow_run_id
    value, html = runner.value(document), runner.value(page)
    of_model = runner.store.producer(of["model"]).mlflow_run_id if of else ""
    with speaking(runner.settings) as client:
        run_id = _show(client, runner, document=document, name=name, value=value, html=html)
        if of and of_model:
            pages = {"audit.html": html, **({CARD_PAGE: runner.value(of["card_page"])} if "card_page" in of else {})}
            when = int(made.started_at.timestamp() * 1000) if made is not None else 0
            _show_slices(client, of_model, value, pages=pages, reference=document, when=when)
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


def _show_slices(
    client: MlflowClient,
    run_id: str,
    audit: Mapping[str, Any],
    *,
    pages: Mapping[str, str],
    reference: str,
    when: int,
) -> None:
    """Show an audit in the run of its model, in the place of an earlier one there; `when` in milliseconds."""
    from mlflow.entities import Metric, RunTag

    from pipeline.tracking.runs import delete_files, is_there

    if not is_there(client, run_id):
        return
    # Of two values at one time MLflow shows the greater: the time has to be the audit's own.
    figures = [Metric(name, value, when, 0) for name, value in slice_figures(audit).items()]
    tags = [RunTag("headwater.audit", reference), RunTag("headwater.judgement", str(audit["judgement"]))]
    client.log_batch(run_id, metrics=figures, tags=tags)
    for name, html in pages.items():
        client.log_text(run_id, html, name)
    if any(one.path == TABLES for one in client.list_artifacts(run_id)):
        delete_files(client.get_run(run_id).info.artifact_uri, TABLES)  # MLflow adds to a table that is there
        client.delete_tag(run_id, _LISTED)
    for name, rows in tables(audit).items():
        client.log_table(run_id, _columns(rows), f"{TABLES}/{name}.json")


def tables(audit: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Lay an audit out as tables of rows with the same columns: `figures`, `findings`, `baselines`; none is empty.

    A figure's `rest` is its difference to the rows outside its group, from `rest_low` to `rest_high`.
    """
    groups = [audit["overall"], *audit["groups"], *audit.get("classes", ())]
    found = {
        "figures": [_figure(group, figure) for group in groups for figure in group["figures"]],
        "findings": [
            {"gate": finding["gate"], **_plain(ruling)}
            for finding in audit.get("findings", ())
            for ruling in finding["rulings"]
        ],
        "baselines": [
            {
                "baseline": baseline["name"],
                **{side: (compared[side] or {}).get("value") for side in _FIGURES},
                **_plain(compared),
            }
            for baseline in audit.get("baselines", ())
            for compared in baseline["comparisons"]
        ],
    }
    return {name: rows for name, rows in found.items() if rows}


def _figure(group: Mapping[str, Any], figure: Mapping[str, Any]) -> dict[str, Any]:
    rest = figure.get("rest") or {}
    return {
        "slice": group["slice"],
        "label": group["label"],
        "rows": group.get("rows"),
        **_plain({name: each for name, each in figure.items() if name != "rest"}),
        "rest": rest.get("value"),
        "rest_low": rest.get("low"),
        "rest_high": rest.get("high"),
    }


def _plain(value: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a mapping that are no mappings or lists themselves; two figures are told by their values."""
    left_out = (Mapping, list, tuple)
    return {name: each for name, each in value.items() if not isinstance(each, left_out) and name not in _FIGURES}


def _columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def slice_figures(audit: Mapping[str, Any]) -> dict[str, float]:
    """Name every defined figure of an audit as MLflow can: `test/recall`, `test/race/black/recall`.

    A class set against the others is `test/each class/hernia/recall`.
    """
    groups = {"test": audit["overall"]}
    parts = (*audit["groups"], *audit.get("classes", ()))
    groups |= {f"test/{group['slice']}/{group['label']}": group for group in parts}
    return {
        _UNUSABLE.sub("_", f"{where}/{figure['metric']}".replace("×", "x")): figure["value"]
        for where, group in groups.items()
        for figure in group["figures"]
        if figure["defined"]
    }
