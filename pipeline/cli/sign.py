"""`headwater sign`: a person signs an audit, or turns its model down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.output import json_option, print_json, printable, short

if TYPE_CHECKING:
    from pipeline.runner import Runner


@click.command(short_help="Sign an audit, or turn its model down.")
@click.argument("audit")
@click.option("--by", required=True, metavar="NAME", help="Who signs.")
@click.option("--note", default="", metavar="TEXT", help="On what grounds.")
@click.option("--reject", is_flag=True, help="Turn the model down instead.")
@json_option
def sign(audit: str, by: str, note: str, reject: bool, as_json: bool) -> None:
    """Put a signature under AUDIT, which is bound to the very model and rows that it looked at.

    A run that waits for it is begun again with `headwater run`: nothing is computed twice. The newest
    signature counts.
    """
    from pipeline.auditing.sign_off import sign as signed

    runner = _runner(audit)
    reference = runner.store.artifact(audit).reference
    made = runner.store.producer(reference)
    pages = [use.artifact.reference for run in runner.store.consumers(reference) for use in run.outputs]
    report = {"audit": reference, "page": next((one for one in pages if one.startswith("page/")), "")}
    signature = signed(runner, report=report, approved=not reject, by=by, note=note)
    if as_json:
        print_json({"signature": signature, **runner.value(signature)})
        return
    found = runner.value(signature)
    what = "turned down" if reject else "signed"
    said = f"{by} {what} {short(found['model'])} by {short(reference)}, whose verdict is {found['verdict']}."
    click.echo(printable(said))
    if made and not reject:
        click.echo(f"Next: headwater run {made.dag}")


def _runner(audit: str) -> Runner:
    """A runner on the occasion of the DAG whose audit it is."""
    from pipeline.cli.opened import opened_storage, opened_store
    from pipeline.errors import Misuse
    from pipeline.runner import Occasion, Runner
    from pipeline.settings import Settings

    settings = Settings.from_environment()
    store = opened_store(settings)
    artifact = store.artifact(audit)
    if artifact.kind != "audit":
        raise Misuse(f"{artifact.reference} cannot be signed", expected="an audit", found=artifact.kind)
    made: Any = store.producer(artifact.reference)
    occasion = Occasion(dag=made.dag if made else "", dag_run="", task="sign_off")
    return Runner(settings=settings, occasion=occasion, store=store, storage=opened_storage(store, settings))
