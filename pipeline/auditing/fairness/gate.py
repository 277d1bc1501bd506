"""A demand on fairness, and the rule by which it is judged.

A gate *passes* when every group it speaks about has enough cases and its limit is kept (with
`certain`, by the whole interval); it *fails* when groups with enough cases break it; otherwise there
is *not enough evidence*.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from difflib import get_close_matches

from pipeline.artifacts.wording import called, limit
from pipeline.auditing.fairness.definitions import BOUNDED_GROUP_LOSS, DEFINITIONS, UNSIGNED
from pipeline.errors import Misuse


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessGate:
    """A demand on the groups of one `attribute` ("race", or "race × sex"), with exactly one kind of limit.

    With a `definition` (see `pipeline.auditing.fairness.definitions`): `max_difference` bounds how far the highest
    group lies above the lowest, in what the definition compares (0.1 is 10 points; for a regression, units of the
    target); `min_ratio` (0 to 1) bounds lowest / highest; `max_loss` bounds the worst group's mean absolute error
    (`bounded group loss` alone). `four_fifths` asks that every group is selected at least four fifths as often
    as the group selected most. `groups` names those the gate speaks about; without it, every group.
    """

    attribute: str
    definition: str = ""
    max_difference: float | None = None
    min_ratio: float | None = None
    max_loss: float | None = None
    four_fifths: bool = False
    groups: tuple[str, ...] = ()
    certain: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "groups", tuple(self.groups))
        limits = [each for each in (self.max_difference, self.min_ratio, self.max_loss) if each is not None]
        if len(limits) + self.four_fifths != 1 or bool(self.definition) == self.four_fifths:
            raise Misuse(
                f"a fairness gate on {self.attribute} has not exactly one limit",
                expected="four_fifths=True, or a definition with one of max_difference, min_ratio, max_loss",
                found=repr(self),
            )
        if self.definition and self.definition not in DEFINITIONS:
            near = get_close_matches(self.definition, DEFINITIONS, n=1)
            raise Misuse(
                f"a fairness gate by the definition {self.definition!r}",
                expected="one of " + ", ".join(DEFINITIONS),
                next_step=f"Did you mean {near[0]!r}?" if near else "",
            )
        if any(not math.isfinite(each) or each < 0 for each in limits):
            raise Misuse(f"a fairness gate on {self.attribute} has an unusable limit", found=repr(self))
        self._check_fit()

    def _check_fit(self) -> None:
        if self.max_loss is not None and self.definition != BOUNDED_GROUP_LOSS:
            raise Misuse(f"a fairness gate with max_loss by {self.definition}", expected=BOUNDED_GROUP_LOSS)
        if self.min_ratio is None:
            return
        if self.min_ratio > 1 or set(DEFINITIONS[self.definition].metrics) & set(UNSIGNED):
            raise Misuse(
                f"a fairness gate with min_ratio={self.min_ratio} by {self.definition}",
                expected="0 to 1, by a definition whose figures are never below 0",
            )

    @property
    def metric(self) -> str:
        """The metric in whose unit the limit is said."""
        return DEFINITIONS[self.definition].metrics[0] if self.definition else "selection_rate"

    @property
    def sentence(self) -> str:
        """The demand in words, as the report says it."""
        among = f" ({', '.join(self.groups)})" if self.groups else ""
        where, surely = f"{self.attribute}{among}", ", with certainty" if self.certain else ""
        if self.four_fifths:
            return f"every group of {where} is selected at least four fifths as often as the highest{surely}"
        if self.max_loss is not None:
            return f"{called(self.metric)} at most {limit(self.metric, self.max_loss)} in each group of {where}{surely}"
        if self.min_ratio is not None:
            least = f"{100 * self.min_ratio:.6g} %"
            return f"{self.definition}: the lowest group of {where} reaches at least {least} of the highest{surely}"
        most = limit(self.metric, self.max_difference, of_gap=True)
        return f"{self.definition}: the groups of {where} differ by at most {most}{surely}"
