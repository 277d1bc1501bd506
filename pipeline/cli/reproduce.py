"""`headwater reproduce`: an artifact made again from its record."""

from __future__ import annotations

import click

from pipeline.cli.naming import named_artifact
from pipeline.cli.output import SHORT, json_option, print_json, print_table, short
from pipeline.errors import Refused
from pipeline.settings import Settings


@click.command(short_help="Make a model again from its record and compare digests.")
@click.argument("model")
@json_option
def reproduce(model: str, as_json: bool) -> None:
    """Make MODEL (or any artifact) again from its record alone, and say whether every digest is equal.

    The recorded code, parameters and source versions are used, whatever the files say today.
    Nothing is saved. Exits with 1 if anything came out otherwise.
    """
    from pipeline.cli.opened import opened_store
    from pipeline.runner import Occasion, Runner
    from pipeline.runner.reproduce import reproduce as made_again

    settings = Settings.from_environment()
    artifact = named_artifact(opened_store(settings), model)
    runner = Runner.open(settings, Occasion(dag="", dag_run="", task="reproduce"))
    done = made_again(runner, artifact.reference)
    if as_json:
        steps = [{"step": one.step, "run": one.run, "reference": one.reference, "found": one.found, "equal": one.equal}
                 for one in done.steps]
        print_json({"reference": done.reference, "equal": done.equal, "steps": steps, "sources": list(done.sources)})
    else:
        print_table(("step", "artifact", "made again", ""), [
            (one.step, short(one.reference), one.found[:SHORT], "equal" if one.equal else "DIFFERENT")
            for one in done.steps
        ], empty="It is a source: nothing was made.")
        click.echo(f"{done.reference} is {'equal' if done.equal else 'not equal'}.")
    if not done.equal:
        different = [f"{one.step}: {short(one.reference)}" for one in done.steps if not one.equal]
        raise Refused(f"{artifact.reference} was not reproduced", expected="every digest as recorded",
                      found=f"{len(different)} of {len(done.steps)} different", examples=different)
