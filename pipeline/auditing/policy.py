"""What an audit looks at and what it demands, declared in a DAG file before anyone sees a result.

The audit's judgement is the worst of what binds: gates, examples that must be right, in production the constraint.
Without any it is *not enough evidence*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from pipeline.artifacts.audit import EACH_CLASS
from pipeline.artifacts.charter import Charter
from pipeline.artifacts.metric import metric
from pipeline.auditing.baseline import BUILT_IN, Declared, Level, from_json, name_of, to_json
from pipeline.auditing.constraint import Constraint
from pipeline.auditing.consistency import refuse_contradictions, refuse_twice, refuse_unknown, refuse_unusable
from pipeline.auditing.curve.learningcurve import LearningCurve
from pipeline.auditing.errors.analysis import ErrorAnalysis
from pipeline.auditing.fairness.policy import Fairness
from pipeline.auditing.gate import Gate
from pipeline.auditing.important import MustBeRight
from pipeline.auditing.search.slicesearch import SliceSearch
from pipeline.auditing.slice import Slice
from pipeline.errors import Misuse
from pipeline.listing import listed, require_kind

_PARTS = {
    "charter": Charter, "errors": ErrorAnalysis, "search": SliceSearch, "curve": LearningCurve, "fairness": Fairness
}

_LISTS = {"slices": Slice, "metrics": str, "gates": Gate, "baselines": None, "must_be_right": MustBeRight}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPolicy:
    """What an audit measures, for which groups, against what, and what it demands.

    `metrics` are names of `pipeline.artifacts.metric`; none means the usual ones of the problem,
    and those of the gates are always added. `min_count` is how many cases a figure needs before it can
    pass a gate. `confidence` (0 to 1) is that of every interval. `positive` is the class that
    counts as positive where it is not the model's own. `baselines` are what the model is held against: `naive`,
    `previous`, a `Level`, an `AnsweredBy`. `must_be_right` are examples each of which counts alone, `constraint`
    what the place of deployment allows; it binds in production only. `query` is the column that
    says which rows are results of one query, for metrics of rankings. `endpoint` is whose live
    release the previous model is; empty means the DAG's own name. `owner` is who answers for the audit;
    without it, the owner that the `charter` of the project names. What the charter asks for is enforced where a
    model is released. `errors` says how single errors are looked at, `search` where bad groups are searched for,
    `curve` how bias is told from variance, `fairness` between whom answers are compared; None leaves that out.
    """

    slices: tuple[Slice, ...] = ()
    metrics: tuple[str, ...] = ()
    gates: tuple[Gate, ...] = ()
    min_count: int = 30
    baselines: tuple[Declared, ...] = BUILT_IN
    must_be_right: tuple[MustBeRight, ...] = ()
    constraint: Constraint | None = None
    confidence: float = 0.95
    resamples: int = 1000
    seed: int = 0
    positive: Any = None
    query: str = ""
    endpoint: str = ""
    owner: str = ""
    charter: Charter | None = None
    errors: ErrorAnalysis | None = None
    search: SliceSearch | None = None
    curve: LearningCurve | None = None
    fairness: Fairness | None = None

    def __post_init__(self) -> None:
        for name, kind in _LISTS.items():
            object.__setattr__(self, name, listed("an audit policy", name, getattr(self, name), kind))
        for name, kind in (*_PARTS.items(), ("constraint", Constraint)):
            require_kind("an audit policy", name, getattr(self, name), kind)
        if self.charter is not None and not self.owner:
            object.__setattr__(self, "owner", self.charter.owner)
        for name in self.metrics:
            metric(name)
        self._check_names()
        refuse_unusable(self.gates, {name_of(each): each for each in self.baselines})
        refuse_contradictions(self.gates)
        if not 0 < self.confidence < 1 or self.min_count < 1 or self.resamples < 100:
            raise Misuse(
                "an audit policy is out of range",
                found=f"confidence={self.confidence}, " f"min_count={self.min_count}, resamples={self.resamples}",
                expected="0 < confidence < 1, min_count of 1 or more, resamples of 100 or more",
            )

    def _check_names(self) -> None:
        """Refuse names given twice, and names that stand for nothing."""
        if strange := [each for each in self.baselines if not isinstance(each, Declared)]:
            expected = '"naive", "previous", a Level or an AnsweredBy'
            raise Misuse("an audit policy holds what is no baseline", expected=expected, examples=map(repr, strange))
        slices, baselines = [each.name for each in self.slices], [name_of(each) for each in self.baselines]
        refuse_twice("slice", slices)
        refuse_twice("baseline", baselines)
        refuse_twice("group of examples", [each.name for each in self.must_be_right])
        refuse_unknown("baselines", [each for each in self.baselines if isinstance(each, str)], BUILT_IN)
        refuse_unknown("baselines, used by a gate", [each.baseline for each in self.gates], baselines)
        refuse_unknown("slices, used by a gate", [each.slice for each in self.gates], [*slices, EACH_CLASS])
        if EACH_CLASS in slices:
            raise Misuse(f"an audit policy names a slice {EACH_CLASS!r}", expected="another name: that one is taken")
        levels = [each for each in self.baselines if isinstance(each, Level)]
        refuse_unknown("slices, used by a baseline", [each.slice for each in levels], slices)

    @property
    def declared_metrics(self) -> tuple[str, ...]:
        """The metrics of declared levels, which are measured like those of gates."""
        return tuple(each.metric for each in self.baselines if isinstance(each, Level))

    def to_json(self) -> dict[str, Any]:
        """The policy as JSON values; of a slice's function its name."""
        parts = {name: getattr(self, name) for name in _PARTS}
        return {
            **{each.name: getattr(self, each.name) for each in fields(self)},
            **{name: part and part.to_json() for name, part in parts.items()},
            "slices": [each.to_json() for each in self.slices],
            "gates": [asdict(each) for each in self.gates],
            "baselines": [to_json(each) for each in self.baselines],
            "must_be_right": [asdict(each) for each in self.must_be_right],
            "constraint": self.constraint and asdict(self.constraint),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> AuditPolicy:
        """Rebuild a policy from its JSON form."""
        declared = {
            "slices": [Slice.from_json(each) for each in value["slices"]],
            "gates": [Gate(**each) for each in value["gates"]],
            "baselines": [from_json(each) for each in value["baselines"]],
            "must_be_right": [MustBeRight(**each) for each in value["must_be_right"]],
            "constraint": Constraint(**value["constraint"]) if value["constraint"] else None,
        }
        parts = {name: value[name] and kind.from_json(value[name]) for name, kind in _PARTS.items()}
        return cls(**{**value, **declared, **parts})
