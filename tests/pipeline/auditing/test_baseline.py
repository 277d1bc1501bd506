"""What a declared baseline accepts and refuses."""

from __future__ import annotations

import json

import pytest

from pipeline.auditing.baseline import AnsweredBy, Level, from_json, name_of, to_json
from pipeline.errors import Misuse


@pytest.mark.parametrize(
    "declared",
    [
        "naive",
        Level("ads", metric="recall"),
        Level("human", metric="mae", value=3, n=40, source="two experts"),
        Level("human", metric="f1", slice="noise", per_slice={"car": (0.9, 40), "low": None}, source="x"),
        AnsweredBy("human", columns=["ann", "bob"]),
        AnsweredBy("human", column="ann"),
    ],
)
def test_survives_json(declared: object) -> None:
    """A baseline read back from JSON text equals the one that was declared, and keeps its name."""
    again = from_json(json.loads(json.dumps(to_json(declared))))
    assert (again, name_of(again)) == (declared, name_of(declared))


def test_a_level_that_nobody_knows_is_declared_without_a_figure() -> None:
    """No figure, no source needed: it is not known, which is told apart from 0."""
    assert not Level("human", metric="accuracy").is_known
    assert Level("human", metric="accuracy", value=0, source="x").is_known


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "naive", "metric": "accuracy", "value": 0.9, "source": "x"},
        {"name": "human", "metric": "acuracy", "value": 0.9, "source": "x"},
        {"name": "human", "metric": "accuracy", "value": 95, "source": "x"},
        {"name": "human", "metric": "accuracy", "value": float("inf"), "source": "x"},
        {"name": "human", "metric": "accuracy", "value": 0.9, "n": -1, "source": "x"},
        {"name": "human", "metric": "accuracy", "value": 0.9},
        {"name": "human", "metric": "accuracy", "per_slice": {"men": 0.9}, "source": "x"},
        {"name": "human", "metric": "accuracy", "slice": "sex", "value": 0.9, "source": "x"},
        {"name": "human", "metric": "accuracy", "slice": "sex", "per_slice": {"men": (0.9, 4, 5)}, "source": "x"},
        {"name": "human", "metric": "accuracy", "value": "95 %", "source": "x"},
    ],
)
def test_level_refuses(wrong: dict) -> None:
    """A level has a name of its own, a known metric, a possible value, its source, and groups only with their slice."""
    with pytest.raises(Misuse):
        Level(**wrong)


def test_value_in_per_cent_is_pointed_out() -> None:
    """95 for a share says that 0.95 was meant."""
    with pytest.raises(Misuse, match="Did you mean 0.95"):
        Level("human", metric="accuracy", value=95, source="x")


@pytest.mark.parametrize("wrong", [{}, {"columns": ("ann", "ann")}])
def test_answers_of_others_refuse(wrong: dict) -> None:
    """Somebody answered in some column, each once."""
    with pytest.raises(Misuse):
        AnsweredBy("human", **wrong)
