"""The step that says what to do next about a model: a ranked list, each item with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.artifacts.curve import Curve
from pipeline.artifacts.errortable import ErrorTable, TagLine
from pipeline.artifacts.search import Search
from pipeline.artifacts.share import Share
from pipeline.artifacts.worklist import WorkItem, Worklist
from pipeline.auditing.errors.advised import data, groups
from pipeline.auditing.errors.priority import rank
from pipeline.step import Made

TAG_ITEM, READING = "tag", "reading"
READ = "read errors"


def work(
    *,
    errors: Mapping[str, Any],
    search: Mapping[str, Any] | None = None,
    curve: Mapping[str, Any] | None = None,
    reference: str,
) -> dict[str, Made]:
    """Rank what an error table, whose reference is given, says could be done, in the role `worklist`.

    What a slice search found, and a learning curve's advice on more data, are ranked with it.
    """
    table = ErrorTable.from_json(errors)
    items = [_item(line) for line in table.tags if line.of_errors and line.of_errors.of]
    items += [] if search is None else groups(Search.from_json(search))
    items += [] if curve is None else data(Curve.from_json(curve))
    items = sorted(items, key=lambda item: (*rank(
        gain=item.gain, ceiling=item.ceiling, importance=item.importance, ease=item.ease
    ), item.name))
    found = Worklist(
        name=table.name, model=table.model, errors=reference, items=(*items, *_reading(table)),
        confidence=table.confidence,
    )
    facts = {"model": table.model, "first": found.items[0].name if found.items else ""}
    return {"worklist": Made("worklist", found.to_json(), facts=facts)}


def _item(line: TagLine) -> WorkItem:
    return WorkItem(
        name=line.tag,
        kind=TAG_ITEM,
        advice=_advice(line),
        evidence=evidence(line),
        gain=line.priority,
        ceiling=line.ceiling,
        ease=line.ease,
        importance=line.importance,
        query=line.query,
    )


def _advice(line: TagLine) -> str:
    if not line.ceiling:
        return f"Leave {line.tag} alone: no error that is known has it"
    if line.priority is not None and line.priority <= 0:
        return f"Leave {line.tag} alone: the model is as good at it as people are"
    return f"Work on {line.tag}"


def evidence(line: TagLine) -> str:
    """Say in words what a tag's line rests on, each figure with its count and interval."""
    parts = [f"{told(line.of_errors)} of the errors have it"] if line.of_errors else []
    if line.wrong is not None and line.of_data is not None:
        parts.append(f"{told(line.wrong)} of its rows go wrong, and it is {per_cent(line.of_data.value)} of the data")
    return "; ".join([*parts, _beside_people(line)])


def _beside_people(line: TagLine) -> str:
    if line.room is None or line.human_level is None:
        return "no human level to compare with: n/a"
    people = f"people are right on {per_cent(line.human_level)} of such rows"
    if not line.room:
        return f"{people}, and so is the model"
    return f"{people}, the model is {abs(100 * line.room):.1f} points {'above' if line.room < 0 else 'below'} that"


def told(share: Share) -> str:
    """Write a share with its interval and its count."""
    if share.value is None:
        return "none (0 of 0)"
    return f"{per_cent(share.value)} ({_between(share)}, {share.count:,} of {share.of:,})"


def per_cent(value: float) -> str:
    """Write a share in per cent, to one place."""
    return f"{100 * value:.1f} %"


def _between(share: Share) -> str:
    return f"{per_cent(share.low)} to {per_cent(share.high)}"


def _reading(table: ErrorTable) -> list[WorkItem]:
    """That errors wait to be read is itself something to do."""
    waiting = max((line.unread for line in table.tags), default=0) if table.people else table.sampled
    if not waiting:
        return []
    how = "headwater errors --export gives them as a sheet, headwater tag takes it back in"
    return [WorkItem(
        name=READ, kind=READING, advice=f"Read the errors and say what they share: {how}",
        evidence=f"{waiting:,} of {table.sampled:,} sampled errors wait for a person, of {table.errors.count:,} in all",
    )]
