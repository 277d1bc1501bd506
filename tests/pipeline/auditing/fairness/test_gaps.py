"""Gaps against fairlearn, and against chance: many pairs looked at do not make a difference."""

from __future__ import annotations

from collections.abc import Callable

import fairlearn.metrics as theirs
import numpy as np
import pandas as pd
import pytest

from pipeline.artifacts.audit import Group
from pipeline.artifacts.fairness import Outcome
from pipeline.auditing.answered import answered
from pipeline.auditing.fairness.definitions import DEFINITIONS
from pipeline.auditing.fairness.gaps import gap, jointly, standing, surest, too_few
from pipeline.auditing.fairness.groups import parted
from pipeline.auditing.fairness.rates import rates

COMPARED = {"min_count": 1, "confidence": 0.95}
FUNCTIONS = {
    "demographic parity": (theirs.demographic_parity_difference, theirs.demographic_parity_ratio),
    "equalised odds": (theirs.equalized_odds_difference, theirs.equalized_odds_ratio),
    "equal opportunity": (theirs.equal_opportunity_difference, theirs.equal_opportunity_ratio),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("data", ["generated", "adult"])
@pytest.mark.parametrize("column", ["race", "sex"])
def test_gaps_equal_fairlearns(data: str, column: str, name: str, request: pytest.FixtureRequest) -> None:
    """Difference and ratio of each definition are fairlearn's own, on made and on real people."""
    found = request.getfixturevalue(data)
    answers, rows = found if data == "adult" else found(11)
    test = answered(answers, problem="classification", classes=(0, 1), positive=1)
    groups = rates(test, parted((column,), rows), attribute=column, confidence=0.95)
    held = standing(name, DEFINITIONS[name].metrics, groups, **COMPARED)
    difference, ratio = (
        each(answers["truth"], answers["answer"], sensitive_features=rows[column]) for each in FUNCTIONS[name]
    )
    assert held.widest.difference.value == pytest.approx(difference)
    assert min(each.ratio.value for each in held.gaps) == pytest.approx(ratio)


def test_by_hand(people: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """Men 60 %, women 30 %: 30 points, a half; recall 80 % against 50 %; precision 83.3 % against 80 %."""
    answers, rows = people
    test = answered(answers, problem="classification", classes=(0, 1), positive=1)
    groups = rates(test, parted(("sex",), rows), attribute="sex", confidence=0.95)
    found = {name: gap(name, groups, confidence=0.95) for name in ("selection_rate", "recall", "precision")}
    told = {name: (each.highest, each.difference.value, each.ratio.value) for name, each in found.items()}
    assert told["selection_rate"] == ("men", pytest.approx(0.3), pytest.approx(0.5))
    assert told["recall"] == ("men", pytest.approx(0.3), pytest.approx(0.625))
    assert told["precision"] == ("women", pytest.approx(1 / 30), pytest.approx(0.96))


def test_two_groups_need_no_correction() -> None:
    """One pair is one look; five groups are ten looks, in two metrics twenty."""
    assert jointly(0.95, groups=2) == pytest.approx(0.95)
    assert jointly(0.95, groups=5) == pytest.approx(0.995)
    assert jointly(0.95, groups=5, of=2) == pytest.approx(0.9975)


def test_chance_is_not_found(shares: Callable[..., Group]) -> None:
    """Six groups alike, of 80 cases each: in 95 of 100 samples or more, no difference is shown."""
    random, found = np.random.default_rng(4), 0
    for parts in random.binomial(80, 0.3, size=(400, 6)):
        groups = [shares(str(number), int(part), 80) for number, part in enumerate(parts)]
        found += standing("d", ("selection_rate",), groups, **COMPARED).outcome is Outcome.DIFFERS
    assert found / 400 <= 0.05


def test_the_surest_pair_need_not_be_the_widest(shares: Callable[..., Group]) -> None:
    """50 % of 40 cases lie farther below 66 % of 4,000 than 60 % of 4,000 do, but only the latter surely."""
    groups = [shares("few", 20, 40), shares("many", 2400, 4000), shares("most", 2640, 4000)]
    found = standing("d", ("selection_rate",), groups, min_count=30, confidence=0.95)
    assert (found.outcome, found.widest.lowest, found.shown.lowest) == (Outcome.DIFFERS, "few", "many")
    assert surest("selection_rate", groups, confidence=0.95) == found.shown


def test_small_groups_are_left_out(shares: Callable[..., Group]) -> None:
    """A group under the count is not compared, and with one group left there is not enough evidence."""
    groups = [shares("a", 5, 10), shares("b", 50, 100)]
    found = standing("d", ("selection_rate",), groups, min_count=30, confidence=0.95)
    assert found.outcome is Outcome.NOT_ENOUGH_EVIDENCE and found.gaps == ()
    assert found.left_out == {"a": "selection rate rests on 10 cases, 30 are needed"}
    assert too_few("selection_rate", groups, min_count=101).keys() == {"a", "b"}


def test_nobody_selected(shares: Callable[..., Group]) -> None:
    """All rates 0: no difference is shown, and a ratio to nothing is undefined."""
    found = standing("d", ("selection_rate",), [shares("a", 0, 50), shares("b", 0, 60)], **COMPARED)
    assert (found.outcome, found.widest.difference.value, found.widest.ratio) == (Outcome.NOT_SHOWN, 0.0, None)
    assert {found.widest.highest, found.widest.lowest} == {"a", "b"}
