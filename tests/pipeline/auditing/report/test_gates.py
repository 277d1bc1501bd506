"""The gates' section: what was demanded, how it was judged, and on how many cases."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from jinja2 import DictLoader, Environment, StrictUndefined

from pipeline.artifacts.audit import Audit, Finding, Judgement, Ruling
from pipeline.auditing.report.gates import gates
from pipeline.auditing.report.page import templates

from tests.pipeline.auditing.report.test_page import AUDIT

PASS, OPEN, FAIL = Judgement.PASS, Judgement.NOT_ENOUGH_EVIDENCE, Judgement.FAIL


def text(*findings: Finding) -> str:
    """The words of the section, rendered alone."""
    audit: Audit = replace(AUDIT, findings=findings)
    environment = Environment(
        loader=DictLoader(templates()), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    body = environment.get_template("gates.html").render(gates=gates(audit))
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def finding(judgement: Judgement, *, metric: str = "recall", binding: bool = True, **ruled: object) -> Finding:
    """A finding with one ruling."""
    ruling = Ruling(about="all rows", judgement=judgement, **ruled)
    return Finding(gate="what is asked", metric=metric, judgement=judgement, rulings=(ruling,), binding=binding)


def test_a_gain_stands_with_interval_count_and_reason() -> None:
    """2.5 points, from −1.9 to 7.0, of 361, and why that is no evidence."""
    one = finding(OPEN, why="chance may explain it", n=361, value=0.025, low=-0.019, high=0.07, is_difference=True)
    assert text(one) == (
        "Gates what is asked ? Not enough evidence all rows 2.5 points −1.9 to 7.0 points · of 361 "
        "? chance may explain it"
    )


def test_amounts_of_units() -> None:
    """Milliseconds and wrong answers are no metrics, and a size is of nothing counted."""
    slow = finding(
        PASS, metric="", binding=False, why="kept", n=200, value=48.0, low=44.1, high=53.2, unit="ms"
    )
    wrong = finding(FAIL, metric="", why="answered wrongly: row 7", n=12, value=1.0, unit="wrong", row_ids=(7,))
    size = finding(PASS, metric="", why="kept", n=1, value=0.25, unit="MB")
    assert text(slow, wrong, size) == (
        "Gates what is asked (told, not binding in a proof of concept) ✓ Pass "
        "all rows 48 ms 44.1 to 53.2 ms · of 200 ✓ kept "
        "what is asked ✕ Fail all rows 1 wrong of 12 ✕ answered wrongly: row 7 "
        "what is asked ✓ Pass all rows 0.25 MB ✓ kept"
    )


def test_no_gate() -> None:
    """Without a gate the section says what that means."""
    assert "A model passes only by keeping a gate" in text()


def test_of_many_rulings_those_that_keep_the_limit_are_folded() -> None:
    """Thirteen groups, one of which breaks it: that one stands open, the others beneath; of twelve all stand open."""
    broken = Ruling(about="women", judgement=FAIL, why="the limit is broken", n=40, value=0.5)
    kept = Ruling(about="men", judgement=PASS, why="the limit is kept", n=40, value=0.9)
    one = replace(finding(FAIL, why=""), rulings=(broken, *[kept] * 12))
    shown, _, folded = text(one).partition("12 more, each kept")
    assert "women" in shown and "men 90.0 %" not in shown and folded.count("men 90.0 %") == 12
    assert "more, each kept" not in text(replace(one, rulings=one.rulings[:12]))
