"""`headwater verify`: every artifact read again and held against its digest."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from pipeline.cli.naming import named_artifact
from pipeline.cli.output import json_option, print_json, print_table, short
from pipeline.errors import ArtifactCorrupt, ArtifactMissing

if TYPE_CHECKING:
    from lineage.records import Artifact
    from pipeline.storage import Storage


@click.command(short_help="Read artifacts again and compare their digests.")
@click.argument("artifacts", nargs=-1, metavar="[ARTIFACT]...")
@json_option
def verify(artifacts: tuple[str, ...], as_json: bool) -> None:
    """Read every ARTIFACT (default: all) again and compare its bytes and its content with what was recorded.

    A single changed byte is found and the artifact named; then the exit code is 1.
    """
    from pipeline.cli.opened import opened_storage, opened_store
    from pipeline.storage.erased import require_there

    store = opened_store()
    storage = opened_storage(store)
    named = [named_artifact(store, one) for one in artifacts]
    for one in named:
        require_there(store, one.reference)
    asked = named or store.artifacts()
    bad = list(_bad(storage, _watched(asked)))
    if as_json:
        told = [{"reference": one.reference, "place": one.place, "error": str(error)} for one, error in bad]
        print_json({"checked": len(asked), "equal": len(asked) - len(bad), "bad": told})
    else:
        if bad:
            print_table(("artifact", "what is wrong"), [(short(one.reference), error) for one, error in bad])
        click.echo(f"{len(asked) - len(bad):,} of {len(asked):,} artifacts are what was recorded.")
    if bad:
        raise ArtifactCorrupt(
            f"{len(bad)} of {len(asked)} artifacts are not what was recorded",
            examples=[one.reference for one, _ in bad], count=len(bad),
            next_step="Restore their files, or run the steps that made them again.",
        )


def _bad(storage: Storage, artifacts: Iterable[Artifact]) -> Iterator[tuple[Artifact, Exception]]:
    for artifact in artifacts:
        try:
            storage.verify(artifact)
        except (ArtifactCorrupt, ArtifactMissing) as error:
            yield artifact, error


def _watched(artifacts: list[Artifact]) -> Iterable[Artifact]:
    """The artifacts, with a progress bar where somebody watches."""
    if not sys.stderr.isatty():
        return artifacts
    from rich.console import Console
    from rich.progress import track

    return track(artifacts, description="verifying", console=Console(stderr=True), transient=True)
