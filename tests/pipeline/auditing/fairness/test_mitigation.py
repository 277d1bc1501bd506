"""Thresholds of each group's own: fairlearn's, learned on dev rows, the same every time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import demographic_parity_difference, equalized_odds_difference

from pipeline.auditing.answered import Answered, answered
from pipeline.auditing.fairness.groups import parted
from pipeline.auditing.slicing import Parts
from pipeline.auditing.fairness.mitigation import Unmitigable, mitigated
from pipeline.auditing.fairness.policy import CONSTRAINTS

HOW = {"min_count": 30, "seed": 0}
Table = Callable[..., tuple[pd.DataFrame, pd.DataFrame]]


def read(table: pd.DataFrame) -> Answered:
    """The answers of a binary classifier."""
    return answered(table, problem="classification", classes=(0, 1), positive=1)


@pytest.mark.parametrize(
    ("constraint", "measure"),
    [("demographic_parity", demographic_parity_difference), ("equalized_odds", equalized_odds_difference)],
)
def test_the_gap_closes(generated: Table, constraint: str, measure: Callable[..., float]) -> None:
    """By fairlearn's own measure the gap on fresh rows is less than half of what it was."""
    (dev, dev_rows), (test, rows) = generated(1, 20_000), generated(2, 20_000)
    parting, dev_parting = parted(("sex",), rows), parted(("sex",), dev_rows)
    answer, alone = mitigated(read(test), parting, dev=read(dev), dev_parting=dev_parting, constraint=constraint, **HOW)
    before, after = (measure(test["truth"], each, sensitive_features=rows["sex"]) for each in (test["answer"], answer))
    assert after < before / 2 and alone == {}


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_equal_inputs_give_equal_answers(generated: Table, constraint: str) -> None:
    """The lots that are drawn near a threshold are seeded, for every constraint that can be declared."""
    dev, rows = generated(3)
    parting = parted(("race",), rows)
    one, other = (
        mitigated(read(dev), parting, dev=read(dev), dev_parting=parting, constraint=constraint, **HOW)[0]
        for _ in range(2)
    )
    assert one.dtype == bool and np.array_equal(one, other)


def test_small_groups_keep_their_answers(generated: Table) -> None:
    """A group of too few dev rows, or of one outcome alone, or of none at all, is answered as the model does."""
    dev, rows = generated(4, 400)
    test, test_rows = dev.copy(), rows.copy()
    rows = rows.assign(race=np.repeat(["a", "b", "few", "one"], [150, 150, 20, 80]))
    dev.loc[rows["race"] == "one", "truth"] = 0
    test_rows = test_rows.assign(race=np.repeat(["a", "b", "few", "one", "new"], [150, 150, 20, 40, 40]))
    parting = parted(("race",), test_rows)
    answer, alone = mitigated(
        read(test), parting, dev=read(dev), dev_parting=parted(("race",), rows), constraint="equalized_odds", **HOW
    )
    assert alone == {
        "few": "20 dev rows, 30 are needed",
        "one": "its 80 dev rows all have the same outcome",
        "new": "0 dev rows, 30 are needed",
    }
    kept = test_rows["race"].isin(list(alone)).to_numpy()
    assert np.array_equal(answer[kept], test["answer"].to_numpy()[kept] == 1)


def test_what_cannot_be_learned_is_said(generated: Table) -> None:
    """One group alone, or answers without probabilities, give no thresholds."""
    dev, rows = generated(5, 100)
    whole = Parts(("all",), np.zeros(100, dtype=int))
    with pytest.raises(Unmitigable, match="fewer than two groups"):
        mitigated(read(dev), whole, dev=read(dev), dev_parting=whole, constraint="equalized_odds", **HOW)
    bare = read(dev[["truth", "answer"]])
    with pytest.raises(Unmitigable, match="no probabilities"):
        mitigated(bare, whole, dev=bare, dev_parting=whole, constraint="equalized_odds", **HOW)
