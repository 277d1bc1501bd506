"""The section on errors: the verdict first, every figure with its count, safe, and whole in itself."""

from __future__ import annotations

import html
import re

import pandas as pd
from jinja2 import DictLoader, Environment, StrictUndefined

from pipeline.auditing.errors.analysis import ErrorAnalysis
from pipeline.auditing.errors.tag import Tag
from pipeline.auditing.report.errors import errors
from pipeline.auditing.report.page import templates
from tests.pipeline.auditing.errors.made import answered, judged, kinds, table_of
from tests.pipeline.auditing.errors.test_table import spam, speech


def text(table) -> str:
    """The section's text as people read it."""
    loader = DictLoader(templates())
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    made = environment.get_template("errors.html").render(errors=errors(table))
    assert "<script" not in made
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", made)))


def test_how_much_goes_wrong_comes_first():
    """974 of 10,000 clips, and the commonest kind."""
    shown = text(speech())
    first = "974 of 10,000 test rows are answered wrongly, 9.7 % (9.2 % to 10.3 %). The commonest kind is people"
    assert shown.index(first) < shown.index("clean speech")
    assert "11.0 % 8.3 % to 14.4 % 44 of 400" in shown and "0.16 points" in shown
    assert "nobody has read them yet" in shown


def test_what_is_not_known_is_no_zero():
    """Kinds that people saw among errors have no share of rows that go wrong, and no gain."""
    shown = text(spam())
    assert "21.0 % 14.2 % to 30.0 % 21 of 100 n/a n/a n/a at most 4.20 points" in shown
    assert "read by ann" in shown


def test_no_errors():
    """It says how many may go wrong all the same."""
    shown = text(table_of(*kinds({"a": (50, 0)}), ErrorAnalysis(tags=[Tag("odd")])))
    assert "No error in 50 test rows; up to 7.1 % of all rows may go wrong all the same." in shown


def test_disagreement_is_told_and_names_are_escaped():
    """Two people differ on one of two; a tag's name is text and no markup."""
    answers = answered([True, True, False])
    first, second = answers.index[:2].tolist()
    said = judged([(first, "<b>x", "ann", True), (first, "<b>x", "bob", False), (second, "<b>x", "ann", True),
                   (second, "<b>x", "bob", True)])
    shown = text(table_of(answers, pd.DataFrame(index=answers.index), ErrorAnalysis(tags=[
        Tag("gone", column="noise", values=(1,)), Tag("odd")
    ]), judgements=said))
    assert f"<b>x: people say the same of 1 of 2 errors, and differ on 1, such as row {first}." in shown
    assert "? not known column 'noise' is not stored" in shown
    assert "? not known nobody has read the errors for it yet" in shown
