"""`headwater collect`: from a pool of rows, those of the kind that is worth collecting next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.cli.output import json_option, number, print_json, short
from pipeline.errors import Misuse

if TYPE_CHECKING:
    from pipeline.auditing.errors.tag import Tag
    from pipeline.runner import Runner


@click.command(short_help="From a pool of rows, keep those of the kind that is worth collecting next.")
@click.argument("pool", metavar="DATASET")
@click.option("--tag", "name", metavar="NAME", help="The kind of row; by default the first on the worklist.")
@click.option("--dag", metavar="NAME", help="The DAG whose worklist it is on; needed where several have one.")
@json_option
def collect(pool: str, name: str | None, dag: str | None, as_json: bool) -> None:
    """Keep the rows of DATASET, labelled or not, that have a tag: that kind of row and nothing else.

    The tag is looked for as the DAG file declares it, by its column or its function. The result is a dataset
    whose rows are rows of the pool: `headwater show` has them, `headwater rows` where they come from.
    """
    from pipeline.auditing.errors.collect import collect as collected
    from pipeline.cli.error_table import only_dag, working_runner
    from pipeline.cli.naming import named_artifact

    runner = working_runner("collect")
    data = named_artifact(runner.store, pool)
    if data.kind != "dataset":
        raise Misuse(f"{data.reference} is no dataset", expected="a dataset with the columns that the tag looks at")
    chosen_dag = only_dag(runner, dag)
    tag = _declared(runner, chosen_dag, name or _first(runner, chosen_dag))
    found = collected(runner, data=data.reference, tag=tag, name=f"{chosen_dag}.collect")
    kept = runner.describe(found).rows
    if as_json:
        told = {"dataset": found, "pool": data.reference, "tag": tag.name, "query": tag.query}
        print_json({**told, "rows": kept, "of": data.rows})
        return
    click.echo(f"{number(kept)} of {number(data.rows)} rows have {tag.name} ({tag.query}): {short(found)}")


def _first(runner: Runner, dag: str) -> str:
    """The first item of a DAG's newest worklist that a query can find."""
    from pipeline.auditing.errors.ledger import worklists

    listed = worklists(runner, dag)[0].worklist
    for item in listed.items:
        if item.query:
            return item.name
    next_step = "Declare a tag by column or function."
    raise Misuse(f"nothing on the worklist of {dag} can be looked for", next_step=next_step)


def _declared(runner: Runner, dag: str, name: str) -> Tag:
    """The tag as the DAG's file declares it today, with its function."""
    from pipeline.cli.dag_files import chained, find_dag

    works = chained(find_dag(runner.settings.dags, dag)).values()
    policies = [work.declared["policy"] for work in works if "policy" in work.declared]
    analyses = [policy.errors for policy in policies if policy.errors is not None]
    tags = {tag.name: tag for analysis in analyses for tag in analysis.tags}
    if name not in tags:
        raise Misuse(f"the file of DAG {dag} declares no tag {name!r}", expected=f"one of {', '.join(tags) or 'none'}")
    return tags[name]
