"""The baselines' section: this model beside each, and "n/a" where nothing is known."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from jinja2 import DictLoader, Environment, StrictUndefined

from pipeline.artifacts.audit import Baseline, Comparison, Figure
from pipeline.auditing.report.baselines import baselines
from pipeline.auditing.report.page import templates

from tests.pipeline.auditing.report.test_page import AUDIT


def text(*given: Baseline) -> str:
    """The words of the section, rendered alone."""
    environment = Environment(
        loader=DictLoader(templates()), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    body = environment.get_template("baselines.html").render(baselines=baselines(replace(AUDIT, baselines=given)))
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def figure(value: float, n: int, *, half: float | None = None) -> Figure:
    """An accuracy, with an interval of `half` to both sides."""
    ends = {} if half is None else {"low": value - half, "high": value + half}
    return Figure(metric="accuracy", value=value, n=n, **ends)


CLEAN = Comparison(
    metric="accuracy", slice="noise", label="clean speech", n=600, ours=figure(0.94, 600, half=0.02),
    theirs=figure(0.95, 0), gain=-0.01, low=-0.03, high=0.01,
)
ADS = Comparison(metric="accuracy", slice="noise", label="ads", n=90, ours=figure(0.9, 90), theirs=None)
HUMAN = Baseline(name="human", what="A declared figure.", source="two labellers, 2024", comparisons=(CLEAN, ADS))


def test_a_level_beside_each_group() -> None:
    """94 % of 600 against a human 95 % taken as exact; where people cannot tell, "n/a" and never 0."""
    words = text(HUMAN)
    assert "human A declared figure. From: two labellers, 2024. accuracy by noise" in words
    assert (
        "clean speech 94.0 % 92.0 % to 96.0 %, of 600 95.0 % taken as exact: its count is not known "
        "−1.0 points −3.0 to 1.0 points chance may explain it" in words
    )
    assert words.endswith("ads 90.0 % of 90 n/a n/a")


def test_gains_and_losses_are_called_so() -> None:
    """An interval above 0 is better, below 0 worse; without one there are too few cases to tell."""
    whole = replace(CLEAN, slice="", label="all rows", theirs=figure(0.9, 600), gain=0.04, low=0.01, high=0.07)
    found = [whole, replace(whole, gain=-0.04, low=-0.07, high=-0.01), replace(whole, low=None, high=None)]
    for one, said in zip(found, ("better", "worse", "too few cases to tell"), strict=True):
        assert text(Baseline(name="naive", what="Always 0.", rows=600, comparisons=(one,))).endswith(said)


def test_nothing_to_compare_with_is_said() -> None:
    """A baseline that is not there says why; undefined figures are told apart from 0."""
    assert text(Baseline(name="previous", why_not="There is none", absent=True)).endswith("previous There is none.")
    nothing = Figure(metric="precision", value=0.0, n=0, defined=False)
    undefined = Comparison(metric="precision", n=5, ours=replace(figure(0.5, 5), metric="precision"), theirs=nothing)
    assert text(Baseline(name="naive", comparisons=(undefined,))).endswith("precision 50.0 % of 5 undefined 0 of 0 n/a")


def test_no_baseline() -> None:
    """Without baselines there is no section."""
    assert text() == ""
