"""The stage of a user's own steps, through the runner."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.errors import Misuse, StepFailed, StepRefused
from pipeline.preprocessing.parameters import with_parameters
from pipeline.preprocessing.preprocess import preprocess
from pipeline.step import Effect, Known, Rule, rowwise


@rowwise
def share(frame: pd.DataFrame) -> pd.DataFrame:
    """Debt as a share of income."""
    return frame.assign(share=frame["debt"] / frame["income"])


@rowwise
def keep_above(frame: pd.DataFrame, *, income: float) -> pd.DataFrame:
    """Keep rows above an income."""
    return frame[frame["income"] > income]


def centred(table: pd.DataFrame) -> pd.DataFrame:
    """Subtract the mean, without claiming anything."""
    return table.assign(income=table["income"] - table["income"].mean())


@rowwise
def centred_by_claim(frame: pd.DataFrame) -> pd.DataFrame:
    """Subtract the mean, and claim to be row-wise."""
    return frame.assign(income=frame["income"] - frame["income"].mean())


def raising(frame: pd.DataFrame) -> pd.DataFrame:
    """Name a column that is not there."""
    return frame[["nothing"]]


def nothing(frame: pd.DataFrame) -> pd.DataFrame:
    """Return no rows."""
    return frame.iloc[:0]


def in_place(frame: pd.DataFrame) -> None:
    """Forget to return."""


def two(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    """Want two tables."""
    return left


def test_each_function_is_a_step_of_its_name(runner, data):
    """Functions run in order, each recorded under its own name; a second use is numbered."""
    steps = [share, with_parameters(keep_above, income=50), with_parameters(keep_above, income=100)]
    result = preprocess(runner, data=data, steps=steps)
    assert [ran.step for ran in runner.ran[-3:]] == ["share", "keep_above", "keep_above_2"]
    assert result.startswith("dataset/loans.keep_above_2@")
    assert runner.value(result).index.tolist() == list(range(41, 101)) and "share" in runner.value(result)


def test_a_rowwise_function_keeps_the_way_of_each_row(runner, data):
    """Its rows rest on the same rows, known by a sample, and it is on the path from the source."""
    result = preprocess(runner, data=data, steps=[share, with_parameters(keep_above, income=30)])
    dependency = runner.store.dependencies(result)[0]
    assert (dependency.rule, dependency.effect, dependency.known) == (Rule.SAME_ROW, Effect.DIRECT, Known.SAMPLED)
    assert [step["step"] for step in runner.path(result)] == ["share", "keep_above"]
    assert runner.path(result)[1]["parameters"] == {"income": 30}


def test_any_other_function_rests_on_every_row(runner, data):
    """Without a claim the widest rule is recorded, as assumed."""
    dependency = runner.store.dependencies(preprocess(runner, data=data, steps=[centred]))[0]
    assert (dependency.rule, dependency.known) == (Rule.EVERY_ROW, Known.ASSUMED)


def test_a_claim_that_does_not_hold_is_widened(runner, data):
    """A function that subtracts the column's mean is not row-wise, whatever it claims."""
    with pytest.warns(UserWarning, match="does not"):
        result = preprocess(runner, data=data, steps=[centred_by_claim])
    assert runner.store.dependencies(result)[0].rule is Rule.EVERY_ROW


def test_no_steps_give_the_data_back(runner, data):
    """An empty list of steps changes nothing."""
    assert preprocess(runner, data=data, steps=[]) == data


@pytest.mark.parametrize(
    ("step", "error", "words"),
    [
        (raising, StepFailed, "nothing"), (nothing, StepRefused, "no rows"), (in_place, StepRefused, "NoneType"),
        (lambda frame: frame, Misuse, "a function with a name"), (3, Misuse, "a function with a name"),
        (keep_above, Misuse, "income"), (two, Misuse, "right"), (with_parameters(share, limit=3), Misuse, "limit"),
    ],
)
def test_a_step_that_cannot_be_is_refused_with_what_to_do(runner, data, step, error, words):
    """A function that raises, returns no table, or cannot be called as declared stops the stage."""
    with pytest.raises(error, match=words):
        preprocess(runner, data=data, steps=[step])
