"""The page: the verdict first, every figure with its count, safe, and whole in itself."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from pipeline.artifacts.audit import (
    Audit, Baseline, Comparison, Confusion, Figure, Finding, Group, Judgement, Ruling,
)
from pipeline.artifacts.charter import Charter
from pipeline.auditing.report.page import page, templates

DIGEST = "ab" * 16
FAIL, PASS, OPEN = Judgement.FAIL, Judgement.PASS, Judgement.NOT_ENOUGH_EVIDENCE


def figure(value: float, n: int = 100, metric: str = "recall") -> Figure:
    """A figure with an interval of ±0.05."""
    return Figure(metric=metric, value=value, n=n, low=value - 0.05, high=value + 0.05, method="wilson")


def finding(judgement: Judgement, gate: str = "recall at least 80 % in each group of sex") -> Finding:
    """A gate judged on one group."""
    ruling = Ruling(
        about="women", judgement=judgement, why="the limit is broken", n=40, value=0.725, low=0.57, high=0.84
    )
    return Finding(gate=gate, metric="recall", judgement=judgement, rulings=(ruling,))


def group(label: str, value: float, *, rows: int = 100, share: float = 0.5) -> Group:
    """A group of the slice sex."""
    return Group(slice="sex", label=label, rows=rows, share=share, figures=(figure(value, rows),))


COMPARED = Comparison(
    metric="recall", n=100, ours=figure(0.8), theirs=figure(0.1), gain=0.7, low=0.6, high=0.75, method="paired shares"
)
AUDIT = Audit(
    name="loans",
    model=f"model/loans@{DIGEST}",
    rows=f"dataset/t@{DIGEST}",
    features=f"dataset/f@{DIGEST}",
    trained_on=f"dataset/x@{DIGEST}",
    n_rows=1234,
    problem="classification",
    target="denied",
    positive="1",
    judgement=FAIL,
    findings=(finding(FAIL), finding(PASS)),
    metrics=("recall",),
    overall=Group(slice="", label="all rows", rows=1234, share=1.0, figures=(figure(0.8),)),
    groups=(group("women", 0.725), group("men", 0.84)),
    unsliced={"zip": "column 'zip' is not stored"},
    baselines=(
        Baseline(name="naive", what="Always 0.", rows=1234, comparisons=(COMPARED,)),
        Baseline(name="previous", why_not="There is none", absent=True),
    ),
    confusion=Confusion(classes=("0", "1"), counts=((900, 11), (22, 301))),
    owner="risk",
    policy={"min_count": 30, "resamples": 1000},
)


def text(audit: Audit) -> str:
    """The page's words, tags and white space folded."""
    body = page(audit, templates=templates()).partition("<body>")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_verdict_is_the_first_thing() -> None:
    """The first line says the verdict, the second why, with the figure that decided."""
    assert text(AUDIT).startswith(
        "Audit of loans ✕ Fail Must not be released: 1 of 2 gates is broken: "
        "recall at least 80 % in each group of sex – women 72.5 %."
    )


def test_every_figure_has_its_count_and_interval() -> None:
    """A group's figure stands with its interval and the cases it rests on."""
    assert "women 100 rows, 50 % 72.5 % 67.5 % to 77.5 % of 100" in text(AUDIT)


def test_what_could_not_be_measured_is_said() -> None:
    """A slice that is not stored, an undefined figure and an absent baseline are on the page as such."""
    nothing = replace(group("women", 0.0), figures=(Figure(metric="recall", value=0.0, n=0, defined=False),))
    words = text(replace(AUDIT, groups=(nothing,)))
    assert "undefined 0 of 0" in words and "column 'zip' is not stored" in words and "There is none." in words


def test_nothing_comes_from_elsewhere() -> None:
    """The page holds no script, no link and no address of another file."""
    source = page(AUDIT, templates=templates())
    assert not re.search(r"<script|<link|<img|@import|url\(|https?:|\son[a-z]+=", source)


def test_text_from_data_is_escaped() -> None:
    """A group's label is shown as written, not run."""
    source = page(replace(AUDIT, groups=(group("<script>alert(1)</script>", 0.5),)), templates=templates())
    assert "<script>" not in source and "&lt;script&gt;alert(1)&lt;/script&gt;" in source


def test_many_small_groups_are_folded() -> None:
    """More than three groups under the count lie folded beneath the others, none is left out."""
    groups = (group("big", 0.8), *(group(f"small {number}", 0.5, rows=5) for number in range(4)))
    source = page(replace(AUDIT, groups=groups), templates=templates())
    folded = source.partition("<details")[2]
    assert "4 groups of fewer than 30 rows" in folded and all(f"small {number}" in folded for number in range(4))
    assert "big" not in folded.partition("</details>")[0]


def test_equal_audits_make_equal_pages() -> None:
    """The page depends on the audit alone, whichever way it was read back."""
    assert page(Audit.from_json(AUDIT.to_json()), templates=templates()) == page(AUDIT, templates=templates())


@pytest.mark.parametrize("value", [0.0, 5e6, 1e-9])
def test_axis_of_amounts(value: float) -> None:
    """Amounts of any size, all alike even, find their place on the axis."""
    one = Figure(metric="mae", value=value, n=5, low=value, high=value, method="bootstrap")
    audit = replace(
        AUDIT,
        problem="regression",
        metrics=("mae",),
        confusion=None,
        baselines=(),
        findings=(),
        groups=(),
        overall=Group(slice="", label="all rows", rows=5, share=1.0, figures=(one,)),
    )
    assert "left:50.0%" in page(audit, templates=templates())


def test_sections_stand_in_the_order_they_are_asked_for() -> None:
    """Verdict, why, gates, figures, groups, baselines, what it rests on; the contents name them in the same order."""
    source = page(AUDIT, templates=templates())
    anchors = re.findall(r'<a href="#(\w+)"', source)
    assert anchors == ["gates", "overall", "weakest", "groups", "baselines", "rests"]
    assert anchors == [each for each in re.findall(r'<h2 id="(\w+)"', source) if each in anchors]


def test_what_to_do_next_comes_before_the_gates() -> None:
    """What would decide an open gate, and who signs, are told before any table."""
    charter = Charter(problem="p", owner="lending@x.example", risk="high")
    ruling = Ruling(about="women", judgement=OPEN, why="20 cases, 30 are needed", n=20)
    asked = replace(finding(OPEN), rulings=(ruling,))
    words = text(
        replace(AUDIT, judgement=OPEN, findings=(asked,), policy={**AUDIT.policy, "charter": charter.to_json()})
    )
    told = words[words.index("What to do next"):words.index("Gates")]
    assert "For a verdict recall at least 80 % in each group of sex: collect test cases, 10 more of women." in told
    assert "For a release lending@x.example signs" in told


def test_two_reasons_are_two_points() -> None:
    """More than one deciding gate: a list, each with its figures."""
    words = text(replace(AUDIT, findings=(finding(FAIL), finding(FAIL, "precision at least 50 %"))))
    assert words.startswith(
        "Audit of loans ✕ Fail Must not be released: 2 of 2 gates are broken: recall at least 80 % in each group of "
        "sex – women 72.5 %; precision at least 50 % – women 72.5 %."
    )


def test_many_reasons_do_not_bury_what_to_do() -> None:
    """Of eight gates six stand beside the verdict, the others among the gates and, if left open, folded."""
    broken = text(replace(AUDIT, findings=(finding(FAIL),) * 8))
    assert broken[:broken.index("Gates")].count("women 72.5 %") == 6 and "And 2 more, all among the gates" in broken
    open_ = text(replace(AUDIT, judgement=OPEN, findings=(finding(OPEN),) * 8))
    assert "2 more" in open_[open_.index("For a verdict"):open_.index("Over all")]
