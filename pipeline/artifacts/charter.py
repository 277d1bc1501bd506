"""The charter of a project: what it is for, who answers for it, what could go wrong, and how much care it is due.

It is declared in the DAG file, shown as the DAG's documentation, and enforced where a model is released:
what its risk tier asks for and nobody did blocks the release.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline.artifacts.estimate import Fermi, Progress
from pipeline.artifacts.metric import metric
from pipeline.errors import Misuse
from pipeline.listing import listed, require_kind

MINIMAL, LIMITED, HIGH = TIERS = ("minimal", "limited", "high")
"""Risk tiers, least first: roasting coffee, recommending a restaurant, approving loans."""

_ETHICS = ("net_value", "fair", "debated")


@dataclass(frozen=True, slots=True)
class Harm:
    """One thing that could go wrong, and what watches for it.

    `slice` and `metric` name the gate that holds it in check, in a slice or over all rows; `accepted` says
    instead why no gate does. `mitigation` is what is done when it happens all the same.
    """

    what: str
    metric: str = ""
    slice: str = ""
    mitigation: str = ""
    accepted: str = ""

    def __post_init__(self) -> None:
        if bool(self.metric) == bool(self.accepted):
            raise Misuse(
                f"harm {self.what!r} is neither measured nor accepted, or both",
                expected='Harm("…", metric="recall", slice="race") or Harm("…", accepted="why no gate watches for it")',
            )
        if self.metric:
            metric(self.metric)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ethics:
    """Answers to the three questions: is it of net value to society, is it fair, was it openly debated?"""

    net_value: str = ""
    fair: str = ""
    debated: str = ""

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The questions without an answer."""
        return tuple(name.replace("_", " ") for name in _ETHICS if not getattr(self, name).strip())


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something to be reached, by when (an ISO date), and with what."""

    what: str
    due: str = ""
    resources: str = ""


_LISTS = {"not_for": str, "targets": str, "harms": Harm, "feasibility": str, "milestones": Milestone}


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """What a project is about, apart from how it is solved.

    `risk` is the tier (minimal, limited, high) that decides what a release must show. `owner` signs where
    the tier asks for it; `unsigned` says why no signature is asked for all the same, on record in every
    release. `targets` are what counts as success; `feasibility` what speaks for it being possible (human level,
    features that predict); `progress` how fast it got better so far; `value` what it may be worth.
    """

    problem: str
    owner: str
    risk: str
    not_for: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    harms: tuple[Harm, ...] = ()
    ethics: Ethics = field(default_factory=Ethics)
    feasibility: tuple[str, ...] = ()
    progress: Progress | None = None
    value: Fermi | None = None
    milestones: tuple[Milestone, ...] = ()
    unsigned: str = ""

    def __post_init__(self) -> None:
        for name, kind in _LISTS.items():
            object.__setattr__(self, name, listed("a charter", name, getattr(self, name), kind))
        for name, kind in (("ethics", Ethics), ("progress", Progress), ("value", Fermi)):
            require_kind("a charter", name, getattr(self, name), kind)
        if self.risk not in TIERS:
            raise Misuse(f"a charter has risk {self.risk!r}", expected="one of " + ", ".join(TIERS))
        if absent := [name for name in ("problem", "owner") if not getattr(self, name).strip()]:
            raise Misuse("a charter leaves out what every project has", expected="a problem and an owner", found=(
                "none for " + " and ".join(absent)))

    @property
    def needs_signature(self) -> bool:
        """Whether a person has to sign before a model is released."""
        return self.risk == HIGH and not self.unsigned.strip()

    def to_json(self) -> dict[str, Any]:
        """The charter as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Charter:
        """Rebuild a charter from its JSON form."""
        made = {"harms": Harm, "milestones": Milestone}
        parts: dict[str, Any] = {name: [kind(**each) for each in value[name]] for name, kind in made.items()}
        single = {"ethics": Ethics, "progress": Progress, "value": Fermi}
        parts |= {name: None if value[name] is None else kind(**value[name]) for name, kind in single.items()}
        return cls(**{**value, **parts})
