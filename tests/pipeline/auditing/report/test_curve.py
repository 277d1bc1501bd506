"""The section of a learning curve: the verdict first, what to do, a plot without scripts, every figure counted."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from jinja2 import DictLoader, Environment, StrictUndefined

from pipeline.artifacts.curve import Curve, CurvePoint, Diagnosis, Gain, Level, MoreData
from pipeline.auditing.report.curve import curve
from pipeline.auditing.report.page import templates


def level(value: float, n: int) -> Level:
    """A level known to ± 2 points."""
    return Level(value=value, low=value - 0.02, high=value + 0.02, n=n)


CURVE = Curve(
    model="loans",
    metric="accuracy",
    lower_is_better=False,
    points=tuple(
        CurvePoint(fraction=rows / 1000, rows=rows, repeats=3, train=level(0.97, rows), dev=level(dev, 500))
        for rows, dev in ((100, 0.7), (400, 0.76), (1000, 0.8))
    ),
    target=0.9,
    target_is="two inspectors on 500 phones",
    bias=None,
    variance=None,
    gain=Gain(rows=2000, value=0.02, low=0.01, high=0.03, expected=0.82, expected_low=0.81, expected_high=0.83),
    diagnosis=Diagnosis.HIGH_VARIANCE,
    more_data=MoreData.RECOMMENDED,
    why="On rows it never saw it is 17.0 points worse.",
    advice=("Collect more rows.", "Regularise."),
    confidence=0.95,
)


def source(found: Curve) -> str:
    """The fragment alone, strict about what it is given."""
    environment = Environment(loader=DictLoader(templates()), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("curve.html").render(curve=curve(found))


def text(found: Curve) -> str:
    """Its words."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", source(found))).split())


def test_verdict_and_advice_come_first() -> None:
    """What holds the model back, whether more data would help, why, and what to do, in this order."""
    assert text(CURVE).startswith(
        "Would more data help? ✕ High variance More data is recommended. On rows it never saw it is 17.0 points worse. "
        "Collect more rows. Regularise."
    )


def test_every_point_has_counts_and_intervals() -> None:
    """A point's levels stand with their intervals and the rows they were measured on."""
    assert "1,000 100 % of all, fitted 3 times 80.0 % 78.0 % to 82.0 % of 500 97.0 % 95.0 % to 99.0 % of 1,000" in text(
        CURVE
    )


def test_gain_is_said_where_more_data_is_not_recommended() -> None:
    """The expected gain is always on the page: in the advice that recommends it, or in a sentence of its own."""
    words = text(replace(CURVE, diagnosis=Diagnosis.HIGH_BIAS, more_data=MoreData.NOT_RECOMMENDED))
    assert "More data is not recommended." in words
    assert "With twice the training rows (2,000) the accuracy is expected to get 2.0 points better" in words
    assert "1.0 to 3.0 points ), to 82.0 % (81.0 % to 83.0 %)" in words.replace("points)", "points )")


def test_plot_is_drawn_in_the_page_itself() -> None:
    """The plot is SVG in the page's own colours, which change in the dark; no script, nothing from elsewhere."""
    shown = source(CURVE)
    assert shown.count("<polyline") == 3 and shown.count("<polygon") == 2 and "var(--dot)" in shown
    assert not re.search(r"<script|<link|<img|url\(|https?:|#[0-9a-f]{3,6}\b", shown)
    places = [float(each) for each in re.findall(r'c[xy]="([\d.]+)"', shown)]
    assert places and all(0 <= each <= 360 for each in places)


def test_what_is_missing_is_said() -> None:
    """Without points there is no plot; a fraction that could not be fitted is named."""
    bare = replace(CURVE, points=(), gain=None, target=None, advice=(), left_out={"0.1": "one class"})
    assert "<svg" not in source(bare) and "10 % of the training rows could not be fitted: one class." in text(bare)
    no_gain = replace(CURVE, gain=None, target=None, diagnosis=Diagnosis.NOT_ENOUGH_EVIDENCE)
    assert source(no_gain).count("<polyline") == 2 and "? Not enough evidence" in text(no_gain)


def test_amounts() -> None:
    """An error in units of the target is not held between 0 and 1."""
    points = tuple(replace(each, dev=Level(value=12.5, low=11.0, high=14.0, n=9)) for each in CURVE.points)
    gain = Gain(rows=2000, value=1.0, low=0.5, high=2.0, expected=11.5, expected_low=10.5, expected_high=12.0)
    words = text(replace(CURVE, metric="mae", lower_is_better=True, points=points, target=8.0, gain=gain))
    assert "MAE (lower is better) by number of training rows" in words and "12.5 11 to 14 of 9" in words
