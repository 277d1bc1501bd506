"""`headwater dags`: which chains there are."""

from __future__ import annotations

import click

from pipeline.cli.output import json_option, print_json, print_table
from pipeline.settings import Settings


@click.command(short_help="List the DAGs that can be run.")
@json_option
def dags(as_json: bool) -> None:
    """List the DAGs of the folder of DAG files, with what starts them and the file each stands in.

    Exits with 1 if a file cannot be read, having listed the others.
    """
    from pipeline.cli.dag_files import all_dags

    found = all_dags(Settings.from_environment().dags)
    kept = [one for one in found if one.dag]
    described = [
        {
            "name": one.dag.name, "phase": one.dag.phase, "schedule": one.dag.schedule, "owner": one.dag.owner,
            "tags": one.dag.tags, "file": str(one.file), "about": (one.dag.function.__doc__ or "").strip(),
        }
        for one in kept
    ]
    if as_json:
        print_json(described)
    else:
        lines = [(one["name"], one["phase"], one["about"].partition("\n")[0], one["file"]) for one in described]
        print_table(("dag", "phase", "what it does", "file"), lines, empty="There is no DAG yet.")
    broken = [one.trouble for one in found if one.trouble]
    for trouble in broken:
        click.echo(f"headwater: {trouble}", err=True)
    if broken:
        click.get_current_context().exit(1)
