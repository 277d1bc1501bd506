"""What became of a logged prediction when it was scored again, and by which cause."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lineage.records import Prediction
from pipeline.recall.scorer import Outcome


class Cause(StrEnum):
    """What makes an answer another: the row's own data, the model, each by itself, or only both together."""

    OWN = "own data"
    MODEL = "model"
    BOTH = "both"
    TOGETHER = "only together"

    @classmethod
    def of(cls, *, own: bool, model: bool) -> Cause:
        """Give the cause of a flip by what flips it alone."""
        if own and model:
            return cls.BOTH
        return cls.OWN if own else cls.MODEL if model else cls.TOGETHER


class Fate(StrEnum):
    """What became of a prediction."""

    SAME = "same"
    FLIPPED = "flipped"
    GONE = "gone"
    NOT_REPRODUCED = "not reproduced"
    NOT_RESCORABLE = "not rescorable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescored:
    """One prediction and what became of it; `why` says it of one that is gone or could not be scored.

    `model` is the one in the place of that which served it, `after` its answer on corrected data.
    `earlier`: something in whose place the rebuild put another was of an earlier DAG run than the one
    rebuilt. `stood` are the rows that its own data comes from, each by the reference of a table's version
    and an id: the row it was asked about and those that were looked up for it, old and corrected.
    """

    prediction: Prediction
    fate: Fate
    why: str = ""
    problem: str = ""
    model: str = ""
    earlier: bool = False
    after: Outcome | None = None
    cause: Cause | None = None
    stood: tuple[tuple[str, int], ...] = ()
