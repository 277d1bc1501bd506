"""A standing in words: who, how much, how surely."""

from __future__ import annotations

from pipeline.artifacts.audit import Figure, Group
from pipeline.artifacts.fairness import Attribute, Bounded, Gap, Outcome, Standing
from pipeline.auditing.report.standing import lead, more


def group(label: str, **values: float) -> Group:
    """A group with some figures of 100 cases."""
    figures = tuple(Figure(metric=name, value=value, n=100) for name, value in values.items())
    return Group(slice="sex", label=label, rows=100, share=0.5, figures=figures)


def gap(metric: str, value: float, low: float, high: float, *, lowest: str = "women") -> Gap:
    """A gap below men, of 100 cases each."""
    difference = Bounded(value=value, low=low, high=high)
    return Gap(metric=metric, highest="men", lowest=lowest, n_highest=100, n_lowest=100, difference=difference)


SEX = Attribute(
    name="sex",
    groups=(
        group("men", recall=0.8, false_positive_rate=0.3, calibration_gap=0.02),
        group("women", recall=0.5, false_positive_rate=0.1, calibration_gap=-0.05),
        group("others", recall=0.4),
    ),
)


def test_what_is_certain_leads() -> None:
    """The pair that surely differs comes first, the widest pair after it, each with its figures."""
    sure, wide = gap("recall", 0.3, 0.2, 0.4), gap("recall", 0.4, -0.1, 0.7, lowest="others")
    standing = Standing(definition="equal opportunity", outcome=Outcome.DIFFERS, gaps=(wide,), shown=sure)
    assert lead(standing, SEX) == "Recall 80.0\u00a0% for men, 50.0\u00a0% for women: at least 20.0 points apart."
    first, second = more(standing, SEX)
    assert first == "Measured 30.0 points (20.0 to 40.0 points), of 100 and 100 cases."
    assert "certainty: Recall 80.0\u00a0% for men, 40.0\u00a0% for others. Measured 40.0 points" in second


def test_chance_is_called_chance() -> None:
    """Without certainty the gap that may be largest is told, and how large it may be; both rates have their figures."""
    gaps = (gap("recall", 0.1, -0.2, 0.4), gap("false_positive_rate", 0.2, -0.1, 0.3))
    standing = Standing(definition="equalised odds", outcome=Outcome.NOT_SHOWN, gaps=gaps)
    assert lead(standing, SEX).endswith("this may be chance, or as much as 40.0 points apart.")
    assert len(more(standing, SEX)) == 2 and "False positive rate 30.0" in more(standing, SEX)[1]


def test_calibration_is_told_as_oftener_and_more_rarely() -> None:
    """A gap of +2 points came true oftener than said, one of −5 more rarely."""
    found = gap("calibration_gap", 0.07, 0.01, 0.1)
    standing = Standing(definition="calibration", outcome=Outcome.DIFFERS, gaps=(found,), shown=found)
    assert lead(standing, SEX).startswith(
        "Came true 2.0 points oftener than said for men, 5.0 points more rarely than said for women"
    )


def test_nothing_to_compare() -> None:
    """It says so, and gives no figures."""
    standing = Standing(definition="equal opportunity", outcome=Outcome.NOT_ENOUGH_EVIDENCE)
    assert lead(standing, SEX) == "Fewer than two groups have enough cases to be compared."
    assert more(standing, SEX) == []
