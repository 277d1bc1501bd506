"""`headwater runs`: what was run, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lineage.records import Outcome
from pipeline.cli.output import ago, json_option, print_json, print_table
from pipeline.cli.record import run_to_json, seconds_of

if TYPE_CHECKING:
    from lineage.records import Run

_COLUMNS = ("run", "dag", "step", "outcome", "began (UTC)", "seconds", "dag run")


@click.command(short_help="List runs of steps, newest first.")
@click.option("--dag", metavar="NAME", help="Only runs of this DAG.")
@click.option("--dag-run", metavar="ID", help="Only runs of this run of a DAG.")
@click.option("--outcome", type=click.Choice([outcome.value for outcome in Outcome]), help="Only runs that ended so.")
@click.option("--last", type=click.IntRange(min=1), default=50, show_default=True, metavar="N", help="At most N.")
@json_option
def runs(dag: str | None, dag_run: str | None, outcome: str | None, last: int, as_json: bool) -> None:
    """List the runs of steps, newest first: those that succeeded, were reused, failed, or were interrupted."""
    from pipeline.cli.opened import opened_store

    found = opened_store().runs(dag, dag_run, outcome=Outcome(outcome) if outcome else None, limit=last)
    if as_json:
        print_json([run_to_json(one) for one in found])
        return
    print_table(_COLUMNS, map(_line, found), empty="No such run is recorded.")
    if len(found) == last:
        click.echo(f"The last {last}; --last shows more.")


def _line(run: Run) -> tuple[Any, ...]:
    seconds = seconds_of(run)
    told = "" if seconds is None else f"{seconds:.2f}"
    return run.id, run.dag, run.step, run.outcome.value, ago(run.started_at), told, run.dag_run
