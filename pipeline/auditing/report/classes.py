"""The section of the page on classes: each set against all the others, the worst first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pipeline.artifacts.audit import EACH_CLASS, Audit, Figure, Group
from pipeline.artifacts.wording import amount, called
from pipeline.auditing.report.groups import axes, row
from pipeline.auditing.report.span import span

FIRST = "recall"
MOST_SHOWN = 12


def classes(audit: Audit) -> dict[str, Any] | None:
    """Give what `classes.html` shows of each class, in its variable `classes`; None without any.

    They are in the order of the metric that a gate asks of each class, or else of recall, the worst first:
    of equals the rarer, and last those for which it is undefined.
    """
    if not audit.classes:
        return None
    by = next((each.metric for each in audit.findings if each.slice == EACH_CLASS and each.metric), FIRST)
    names = list(dict.fromkeys([by, *(figure.metric for group in audit.classes for figure in group.figures)]))
    names = [name for name in names if audit.classes[0].figure(name)]
    scales = axes(audit, names, audit.classes)
    ranked = sorted(audit.classes, key=lambda group: _order(audit, group, by))
    answers = _answers(audit)
    ordered = [replace(each, figures=tuple(filter(None, map(each.figure, names)))) for each in ranked]
    rows = [{**row(audit, group, scales), "answered": answers.get(group.label, "")} for group in ordered]
    return {
        "by": called(by),
        "told": _told(audit, by),
        "hidden": _hidden(audit, by),
        "metrics": [called(name) for name in names],
        "groups": rows[:MOST_SHOWN],
        "more": rows[MOST_SHOWN:],
    }


def _order(audit: Audit, group: Group, by: str) -> tuple[bool, float, int]:
    figure = group.figure(by)
    if figure is None or not figure.defined:
        return True, 0.0, group.rows
    return False, -figure.value if by in audit.lower_is_better else figure.value, group.rows


def _told(audit: Audit, by: str) -> str:
    """Name the worst class, with its figure and the cases it rests on."""
    worst = audit.worst(by, slice=EACH_CLASS)
    if worst is None:
        return f"{_capital(called(by))} is undefined for every class: no test row is of any."
    figure = worst.figure(by)
    few = figure.n < audit.policy["min_count"]
    doubt = f" – fewer than the {audit.policy['min_count']} a gate needs" if few else ""
    return f"Worst: {worst.label}, {called(by)} {_written(figure)} of {figure.n:,} cases{doubt}."


def _hidden(audit: Audit, by: str) -> str:
    """Say what the share of right answers over all rows is, which may hide the worst class; "" where it is unknown."""
    accuracy = audit.overall.figure("accuracy")
    if by != FIRST or accuracy is None or not accuracy.defined:
        return ""
    return f"Over all rows {amount('accuracy', accuracy.value)} are answered rightly: frequent classes decide that."


def _written(figure: Figure) -> str:
    bounded = None not in (figure.low, figure.high)
    ends = f" ({span(amount(figure.metric, figure.low), amount(figure.metric, figure.high))})" if bounded else ""
    return amount(figure.metric, figure.value) + ends


def _answers(audit: Audit) -> dict[str, str]:
    """Say of each class what its rows are most often taken for, where they are ever taken for another."""
    if audit.confusion is None:
        return {}
    found = {}
    for place, (truth, counts) in enumerate(zip(audit.confusion.classes, audit.confusion.counts, strict=True)):
        count, other = max(((n, -at) for at, n in enumerate(counts) if at != place), default=(0, 0))
        if count:
            found[truth] = f"{count:,} of {sum(counts):,} taken for {audit.confusion.classes[-other]}"
    return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
