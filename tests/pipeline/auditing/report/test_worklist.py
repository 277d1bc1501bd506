"""The section on what to do next."""

from __future__ import annotations

import html
import re

import pytest
from jinja2 import DictLoader, Environment, StrictUndefined

from pipeline.auditing.errors.analysis import ErrorAnalysis
from pipeline.auditing.report.page import templates
from pipeline.auditing.report.worklist import worklist
from tests.pipeline.auditing.errors.made import kinds, table_of
from tests.pipeline.auditing.errors.test_table import spam, speech
from tests.pipeline.auditing.errors.test_worklist import worklist as listed


def text(table) -> str:
    """The section's text as people read it."""
    environment = Environment(loader=DictLoader(templates()), autoescape=True, undefined=StrictUndefined)
    made = environment.get_template("worklist.html").render(worklist=worklist(listed(table)))
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", made)))


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (speech, ["Work on clean speech.", "gains 0.60 points", "nothing to gain",
                  "More such rows: kind in ['car noise']"]),
        (spam, ["Work on pharmaceutical.", "gain n/a, at most 4.20 points"]),
        (lambda: table_of(*kinds({"a": (9, 0)}), ErrorAnalysis()), ["Nothing: the model made no errors"]),
    ],
)
def test_what_is_first_is_told_first(table, told):
    """The best first, with what it gains, or that this is not known."""
    shown = text(table())
    places = [shown.index(part) for part in told]
    assert places[0] == min(places)


def test_the_first_three_stand_open_and_none_is_left_out() -> None:
    """What is worth less lies folded beneath, its numbers going on."""
    found = worklist(listed(spam()))
    assert len(found["entries"]) == 3 and len(found["more"]) == len(listed(spam()).items) - 3 > 0
    assert f"{len(found['more'])} more, each worth less" in text(spam())
