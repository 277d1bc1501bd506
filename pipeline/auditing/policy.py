"""What an audit looks at and what it demands, declared in a DAG file before anyone sees a result.

The audit's judgement is the worst of its gates'. Without a gate it is *not enough evidence*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from typing import Any

from pipeline.artifacts.audit import EACH_CLASS
from pipeline.artifacts.metric import metric
from pipeline.auditing.gate import BASELINES, Gate
from pipeline.auditing.slice import Slice
from pipeline.errors import Misuse


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPolicy:
    """What an audit measures, for which groups, against what, and what it demands.

    `metrics` are names of `pipeline.artifacts.metric`; none means the usual ones of the problem,
    and those of the gates are always added. `min_count` is how many cases a figure needs before it can
    pass a gate. `confidence` (0 to 1) is that of every interval. `positive` is the class that
    counts as positive where it is not the model's own. `query` is the column that says which rows are
    results of one query, for metrics of rankings. `endpoint` is whose live release the previous model is;
    empty means the DAG's own name. `owner` is who answers for the audit.
    """

    slices: tuple[Slice, ...] = ()
    metrics: tuple[str, ...] = ()
    gates: tuple[Gate, ...] = ()
    min_count: int = 30
    baselines: tuple[str, ...] = BASELINES
    confidence: float = 0.95
    resamples: int = 1000
    seed: int = 0
    positive: Any = None
    query: str = ""
    endpoint: str = ""
    owner: str = ""

    def __post_init__(self) -> None:
        for name in ("slices", "metrics", "gates", "baselines"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        for name in self.metrics:
            metric(name)
        self._refuse(self.baselines, BASELINES, "baselines")
        self._refuse(
            [gate.baseline for gate in self.gates if gate.baseline], self.baselines, "baselines, used by a gate"
        )
        names = [each.name for each in self.slices]
        self._refuse([gate.slice for gate in self.gates if gate.slice], [*names, EACH_CLASS], "slices, used by a gate")
        self._refuse([name for name in names if name == EACH_CLASS], [], "slices, the name is taken")
        if len(names) != len(set(names)):
            raise Misuse("an audit policy names a slice twice", examples=names)
        if not 0 < self.confidence < 1 or self.min_count < 1 or self.resamples < 100:
            raise Misuse(
                "an audit policy is out of range",
                found=f"confidence={self.confidence}, " f"min_count={self.min_count}, resamples={self.resamples}",
                expected="0 < confidence < 1, min_count of 1 or more, resamples of 100 or more",
            )

    @staticmethod
    def _refuse(given: Any, allowed: Any, what: str) -> None:
        for name in given:
            if name not in allowed:
                near = get_close_matches(str(name), list(allowed), n=1)
                raise Misuse(
                    f"an audit policy names unknown {what}: {name!r}",
                    expected=", ".join(allowed) or "none",
                    next_step=f"Did you mean {near[0]!r}?" if near else "",
                )

    def to_json(self) -> dict[str, Any]:
        """The policy as JSON values; of a slice's function its name."""
        return {
            **{each.name: getattr(self, each.name) for each in fields(self)},
            "slices": [each.to_json() for each in self.slices],
            "gates": [asdict(each) for each in self.gates],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> AuditPolicy:
        """Rebuild a policy from its JSON form."""
        slices = [Slice.from_json(each) for each in value["slices"]]
        return cls(**{**value, "slices": slices, "gates": [Gate(**gate) for gate in value["gates"]]})
