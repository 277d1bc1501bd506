"""Which columns a row must bring is found by leaving each one empty; of which type, from what they hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.code import bundle, reach
from pipeline.errors import TrainingRefused
from pipeline.training.required import find_required, types_of

ROWS = pd.DataFrame(
    {
        "income": np.arange(1.0, 101),
        "loan": np.arange(100.0, 0, -1),
        "race": pd.array(["a", "b"] * 50, dtype="str"),
        "year": pd.array([1990, 1991] * 50, dtype="Int64"),
        "denied": pd.array([0, 1] * 50, dtype="Int64"),
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


def found(*functions: object, given: list[dict], features: list[str], **more: Any) -> dict[str, Any]:
    """Give what is found on a way through these functions."""
    code = [bundle(function, reach(function)) for function in functions]
    path = [{"step": "own", "code": "code/own@00", "parameters": parameters} for parameters in given]
    asked = {"rows": ROWS, "types": None, "target": "denied", **more}
    return find_required(code=code, path=path, features=features, **asked)["columns"].value


def required(*functions: object, given: list[dict], features: list[str]) -> list[str]:
    """Give the columns found to be required."""
    return found(*functions, given=given, features=features)["required"]


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


def test_the_key_of_a_lookup_is_required() -> None:
    """What is looked up by race makes race required; the columns of the table looked up in are none of the row's."""
    table = pd.DataFrame(
        {"race": pd.array(["a", "b"], dtype="str"), "share": [0.2, 0.8]}, index=pd.Index([1, 2], name="row")
    )
    lookup = {
        "step": "shares", "code": None, "function": "pipeline.preprocessing.lookup:lookup_rows",
        "parameters": {"on": {"race": "race"}, "columns": ["share"], "found": None}, "columns": {},
        "reference": "dataset/shares@00", "origin": "shares",
        "on": {"output": ["race"], "input": ["race"]}, "reads": ["race", "share"],
    }  # fmt: skip
    made = find_required(ROWS, (), [table], path=[lookup], types=None, features=["share"], target="denied")
    assert made["columns"].value["required"] == ["race"]


def test_types_are_those_declared_or_those_of_the_columns() -> None:
    """A source's declared types stand; another dataset's follow from its dtypes."""
    assert found(given=[], features=["loan"], types={"loan": "integer"})["types"] == {"loan": "integer"}
    own = {"income": "number", "loan": "number", "race": "text", "year": "integer", "denied": "integer"}
    assert found(given=[], features=["loan"])["types"] == own


def test_only_columns_that_a_request_can_state_have_a_type() -> None:
    """Whole numbers, numbers, texts, truths, times in UTC and categories of texts; nothing else."""
    when = pd.Series(pd.to_datetime(["2026-01-01"], utc=True)).astype("datetime64[us, UTC]")
    frame = pd.DataFrame({
        "whole": pd.array([1], dtype="Int64"), "real": [0.5], "text": pd.array(["a"], dtype="str"),
        "truth": pd.array([True], dtype="boolean"), "instant": when, "local": when.dt.tz_localize(None),
        "spent": pd.array([1], dtype="timedelta64[us]"), "words": pd.Categorical(["a"]),
        "numbers": pd.Categorical([1]),
    }).astype({"words": pd.CategoricalDtype(pd.Index(["a"], dtype="str"))})  # fmt: skip
    assert types_of(frame) == {
        "whole": "integer", "real": "number", "text": "text", "truth": "boolean", "instant": "datetime",
        "words": "category",
    }  # fmt: skip


def test_features_that_no_request_can_state_are_refused() -> None:
    """A model that rests on a time without a zone could not be served: it is told before it is released."""
    rows = ROWS.assign(born=pd.Timestamp("1990-05-01").as_unit("us"))
    with pytest.raises(TrainingRefused, match="no request can state.*: born: datetime64\\[us\\]"):
        found(aged, given=[{}], features=["age"], rows=rows)


def aged(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the age in 2026."""
    return rows.assign(age=2026.0 - rows["born"].dt.year)
