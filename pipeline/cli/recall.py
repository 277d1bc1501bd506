"""`headwater recall`: record that rows of a source were wrong, and say what they reached."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.output import ago, json_option, number, print_heading, print_json, printable, short
from pipeline.cli.stated import stated, stating

if TYPE_CHECKING:
    from lineage.records import Recall
    from pipeline.recall.alert import Told
    from pipeline.recall.reached import Reached
    from pipeline.runner import Runner


@click.command(short_help="Record that rows of a source were wrong, and say what they reached.")
@click.argument("source")
@stating
@click.option("--reason", required=True, metavar="TEXT", help="Why they are wrong.")
@click.option("--by", required=True, metavar="WHO", help="Who says so.")
@click.option("--since", type=click.DateTime(), metavar="TIME", help="Since when, in UTC.")
@json_option
def recall(source: str, reason: str, by: str, since: datetime | None, as_json: bool, **stated_by: Any) -> None:
    """Record that rows of SOURCE were wrong, and say what they reached, live releases first.

    Rows are named by a condition, by id or key, or by a file that holds them as they should have
    been. While a recall is open, no model that stands on its rows can be released, unless a named
    person overrides it; owners of live releases are alerted.
    """
    from pipeline.cli.opened import opened_runner
    from pipeline.recall.alert import alert
    from pipeline.recall.reached import reached
    from pipeline.storage.tables import StoredTables

    runner = opened_runner(source)
    opened = _opened(runner, source=source, reason=reason, by=by, since=since, stated_by=stated_by)
    found = reached(runner.store, StoredTables(runner.store, runner.storage), opened, runner=runner)
    told = alert(runner.store, found, webhook=runner.settings.recall_webhook)
    if as_json:
        print_json(reached_to_json(found) | {"alerted": [one.owner for one in told.alerts], "trouble": told.trouble})
    else:
        _print(opened, found, told)


def reached_to_json(found: Reached) -> dict[str, Any]:
    """A recall and what it reached, as JSON values."""
    from pipeline.cli.impacted import changes_to_json, live_to_json
    from pipeline.cli.record import recall_to_json

    live = live_to_json(found.live, found.instead)
    would = changes_to_json(found.replayed)
    return {"recall": recall_to_json(found.recall), "live": live, "impact": found.impact.to_json(), "would": would}


def _opened(
    runner: Runner, *, source: str, reason: str, by: str, since: datetime | None, stated_by: dict[str, Any]
) -> Recall:
    said = stated(runner, source, **stated_by)
    return runner.store.open_recall(
        source=said.source,
        version=said.version,
        corrected=said.corrected or "",
        rows=said.rows.tolist(),
        columns=said.columns,
        where=said.where,
        reason=reason,
        by=by,
        since=since.replace(tzinfo=UTC) if since else None,
    )


def _print(opened: Recall, found: Reached, told: Told) -> None:
    from pipeline.cli.impacted import print_impact

    rows = f"{number(len(opened.rows))} {'row' if len(opened.rows) == 1 else 'rows'}"
    print_heading(f"recall {opened.id}: {rows} of {short(opened.version) if opened.version else opened.source}")
    click.echo(printable(f"{opened.state}, said by {opened.by} at {ago(opened.recorded_at)} UTC: {opened.reason}"))
    print_impact(found.impact, live=found.live, instead=found.instead, replayed=found.replayed)
    if told.alerts or told.trouble:
        click.echo(f"Alerted: {told}.")
    click.echo(f"Next: headwater rebuild {opened.id}")
