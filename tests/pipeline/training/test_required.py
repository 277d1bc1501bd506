"""Which columns a row must bring is found by leaving each one empty."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.code import bundle, reach
from pipeline.training.required import find_required

ROWS = pd.DataFrame(
    {
        "income": np.arange(1.0, 101), "loan": np.arange(100.0, 0, -1), "race": pd.array(["a", "b"] * 50, dtype="str"),
        "year": pd.array([1990, 1991] * 50, dtype="Int64"), "denied": pd.array([0, 1] * 50, dtype="Int64"),
    },
    index=pd.Index(range(100), name="row"),
)


def ratio(rows: pd.DataFrame, *, scale: float) -> pd.DataFrame:
    """Make a ratio, and name a group that no feature uses."""
    return rows.assign(ratio=rows["loan"] / rows["income"] * scale, group=rows["race"].str.upper())


def one_year(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows of 1990."""
    return rows[rows["year"] == 1990]


def strict(rows: pd.DataFrame) -> pd.DataFrame:
    """Refuse rows without a race."""
    if rows["race"].isna().any():
        raise ValueError("race")
    return rows


def required(*functions: object, given: list[dict], features: list[str]) -> list[str]:
    """Give the columns found to be required."""
    code = [bundle(function, reach(function)) for function in functions]
    return find_required(ROWS, code, given=given, features=features, target="denied")["columns"].value["required"]


def test_a_column_is_required_if_a_feature_comes_of_it() -> None:
    """The ratio needs loan and income; race only names a group that is no feature."""
    assert required(ratio, given=[{"scale": 2.0}], features=["ratio"]) == ["income", "loan"]


def test_a_column_that_decides_which_rows_stay_is_required() -> None:
    """A filter by year needs the year, although no feature does."""
    assert required(one_year, given=[{}], features=["income"]) == ["income", "year"]


def test_a_column_that_a_function_cannot_do_without_is_required() -> None:
    """A function that raises on an empty column requires it."""
    assert required(strict, given=[{}], features=["income"]) == ["income", "race"]


def test_without_functions_the_features_are_required() -> None:
    """Features read straight from the source are all that a row must bring, and never the target."""
    assert required(given=[], features=["loan", "denied"]) == ["loan"]
