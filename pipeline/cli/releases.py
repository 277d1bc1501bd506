"""`headwater releases`, `rollback` and `reinstate`: the ledger of what answers where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.output import ago, json_option, print_json, print_table, short
from pipeline.cli.record import release_to_json
from pipeline.settings import Settings

if TYPE_CHECKING:
    from lineage.records import Release
    from lineage.store import Store

_COLUMNS = ("endpoint", "number", "state", "model", "since (UTC)", "verdict", "by", "reason")
_by = click.option("--by", required=True, metavar="WHO", help="Who decides.")
_reason = click.option("--reason", required=True, metavar="TEXT", help="Why.")

_override = click.option(
    "--override-recall", "override", default="", metavar="NAME",
    help="The person who answers for it that recalls of the model's rows are overridden.",
)


@click.command(short_help="List the ledger of releases, newest first.")
@click.argument("endpoint", required=False)
@json_option
def releases(endpoint: str | None, as_json: bool) -> None:
    """List the releases of ENDPOINT, or of all, newest first, and which of them answers now."""
    from pipeline.cli.opened import opened_store

    store = opened_store()
    found = store.releases(endpoint)
    live = _live(store, found)
    if as_json:
        print_json([{**release_to_json(one), "live": (one.endpoint, one.number) in live} for one in found])
        return
    print_table(_COLUMNS, [_line(one, live) for one in found], empty="Nothing was released yet.")


@click.command(short_help="Make the release before the live one live again.")
@click.argument("endpoint")
@_by
@_reason
@_override
@json_option
def rollback(endpoint: str, by: str, reason: str, override: str, as_json: bool) -> None:
    """Make the model that was live at ENDPOINT before the current one live again; the server follows by itself."""
    from pipeline.deployment.restore import rollback as rolled_back

    restored = rolled_back(_runner(endpoint), endpoint=endpoint, by=by, reason=reason, override=override)
    _tell(restored, as_json=as_json)


@click.command(short_help="Make a model live again that was released before.")
@click.argument("endpoint")
@click.argument("model")
@_by
@_reason
@_override
@json_option
def reinstate(endpoint: str, model: str, by: str, reason: str, override: str, as_json: bool) -> None:
    """Make MODEL live again at ENDPOINT, where it was live before, rolled back or not."""
    from pipeline.deployment.restore import reinstate as reinstated

    given = {"endpoint": endpoint, "model": model, "by": by, "reason": reason, "override": override}
    _tell(reinstated(_runner(endpoint), **given), as_json=as_json)


def _runner(endpoint: str) -> Any:
    from pipeline.cli.opened import opened_storage, opened_store
    from pipeline.runner import Occasion, Runner

    settings = Settings.from_environment()
    store = opened_store(settings)
    return Runner(
        settings=settings, occasion=Occasion(dag=endpoint, dag_run="", task="release"), store=store,
        storage=opened_storage(store, settings),
    )


def _tell(restored: Any, *, as_json: bool) -> None:
    if as_json:
        print_json({**release_to_json(restored.release), "trouble": restored.trouble})
        return
    one = restored.release
    click.echo(f"{short(one.model)} is live at {one.endpoint} as release {one.number}.")
    if restored.trouble:
        click.echo(f"headwater: warning: MLflow's alias does not follow yet: {restored.trouble}", err=True)


def _live(store: Store, found: list[Release]) -> set[tuple[str, int]]:
    entries = [store.live(name) for name in {one.endpoint for one in found}]
    return {(one.endpoint, one.number) for one in entries if one}


def _line(one: Release, live: set[tuple[str, int]]) -> tuple[Any, ...]:
    state = "live" if (one.endpoint, one.number) in live else "ended" if one.role == "live" else one.role
    return one.endpoint, one.number, state, short(one.model), ago(one.since), one.verdict, one.by, one.reason
