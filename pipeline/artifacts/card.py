"""A model card: what a model is for, what it stands on, how well it does and for whom, and who answers for it.

The idea and the questions are those of Mitchell and others, *Model Cards for Model Reporting* (2019).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.artifacts.audit import Baseline, Figure, Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What people said of the model before it was made; all of it is empty where nobody said anything.

    `uses` and `not_for` say what it is for and what not, `harms` what was thought of that could go wrong.
    `owner` is who answers for it, `audit_owner` who answers for its audit.
    """

    uses: tuple[str, ...] = ()
    not_for: tuple[str, ...] = ()
    harms: tuple[str, ...] = ()
    risk_tier: str = ""
    owner: str = ""
    audit_owner: str = ""

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Purpose:
        """Read back what `asdict` gave."""
        return cls(**{**value, **{name: tuple(value[name]) for name in ("uses", "not_for", "harms")}})


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A source that the model stands on: who supplied it, under which licence, how much of it there was.

    `obtained` is one of owned, purchased, crowdsourced, labelled, public; `rows` counts the ingested rows. What nobody
    stated is empty.
    """

    name: str
    reference: str = ""
    rows: int | None = None
    description: str = ""
    supplier: str = ""
    licence: str = ""
    obtained: str = ""
    amount: str = ""
    url: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where to look closer: the `target` is an address or a command."""

    label: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """One version of a model in the words of those who answer for it, with the figures of its audit.

    `model` is a reference; `answers` says what it answers and from what. `why` gives the reason for the
    `judgement`; `figures` are measured on `tested_rows` rows it was not trained on, at `confidence`. `weak` says
    where it does worse than overall, `fairness` what differs between groups of people (None: nobody asked),
    `limits` what is not known of it or holds it back. `rollback` is what is done when it does harm.
    """

    name: str
    model: str
    answers: str
    purpose: Purpose
    judgement: Judgement
    why: str
    trained_rows: int
    tested_rows: int
    features: tuple[str, ...]
    figures: tuple[Figure, ...]
    baselines: tuple[Baseline, ...] = ()
    confidence: float = 0.95
    weak: tuple[str, ...] = ()
    fairness: tuple[str, ...] | None = None
    origins: tuple[Origin, ...] = ()
    limits: tuple[str, ...] = ()
    rollback: str = ""
    links: tuple[Link, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give the card as JSON values; `from_json` gives an equal one back."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ModelCard:
        """Read back what `to_json` gave."""
        return cls(
            **{
                **value,
                "purpose": Purpose.from_json(value["purpose"]),
                "judgement": Judgement(value["judgement"]),
                "features": tuple(value["features"]),
                "figures": tuple(Figure.from_json(figure) for figure in value["figures"]),
                "baselines": tuple(Baseline.from_json(each) for each in value["baselines"]),
                "weak": tuple(value["weak"]),
                "fairness": None if value["fairness"] is None else tuple(value["fairness"]),
                "origins": _each(Origin, value["origins"]),
                "limits": tuple(value["limits"]),
                "links": _each(Link, value["links"]),
            }
        )


def _each(noun: Any, values: Sequence[Mapping[str, Any]]) -> tuple[Any, ...]:
    return tuple(noun(**value) for value in values)
