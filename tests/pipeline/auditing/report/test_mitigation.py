"""A what-if in words: what is gained, what it costs, and when neither is shown."""

from __future__ import annotations

from pipeline.artifacts.fairness import Bounded, FairnessAudit, Flipped, Mitigation, Traded
from pipeline.auditing.report.mitigation import mitigation

DIGEST = "0" * 32
FOUND = FairnessAudit(
    name="loans", model=f"model/loans@{DIGEST}", rows=f"dataset/t@{DIGEST}", n_rows=1000, problem="classification",
    target="approved", favourable="1", min_count=30, confidence=0.95, attributes=(),
)


def traded(metric: str, change: tuple[float, float, float], *, is_gap: bool = True) -> Traded:
    """A figure of 1,000 rows with its change."""
    some = Bounded(value=0.3, low=0.2, high=0.4)
    value, low, high = change
    bounded = Bounded(value=value, low=low, high=high)
    return Traded(metric=metric, is_gap=is_gap, n=1000, before=some, after=some, change=bounded)


def test_the_bargain_in_a_sentence() -> None:
    """A gap that surely narrows and an accuracy that surely falls have their ends; how many answers turn is told."""
    of = Mitigation(
        attribute="sex", constraint="equalized_odds", learned_on=500,
        traded=(
            traded("accuracy", (-0.01, -0.02, -0.005), is_gap=False),
            traded("selection_rate", (0.1, 0.05, 0.2)),
            traded("recall", (-0.2, -0.3, -0.1)),
            traded("false_positive_rate", (0.01, -0.02, 0.04)),
        ),
        flipped=(Flipped(label="men", n=600, to_favourable=2, from_favourable=40),
                 Flipped(label="women", n=400, to_favourable=0, from_favourable=0)),
    )
    shown = mitigation(of, FOUND)
    assert shown["told"] == (
        "With thresholds of each group’s own, the gap in recall narrows by 20.0 points (−30.0 to −10.0 points); "
        "the gap in false positive rate shows no change (−2.0 to +4.0 points); "
        "accuracy falls by 1.0 points (−2.0 to −0.5 points). 42 of 1,000 answers would turn."
    )
    assert [row["word"] for row in shown["figures"]] == ["worse", "worse", "better", "no change shown"]
    assert shown["flipped"] == ["men: 2 to, 40 away from it, of 600"]


def test_what_was_not_tried_says_why() -> None:
    """There are no figures then."""
    shown = mitigation(Mitigation(attribute="sex", constraint="equalized_odds", why_not="no dev part"), FOUND)
    assert (shown["why_not"], shown["told"], shown["figures"]) == ("no dev part", "", [])
