"""Targeted collection: from a pool of other rows, labelled or not, those of one kind and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from pipeline.auditing.errors.tag import Tag
from pipeline.auditing.errors.tagging import Untaggable, having
from pipeline.errors import AuditRefused, Misuse
from pipeline.step import Depends, Known, Rule, Step


def collect(runner: Any, *, data: str, tag: Tag, name: str = "collect") -> str:
    """Keep the rows of a dataset that have a tag; the reference of the dataset of these rows, which may be empty.

    Raises:
        Misuse: people give the tag, so that nothing can look for it.
        AuditRefused: the dataset lacks the tag's column, or its function does not answer as it must.
    """
    if not tag.query:
        raise Misuse(
            f"people give the tag {tag.name!r}, so it cannot be looked for in other rows",
            next_step="Write down what they saw as a function: Tag(…, function=…).",
        )
    by_function = callable(tag.function)
    step = Step(
        name=name,
        stage="auditing",
        function=of_kind,
        parameters={"tag": tag.to_json()},
        context={"function": tag.function} if by_function else {},
        depends=(Depends("data", Rule.SAME_ROW, known=Known.SAMPLED if by_function else Known.BY_CONSTRUCTION),),
        allow_empty=True,
    )
    return runner.run(step, {"data": data}).outputs["data"]


def of_kind(
    *, data: pd.DataFrame, tag: Mapping[str, Any], function: Callable[..., Any] | None = None
) -> pd.DataFrame:
    """Keep the rows `data` that have a tag.

    Raises:
        AuditRefused: the tag's column is not there, or its function does not answer as it must.
    """
    asked = Tag.from_json(tag)
    try:
        return data[having(asked, data, function=function)]
    except Untaggable as reason:
        raise AuditRefused(f"{asked.name!r} cannot be looked for in these rows: {reason}") from reason
