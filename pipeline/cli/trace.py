"""`headwater trace`: from one served prediction back to its source rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from pipeline.cli.output import (
    SHORT, json_option, number, print_facts, print_heading, print_json, print_paragraph, print_table, printable,
    short,
)

_MOST_ROWS = 20


@click.command(short_help="Trace a served prediction back to its source rows.")
@click.argument("prediction_id")
@json_option
def trace(prediction_id: str, as_json: bool) -> None:
    """Tell all that a served prediction stands on: its release, model, the runs on the way, its source rows.

    PREDICTION_ID can be cut short while it stays unique. The answer says whether it is complete.
    """
    from pipeline.cli.opened import opened_storage, opened_store
    from pipeline.trace import trace as traced

    store = opened_store()
    told = traced(store, opened_storage(store), prediction_id)
    if as_json:
        print_json(told)
    else:
        print_trace(told)


def print_trace(told: Mapping[str, Any]) -> None:
    """Print a trace: the answer first, then what it stands on, back to the source."""
    prediction, release, model = told["prediction"], told["release"], told["model"]
    print_heading(f"prediction {prediction['id']}")
    print_facts({
        "answer": number(prediction["output"].get("prediction")),
        "probability": _probability(prediction["output"].get("probability")),
        "at": f"{prediction['at']}, endpoint {prediction['endpoint']}",
        "release": f"number {release['number']}, {release['verdict']}, by {release['by']}" if release else "unknown",
        "model": f"{model['name']} version {model['version'] or '?'}, digest {model['digest'][:SHORT]}",
        "MLflow run": model["mlflow_run_id"],
        "trained on": f"{number(told['training_rows']['count'])} rows: {told['training_rows']['how']}",
    })
    if told["entry"]:
        _print_entry(told["entry"])
    if told["looked_up"]:
        _print_lookups(told["looked_up"])
    for source in told["sources"]:
        _print_source(source, [each["told"] for each in told["absent"] if each["reference"] == source["reference"]])
    _print_path(told["path"])
    _print_datasets(told["datasets"])
    _print_completeness(told)


def _probability(probability: object) -> str:
    if not isinstance(probability, Mapping):
        return number(probability)
    return ", ".join(f"{label}: {number(value)}" for label, value in probability.items())


def _print_entry(entry: Mapping[str, Any]) -> None:
    print_heading(f"row {entry['id']} of {entry['name']}, which the request was about")
    print_facts({"version": short(entry["reference"])})
    _print_row(entry)


def _print_lookups(looked_up: Sequence[Mapping[str, Any]]) -> None:
    print_heading("looked up")
    for one in looked_up:
        print_paragraph(f"{one['step']}: {one['told']}")


def _print_source(source: Mapping[str, Any], absent: Sequence[str]) -> None:
    print_heading(f"source {source['name']}")
    print_facts({"supplier": source["supplier"], "licence": source["licence"], "version": short(source["reference"])})
    for sentence in absent:
        click.echo(printable(f"The answer stands on what is not in it: {sentence}."))
    if not source["rows"] and not absent:
        click.echo("The request named no row of it: the answer stands on it through the model alone.")
    for row in source["rows"][:_MOST_ROWS]:
        through = f", through {row['through']}" if row.get("through") else ""
        click.echo(printable(f"row {row['id']}, on which the answer stands directly{through}:"))
        _print_row(row)
    if (more := len(source["rows"]) - _MOST_ROWS) > 0:
        click.echo(f"And {number(more)} more rows: --json lists them all.")


def _print_row(row: Mapping[str, Any]) -> None:
    values = {**row["keys"], **row["values"]}
    print_paragraph(", ".join(f"{name} {_value(value)}" for name, value in values.items()))
    if row.get("differs"):
        click.echo(printable(f"The request stated otherwise: {', '.join(row['differs'])}"))


def _value(value: object) -> str:
    """A cell in running text: text in quotes, since it may hold commas."""
    return "null" if value is None else repr(value) if isinstance(value, str) else number(value)


def _print_path(path: list[Mapping[str, Any]]) -> None:
    print_heading("the way from source to release")
    print_table(("step", "stage", "code", "commit", "run"), [
        (one["step"], one["stage"], one["code_digest"][:SHORT],
         one["git_commit"][:SHORT] + (" and changes" if one.get("git_dirty") else ""), one["run"])
        for one in path
    ], empty="No run is recorded.")


def _print_datasets(datasets: list[Mapping[str, Any]]) -> None:
    print_heading("datasets on the way")
    print_table(("dataset", "digest", "rows"), [
        (one["name"], one["digest"][:SHORT], number(one["rows"])) for one in datasets
    ], empty="None is recorded.")


def _print_completeness(told: Mapping[str, Any]) -> None:
    click.echo()
    if told["complete"]:
        click.echo(f"The trace is complete; its weakest dependency is known as: {told['weakest']}.")
        return
    click.echo("The trace is not complete:")
    for sentence in told["missing"]:
        click.echo(f"  {printable(sentence)}")
