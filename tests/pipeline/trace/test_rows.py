"""The source rows behind a dataset or a model."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import Misuse
from pipeline.trace import source_rows
from pipeline.trace.rows import to_json


def test_a_model_gives_the_rows_it_was_trained_on(history) -> None:
    """The rows of the training part are listed by their source ids, ascending."""
    assert source_rows(history.store, history.storage, history.model.reference) == [-5, 11]


def test_a_dataset_gives_its_own_rows(history) -> None:
    """A name is enough to ask by."""
    assert source_rows(history.store, history.storage, "applications") == [-5, 11, 12]


def test_other_artifacts_have_no_rows(history) -> None:
    """What has no rows is refused with what does."""
    page = history.keep("page", "loans.audit", "<p>fine</p>")
    history.ran("audit", [history.model], page, hour=4)
    with pytest.raises(Misuse, match="expected a dataset or a model; found page"):
        source_rows(history.store, history.storage, page.reference)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (pd.NA, None), (pd.NaT, None), (np.nan, None), (np.inf, None), (None, None), (np.int64(3), 3),
        (np.float64(0.5), 0.5), (np.bool_(True), True), ("x", "x"), (b"\x01", "b'\\x01'"),
        (pd.Timestamp("2026-01-02T03:04:05Z"), "2026-01-02T03:04:05+00:00"),
    ],
)
def test_a_cell_becomes_a_json_value(value: object, plain: object) -> None:
    """Nulls of every kind are null; times are ISO text; what JSON lacks is text."""
    assert to_json(value) == plain
