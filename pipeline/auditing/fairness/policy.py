"""What is asked about fairness, declared in a DAG file before anyone sees a result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.auditing.fairness.gate import FairnessGate
from pipeline.errors import Misuse

CONSTRAINTS = {
    "demographic_parity": "equal selection rates",
    "equalized_odds": "equalised odds",
    "true_positive_rate_parity": "equal opportunity",
    "false_positive_rate_parity": "equal false positive rates",
}
CROSS = " × "


@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness:
    """Between which groups of people a model's answers are compared.

    `attributes` are columns of the test part; with `intersections` every two of them are crossed as well,
    and all of them. `favourable` is the class that is good for a person to be given, where it is not the model's
    own positive one. `mitigate` asks what thresholds of each group's own would do, chosen on the dev
    part to equalise one of `demographic_parity`, `equalized_odds`, `true_positive_rate_parity` and
    `false_positive_rate_parity`; it changes no model. `min_count` is how many cases a group needs
    before it is compared, `confidence` (0 to 1) that of every interval; `resamples` and `seed` serve the
    before and after.
    """

    attributes: tuple[str, ...]
    intersections: bool = True
    favourable: Any = None
    mitigate: str | None = None
    gates: tuple[FairnessGate, ...] = ()
    min_count: int = 30
    confidence: float = 0.95
    resamples: int = 1000
    seed: int = 0

    def __post_init__(self) -> None:
        named = (self.attributes,) if isinstance(self.attributes, str) else tuple(self.attributes)
        object.__setattr__(self, "attributes", named)
        object.__setattr__(self, "gates", tuple(self.gates))
        if not named or len(set(named)) != len(named) or not all(isinstance(each, str) and each for each in named):
            raise Misuse(f"fairness between attributes {named!r}", expected="names of columns, each once")
        if self.mitigate is not None and self.mitigate not in CONSTRAINTS:
            raise Misuse(f"fairness with mitigate={self.mitigate!r}", expected="None or " + ", ".join(CONSTRAINTS))
        if not 0 < self.confidence < 1 or self.min_count < 1 or self.resamples < 100:
            raise Misuse(
                "fairness is asked out of range",
                found=f"confidence={self.confidence}, min_count={self.min_count}, resamples={self.resamples}",
                expected="0 < confidence < 1, min_count of 1 or more, resamples of 100 or more",
            )
        unknown = [gate.attribute for gate in self.gates if gate.attribute not in self.names]
        if unknown:
            raise Misuse(
                "a fairness gate is about an attribute that is not looked at",
                expected=", ".join(self.names),
                examples=unknown,
            )

    @property
    def names(self) -> tuple[str, ...]:
        """The attributes, and their crossings: `race × sex`."""
        return tuple(CROSS.join(columns) for columns in self.crossings)

    @property
    def crossings(self) -> tuple[tuple[str, ...], ...]:
        """The columns of each attribute that is looked at: single ones, every two, all."""
        from itertools import combinations

        crossed = [*combinations(self.attributes, 2), self.attributes] if self.intersections else []
        return tuple(dict.fromkeys([*((each,) for each in self.attributes), *crossed]))

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON values; `from_json` reads it back."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Fairness:
        """Read back what `to_json` gave."""
        return cls(**{**value, "gates": [FairnessGate(**gate) for gate in value["gates"]]})
