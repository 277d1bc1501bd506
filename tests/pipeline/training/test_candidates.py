"""A candidate is a legal, readable, JSON-able declaration that imports nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pipeline.errors import Misuse
from pipeline.training import Candidate

LOGISTIC = "sklearn.linear_model.LogisticRegression"


def test_the_repr_says_all_that_was_declared() -> None:
    """Equal declarations have equal reprs, whatever the order of their parameters, and it can be evaluated."""
    one = Candidate("small", estimator=LOGISTIC, C=0.1, max_iter=500, overfit_parameters={"C": 1e9})
    other = Candidate("small", estimator=LOGISTIC, max_iter=500, C=0.1, overfit_parameters={"C": 1e9})
    assert repr(one) == repr(other) and one == other
    assert eval(repr(one), {"Candidate": Candidate}) == one


def test_a_tuple_becomes_what_json_carries() -> None:
    """Parameters are kept as they will be recorded and given to the estimator."""
    assert Candidate("net", estimator="a.b", hidden_layer_sizes=(10, 5)).parameters == {"hidden_layer_sizes": [10, 5]}


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"name": "no good"}, "unusable name"),
        ({"estimator": "LogisticRegression"}, "dotted path"),
        ({"C": float("inf")}, "very large number"),
        ({"kernel": object()}, "JSON cannot carry"),
        ({"overfit": (0, 10)}, "numbers of examples, from 1"),
        ({"overfit": (1, 10)}, "or a reason"),
        ({"overfit": False}, 'overfit_reason="…"'),
    ],
)
def test_a_wrong_declaration_is_refused_where_it_stands(declared: dict, said: str) -> None:
    """Each mistake is named when the DAG file is parsed, not when training begins."""
    with pytest.raises(Misuse, match=said):
        Candidate(**({"name": "small", "estimator": LOGISTIC} | declared))


def test_fewer_sizes_need_a_reason() -> None:
    """A linear model may ask for fewer examples if it says why."""
    lenient = Candidate("small", estimator=LOGISTIC, overfit=(1, 10), overfit_reason="it is linear")
    assert lenient.overfit == (1, 10) and "overfit_reason='it is linear'" in repr(lenient)


def test_declaring_loads_no_data_library() -> None:
    """A DAG file that declares candidates parses without pandas, scikit-learn or MLflow."""
    code = (
        "import sys; from pipeline.training import Candidate; from pipeline.artifacts import model, metric; "
        "Candidate('a', estimator='sklearn.svm.SVC'); "
        "print(sorted({'numpy', 'pandas', 'sklearn', 'mlflow'} & {*sys.modules}))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
