"""Which answers are errors."""

from __future__ import annotations

import math

import numpy as np

from pipeline.artifacts.metric import CLASSIFICATION
from pipeline.auditing.answered import Answered
from pipeline.auditing.errors.analysis import ErrorAnalysis
from pipeline.errors import Misuse


def wrong(rows: Answered, asked: ErrorAnalysis) -> np.ndarray:
    """Say of every row whether its answer is an error, `(n_rows,)` bool.

    Without a tolerance, the worst numbers are those at least as far off as the last of the worst share: ties
    are all in, and an answer that is exactly right never is.
    """
    if rows.problem == CLASSIFICATION:
        return rows.truth != rows.answer
    distance = np.abs(rows.truth - rows.answer.astype("float64"))
    if asked.tolerance is not None:
        return distance > asked.tolerance
    place = math.ceil(round(asked.worst * len(distance), 9))
    return (distance >= np.sort(distance)[::-1][place - 1]) & (distance > 0)


def criterion(problem: str, asked: ErrorAnalysis) -> str:
    """Say in words what counts as an error.

    Raises:
        Misuse: a tag of a regression has a human level, and there is no tolerance that says when people are right.
    """
    if problem == CLASSIFICATION:
        return "the answer is another class than the truth"
    if asked.tolerance is not None:
        return f"the answer is more than {asked.tolerance:g} away from the truth"
    if levels := [tag.name for tag in asked.tags if tag.human_level is not None]:
        raise Misuse(
            "tags have a human level, and nothing says when a number is right",
            expected="a tolerance: ErrorAnalysis(tolerance=…)",
            examples=levels,
        )
    return f"the answer is among the {asked.worst:.0%} that are farthest from the truth"
