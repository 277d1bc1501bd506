"""Before and after, on a table small enough to work by hand, and by an independent bootstrap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score

from pipeline.auditing.answered import answered
from pipeline.auditing.fairness.groups import parted
from pipeline.auditing.fairness.tradeoff import Resampling, flipped, traded

HOW = Resampling(min_count=10, confidence=0.95, resamples=2000, seed=0)
People = tuple[pd.DataFrame, pd.DataFrame]


def turned(people: People, *, women: int) -> np.ndarray:
    """The answers, with the first so many refused women answered yes: approved ones come first."""
    answers, rows = people
    after = answers["answer"].to_numpy() == 1
    refused = np.flatnonzero((rows["sex"] == "women").to_numpy() & ~after)
    after[refused[:women]] = True
    return after


def test_by_hand(people: People) -> None:
    """10 more approved women are found: 22 of 40 are selected, the gap falls from 30 to 5, 10 more of 90 are right."""
    answers, rows = people
    test, after = answered(answers, problem="classification", classes=(0, 1), positive=1), turned(people, women=10)
    found = {each.metric: each for each in traded(test, after, parted(("sex",), rows), how=HOW)}
    assert found["selection_rate"].before.value == pytest.approx(0.3)
    assert found["selection_rate"].after.value == pytest.approx(0.05)
    assert found["selection_rate"].change.value == pytest.approx(-0.25)
    assert found["recall"].after.value == pytest.approx(0.2)  # now women 100 %, men 80 %
    accuracy = found["accuracy"]
    assert accuracy.before.value == pytest.approx(accuracy_score(answers["truth"], answers["answer"]))
    assert accuracy.change.value == pytest.approx(10 / 90)
    assert 0 < accuracy.change.low < 10 / 90 < accuracy.change.high


def test_flipped(people: People) -> None:
    """Ten women's answers turn to yes, nobody's away from it."""
    answers, rows = people
    test = answered(answers, problem="classification", classes=(0, 1), positive=1)
    men, women = flipped(test, turned(people, women=10), parted(("sex",), rows))
    assert (women.label, women.n, women.to_favourable, women.from_favourable) == ("women", 40, 10, 0)
    assert (men.n, men.to_favourable, men.from_favourable) == (50, 0, 0)


def test_nothing_changed_is_no_change(people: People) -> None:
    """Answers that stay as they are change nothing, with certainty, whatever the gap is."""
    answers, rows = people
    test = answered(answers, problem="classification", classes=(0, 1), positive=1)
    for each in traded(test, turned(people, women=0), parted(("sex",), rows), how=HOW):
        assert (each.change.value, each.change.low, each.change.high) == (0.0, 0.0, 0.0)


def test_the_bootstrap_is_paired(people: People) -> None:
    """The interval of the change in the selection gap is that of a row by row bootstrap within each group."""
    answers, rows = people
    test, after = answered(answers, problem="classification", classes=(0, 1), positive=1), turned(people, women=4)
    by_metric = {each.metric: each for each in traded(test, after, parted(("sex",), rows), how=HOW)}
    found = by_metric["selection_rate"].change
    random, before = np.random.default_rng(1), answers["answer"].to_numpy() == 1
    of_group = [np.flatnonzero(rows["sex"] == sex) for sex in ("men", "women")]
    changes = []
    for _ in range(2000):
        drawn = [random.choice(group, len(group)) for group in of_group]
        gaps = [abs(answer[drawn[0]].mean() - answer[drawn[1]].mean()) for answer in (before, after)]
        changes.append(gaps[1] - gaps[0])
    assert (found.low, found.high) == pytest.approx(tuple(np.percentile(changes, (2.5, 97.5))), abs=0.026)


def test_rates_without_cases_are_left_out(people: People) -> None:
    """Where nobody is answered yes afterwards, precision has no gap to speak of; accuracy has its figure."""
    answers, rows = people
    test = answered(answers, problem="classification", classes=(0, 1), positive=1)
    names = [each.metric for each in traded(test, np.zeros(90, dtype=bool), parted(("sex",), rows), how=HOW)]
    assert names == ["accuracy", "selection_rate", "recall", "false_positive_rate"]
