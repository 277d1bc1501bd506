"""The step that finds the errors, tags all test rows, and puts a reproducible sample of the errors before people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.model import Model
from pipeline.auditing.answered import answered
from pipeline.auditing.answers import rows_of
from pipeline.auditing.errors.analysis import ErrorAnalysis
from pipeline.auditing.errors.tagging import Untaggable, having
from pipeline.auditing.errors.wrong import criterion, wrong
from pipeline.rank import ranks
from pipeline.step import Made

WRONG, TAG = "wrong", "tag: "
UNTAGGED, CRITERION = "untagged", "criterion"
"""Facts of the tagged rows: why tags could not be given, by name, and what an error is."""


def sample_errors(
    *,
    model: Mapping[str, Any],
    answers: pd.DataFrame,
    rows: pd.DataFrame,
    asked: Mapping[str, Any],
    functions: Mapping[str, Callable[..., Any]] | None = None,
) -> dict[str, Made]:
    """Give, by row, `tagged`: all test rows with `wrong` and their tags; and `sample`: the errors that are to be read.

    `answers` are the model's, `rows` the same rows before fitting. A tag NAME is the bool column `tag: NAME`.
    The sample has what the answers and the rows hold; where both have a name, the row's is `NAME of the row`.

    Raises:
        AuditRefused: a row of the answers is not among `rows`, or the function of a tag does not answer as it must.
        Misuse: the analysis does not suit the problem.
    """
    manifest, analysis = Model.from_json(model), ErrorAnalysis.from_json(asked)
    rule = criterion(manifest.problem, analysis)
    test = rows_of(answers, rows)
    tags, untagged = _tags(analysis, test, functions or {})
    errors = wrong(answered(answers, problem=manifest.problem, classes=manifest.classes), analysis)
    tagged = tags.assign(**{WRONG: errors})[[WRONG, *tags.columns]]
    read = answers.index[errors][sampled(answers.index[errors].to_numpy(), size=analysis.size, seed=analysis.seed)]
    facts = {UNTAGGED: untagged, CRITERION: rule}
    return {"sample": Made("dataset", _shown(answers, test, tags).loc[read]), "tagged": Made("dataset", tagged, facts)}


def sampled(ids: np.ndarray, *, size: int, seed: int) -> np.ndarray:
    """Choose `size` of the ids `(n,)`, or all if there are no more, by seeded hash rank: a mask `(n,)`.

    One id more or less moves at most one other in or out.
    """
    chosen = np.ones(len(ids), bool)
    if len(ids) > size:
        chosen[np.argsort(ranks(ids, seed=seed), kind="stable")[size:]] = False
    return chosen


def _tags(
    analysis: ErrorAnalysis, rows: pd.DataFrame, functions: Mapping[str, Callable[..., Any]]
) -> tuple[pd.DataFrame, dict[str, str]]:
    found, untagged = {}, {}
    for tag in analysis.tags:
        if not (tag.column or tag.function):
            continue
        try:
            found[TAG + tag.name] = having(tag, rows, function=functions[tag.name] if tag.function else None)
        except Untaggable as reason:
            untagged[tag.name] = str(reason)
    return pd.DataFrame(found, index=rows.index), untagged


def _shown(answers: pd.DataFrame, rows: pd.DataFrame, tags: pd.DataFrame) -> pd.DataFrame:
    taken = {*answers.columns, *tags.columns}
    apart = rows.rename(columns={name: f"{name} of the row" for name in rows if name in taken})
    return pd.concat([answers, apart, tags], axis=1)
