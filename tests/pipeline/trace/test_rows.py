"""The source rows behind a dataset or a model."""

from __future__ import annotations

import pytest

from pipeline.errors import Misuse
from pipeline.trace import source_rows


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
