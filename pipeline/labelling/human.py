"""The human level stage: rows with the truth and a person's answer in, how often people are right out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from scipy.stats import binomtest

from pipeline.artifacts.audit import Figure, Group
from pipeline.artifacts.human import TRUTH, HumanLevel
from pipeline.errors import Misuse, StepRefused
from pipeline.labelling.bootstrap import rounded
from pipeline.step import Depends, Made, Rule, Step

METRIC = "accuracy"
NOT_STATED = "not stated"


def human_level(
    runner: Any, *, data: str, truth: str, answer: str, by: str = "", slices: Sequence[str] = ()
) -> str:
    """Measure how often the column `answer`, what people said, is the column `truth`; give the level's reference.

    Raises:
        Misuse: columns that are not there.
        StepRefused: no row has both.
    """
    step = Step(
        name=runner.occasion.task or "human_level",
        stage="labelling",
        function=measure,
        parameters={"truth": truth, "answer": answer, "by": by, "slices": list(slices)},
        depends=(Depends("data", Rule.EVERY_ROW),),
    )
    return runner.run(step, {"data": data}).outputs["human"]


def measure(
    data: pd.DataFrame, *, truth: str, answer: str, by: str = "", slices: Sequence[str] = ()
) -> dict[str, Made]:
    """Measure accuracy against the truth, in the role `human`: over all rows and by value of each column in `slices`.

    Rows in which either is null count for nothing. Intervals are Wilson's. `by` names who answered.

    Raises:
        Misuse: columns that are not there.
        StepRefused: no row has both.
    """
    named = [truth, answer, *slices, *([by] if by else [])]
    if absent := [name for name in named if name not in data.columns]:
        raise Misuse(
            "human level by columns that are not there",
            expected="some of " + ", ".join(map(str, data.columns)),
            examples=absent,
        )
    rows = data[data[truth].notna() & data[answer].notna()]
    if not len(rows):
        raise StepRefused(f"no row has both {truth} and {answer}", found=f"{len(data)} rows")
    right = (rows[truth].astype(object) == rows[answer].astype(object)).astype(bool)
    level = HumanLevel(
        against=TRUTH,
        labellers=rows[by].nunique() if by else 1,
        figure=_share(right),
        groups=tuple(group for name in slices for group in _groups(rows[name], right)),
    )
    facts = {"against": level.against, "accuracy": level.figure.value, "rows": level.figure.n}
    return {"human": Made("human", level.to_json(), facts=facts)}


def _share(right: pd.Series) -> Figure:
    n, hits = len(right), int(right.sum())
    bounds = binomtest(hits, n).proportion_ci(0.95, method="wilson")
    return Figure(
        metric=METRIC,
        value=rounded(hits / n),
        n=n,
        low=rounded(max(bounds.low, 0.0)),
        high=rounded(min(bounds.high, 1.0)),
        method="wilson",
    )


def _groups(values: pd.Series, right: pd.Series) -> list[Group]:
    labels = values.astype("str").where(values.notna(), NOT_STATED)
    parts = right.groupby(labels.to_numpy(), sort=True)
    found = [(str(label), part) for label, part in parts]
    name, of = str(values.name), len(right)
    return [
        Group(slice=name, label=label, rows=len(part), share=len(part) / of, figures=(_share(part),))
        for label, part in sorted(found, key=lambda one: one[0] == NOT_STATED)
    ]
