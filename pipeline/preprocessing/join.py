"""The join stage: every pair of a left and a right row that have the same key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.errors import Misuse
from pipeline.preprocessing.on import by_column, columns_of
from pipeline.step import Depends, Made, Rule, Step

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def join(runner: Any, *, left: str, right: str, on: str | Sequence[str] | Mapping[str, str]) -> str:
    """Pair the rows of two datasets by key, as an inner join does; give the reference of the pairs' dataset.

    `on` names the key columns, or maps the left's to the right's. A pair has the columns of the left
    row, then those of the right row that are no key columns, and is named by the ids of both. A key
    with a null matches nothing.

    Raises:
        Misuse: columns that are not there or in both, or keys of different kinds.
        StepRefused: no row of the left has a key of the right.
    """
    name, matched = runner.occasion.task or "join", by_column(on)
    columns = columns_of(runner, {"left": left, "right": right}, step=name)
    _check_columns(columns["left"], columns["right"], on=matched)
    step = Step(
        name=name,
        stage="preprocessing",
        function=join_rows,
        parameters={"on": matched},
        depends=join_depends(columns["left"], columns["right"], on=matched),
    )
    return runner.run(step, {"left": left, "right": right}).outputs["data"]


def join_depends(left: Sequence[str], right: Sequence[str], *, on: Mapping[str, str]) -> tuple[Depends, ...]:
    """A pair comes from its two rows, whose columns it has; which pairs there are, from all rows of the key."""
    mine, theirs = list(on), list(on.values())
    sides = {"left": (mine, list(left)), "right": (theirs, [name for name in right if name not in theirs])}
    return tuple(
        Depends(
            side,
            Rule.PAIRS,
            detail={
                "pairs": "pairs",
                "side": side,
                "on": {"output": mine, "input": key},
                "reads": [],
                "decides": key,
                "passes": passed,
                "gives": [],
            },
        )
        for side, (key, passed) in sides.items()
    )


def join_rows(left: pd.DataFrame, right: pd.DataFrame, *, on: Mapping[str, str]) -> dict[str, Made]:
    """Give the pairs in `data` and, in `pairs`, the left and the right row of each; `on` maps left columns to right.

    Raises:
        Misuse: columns that are not there or in both, or keys of different kinds.
        StepRefused: two different pairs come to one id.
    """
    import pandas as pd

    from pipeline.offspring import pair_ids, pairs_table
    from pipeline.preprocessing.numbering import numbered

    _check_columns(left.columns, right.columns, on=on)
    here, there = _matched(*numbered(left, right, on, step="join"))
    sides = {"left": left.index.to_numpy()[here], "right": right.index.to_numpy()[there]}
    ids = pair_ids(sides["left"], sides["right"])
    rest = right.drop(columns=list(on.values()))
    columns = {name: left[name].array.take(here) for name in left.columns}
    columns |= {name: rest[name].array.take(there) for name in rest.columns}
    made = pd.DataFrame(columns, index=pd.Index(ids, name="row")).sort_index()
    return {"data": Made("dataset", made), "pairs": Made("dataset", pairs_table(ids, sides))}


def _matched(ours: np.ndarray, theirs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The places of the left and the right row of every pair, of keys numbered alike."""
    import numpy as np

    line = np.argsort(theirs, kind="stable")
    line = line[np.searchsorted(theirs[line], 0) :]
    known = theirs[line]
    first, after = np.searchsorted(known, ours, side="left"), np.searchsorted(known, ours, side="right")
    counts = np.where(ours < 0, 0, after - first)
    here = np.repeat(np.arange(len(ours)), counts)
    within = np.arange(len(here)) - np.repeat(np.cumsum(counts) - counts, counts)
    return here, line[np.repeat(first, counts) + within]


def _check_columns(left: Sequence[str], right: Sequence[str], *, on: Mapping[str, str]) -> None:
    if twice := [name for name in right if name in set(left) and name not in on.values()]:
        raise Misuse(
            "join finds columns in both datasets that are no key",
            examples=twice,
            next_step="Rename or drop them in a step before.",
        )
