"""`headwater predictions`: what was served, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.output import ago, json_option, number, print_json, print_table, short
from pipeline.cli.record import prediction_to_json

if TYPE_CHECKING:
    from lineage.records import Prediction

_COLUMNS = ("prediction", "at (UTC)", "endpoint", "release", "model", "answer", "stands on")


@click.command(short_help="List served predictions, newest first.")
@click.option("--last", type=click.IntRange(min=1), default=20, show_default=True, metavar="N", help="At most N.")
@click.option("--endpoint", metavar="NAME", help="Only those of this endpoint.")
@json_option
def predictions(last: int, endpoint: str | None, as_json: bool) -> None:
    """List the predictions that were served, newest first, with the source rows they name."""
    from pipeline.cli.opened import opened_store

    found = opened_store().predictions(last=last, endpoint=endpoint)
    if as_json:
        print_json([prediction_to_json(one) for one in found])
        return
    print_table(_COLUMNS, map(_line, found), empty="No prediction is logged. `headwater serve ENDPOINT` answers some.")
    if found:
        click.echo(f"See what one stands on: headwater trace {found[0].id}")


def _line(one: Prediction) -> tuple[Any, ...]:
    rows = ", ".join(f"{source} row {row}" for source, row in one.rows)
    return one.id, ago(one.at), one.endpoint, one.release, short(one.model), answer(one), rows


def answer(one: Prediction) -> str:
    """The answer as people read it."""
    return number(one.output.get("prediction"))
