"""`headwater rows`: the source rows that a dataset or a model stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lineage.errors import NotRecorded
from lineage.records import Artifact, Rule
from pipeline.cli.naming import named_artifact
from pipeline.cli.output import json_option, number, print_heading, print_json

if TYPE_CHECKING:
    from lineage.store import Store
    from pipeline.storage import Storage


@click.command(short_help="List the source rows a dataset or a model stands on.")
@click.argument("artifact")
@click.option("--source", metavar="NAME", help="Only rows of this source.")
@json_option
def rows(artifact: str, source: str | None, as_json: bool) -> None:
    """List the ids of the source rows that a dataset, or the training data of a model, stands on.

    Same row: the very rows it was made of, one by one. Every row: all of a source, because a step
    on the way looks at all its rows, or because only the choice of rows went through it.
    """
    from pipeline.cli.opened import opened_storage, opened_store

    store = opened_store()
    found = standing(store, opened_storage(), reference=named_artifact(store, artifact).reference)
    if source is not None:
        found = [one for one in found if one["source"] == source]
    if not found:
        raise NotRecorded(f"{artifact} stands on no row of {'source ' + source if source else 'any source'}",
                          next_step=f"See `headwater graph {artifact}`.")
    if as_json:
        print_json(found)
        return
    for one in found:
        print_heading(f"{number(one['count'])} rows of {one['source']} ({one['rule']})")
        click.echo("\n".join(one["rows"]))


def standing(store: Store, storage: Storage, *, reference: str) -> list[dict[str, Any]]:
    """Tell, for every source upstream, which of its rows an artifact stands on, ids as strings, ascending.

    Raises:
        NotRecorded: nothing is recorded by that reference.
        Misuse: it is neither a dataset nor a model.
        ArtifactMissing: the bytes of a dataset are gone.
        ArtifactCorrupt: the bytes of a dataset are not what was recorded.
    """
    from pipeline.trace import source_rows

    own = source_rows(store, storage, reference)
    table = _table(store, storage, reference=reference)
    head = _head(store, reference, table=table)
    upstream = [store.artifact(table), *store.upstream(table).artifacts]
    return [
        _told(source, Rule.SAME_ROW, ids=own) if source.reference == head
        else _told(source, Rule.EVERY_ROW, ids=source_rows(store, storage, source.reference))
        for source in upstream if _is_source(source)
    ]


def _table(store: Store, storage: Storage, *, reference: str) -> str:
    """The dataset whose rows are asked for: the artifact itself, or what a model was fitted to."""
    artifact = store.artifact(reference)
    return str(storage.load(artifact)["trained_on"]) if artifact.kind == "model" else artifact.reference


def _head(store: Store, reference: str, *, table: str) -> str:
    """The source dataset whose rows these are, one by one; "" where a step on the way is not row-wise."""
    from pipeline.errors import StepRefused
    from pipeline.runner import Occasion
    from pipeline.runner.path import makers, path

    run = store.producer(reference)
    maker = makers(store, Occasion(dag=run.dag, dag_run=run.dag_run)) if run else store.producer
    try:
        return path(maker, table)[0]
    except StepRefused:
        return ""


def _is_source(artifact: Artifact) -> bool:
    return artifact.kind == "dataset" and artifact.facts.get("source") == artifact.name


def _told(source: Artifact, rule: Rule, *, ids: list[int]) -> dict[str, Any]:
    return {"source": source.name, "reference": source.reference, "rule": rule.value, "count": len(ids),
            "rows": [str(row) for row in ids]}
