"""Whether working on something helped: the same kind of error before and after, with the interval of the change."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.artifacts.errortable import BY_PEOPLE, ErrorTable
from pipeline.artifacts.worklist import Level, Progress, helped
from pipeline.auditing.errors.judgements import share
from pipeline.auditing.errors.sample import TAG, WRONG
from pipeline.auditing.intervals import difference, rounded
from pipeline.auditing.paired import newcombe

PAIRED, INDEPENDENT = "paired", "independent"
_LEAST_COMMON, _MOST_UNREAD = 0.5, 0.1


def progress(
    tag: str, *, before: ErrorTable, after: ErrorTable, tagged: tuple[pd.DataFrame, pd.DataFrame]
) -> Progress:
    """Compare two audits on one tag; `tagged` are the tagged test rows of each.

    A tag by function or column: how often its rows go wrong, on the rows that have it in both audits where
    these are at least half of either's, else as if the rows were others. A tag by people: the share of all
    rows that are errors with it, which the errors that were read stand for.
    """
    makers = {line.made_by == BY_PEOPLE for line in (before.line(tag), after.line(tag)) if line}
    if makers == {True, False}:
        return Progress.unknown("People give this tag in one audit, a rule in the other", model=after.model)
    if makers == {True}:
        return _by_people(tag, before, after)
    if not all(TAG + tag in rows for rows in tagged):
        return Progress.unknown("This tag is not given in both audits", model=after.model)
    was, now = (rows.loc[rows[TAG + tag].to_numpy(bool), WRONG].astype(bool) for rows in tagged)
    if not len(was) or not len(now):
        return Progress.unknown("No test row has it in one of the audits", model=after.model)
    what = f"wrong answers among the rows with {tag}"
    common = was.index.intersection(now.index)
    if len(common) < _LEAST_COMMON * max(len(was), len(now)):
        return _apart(what, _level(was, after), _level(now, after), model=after.model)
    return _paired(what, was.loc[common], now.loc[common], after)


def _paired(what: str, was: pd.Series, now: pd.Series, after: ErrorTable) -> Progress:
    old, new = was.to_numpy(), now.to_numpy()
    counts = [int(np.count_nonzero(cell)) for cell in (new & old, new & ~old, ~new & old, ~new & ~old)]
    low, high = newcombe(*counts, confidence=after.confidence)
    change = (counts[1] - counts[2]) / len(old)
    levels = {"before": _level(was, after), "after": _level(now, after)}
    return _told(what, change, low, high, method=PAIRED, model=after.model, **levels)


def _by_people(tag: str, before: ErrorTable, after: ErrorTable) -> Progress:
    levels = [_estimated(tag, table) for table in (before, after)]
    if levels[0] is None or levels[1] is None:
        return Progress.unknown("The errors of one of the audits were not read for it yet", model=after.model)
    return _apart(f"share of all rows that are errors with {tag}", levels[0], levels[1], model=after.model)


def _estimated(tag: str, table: ErrorTable) -> Level | None:
    """The share of all rows that are errors with a tag, as the errors read have it; None where too few were read."""
    if not table.errors.count:
        return Level(value=0.0, low=0.0, high=table.errors.high, n=table.errors.of)
    line = table.line(tag)
    if line is None or not line.of_errors or not line.of_errors.of or line.unread > _MOST_UNREAD * table.sampled:
        return None
    rate, found = table.errors.value, line.of_errors
    return Level(value=found.value * rate, low=found.low * rate, high=found.high * rate, n=found.of)


def _level(wrong: pd.Series, table: ErrorTable) -> Level:
    found = share(int(wrong.sum()), len(wrong), confidence=table.confidence)
    return Level(value=rounded(found.value), low=found.low, high=found.high, n=found.of)


def _apart(what: str, before: Level, after: Level, *, model: str) -> Progress:
    low, high = difference(
        after.value, (after.low, after.high), from_value=before.value, from_interval=(before.low, before.high)
    )
    change = after.value - before.value
    return _told(what, change, low, high, method=INDEPENDENT, model=model, before=before, after=after)


def _told(what: str, change: float, low: float, high: float, **known: object) -> Progress:
    return Progress(
        verdict=helped(low, high), what=what, change=rounded(change), low=rounded(low), high=rounded(high), **known
    )
