"""The section of the page that says what the model gets wrong, by tags."""

from __future__ import annotations

from typing import Any

from pipeline.artifacts.errortable import BY_COLUMN, BY_FUNCTION, BY_PEOPLE, ErrorTable, TagLine
from pipeline.artifacts.share import Share
from pipeline.auditing.report.bar import bar
from pipeline.auditing.report.span import per_cent

_MAKERS = {BY_FUNCTION: "found by a function", BY_COLUMN: "from the data", BY_PEOPLE: "seen by people"}
_EMPTY = {"value": None}


def errors(table: ErrorTable) -> dict[str, Any]:
    """Give what `errors.html` shows of an error table, in its variable `errors`."""
    return {
        "verdict": _verdict(table),
        "criterion": table.criterion,
        "reading": _reading(table),
        "lines": [_line(line) for line in table.tags],
        "notes": [note for line in table.tags for note in notes(line)],
        "confidence": per_cent(table.confidence),
    }


def notes(line: TagLine) -> list[str]:
    """Say of a tag what a table cannot: who has yet to read, and how far people agree."""
    found = []
    if line.unread:
        found.append(f"{line.tag}: {line.unread:,} sampled errors are not read for it yet.")
    if line.agreement is not None:
        same, split = line.agreement.same, line.agreement.split
        differ = f", and differ on {line.agreement.n_split:,}, such as row {', row '.join(split[:3])}" if split else ""
        found.append(f"{line.tag}: people say the same of {same.count:,} of {same.of:,} errors{differ}.")
    if line.undecided:
        found.append(f"{line.tag}: of {line.undecided:,} errors as many say yes as no; they are left out.")
    return found


def _verdict(table: ErrorTable) -> str:
    found = table.errors
    if not found.count:
        most = per_cent(found.high, places=1)
        return f"No error in {found.of:,} test rows; up to {most} of all rows may go wrong all the same."
    rate = f"{per_cent(found.value, places=1)} ({per_cent(found.low, places=1)} to {per_cent(found.high, places=1)})"
    first = max((line for line in table.tags if line.ceiling), key=lambda line: line.ceiling, default=None)
    of_errors = first and per_cent(first.of_errors.value, places=1)
    most = f" The commonest kind is {first.tag}, {of_errors} of the errors." if first else ""
    return f"{found.count:,} of {found.of:,} test rows are answered wrongly, {rate}.{most}"


def _reading(table: ErrorTable) -> str:
    if not table.sampled:
        return ""
    by = f"and were read by {', '.join(table.people)}" if table.people else "and nobody has read them yet"
    return f"{table.sampled:,} of the {table.errors.count:,} errors are put before people, {by}."


def _line(line: TagLine) -> dict[str, Any]:
    return {
        "tag": line.tag,
        "made_by": _MAKERS[line.made_by],
        "meaning": line.meaning,
        "missing": _missing(line),
        "of_errors": _cell(line.of_errors),
        "wrong": _cell(line.wrong),
        "of_data": _cell(line.of_data),
        "gain": None if line.priority is None else f"{100 * line.priority:.2f} points",
        "against": _against(line),
    }


def _missing(line: TagLine) -> str:
    if line.of_errors is None:
        return line.why_not
    return "nobody has read the errors for it yet" if line.made_by == BY_PEOPLE and not line.of_errors.of else ""


def _against(line: TagLine) -> str:
    most = "" if line.ceiling is None else f"at most {100 * line.ceiling:.2f} points"
    if line.room is None:
        return most
    gap = f"{100 * line.room:.1f} points ({100 * line.room_low:.1f} to {100 * line.room_high:.1f})"
    return f"people are right on {per_cent(line.human_level, places=1)}, the gap is {gap}; {most}"


def _cell(share: Share | None) -> dict[str, Any]:
    if share is None or share.value is None:
        return _EMPTY
    return {
        "value": per_cent(share.value, places=1),
        "range": f"{per_cent(share.low, places=1)} to {per_cent(share.high, places=1)}",
        "count": share.count,
        "of": share.of,
        "bar": bar(share.value, share.low, share.high, scale=(0.0, 1.0)),
    }
