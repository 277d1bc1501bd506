"""A custom step of one dataset or several."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.errors import Misuse
from pipeline.preprocessing.custom import custom
from pipeline.step import Known, Rule, rowwise


def above(left: pd.DataFrame, limit: float, right: pd.DataFrame) -> pd.DataFrame:
    """Rows of the left whose income is above the limit, with a column of the right."""
    kept = left[left["income"] > limit]
    return kept.assign(twice=right["income"].reindex(kept.index) * 2)


@rowwise
def doubled(frame: pd.DataFrame) -> pd.DataFrame:
    """Double the income."""
    return frame.assign(income=frame["income"] * 2)


@rowwise
def both(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    """Claim to be row-wise over two tables."""
    return left


def test_datasets_are_bound_by_parameter_name(runner, data):
    """Datasets and parameters reach the function by name, in any order; the step has the name given."""
    other = custom(runner, function=doubled, parameters={}, name="doubled", inputs={"frame": data})
    inputs = {"right": other, "left": data}
    result = custom(runner, function=above, parameters={"limit": 245.0}, name="rich", inputs=inputs)
    assert result.startswith("dataset/loans.rich@")
    assert runner.value(result)["twice"].tolist() == [247.5 * 4, 250.0 * 4]
    assert {each.known for each in runner.store.dependencies(result)} == {Known.ASSUMED}


def test_a_rowwise_claim_counts_here_too(runner, data):
    """A custom step marked row-wise keeps row lineage."""
    result = custom(runner, function=doubled, parameters={}, name="doubled", inputs={"frame": data})
    assert runner.store.dependencies(result)[0].rule is Rule.SAME_ROW


def test_wrong_inputs_are_misuse(runner, data):
    """Something that is no dataset, and a row-wise claim over two datasets, are refused."""
    with pytest.raises(Misuse, match="takes datasets"):
        custom(runner, function=doubled, parameters={}, name="doubled", inputs={"frame": {"parts": {}}})
    with pytest.raises(Misuse, match="takes 2 datasets"):
        custom(runner, function=both, parameters={}, name="both", inputs={"left": data, "right": data})
