"""`headwater show`: everything recorded of one artifact or one run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lineage.records import Artifact
from pipeline.cli.naming import named
from pipeline.cli.output import (
    ago, json_option, number, print_facts, print_heading, print_json, print_table, printable, short,
)
from pipeline.cli.record import artifact_to_json, run_to_json, seconds_of
from pipeline.errors import Misuse
from pipeline.settings import Settings, masked

if TYPE_CHECKING:
    from lineage.records import Run
    from lineage.store import Store


@click.command(short_help="Show what is recorded of an artifact or a run.")
@click.argument("name", metavar="ARTIFACT|RUN")
@click.option("--head", type=click.IntRange(min=1), metavar="N", help="Also the first N rows of a dataset.")
@click.option("--content", is_flag=True, help="Only the content itself: a verdict, a model, a page, the text of code.")
@json_option
def show(name: str, head: int | None, content: bool, as_json: bool) -> None:
    """Show everything recorded of an artifact or a run.

    An artifact is named as kind/name@digest, as name@digest, by a name alone (its latest
    version), or by a digest; a run by its id. Digests and ids can be cut short while they stay
    unique.
    """
    from pipeline.cli.opened import opened_store

    store = opened_store()
    found = named(store, name)
    if isinstance(found, Artifact):
        if content or head:
            _show_content(store, found, head=head, as_json=as_json)
        else:
            _show_artifact(store, found, as_json=as_json)
    elif content or head:
        raise Misuse(f"{found.id} is a run", expected="an artifact with --head or --content")
    else:
        _show_run(found, as_json=as_json)


def _show_artifact(store: Store, artifact: Artifact, *, as_json: bool) -> None:
    producer, consumers = store.producer(artifact.reference), store.consumers(artifact.reference)
    live = [one for one in store.releases() if one.model == artifact.reference]
    gone = store.buried(artifact.reference)
    if as_json:
        print_json({
            **artifact_to_json(artifact),
            "gone": gone,
            "producer": producer.id if producer else None,
            "consumers": [run.id for run in consumers],
            "releases": [{"endpoint": one.endpoint, "number": one.number} for one in live],
        })
        return
    columns = artifact.facts.get("columns", {})
    print_facts({
        "artifact": artifact.reference, "gone": gone,
        "kind": artifact.kind, "name": artifact.name, "digest": artifact.digest,
        "rows": number(artifact.rows), "columns": len(columns) or "", "size": f"{artifact.size_bytes:,} bytes",
        "place": artifact.place and f"{masked(Settings.from_environment().storage).rstrip('/')}/{artifact.place}",
        "checksum": artifact.checksum, "made by": _told(producer) if producer else "no run that is recorded",
        "releases": ", ".join(f"{one.endpoint} {one.number}" for one in live),
        **{name: value for name, value in artifact.facts.items() if name != "columns"},
    })
    if columns:
        print_heading("columns")
        print_table(("column", "type"), columns.items())
    print_heading("read by")
    print_table(("run", "step", "outcome", "began (UTC)"), [
        (run.id, f"{run.dag} {run.step}", run.outcome.value, ago(run.started_at)) for run in consumers
    ], empty="no run")


def _told(run: Run) -> str:
    return f"{run.step} of {run.dag or 'no DAG'}, run {run.id}, {ago(run.started_at)} UTC"


def _show_run(run: Run, *, as_json: bool) -> None:
    told = run_to_json(run)
    if as_json:
        print_json(told)
        return
    seconds = seconds_of(run)
    print_facts({
        **{name: value for name, value in told.items() if name not in ("inputs", "outputs", "dependencies")},
        "started_at": f"{ago(run.started_at)} UTC", "ended_at": f"{ago(run.ended_at)} UTC" if run.ended_at else "",
        "seconds": "" if seconds is None else f"{seconds:.3f}", "git_dirty": "yes" if run.git_dirty else "",
    })
    for heading, uses in (("inputs", run.inputs), ("outputs", run.outputs)):
        print_heading(heading)
        print_table(("role", "artifact", "rows"), [
            (use.role, short(use.artifact.reference), number(use.artifact.rows)) for use in uses
        ], empty="none")
    print_heading("what the outputs rest on")
    print_table(("output", "input", "rule", "effect", "known"), [
        (short(one.output), short(one.input), one.rule.value, one.effect.value, one.known.value)
        for one in run.dependencies
    ], empty="nothing")


def _show_content(store: Store, artifact: Artifact, *, head: int | None, as_json: bool) -> None:
    from pipeline.cli.opened import opened_storage
    from pipeline.storage.erased import require_there

    require_there(store, artifact.reference)
    if artifact.kind in ("estimator", "transform") or (head and artifact.kind != "dataset"):
        raise Misuse(f"{artifact.reference} cannot be printed", expected="a dataset with --head, or a document",
                     found=f"kind {artifact.kind}")
    value: Any = opened_storage(store).load(artifact)
    if artifact.kind == "dataset":
        _show_rows(value.head(head) if head else value, as_json=as_json)
    elif isinstance(value, str) and not as_json:
        click.echo(printable(value))
    else:
        print_json(value)


def _show_rows(frame: Any, *, as_json: bool) -> None:
    from pipeline.cell import to_json

    rows = [(str(row), *map(to_json, values)) for row, *values in frame.itertuples(name=None)]
    if as_json:
        print_json([dict(zip(("row", *frame.columns), values, strict=True)) for values in rows])
    else:
        print_table(("row", *frame.columns), rows, empty="It has no rows.")
