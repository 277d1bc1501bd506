"""`headwater rows`: the source rows that a dataset or a model stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lineage.errors import NotRecorded
from pipeline.cli.naming import named_artifact
from pipeline.cli.output import json_option, number, print_heading, print_json

if TYPE_CHECKING:
    from lineage.store import Store
    from pipeline.storage import Storage
    from pipeline.trace import Origin


@click.command(short_help="List the source rows a dataset or a model stands on.")
@click.argument("artifact")
@click.option("--source", metavar="NAME", help="Only rows of this source.")
@json_option
def rows(artifact: str, source: str | None, as_json: bool) -> None:
    """List the ids of the source rows that a dataset, or the training data of a model, stands on.

    Same row: each row on the very row it was made of. Same key and pairs: on the rows of its key, or
    on those it was paired with. Every row: on all of a source, because a step on the way looks at all
    its rows, or because only a fitted state or the choice of rows went through it.
    """
    from pipeline.cli.opened import opened_storage, opened_store

    store = opened_store()
    found = standing_on(store, opened_storage(store), reference=named_artifact(store, artifact).reference)
    if source is not None:
        found = [one for one in found if one["source"] == source]
    if not found:
        raise NotRecorded(
            f"{artifact} stands on no row of {'source ' + source if source else 'any source'}",
            next_step=f"See `headwater graph {artifact}`.",
        )
    if as_json:
        print_json(found)
        return
    for one in found:
        print_heading(f"{number(one['count'])} rows of {one['source']} ({one['rule']})")
        click.echo("\n".join(one["rows"]))


def standing_on(store: Store, storage: Storage, *, reference: str) -> list[dict[str, Any]]:
    """Tell, for every source upstream, which of its rows an artifact stands on, ids as strings, ascending.

    Raises:
        NotRecorded: nothing is recorded by that reference.
        Misuse: it is neither a dataset nor a model.
        ArtifactMissing: the bytes of a dataset are gone.
        ArtifactCorrupt: the bytes of a dataset are not what was recorded.
    """
    from pipeline.storage.tables import StoredTables
    from pipeline.trace import origins, table_of

    table = table_of(store, storage, reference).reference
    return [_told(origin) for origin in origins(store, StoredTables(store, storage), table)]


def _told(origin: Origin) -> dict[str, Any]:
    return {
        "source": origin.source,
        "reference": origin.reference,
        "rule": origin.rule.value,
        "count": len(origin.ids),
        "rows": [str(row) for row in origin.ids.tolist()],
    }
