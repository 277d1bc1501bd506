"""Transforms as they are declared."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from pipeline.errors import Misuse
from pipeline.preprocessing.transforms import Transform

SCALER = "sklearn.preprocessing.StandardScaler"


def test_its_repr_is_the_call_that_makes_it():
    """An edit of a declaration shows in its repr, which reads as the declaration."""
    declared = Transform("scale", estimator=SCALER, columns=("age", "pay"), with_mean=False)
    assert repr(declared) == f"Transform('scale', estimator='{SCALER}', columns=['age', 'pay'], with_mean=False)"
    assert eval(repr(declared)) == declared  # noqa: S307


def test_declaring_loads_no_data_library():
    """A DAG file that declares transforms, parameters and splits is parsed without data libraries."""
    code = (
        "import sys; from pipeline.preprocessing.transforms import Transform; import pipeline.artifacts.split;"
        "from pipeline.preprocessing.parameters import with_parameters;"
        "print(sorted({'pandas', 'numpy', 'sklearn', 'mlflow', 'airflow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": "a b"}, "letters, digits"), ({"name": "code"}, "runs use themselves"),
        ({"estimator": "StandardScaler"}, "dotted path"),
        ({"columns": "age"}, "each once"), ({"columns": []}, "each once"), ({"columns": ["age", "age"]}, "each once"),
        ({"with_mean": object()}, "JSON"),
    ],
)
def test_a_wrong_declaration_is_misuse(wrong, words):
    """A declaration that cannot work is refused where it is written."""
    with pytest.raises(Misuse, match=re.escape(words)):
        Transform(**{"name": "scale", "estimator": SCALER, "columns": ["age"], **wrong})
