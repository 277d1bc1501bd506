"""Human level: how often people are right, or say the same as one another; what a model is held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.artifacts.audit import Figure, Group

TRUTH, ONE_ANOTHER = "the truth", "one another"


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanLevel:
    """People's figure on a task, with its count and interval, over all items and by group of each slice.

    `against` says what people were held against: `the truth`, or `one another` where nobody knows it. In the
    latter case the figure is how often two people agree, which is no bound on how right anybody can be;
    `commonest` is then how often one agrees with people who always writes what most others write.
    `labellers` counts the people. A figure that nothing is counted for is not defined.
    """

    against: str
    labellers: int
    figure: Figure
    commonest: Figure | None = None
    groups: tuple[Group, ...] = ()

    def at(self, slice_: str, label: str) -> Figure | None:
        """Give the figure of one group of a slice, None where it was not measured."""
        return next((each.figures[0] for each in self.groups if (each.slice, each.label) == (slice_, label)), None)

    def to_json(self) -> dict[str, Any]:
        """Give the level as JSON values; `from_json` gives an equal one back."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> HumanLevel:
        """Read back what `to_json` gave."""
        commonest = value["commonest"]
        return cls(
            against=value["against"],
            labellers=value["labellers"],
            figure=Figure(**value["figure"]),
            commonest=None if commonest is None else Figure(**commonest),
            groups=tuple(Group.from_json(each) for each in value["groups"]),
        )

    def sentence(self, model: float) -> str:
        """Say what it means that a model's figure, 0 to 1, is `model`, beside this one."""
        if not self.figure.defined:
            return "No human level is known, so nothing is said about the model against it."
        beside = f"({model:.1%} against {self.figure.value:.1%} of n = {self.figure.n})"
        if model <= self.figure.value:
            return f"The model is not above human level {beside}."
        if self.against == TRUTH:
            sure = self.figure.high is not None and model > self.figure.high
            return f"The model is above human level {beside}" + ("." if sure else ", within its interval.")
        return f"The model agrees with people more often than they with one another {beside}. {self._why_not(model)}"

    def _why_not(self, model: float) -> str:
        """Why agreeing more than people do is no evidence of being better."""
        if self.commonest is None or not self.commonest.defined:
            return "That is no evidence of superiority: people disagree about the labels themselves."
        always = f"always writing the commonest form would agree {self.commonest.value:.1%}"
        if model <= (self.commonest.high or self.commonest.value):
            return f"That is no evidence of superiority: {always}."
        return f"More than habit explains ({always}), but the labels are still ones on which people disagree."
