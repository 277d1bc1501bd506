"""Asking a loaded estimator about features: as `pipeline.artifacts.answer.ask` does, with less ceremony.

Most of a single row's time in scikit-learn goes into checking column names, twice: once for the
probabilities and once for the class. The names are the manifest's and are checked here; for
estimators whose class is by definition the most probable one, the probabilities give both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.answer import Answers, ask

_FLOAT = np.dtype("float64")
_NULLABLE = (pd.Int64Dtype(), pd.BooleanDtype())
_OF_PROBABILITY = {
    "sklearn.ensemble._forest.ExtraTreesClassifier",
    "sklearn.ensemble._forest.RandomForestClassifier",
    "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingClassifier",
    "sklearn.linear_model._logistic.LogisticRegression",
    "sklearn.tree._classes.DecisionTreeClassifier",
}
_OF_NUMBERS = {
    "sklearn.ensemble._forest.ExtraTreesRegressor",
    "sklearn.ensemble._forest.RandomForestRegressor",
    "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingRegressor",
    "sklearn.linear_model._base.LinearRegression",
    "sklearn.linear_model._coordinate_descent.ElasticNet",
    "sklearn.linear_model._coordinate_descent.Lasso",
    "sklearn.linear_model._ridge.Ridge",
    "sklearn.tree._classes.DecisionTreeRegressor",
}


class Asking:
    """Answers features `(n_rows, n_features)`. Takes `estimator` as its own: it must not be used elsewhere."""

    def __init__(self, estimator: Any, *, features: Sequence[str]) -> None:
        kind = f"{type(estimator).__module__}.{type(estimator).__qualname__}"
        self._estimator = estimator
        self._features = list(features)
        self._of_probability = kind in _OF_PROBABILITY
        self._is_plain = (self._of_probability or kind in _OF_NUMBERS) and self._takes_no_names()
        self._classes = tuple(np.asarray(getattr(estimator, "classes_", ())).tolist())

    def _takes_no_names(self) -> bool:
        """Let the estimator take arrays, if it was fitted to exactly these columns in this order."""
        if list(getattr(self._estimator, "feature_names_in_", self._features)) != self._features:
            return False
        vars(self._estimator).pop("feature_names_in_", None)
        return True

    def __call__(self, frame: pd.DataFrame) -> Answers:
        """Answer every row of `frame`, in order.

        Raises:
            StepRefused: a feature is absent or is no number.
            ValueError: the estimator cannot take the values.
        """
        columns = [_numbers(frame[name]) for name in self._features if name in frame]
        if not self._is_plain or len(columns) < len(self._features) or any(column is None for column in columns):
            return ask(self._estimator, frame, features=self._features)
        matrix = np.column_stack(columns)
        if not self._of_probability:
            return Answers(self._estimator.predict(matrix), None)
        probability = self._estimator.predict_proba(matrix)
        return Answers(self._estimator.classes_[probability.argmax(axis=1)], probability, self._classes)


def _numbers(column: pd.Series) -> np.ndarray | None:
    """Give a column as float64 with NaN for null, or None if it holds no numbers."""
    if column.dtype == _FLOAT:
        return column.to_numpy()
    return column.to_numpy("float64", na_value=np.nan) if column.dtype in _NULLABLE else None
