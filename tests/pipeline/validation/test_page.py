"""The page of a verdict."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from pipeline.artifacts.verdict import Check, Verdict
from pipeline.validation.page import page

VERDICT = Verdict(
    rows=1200,
    checks=(
        Check(kind="expect_met", severity="fail", passed=True, rows=1200),
        Check(kind="expect_refused", severity="fail", passed=False, error="no column <b>"),
        Check(kind="expect_aside", severity="quarantine", passed=False, rows=1200, failing=(7,),
              examples=({"row": "7", "town": "<script>alert(1)</script>", "age": None},)),
        Check(kind="expect_warned", severity="warn", passed=False, observed=3.5),
    ),
)


def test_the_decision_comes_first_and_each_check_has_its_outcome_in_words():
    """A reader who sees no colours reads the same."""
    text = re.sub(r"<style>.*</style>", "", page(VERDICT, title="loans"), flags=re.S)
    assert text.index("refused") < text.index("<table")
    for word in ("1,200 rows, 4 checks", "1 met, 1 refusing, 1 warning", ">met<", ">refused<", ">rows set aside<",
                 ">warning<", "observed 3.5", ">null<"):
        assert word in text


def test_it_is_whole_in_itself_and_runs_nothing():
    """No scripts, no addresses elsewhere, and data cannot become markup."""
    text = page(VERDICT, title="<i>loans</i>")
    assert "<script" not in text and "http" not in text and "<i>" not in text and "&lt;script&gt;" in text
    assert 'name="viewport"' in text


def test_its_markup_is_balanced():
    """Every element that is opened is closed, in order."""
    class Balance(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []

        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag != "meta":
                self.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag

    parser = Balance()
    parser.feed(page(VERDICT, title="loans"))
    assert parser.open == []


def test_a_verdict_without_checks_has_a_page():
    """Nothing demanded is nothing refused."""
    assert "passed" in page(Verdict(rows=0), title="loans")
