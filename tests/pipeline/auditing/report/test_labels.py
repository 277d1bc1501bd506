"""The section on labels: the verdict first, counts and intervals beside every figure, text from data escaped."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import jinja2
import pytest

import pipeline.auditing.report
from pipeline.artifacts.agreement import Agreement, Doubt, LabelClass, Labeller
from pipeline.artifacts.audit import Figure
from pipeline.artifacts.human import ONE_ANOTHER, HumanLevel
from pipeline.auditing.report.labels import labels

FOLDER = Path(pipeline.auditing.report.__file__).parent


def figure(metric, value, n=40):
    """A figure with an interval of ±0.05."""
    return Figure(metric=metric, value=value, n=n, low=value - 0.05, high=value + 0.05, method="bootstrap")


UNDEFINED = Figure(metric="fleiss_kappa", value=0.0, n=40, defined=False)
AGREEMENT = Agreement(
    n_items=50, labels=120, unclear=3, missing=2, several=40, level="nominal",
    figures=(figure("raw_agreement", 0.58), UNDEFINED, figure("krippendorff_alpha", 0.41)),
    classes=(
        LabelClass(name="<b>dent</b>", labels=70, items=30, specific=figure("s", 0.6), alpha=figure("a", 0.5)),
    ),
    n_labellers=30, labellers=(Labeller(name="ann", labels=12, unclear=0, figure=figure("x", 0.3, n=12)),),
    n_pairs=0, pairs=(), n_doubts=14,
    doubts=(Doubt(item="phone\n7", votes=(("dent", 2), ("ok", 2)), unclear=1, agreement=1 / 3),),
    human=HumanLevel(
        against=ONE_ANOTHER, labellers=30, figure=figure("accuracy", 0.58), commonest=figure("commonest_form", 0.7)
    ),
    says=("Read every label.",),
)


def source(agreement, **more):
    """The section as it stands on the page."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER), autoescape=True, undefined=jinja2.StrictUndefined
    )
    return environment.get_template("labels.html").render(labels=labels(agreement, **more))


def text(agreement, **more):
    """Its words."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", source(agreement, **more))).split())


def test_the_verdict_comes_first_with_what_it_rests_on():
    """An alpha of 0.41 is not enough; counts follow, answers that are no labels apart."""
    assert text(AGREEMENT).startswith(
        "Do people agree on the labels? People do not agree enough: settle the rules of labelling before improving the "
        "model. 120 labels by 30 people, of 50 items; 40 of these have two labels or more. Counted apart: 3 answers "
        "say that an item does not hold enough information; 2 labels are empty."
    )


@pytest.mark.parametrize(
    ("alpha", "look"),
    [(figure("krippendorff_alpha", 0.8), "pass"), (figure("krippendorff_alpha", 0.7), "unsure"),
     (figure("krippendorff_alpha", 0.66), "fail"), (replace(UNDEFINED, metric="krippendorff_alpha"), "unsure")],
)
def test_the_verdict_goes_by_alpha(alpha, look):
    """Reliable from 0.8, tentative from 0.667; undefined is neither good nor bad."""
    assert labels(replace(AGREEMENT, figures=(alpha,)))["look"] == look


def test_every_figure_has_its_count_and_interval():
    """And what is 0/0 is undefined."""
    words = text(AGREEMENT)
    assert "Two labels of an item are alike of all pairs of labels 0.580 0.530 to 0.630 of 40 items" in words
    assert "every item labelled equally often undefined of 40 items" in words
    assert "ann 12 labels 0.300 0.250 to 0.350 of 12 items" in words
    assert "1 of 14, those on which people differ most first." in words
    assert "phone 7 2 × dent, 2 × ok, 1 × not enough information" in words


def test_a_model_above_people_proves_nothing():
    """The 12 % are said to be no evidence."""
    assert "no evidence of superiority" in text(AGREEMENT, model=0.7) and "superiority" not in text(AGREEMENT)


def test_text_from_data_is_escaped_and_nothing_comes_from_elsewhere():
    """No tag of a label's own, no script, no address."""
    made = source(AGREEMENT)
    assert "<b>dent</b>" not in made and "&lt;b&gt;dent&lt;/b&gt;" in made
    assert not re.search(r"<script|<link|<img|@import|url\(|https?:|\son[a-z]+=", made)
    assert made.count("<table") == made.count('<table class="stack">')


def test_nobody_differs():
    """Then no list is shown."""
    assert "None: nobody differs." in text(replace(AGREEMENT, doubts=(), n_doubts=0))
