"""The section of a slice search: what was found first, every figure with its count, and safe."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from jinja2 import DictLoader, Environment, StrictUndefined

from pipeline.artifacts.search import Condition, Found, Rate, Search
from pipeline.auditing.report.page import templates
from pipeline.auditing.report.search import search

FOUND = Found(
    outcome="errors",
    conditions=(Condition(column="factory", value=2), Condition(column="line", value=17)),
    rows=200,
    share=0.02,
    cases=200,
    inside=Rate(value=0.3, n=104, low=0.22, high=0.39),
    outside=Rate(value=0.05, n=4900, low=0.044, high=0.056),
    difference=0.25,
    low=0.17,
    high=0.34,
    p=1e-9,
    q=2e-8,
)
SEARCH = Search(
    n_rows=10_000,
    searched=4996,
    confirmed=5004,
    tested=7,
    found=(FOUND,),
    columns=("factory", "line"),
    left_out={"serial": "10,000 whole numbers, no two alike: an identifier"},
    overall={
        "errors": Rate(value=0.055, n=10_000, low=0.05, high=0.06),
        "absolute error": Rate(value=1.0, n=10_000, low=0.9, high=1.1),
    },
    asked={"most_conditions": 2, "min_rows": 30},
)


def source(found: Search) -> str:
    """The fragment alone, strict about what it is given."""
    environment = Environment(loader=DictLoader(templates()), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("search.html").render(search=search(found))


def text(found: Search) -> str:
    """Its words."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", source(found))).split())


def test_what_was_found_comes_first() -> None:
    """The first sentence names the first group, its rate and that of the rest."""
    assert (
        "✕ groups found One group the model errs more on than elsewhere. "
        "First: factory = 2 and line = 17 – 30.0 % errors against 5.0 % on the rest." in text(SEARCH)
    )


def test_every_figure_has_count_and_interval() -> None:
    """Rates stand with their intervals and cases, the difference with q, the worth in errors: 25 % of 200 is 50."""
    words = text(SEARCH)
    assert "factory = 2 and line = 17 200 rows, 2.0 % of all 30.0 % 22.0 % to 39.0 % of 104" in words
    assert "5.0 % 4.4 % to 5.6 % of 4,900 25.0 points 17.0 to 34.0 points q under 0.0001" in words
    assert "50 errors fewer, of 200 cases" in words and "at most 5 %" in words


def test_a_group_is_shown_once() -> None:
    """Found for its errors and for its false positives, a group has one line; what is new has a table of its own."""
    again = replace(FOUND, outcome="false positives", inside=replace(FOUND.inside, value=0.4))
    other = replace(FOUND, outcome="false negatives", conditions=FOUND.conditions[:1])
    rates = SEARCH.overall | {"false negatives": SEARCH.overall["errors"]}
    words = text(replace(SEARCH, found=(FOUND, again, other), overall=rates))
    assert words.startswith("Where it errs more, found by search ✕ groups found 2 groups")
    assert "2.0 % of all also 40.0 % false positives against 5.0 % on the rest" in words
    assert "Wrongly answered yes" not in words and "Overlooked" in words


def test_many_groups_are_folded() -> None:
    """The five worth most stand open, the others folded beneath them; none is left out."""
    many = tuple(replace(FOUND, conditions=(Condition(column="line", value=n),)) for n in range(1, 8))
    shown, folded, _ = source(replace(SEARCH, found=many)).split("<details")
    assert "line = 5" in shown and "line = 6" not in shown and "2 more, each worth less" in folded
    assert "line = 6" in folded and "line = 7" in folded


def test_nothing_found_is_said_with_what_was_tried() -> None:
    """Where nothing was found the section says how much was tested; where nothing could be searched, that."""
    assert "✓ none found No group stands out: 7 candidates of 2 columns did not hold on the 5,004 rows" in text(
        replace(SEARCH, found=())
    )
    nothing = text(replace(SEARCH, found=(), columns=(), tested=0))
    assert "? not searched There is no metadata to search" in nothing


def test_amounts() -> None:
    """Of a regression the figures are amounts in units of the target."""
    words = text(replace(SEARCH, found=(replace(FOUND, outcome="absolute error", cases=10),)))
    assert "Size of the errors" in words and "2.5 of absolute error less, summed, of 10 cases" in words


def test_what_was_left_out_is_named() -> None:
    """A column that could not be searched stands there with the reason."""
    assert "serial 10,000 whole numbers, no two alike: an identifier" in text(SEARCH)


def test_text_from_data_is_escaped() -> None:
    """A value is shown as written, not run; nothing comes from elsewhere."""
    shown = source(replace(SEARCH, found=(replace(FOUND, conditions=(Condition(column="x", value="<script>"),)),)))
    assert "&lt;script&gt;" in shown and not re.search(r"<script|<link|<img|url\(|https?:", shown)
