"""The step that asks a model about its test rows, once: every part of an audit reads the same answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.answer import Answers, ask, probability_column
from pipeline.artifacts.model import Model
from pipeline.errors import AuditRefused

TRUTH, ANSWER = "truth", "answer"


def answers(*, model: Mapping[str, Any], estimator: Any, features: pd.DataFrame) -> pd.DataFrame:
    """Answer every test row: its `truth`, the model's `answer`, and what it gives of probabilities, by row.

    `features` are the test rows as the estimator takes them, with the target. A classifier's probabilities
    are one column per class, named by `probability_column`.

    Raises:
        AuditRefused: there are no test rows, or a truth, an answer or a probability is missing; rows are named.
    """
    manifest = Model.from_json(model)
    if not len(features):
        raise AuditRefused(f"model {manifest.name} has no test rows to be audited on", next_step="See the split stage.")
    given = ask(estimator, features, features=manifest.features)
    table = _table(given, features[manifest.target])
    _refuse_missing(table)
    return table


def rows_of(answers: pd.DataFrame, rows: pd.DataFrame, *, part: str = "test") -> pd.DataFrame:
    """Give the rows that answers are about, in their order, with all columns that are stored of them.

    Raises:
        AuditRefused: an answer is about no row of `rows`, which are those of the `part` of that name.
    """
    if rows.index.equals(answers.index):
        return rows
    places = rows.index.get_indexer(answers.index)
    missing = answers.index[places < 0]
    if len(missing):
        raise AuditRefused(
            f"{part} rows that were answered are not in the {part} part, so nothing else is known of them",
            examples=[f"row {row}" for row in missing[:5]],
            count=len(missing),
        )
    return rows.take(places)


def _table(given: Answers, truth: pd.Series) -> pd.DataFrame:
    columns: dict[str, Any] = {TRUTH: truth.array, ANSWER: np.asarray(given.answer)}
    if given.probability is not None:
        columns |= {probability_column(label): given.probability_of(label) for label in given.classes}
    return pd.DataFrame(columns, index=truth.index)


def _refuse_missing(table: pd.DataFrame) -> None:
    for name in table:
        missing = table[name].isna().to_numpy()
        if missing.any():
            raise AuditRefused(
                f"the {name} is missing on test rows",
                found=f"{int(missing.sum())} of {len(table)}",
                examples=[f"row {row}" for row in table.index[missing][:5]],
                count=int(missing.sum()),
                next_step="A model that gives no answer cannot be measured: see its training run.",
            )
