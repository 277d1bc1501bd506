"""`headwater rebuild`: what stood on recalled rows, made again from the corrected ones."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

import click

from pipeline.artifacts.occasion import RECORDED, TODAY
from pipeline.cli.output import json_option, number, print_heading, print_json, print_paragraph, print_table, short
from pipeline.errors import Refused
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.recall.rebuild import Rebuilt
    from pipeline.recall.rebuilt import RebuiltDag, RebuiltStep


@click.command(short_help="Rebuild what stands on the rows of a recall.")
@click.argument("recall")
@click.option(
    "--code",
    type=click.Choice([RECORDED, TODAY]),
    default=RECORDED,
    show_default=True,
    help="Run the code that the DAG runs recorded, or that of today's files.",
)
@click.option("--here", "way", flag_value="here", help="In this process, also where Airflow is up.")
@click.option("--airflow", "way", flag_value="airflow", help="Through Airflow, or not at all.")
@click.option("--by", default="headwater", show_default=True, metavar="WHO", help="In whose name it is on record.")
@json_option
def rebuild(recall: str, code: str, way: str | None, by: str, as_json: bool) -> None:
    """Run the chains that took in the rows of RECALL again, on the corrected rows.

    For each DAG the latest complete run that stands on the wrong rows is rebuilt as a DAG run of
    its own: steps that nothing changed for are reused, row-wise and keyed ones see the touched rows
    alone. Retrained models go through audit and release like any other. All other recalls that
    stand are applied too. A rebuild that was stopped goes on where it was. Exits with 1 if a chain
    did not come to its end.
    """
    from pipeline.cli.dag_files import find_dag
    from pipeline.cli.opened import opened_store
    from pipeline.recall.rebuild import rebuild as rebuilt

    settings = Settings.from_environment()
    opened_store(settings)
    find = partial(find_dag, settings.dags)
    done = rebuilt(settings, recall, find=find, code=code, through=way, by=by, tell=None if as_json else _tell)
    if as_json:
        print_json({**asdict(done), "complete": done.complete})
    else:
        _print(done)
    if not done.complete:
        failed = [f"{one.dag}: {one.failed}" for one in done.dags if one.failed]
        raise Refused(f"recall {done.recall} is not rebuilt", examples=failed, next_step="Then rebuild again.")


def _tell(dag: str, task: str, seconds: float, what: str) -> None:
    """Print what became of one task."""
    click.echo(f"  {f'{dag} {task}':<44} {what:<10} {seconds:8.2f} s")


def _print(done: Rebuilt) -> None:
    for one in done.dags:
        _print_dag(one)
    if done.also:
        click.echo()
        click.echo(f"Applied as well, since they stand: recalls {', '.join(done.also)}.")
    click.echo()
    if not done.dags:
        click.echo(f"No DAG run stands on the rows of recall {done.recall}: there is nothing to rebuild.")
    elif done.complete:
        click.echo(f"Recall {done.recall} is rebuilt. See `headwater flipped {done.recall}`.")


def _print_dag(one: RebuiltDag) -> None:
    print_heading(
        f"{one.dag}: run {one.base} rebuilt as {one.dag_run or 'nothing'}"
        + (f", through {'Airflow' if one.through == 'airflow' else 'this process'}" if one.through else "")
    )
    if one.note:
        print_paragraph(one.note)
    for name, (before, after) in one.sources.items():
        click.echo(f"{name}: {short(before)} → {short(after)}")
    if extra := [cause for cause in one.causes if cause != "data"]:
        changed = [step.step for step in one.steps if step.code_changed]
        click.echo(
            f"Not only the data is another: so is the {extra[0]}"
            + (f" of {', '.join(changed)}" if changed else "")
            + "."
        )
    if one.steps:
        click.echo()
        print_table(
            ("task", "step", "", "rows", "seconds"),
            [(step.task, step.step, step.how, _rows(step), f"{step.seconds:.2f}") for step in one.steps],
        )
        click.echo()
    if one.made:
        print_table(
            ("artifact", "before", "now"),
            [
                (f"{each.kind}/{each.name}", _digest(each.before), "equal" if each.same else _digest(each.after))
                for each in one.made
            ],
        )
        click.echo()
        click.echo(_counted(one))
    if one.refused:
        print_paragraph(f"A gate refuses the release: {one.refused}")
    if one.failed:
        print_paragraph(f"Not rebuilt: {one.failed}")


def _rows(step: RebuiltStep) -> str:
    return "" if step.again is None else f"{number(step.again)} of {number(step.rows)}"


def _digest(reference: str) -> str:
    return short(reference).rpartition("@")[2] if reference else "new"


def _counted(one: RebuiltDag) -> str:
    counts = {how: sum(step.how == how for step in one.steps) for how in ("reused", "incremental", "full")}
    equal = sum(each.same for each in one.made)
    return (
        f"{counts['reused']} of {len(one.steps)} steps reused, {counts['incremental']} run on touched rows alone, "
        f"{counts['full']} in full; {equal} of {len(one.made)} artifacts are equal."
    )
