"""`headwater recalls`: what was recalled, how it stands, and what people decide about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.output import ago, json_option, number, print_facts, print_heading, print_json, print_table, short
from pipeline.cli.record import recall_to_json

if TYPE_CHECKING:
    from lineage.records import Recall, RecallEvent

_COLUMNS = ("recall", "state", "source", "rows", "since (UTC)", "opened (UTC)", "by", "reason")
_EVENTS = ("at (UTC)", "event", "by", "note", "about")
_STATES = ("open", "rebuilt", "closed", "withdrawn", "superseded")
_by = click.option("--by", required=True, metavar="WHO", help="Who decides.")
_note = click.option("--note", default="", metavar="TEXT", help="Why, or what was found.")


@click.group(invoke_without_command=True, short_help="List recalls, and close, withdraw, supersede or override one.")
@click.option("--state", type=click.Choice(_STATES), help="Only those in this state.")
@click.option("--source", metavar="NAME", help="Only those of this source.")
@json_option
@click.pass_context
def recalls(ctx: click.Context, state: str | None, source: str | None, as_json: bool) -> None:
    """List recalls, oldest first; or decide about one, by its id (r1, r2, …).

    A recall is open, then rebuilt, then closed; or it is withdrawn, or superseded by another.
    """
    if ctx.invoked_subcommand is not None:
        return
    from pipeline.cli.opened import opened_store

    found = opened_store().recalls(source, state)
    if as_json:
        print_json([recall_to_json(one) for one in found])
    else:
        print_table(_COLUMNS, map(_line, found), empty="Nothing was recalled.")


@recalls.command(short_help="Show a recall, its events, and what it reaches.")
@click.argument("recall")
@json_option
def show(recall: str, as_json: bool) -> None:
    """Show what RECALL states, all that became of it, and what its rows reach now."""
    from pipeline.cli.impacted import print_impact
    from pipeline.cli.opened import opened_runner
    from pipeline.cli.recall import reached_to_json
    from pipeline.recall.reached import reached
    from pipeline.storage.tables import StoredTables

    runner = opened_runner(recall)
    tables = StoredTables(runner.store, runner.storage)
    found = reached(runner.store, tables, runner.store.recall(recall), runner=runner)
    if as_json:
        print_json(reached_to_json(found))
        return
    _print(found.recall)
    print_impact(found.impact, live=found.live, instead=found.instead, replayed=found.replayed)


@recalls.command(short_help="Close a recall that was rebuilt.")
@click.argument("recall")
@_by
@_note
@json_option
def close(recall: str, by: str, note: str, as_json: bool) -> None:
    """Say of RECALL, after its rebuild, that nothing more is to be done: it bars no model any more."""
    _became(recall, "closed", by=by, note=note, as_json=as_json)


@recalls.command(short_help="Withdraw a recall: the rows were right.")
@click.argument("recall")
@_by
@_note
@json_option
def withdraw(recall: str, by: str, note: str, as_json: bool) -> None:
    """Take RECALL back, because its rows were right after all: it bars no model any more."""
    _became(recall, "withdrawn", by=by, note=note, as_json=as_json)


@recalls.command(short_help="Let another recall stand for this one.")
@click.argument("recall")
@click.option("--with", "other", required=True, metavar="RECALL", help="The recall that says it better.")
@_by
@_note
@json_option
def supersede(recall: str, other: str, by: str, note: str, as_json: bool) -> None:
    """Let another recall of the same source stand for RECALL."""
    from pipeline.cli.opened import opened_store

    _tell(opened_store().supersede_recall(recall, with_recall=other, by=by, note=note), as_json=as_json)


@recalls.command(short_help="Let a model be released in spite of a recall, on record.")
@click.argument("recall")
@click.option("--model", required=True, metavar="MODEL", help="The model that is to be released all the same.")
@click.option("--by", required=True, metavar="NAME", help="The person who answers for it.")
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
@json_option
def override(recall: str, model: str, by: str, reason: str, as_json: bool) -> None:
    """Let MODEL be released although RECALL bars it; the release says who answers for that."""
    from pipeline.cli.opened import opened_store

    _tell(opened_store().override_recall(recall, model=model, by=by, reason=reason), as_json=as_json)


def _became(recall: str, event: str, *, by: str, note: str, as_json: bool) -> None:
    from pipeline.cli.opened import opened_store

    _tell(opened_store().recall_event(recall, event, by=by, note=note), as_json=as_json)


def _tell(recall: Recall, *, as_json: bool) -> None:
    if as_json:
        print_json(recall_to_json(recall))
    elif recall.events[-1].event == "override":
        click.echo(f"{short(recall.events[-1].facts['model'])} can be released in spite of recall {recall.id}.")
    else:
        click.echo(f"Recall {recall.id} is {recall.state}.")


def _line(one: Recall) -> tuple[Any, ...]:
    since = ago(one.since) if one.since else ""
    return one.id, one.state, one.source, number(len(one.rows)), since, ago(one.recorded_at), one.by, one.reason


def _print(one: Recall) -> None:
    print_facts(
        {
            "recall": one.id,
            "state": one.state,
            "source": one.source,
            "wrong in": one.version or "every version",
            "right in": one.corrected,
            "rows": number(len(one.rows)),
            "columns": ", ".join(one.columns),
            "where": one.where,
            "reason": one.reason,
            "by": one.by,
            "wrong since": ago(one.since),
            **one.facts,
        }
    )
    print_heading("what became of it")
    print_table(_EVENTS, [(ago(each.at), each.event, each.by, each.note, _about(each)) for each in one.events])


def _about(event: RecallEvent) -> str:
    """What an event is about, in few words; --json has all of it."""
    facts = event.facts
    parts = [
        *facts.get("owners", ()),
        facts.get("trouble", ""),
        short(facts.get("model", "")),
        facts.get("recall", ""),
        *(f"{one['dag']} as {one['dag_run']}" for one in facts.get("dags", ())),
    ]
    return ", ".join(part for part in parts if part)
