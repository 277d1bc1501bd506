"""`headwater impact`: what wrong rows reached, before anybody records that they were wrong."""

from __future__ import annotations

from array import array
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from lineage.errors import NotRecorded
from pipeline.cli.output import json_option, number, print_heading, print_json, short
from pipeline.cli.stated import stated, stating
from pipeline.errors import Misuse

if TYPE_CHECKING:
    from lineage.records import Recall
    from pipeline.recall.reached import Reached
    from pipeline.runner import Runner


@click.command(short_help="Say what wrong rows reached: tables, models, releases, predictions.")
@click.argument("source")
@stating
@click.option("--full", is_flag=True, help="With --json, every row id instead of the first 20 of a line.")
@json_option
def impact(source: str, full: bool, as_json: bool, **stated_by: Any) -> None:
    """Say what rows of SOURCE, or of the recall SOURCE, reached: live releases first, then in the data's order.

    Rows are named as in `headwater recall`, or by the id of a recall alone. Direct effects are told
    row by row; effects through models and decisions apart. Every line says how it is known, and the
    answer whether it is complete. Nothing is recorded but a corrected file, as a version of its source.
    """
    from pipeline.cli.opened import opened_runner
    from pipeline.recall.reached import reached
    from pipeline.storage.tables import StoredTables

    runner = opened_runner(source)
    asked = _asked(runner, source, stated_by)
    found = reached(runner.store, StoredTables(runner.store, runner.storage), asked, runner=runner)
    if as_json:
        print_json(_to_json(found, full=full))
    else:
        _print(found)


def _asked(runner: Runner, source: str, stated_by: dict[str, Any]) -> Recall:
    """The recall that is meant, or one that nobody has stated yet."""
    from lineage.records import Recall, RecallEvent, RecallState

    if not any(stated_by.values()):
        return _recorded(runner, source)
    said, now = stated(runner, source, **stated_by), datetime.now(UTC)
    return Recall(
        id="",
        source=said.source,
        version=said.version,
        corrected=said.corrected or "",
        rows=array("q", said.rows.tolist()),
        columns=said.columns,
        where=said.where,
        reason="",
        by="",
        recorded_at=now,
        events=(RecallEvent(event=RecallState.OPEN, at=now, by=""),),
    )


def _recorded(runner: Runner, recall: str) -> Recall:
    try:
        return runner.store.recall(recall)
    except NotRecorded:
        raise Misuse(
            f"there is no recall {recall!r}, and no rows of a source are named",
            expected="a recall's id; or a source with --where, --rows, --corrected or --against",
        ) from None


def _to_json(found: Reached, *, full: bool) -> dict[str, Any]:
    from pipeline.cli.impacted import changes_to_json, live_to_json

    return {
        "source": found.recall.source,
        "version": found.recall.version,
        "corrected": found.recall.corrected,
        "rows": len(found.recall.rows),
        "live": live_to_json(found.live, found.instead),
        "impact": found.impact.to_json(full=full),
        "would": changes_to_json(found.replayed),
    }


def _print(found: Reached) -> None:
    from pipeline.cli.impacted import print_impact

    asked = found.recall
    version = short(asked.version) if asked.version else f"every version of {asked.source}"
    print_heading(f"{number(len(asked.rows))} {'row' if len(asked.rows) == 1 else 'rows'} of {version}")
    print_impact(found.impact, live=found.live, instead=found.instead, replayed=found.replayed)
