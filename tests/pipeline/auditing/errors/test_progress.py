"""Before and after, with the interval of the change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.artifacts.worklist import Help
from pipeline.auditing.errors.analysis import ErrorAnalysis
from pipeline.auditing.errors.progress import progress
from pipeline.auditing.errors.tag import Tag
from pipeline.auditing.paired import newcombe
from tests.pipeline.auditing.errors.made import answered, judged, kinds, table_of

TAG = Tag("car", column="kind", values=("car",))
ASKED = ErrorAnalysis(tags=[TAG])


def audited(wrong, *, ids=None, asked=ASKED, **more):
    """The table of an audit of 100 rows of cars, and its tagged rows."""
    answers = answered(wrong, index=ids)
    rows = pd.DataFrame({"kind": "car"}, index=answers.index)
    tagged = pd.DataFrame({"wrong": wrong, "tag: car": True}, index=answers.index)
    return table_of(answers, rows, asked, **more), tagged


def compared(before, after, tag="car"):
    """The progress between two audits."""
    return progress(tag, before=before[0], after=after[0], tagged=(before[1], after[1]))


def test_the_same_rows_are_paired():
    """Of 100 rows 30 were wrong; 20 of them are right now, and none that was right is wrong: 30 % to 10 %."""
    found = compared(audited([True] * 30 + [False] * 70), audited([True] * 10 + [False] * 90))
    assert (found.before.value, found.after.value, found.change, found.method) == (0.3, 0.1, -0.2, "paired")
    interval = newcombe(10, 0, 20, 70)
    assert (found.low, found.high) == pytest.approx(interval) and found.verdict is Help.HELPED
    assert found.before.n == 100 and found.what == "wrong answers among the rows with car"


def test_a_little_is_no_clear_change():
    """30 against 29 of 100: the interval spans 0."""
    found = compared(audited([True] * 30 + [False] * 70), audited([True] * 29 + [False] * 71))
    assert found.verdict is Help.UNCLEAR and found.low < 0 < found.high


def test_harm_is_told():
    """10 against 30 of 100."""
    assert compared(audited([True] * 10 + [False] * 90), audited([True] * 30 + [False] * 70)).verdict is Help.HARMED


def test_other_rows_are_not_paired():
    """With other test rows the two shares are independent, and the interval is wider.

    Wilson: 30 of 100 is 0.2189 to 0.3958, 10 of 100 is 0.0552 to 0.1744. So -0.2 less the root of
    0.0448² + 0.0958², and -0.2 and the root of 0.0744² + 0.0811².
    """
    others = pd.Index(np.arange(100), name="row")
    same = compared(audited([True] * 30 + [False] * 70), audited([True] * 10 + [False] * 90))
    found = compared(audited([True] * 30 + [False] * 70), audited([True] * 10 + [False] * 90, ids=others))
    assert found.method == "independent" and found.change == -0.2
    assert found.high - found.low > same.high - same.low
    assert (round(found.low, 4), round(found.high, 4)) == (-0.3058, -0.09)


@pytest.mark.parametrize(("dropped", "why"), [(True, "not given in both"), (False, "No test row")])
def test_a_tag_that_is_gone(dropped, why):
    """A tag no longer declared, or one that no row has any more, is no improvement."""
    before, (table, tagged) = audited([True] * 30 + [False] * 70), audited([False] * 100)
    tagged = tagged[["wrong"]] if dropped else tagged.assign(**{"tag: car": False})
    found = compared(before, (table, tagged))
    assert found.verdict is Help.UNKNOWN and why in found.why_not


def said_of(count, yes, *, of=200):
    """An audit of so many errors in 200 rows, all read, of which so many have glare."""
    answers, rows = kinds({"a": (of, count)})
    said = judged([(row, "glare", "ann", place < yes) for place, row in enumerate(answers.index[:count].tolist())])
    table = table_of(answers, rows, ErrorAnalysis(tags=[Tag("glare")]), judgements=said)
    return table, pd.DataFrame({"wrong": answers["truth"] != answers["answer"]}, index=answers.index)


def test_what_people_tag_is_a_share_of_all_rows():
    """40 of 80 errors in 200 rows have glare (20 % of all), then 5 of 50 (2.5 %)."""
    found = compared(said_of(80, 40), said_of(50, 5), tag="glare")
    assert (found.before.value, found.after.value, found.change) == pytest.approx((0.2, 0.025, -0.175))
    assert found.verdict is Help.HELPED and found.method == "independent"
    assert (found.before.n, found.after.n) == (80, 50)


def test_no_errors_any_more_is_an_improvement():
    """Nobody has to read errors that are not there."""
    found = compared(said_of(80, 40), said_of(0, 0), tag="glare")
    assert found.after.value == 0 and found.verdict is Help.HELPED


def test_errors_that_nobody_read_tell_nothing():
    """The next model's errors have to be read first."""
    table, tagged = said_of(50, 5)
    unread = replace(table, tags=(replace(table.tags[0], unread=30),))
    found = compared(said_of(80, 40), (unread, tagged), tag="glare")
    assert found.verdict is Help.UNKNOWN and "not read" in found.why_not


def test_people_and_a_rule_are_not_compared():
    """A tag that became a function counts other things."""
    before, after = said_of(80, 40), audited([True] * 100, asked=ErrorAnalysis(
        tags=[Tag("glare", column="kind", values=("car",))]
    ))
    assert compared(before, after, tag="glare").verdict is Help.UNKNOWN
