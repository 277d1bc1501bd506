"""Answers, rows and judgements made to order, with figures that can be worked by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.errortable import ErrorTable
from pipeline.auditing.errors.analysis import ErrorAnalysis
from pipeline.auditing.errors.judgements import TYPES
from pipeline.auditing.errors.sample import sample_errors
from pipeline.auditing.errors.table import tabulate

DIGEST = "ab" * 16
MODEL = {
    "name": "mail", "candidate": "one", "problem": "classification", "target": "spam", "features": ["x"],
    "estimator": f"estimator/e@{DIGEST}", "transforms": [], "classes": [0, 1], "positive": 1,
    "source": f"dataset/s@{DIGEST}", "source_name": "s", "types": {}, "required": [], "path": [], "apply": {},
    "selection": "", "trained_on": f"dataset/t@{DIGEST}", "trained_rows": 10, "metric": "accuracy", "metrics": {},
}
REGRESSION = {**MODEL, "problem": "regression", "classes": [], "positive": None}
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def spread_ids(count: int) -> pd.Index:
    """Ids as ingestion gives them: all over the 64 bits, some negative, ascending."""
    ids = np.random.default_rng(5).integers(-(2**63), 2**63 - 1, count)
    return pd.Index(np.sort(ids), name="row")


def answered(wrong: Sequence[bool], *, index: pd.Index | None = None) -> pd.DataFrame:
    """Answers to rows whose truth is 1: 0 where they are to be wrong."""
    index = spread_ids(len(wrong)) if index is None else index
    return pd.DataFrame({"truth": 1, "answer": np.where(wrong, 0, 1)}, index=index)


def kinds(sizes: Mapping[str, tuple[int, int]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Answers and rows of several kinds, each of so many rows of which so many go wrong."""
    wrong = [place < bad for of, bad in sizes.values() for place in range(of)]
    answers = answered(wrong)
    names = [name for name, (of, _) in sizes.items() for _ in range(of)]
    return answers, pd.DataFrame({"kind": pd.array(names, dtype="str")}, index=answers.index)


def judged(said: Iterable[tuple[int, str, str, bool]]) -> pd.DataFrame:
    """Judgements of (row, tag, person, yes or no)."""
    records = [{"error_row": row, "tag": tag, "tagged_by": by, "carries": yes, "tagged_at": AT, "note": None}
               for row, tag, by, yes in said]
    return pd.DataFrame(records, columns=list(TYPES))


def table_of(
    answers: pd.DataFrame, rows: pd.DataFrame, asked: ErrorAnalysis, *, judgements: pd.DataFrame | None = None,
    model: Mapping[str, Any] = MODEL, reference: str = f"model/mail@{DIGEST}",
) -> ErrorTable:
    """The table of an error analysis, by its two steps."""
    given = {"model": model, "asked": asked.to_json()}
    made = sample_errors(answers=answers, rows=rows, functions=asked.functions, **given)
    facts = made["tagged"].facts
    tabulated = tabulate(
        sample=made["sample"].value, tagged=made["tagged"].value, judgements=judgements,
        references={"model": reference, "sample": "", "tagged": "", "judgements": ""},
        untagged=facts["untagged"], criterion=facts["criterion"], **given,
    )
    return ErrorTable.from_json(tabulated["errors"].value)
