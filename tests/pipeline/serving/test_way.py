"""A recorded step, called again on other rows."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.errors import Misuse, RequestRejected
from pipeline.serving.way import Call, function_at
from pipeline.step import Made


def rows(**columns: list[object]) -> pd.DataFrame:
    """Make a frame of rows numbered from 0."""
    frame = pd.DataFrame(columns)
    return frame.rename_axis(index="row")


def test_a_step_gets_its_rows_and_parameters_by_name() -> None:
    """The role takes the frame; what the step returns is normalised."""
    call = Call(step="more", function=lambda data, *, by: data + by, role="data", given={"by": 2})
    assert call(rows(a=[1, 2]))["a"].tolist() == [3, 4]
    assert str(call(rows(a=[1]))["a"].dtype) == "Int64"


def test_what_a_framework_step_made_is_taken_out() -> None:
    """A step that returns its output by role gives the dataset in it."""
    call = Call(step="apply", function=lambda data: {"data": Made("dataset", data + 1)}, role="data")
    assert call(rows(a=[1]))["a"].tolist() == [2]


def test_the_order_of_the_request_is_restored() -> None:
    """A step that sorts does not mix answers up."""
    call = Call(step="sort", function=lambda data: data.sort_values("a"), role="data")
    assert call(rows(a=[3, 1, 2]))["a"].tolist() == [3, 1, 2]


def test_a_column_of_nulls_has_the_dtype_of_training() -> None:
    """A single null cannot tell its type; the record of training can."""
    call = Call(step="map", function=lambda data: data.assign(b=None), role="data", dtypes={"b": "Int64"})
    assert str(call(rows(a=[1]))["b"].dtype) == "Int64"


@pytest.mark.parametrize(
    "wrong", [lambda data: data["nothing"], lambda data: None, lambda data: data.assign(b=[[1, "x"]])]
)
def test_a_step_that_fails_refuses_the_request(wrong) -> None:
    """Whatever a user's function raises or returns, the request is refused by the step's name."""
    with pytest.raises(RequestRejected, match="step odd cannot take these rows"):
        Call(step="odd", function=wrong, role="data")(rows(a=[1]))


def test_a_function_that_is_gone_is_named() -> None:
    """A recorded function that this installation lacks is told with its step."""
    with pytest.raises(Misuse, match="the code of step apply cannot be loaded; found ModuleNotFoundError"):
        function_at("apply", "pipeline.nowhere:apply")
