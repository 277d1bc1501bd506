"""What if each group had thresholds of its own: learned on dev rows by fairlearn, tried on test rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from pipeline.auditing.answered import Answered
from pipeline.auditing.slicing import Parts


class Unmitigable(Exception):
    """Thresholds cannot be learned; the text says why, for the report."""


class _Said(BaseEstimator):
    """An estimator whose prediction is the one column it is given: probabilities that were said already."""

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def fit(self, column: np.ndarray, truth: np.ndarray) -> _Said:
        """Learn nothing."""
        return self

    def predict(self, column: np.ndarray) -> np.ndarray:
        """Give the column back."""
        return np.asarray(column)[:, 0]


def mitigated(
    test: Answered, parting: Parts, *, dev: Answered, dev_parting: Parts, constraint: str, min_count: int, seed: int
) -> tuple[np.ndarray, dict[str, str]]:
    """Answer the test rows again by thresholds of each group's own, chosen on the dev rows.

    Gives `(n_rows,)`, whether the favourable answer is given, and a map from each group that keeps the
    model's own answers to the reason: too few dev rows, or one truth alone among them. Of the thresholds that keep
    `constraint` on the dev rows, fairlearn's ThresholdOptimizer takes the most accurate ones; near
    a threshold it draws lots, here with `seed`, so that equal inputs give equal answers.

    Raises:
        Unmitigable: the model gives no probabilities, or fewer than two groups can be learned from.
    """
    if test.probability is None or dev.probability is None:
        raise Unmitigable("the model gives no probabilities to set thresholds on")
    left_alone = _left_alone(parting, dev, dev_parting, min_count=min_count)
    labels = [label for label in parting.labels if label not in left_alone]
    if len(labels) < 2:
        raise Unmitigable("fewer than two groups have enough dev rows with both outcomes to set thresholds on")
    learned = np.isin(dev_parting.named(), labels)
    optimiser = _learned(dev.take(learned), dev_parting.named()[learned], constraint=constraint)
    turned = np.isin(parting.named(), labels)
    answer = test.answer == test.positive
    answer[turned] = optimiser.predict(
        test.probability[turned].reshape(-1, 1), sensitive_features=_text(parting.named()[turned]), random_state=seed
    ).astype(bool)
    return answer, left_alone


def _learned(dev: Answered, groups: np.ndarray, *, constraint: str) -> object:
    from fairlearn.postprocessing import ThresholdOptimizer

    optimiser = ThresholdOptimizer(estimator=_Said(), constraints=constraint, predict_method="predict")
    truth = (dev.truth == dev.positive).astype("int64")
    return optimiser.fit(dev.probability.reshape(-1, 1), truth, sensitive_features=_text(groups))


def _text(groups: np.ndarray) -> pd.Series:
    return pd.Series(groups, dtype="str")


def _left_alone(parting: Parts, dev: Answered, dev_parting: Parts, *, min_count: int) -> dict[str, str]:
    truth, groups = dev.truth == dev.positive, dev_parting.named()
    found = {}
    for label in parting.labels:
        of_group = truth[groups == label]
        if len(of_group) < min_count:
            found[label] = f"{len(of_group)} dev rows, {min_count} are needed"
        elif of_group.all() or not of_group.any():
            found[label] = f"its {len(of_group)} dev rows all have the same outcome"
    return found
