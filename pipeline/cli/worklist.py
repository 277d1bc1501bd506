"""`headwater worklist` and `work-on`: what to do next about a model, what was chosen, and whether it helped."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.output import (
    ago, json_option, print_heading, print_json, print_paragraph, print_table, printable, short,
)

if TYPE_CHECKING:
    from pipeline.artifacts.worklist import Level, Progress, WorkItem
    from pipeline.auditing.errors.ledger import Chosen, Dated
    from pipeline.runner import Runner

_ITEMS = ("", "work on", "gain", "at most", "ease", "importance")
_CHOICES = ("chosen (UTC)", "work on", "by", "did it help", "before", "after", "change")


@click.command(short_help="Say what to do next about a model, what was chosen, and whether it helped.")
@click.argument("dag", required=False)
@json_option
def worklist(dag: str | None, as_json: bool) -> None:
    """Say what the newest audit of DAG, or of each, suggests to do next, the best first, with the evidence.

    Then what people chose to work on (`headwater work-on`), and whether the next model made fewer such errors:
    the change has an interval, and one that spans 0 is no clear change.
    """
    from pipeline.cli.error_table import dags_with_worklists, working_runner

    runner = working_runner("worklist")
    told = [_told(runner, one) for one in dags_with_worklists(runner, dag)]
    if as_json:
        print_json([_to_json(*one) for one in told])
        return
    for one in told:
        _print(*one)


@click.command("work-on", short_help="Put on record what somebody works on next.")
@click.argument("tag")
@click.option("--by", required=True, metavar="NAME", help="Who works on it.")
@click.option("--reason", required=True, metavar="TEXT", help="Why this, and what is to be done.")
@click.option("--dag", metavar="NAME", help="The DAG whose worklist it is on; needed where several have one.")
@json_option
def work_on(tag: str, by: str, reason: str, dag: str | None, as_json: bool) -> None:
    """Put on record that somebody works on TAG, an item of the newest worklist; the next audit says if it helped."""
    from pipeline.auditing.errors.ledger import work_on as worked_on
    from pipeline.auditing.errors.ledger import worklists
    from pipeline.cli.error_table import only_dag, working_runner

    runner = working_runner("work-on")
    chosen_dag = only_dag(runner, dag)
    newest = worklists(runner, chosen_dag)[0]
    choice = worked_on(runner, dag=chosen_dag, worklist=newest.reference, name=tag, by=by, reason=reason)
    if as_json:
        print_json({"choice": choice, "dag": chosen_dag, **runner.value(choice)})
        return
    click.echo(printable(f"{by} works on {tag} of {chosen_dag}: {short(choice)}"))
    click.echo(f"Next: headwater run {chosen_dag}, then headwater worklist {chosen_dag}")


def _told(runner: Runner, dag: str) -> tuple[str, Dated, list[Chosen]]:
    from pipeline.auditing.errors.ledger import chosen, worklists

    found = worklists(runner, dag)
    return dag, found[0], chosen(runner, dag, found=found)


def _to_json(dag: str, newest: Dated, choices: list[Chosen]) -> dict[str, Any]:
    return {
        "dag": dag,
        "worklist": newest.reference,
        "made_at": newest.at.isoformat(),
        **{name: value for name, value in newest.worklist.to_json().items() if name != "name"},
        "choices": [
            {**asdict(one.choice), "at": one.at.isoformat(), "progress": one.progress.to_json()} for one in choices
        ],
    }


def _print(dag: str, newest: Dated, choices: list[Chosen]) -> None:
    listed = newest.worklist
    print_heading(f"{dag}: what to do next about {short(listed.model)}")
    print_table(_ITEMS, [_item(place, item) for place, item in enumerate(listed.items, 1)],
                empty="Nothing: the model made no errors on the test rows.")
    click.echo("To work on a kind of row: collect more of it, label it again, or add what the model lacks to tell it.")
    for item in listed.items:
        click.echo()
        print_paragraph(f"{item.advice}. {item.evidence[:1].upper()}{item.evidence[1:]}.")
    print_heading("what was chosen")
    print_table(_CHOICES, map(_choice, choices), empty="Nothing yet: headwater work-on NAME --by WHO --reason WHY")


def _item(place: int, item: WorkItem) -> tuple[Any, ...]:
    gain = "n/a" if item.gain is None else f"{100 * item.gain:.2f} points"
    most = "n/a" if item.ceiling is None else f"{100 * item.ceiling:.2f} points"
    return place, item.name, gain, most, item.ease or "", item.importance or ""


def _choice(one: Chosen) -> tuple[Any, ...]:
    found = one.progress
    helped = f"{found.verdict}: {found.why_not}" if found.why_not else str(found.verdict)
    return (
        ago(one.at), one.choice.name, one.choice.by, helped, _level(found.before), _level(found.after), _change(found),
    )


def _level(level: Level | None) -> str:
    if level is None:
        return ""
    return f"{100 * level.value:.1f} % ({100 * level.low:.1f} to {100 * level.high:.1f}) of {level.n:,}"


def _change(found: Progress) -> str:
    if found.change is None or found.low is None or found.high is None:
        return ""
    return f"{100 * found.change:+.1f} points ({100 * found.low:+.1f} to {100 * found.high:+.1f})"
