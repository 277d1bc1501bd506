"""Where the way of a model's rows begins, which is where a request will begin too."""

from __future__ import annotations

from typing import Any

from pipeline.errors import StepRefused


def entry_of(runner: Any, *, train: str) -> str:
    """Give the reference of the dataset that the features `train` are a row-wise image of.

    Raises:
        StepRefused: the features of a row depend on other rows, so that no model could be served.
    """
    entry = str(runner.source_of(train))
    if entry == train:
        raise StepRefused(
            f"no single row can go the way to {train.partition('@')[0]}",
            expected="features that each row has by itself and by what was fitted",
            next_step="Look at the transforms of fit(…): one of them makes a row's features of other rows, too.",
        )
    return entry
