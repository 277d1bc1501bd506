"""What a step returns has the same dtypes from version to version."""

import pandas as pd

from pipeline.step import Step


def aged(data, gap):
    """Ages, with one unknown while `gap` is true; all unknown in column `note`."""
    ages = [float("nan") if gap and n == 0 else 20 + n for n in range(len(data))]
    return pd.DataFrame({"age": ages, "note": None if gap else "x"}, index=data.index)


def test_the_last_nulls_going_changes_no_dtype(runner, source, rowwise_step):
    """A whole-number column that was floats because of a gap stays floats when the gap is filled."""
    step = rowwise_step(aged, claim=False)
    first = runner.run(Step(**{**_fields(step), "parameters": {"gap": True}}), {"data": source})
    second = runner.run(Step(**{**_fields(step), "parameters": {"gap": False}}), {"data": source})
    before, after = (runner.describe(ran.outputs["data"]).facts["columns"] for ran in (first, second))
    assert before["age"] == after["age"] == "float64"


def _fields(step):
    return {name: getattr(step, name) for name in step.__dataclass_fields__}
