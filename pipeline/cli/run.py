"""`headwater run`: a chain, here and now."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.output import json_option, print_json
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.airflow import Dag


@click.command(short_help="Run a DAG in this process, without Airflow.")
@click.argument("dag")
@click.option("--dag-run", metavar="ID", help="Name this run. A name used before goes on with its source versions.")
@json_option
def run(dag: str, dag_run: str | None, as_json: bool) -> None:
    """Run the DAG called DAG in this process: the same artifacts, digests and lineage as under Airflow.

    Steps whose code, parameters and inputs are unchanged are reused. Says for each task what it
    did and how long it took, then what the whole run gave.
    """
    from pipeline.cli.dag_files import find_dag
    from pipeline.cli.opened import opened_storage, opened_store
    from pipeline.cli.summarise import print_summary
    from pipeline.cli.summary import summary

    settings = Settings.from_environment()
    found = find_dag(settings.dags, dag)
    with _told_of_its_body(found):
        done = found.run(settings, dag_run=dag_run, tell=None if as_json else _tell)
    store = opened_store(settings)
    told = summary(store, opened_storage(store, settings), dag=found.name, dag_run=done)
    if as_json:
        print_json(told)
    else:
        print_summary(told)


@contextmanager
def _told_of_its_body(dag: Dag) -> Iterator[None]:
    """Tell an error that the DAG's own body raised as the DAG file's, with its line."""
    from pipeline.cli.dag_files import broken_body

    try:
        yield
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        if frames[-1].filename != dag.function.__code__.co_filename:
            raise
        raise broken_body(dag, error) from error


def _tell(task: str, seconds: float, ran: list[Any]) -> None:
    """Print what one task did: all its steps reused, some, or none."""
    reused = sum(one.reused for one in ran)
    what = f"ran {len(ran) - reused} of {len(ran)} steps" if 0 < reused < len(ran) else "reused" if reused else "ran"
    click.echo(f"  {task:<32} {what:<20} {seconds:8.2f} s")
