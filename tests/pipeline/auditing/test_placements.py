"""AUC of every group and of the rows outside it, against pairs counted one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.metrics import roc_auc_score

from pipeline.auditing.placements import Ranked
from pipeline.auditing.slicing import Parts


def by_hand(positive: np.ndarray, probability: np.ndarray) -> tuple[float, float]:
    """AUC and DeLong's standard error from all pairs."""
    wins = np.sign(probability[positive][:, None] - probability[~positive]) / 2 + 0.5
    above, below = wins.mean(axis=1), wins.mean(axis=0)
    spread = [each.var(ddof=1) / len(each) if len(each) > 1 else 0.0 for each in (above, below)]
    return wins.mean(), np.sqrt(sum(spread))


ROWS = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.2, 0.5, 0.7, 1.0]), st.integers(0, 2)),
    min_size=1,
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(ROWS)
def test_every_group_and_its_rest(rows: list[tuple[bool, float, int]]) -> None:
    """Value, count and error of each group and of the rows outside it are those of that group alone."""
    positive, probability, codes = (np.array(column) for column in zip(*rows, strict=True))
    present, codes = np.unique(codes, return_inverse=True)
    parts = Parts(tuple(map(str, present)), codes)
    for outside, found in enumerate(Ranked.of(positive, probability).estimates(parts)):
        for group in range(len(parts)):
            own = (codes == group) != bool(outside)
            rarest = min(positive[own].sum(), (~positive[own]).sum())
            assert found.n[group] == rarest
            if rarest:
                value, error = by_hand(positive[own], probability[own])
                assert found.value[group] == pytest.approx(value)
                assert found.error[group] == pytest.approx(error, abs=1e-7)
            else:
                assert np.isnan(found.value[group])


def test_by_hand() -> None:
    """Positives .9 .6 .4, negatives .7 .2: shares won 1, ½, ½ (variance 1/12) and ⅓, 1 (2/9): √(1/36 + 1/9)."""
    positive, probability = np.array([1, 1, 1, 0, 0], bool), np.array([0.9, 0.6, 0.4, 0.7, 0.2])
    own, _ = Ranked.of(positive, probability).estimates(Parts.whole(5))
    assert (own.value[0], own.error[0]) == (pytest.approx(4 / 6), pytest.approx((1 / 36 + 1 / 9) ** 0.5))


def test_many_rows_stay_exact() -> None:
    """Of 200,000 rows, scikit-learn's AUC of a large group, a small one and the rest of each."""
    random = np.random.default_rng(0)
    positive, codes = random.random(200_000) < 0.1, (random.random(200_000) < 0.001).astype(int)
    probability = np.round(random.normal(size=200_000) + positive, 3)
    own, rest = Ranked.of(positive, probability).estimates(Parts(("large", "small"), codes))
    expected = [roc_auc_score(positive[codes == group], probability[codes == group]) for group in (0, 1)]
    assert own.value == pytest.approx(expected, abs=1e-12) and rest.value == pytest.approx(expected[::-1], abs=1e-12)
    assert rest.error == pytest.approx(own.error[::-1], rel=1e-6)


def test_influence_gives_the_error() -> None:
    """What each row moves the AUC by has mean 0, and its spread is DeLong's error."""
    random = np.random.default_rng(1)
    positive = random.random(2000) < 0.3
    probability = np.round(random.normal(size=2000) + positive, 1)
    ranked = Ranked.of(positive, probability)
    influence = ranked.influence()
    assert influence.mean() == pytest.approx(0, abs=1e-9)
    assert influence.std() / 2000**0.5 == pytest.approx(ranked.estimates(Parts.whole(2000))[0].error[0], rel=0.01)
