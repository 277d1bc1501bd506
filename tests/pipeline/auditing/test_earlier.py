"""The release before: which one it is, and that its answers are its own."""

from __future__ import annotations

import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from lineage.records import Release
from pipeline.artifacts.model import Model
from pipeline.auditing.earlier import answers_before, model_before


def ledger(*models: str) -> list[Release]:
    """Live releases of one endpoint, newest first as the store gives them."""
    return [Release(endpoint="e", model=model, number=number) for number, model in enumerate(models, 1)][::-1]


@pytest.mark.parametrize(
    ("live", "model", "before"),
    [
        ((), "A", ""),
        (("A",), "A", ""),
        (("A",), "B", "A"),
        (("A", "B"), "B", "A"),
        (("A", "B"), "A", "B"),
        (("A", "B", "A"), "A", ""),
        (("A", "B", "C", "B"), "B", "A"),
        (("A", "B", "C", "B"), "D", "B"),
    ],
)
def test_model_before(live: tuple[str, ...], model: str, before: str) -> None:
    """It is the live model, or for the live model itself the one it first replaced: a second audit asks the same."""
    assert model_before(ledger(*live), model=model) == before


def test_shadows_are_no_releases_before() -> None:
    """Only what was live is compared with."""
    shadow = Release(endpoint="e", model="S", number=2, role="shadow")
    assert model_before([shadow, *ledger("A")], model="B") == "A"


def test_the_model_before_looks_up_where_it_was_trained_to() -> None:
    """Today's rows go its way again with the table of then: of three, one is not in it, one it was trained on."""
    table = pd.DataFrame(
        {"k": pd.array(["a", "b"], dtype="str"), "n": [10.0, 20.0]}, index=pd.Index([1, 2], name="row")
    )
    rows = pd.DataFrame({"k": pd.array(["b", "z", "a"], dtype="str")}, index=pd.Index([5, 6, 7], name="row"))
    lookup = {
        "step": "numbers", "code": None, "function": "pipeline.preprocessing.lookup:lookup_rows",
        "parameters": {"on": {"k": "k"}, "columns": ["n"], "found": None}, "columns": {},
        "reference": "dataset/table@00", "origin": "table",
        "on": {"output": ["k"], "input": ["k"]}, "reads": ["k", "n"],
    }  # fmt: skip
    fields = {
        "name": "m", "candidate": "c", "problem": "regression", "target": "y", "features": ("n",),
        "estimator": "estimator/m@00", "source": "dataset/s@00", "source_name": "s", "trained_on": "dataset/t@00",
        "trained_rows": 2, "metric": "rmse",
    }  # fmt: skip
    answers = answers_before(
        model=Model(**fields).to_json(),
        estimator=LinearRegression().fit(pd.DataFrame({"n": [0.0, 1.0]}), [0.0, 2.0]),
        rows=rows,
        test=rows,
        seen=rows.iloc[2:],
        references=[table],
        path=[lookup],
        features={},
        apply=lambda frame, transforms: frame.fillna({"n": 0.0}),
    )
    assert answers["answer"].round(9).to_dict() == {5: 40.0, 6: 0.0}
