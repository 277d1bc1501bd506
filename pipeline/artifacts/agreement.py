"""Agreement: how far the people who label the same items say the same, as figures with counts and intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.artifacts.audit import Figure
from pipeline.artifacts.human import HumanLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two labellers over the `n` items that both labelled: the share said alike, and Cohen's kappa."""

    labellers: tuple[Any, Any]
    n: int
    raw: Figure
    kappa: Figure

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Pair:
        """Read back what `Agreement.to_json` gave."""
        return cls(
            labellers=tuple(value["labellers"]),
            n=value["n"],
            raw=Figure(**value["raw"]),
            kappa=Figure(**value["kappa"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Labeller:
    """One labeller: how many `labels`, how many answers of "not enough information", and agreement with the others.

    `figure` is the share of the other labels of the same items that are the labeller's own; its `n` counts
    the items that somebody else labelled too.
    """

    name: Any
    labels: int
    unclear: int
    figure: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelClass:
    """One class: its `labels`, on how many `items`, and how far labellers agree on it.

    `specific` is the chance that another labeller says the class too where one does; `alpha` is Krippendorff's
    of this class against all others.
    """

    name: Any
    labels: int
    items: int
    specific: Figure
    alpha: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """An item worth discussing: how many said what, as pairs of class and count, the commonest first.

    `agreement` is the share of pairs of its labels that are alike, 0 to 1; None with fewer than two labels.
    """

    item: Any
    votes: tuple[tuple[Any, int], ...]
    unclear: int
    agreement: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of labelling: Krippendorff's alpha over it."""

    name: Any
    alpha: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far labellers agree over a set of items.

    `labels` counts labels of classes; `unclear` answers that x does not hold enough information and `missing` empty
    ones are counted apart and are in no coefficient. `figures` are over all items: `raw_agreement`, `fleiss_kappa`
    and `krippendorff_alpha` at the `level` of measurement; one that is 0/0, or needs what is not there, is not
    defined. `pairs`, `labellers` and `doubts` name those that agree least, at most as many as are kept; `n_pairs`,
    `n_labellers` and `n_doubts` count all.
    """

    n_items: int
    labels: int
    unclear: int
    missing: int
    several: int
    level: str
    figures: tuple[Figure, ...]
    classes: tuple[LabelClass, ...]
    n_labellers: int
    labellers: tuple[Labeller, ...]
    n_pairs: int
    pairs: tuple[Pair, ...]
    n_doubts: int
    doubts: tuple[Doubt, ...]
    human: HumanLevel
    rounds: tuple[Round, ...] = ()
    says: tuple[str, ...] = ()
    confidence: float = 0.95

    def figure(self, metric: str) -> Figure:
        """Give the figure of that name, over all items."""
        return next(each for each in self.figures if each.metric == metric)

    def to_json(self) -> dict[str, Any]:
        """Give the agreement as JSON values; `from_json` gives an equal one back."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Agreement:
        """Read back what `to_json` gave."""
        given = {
            "figures": tuple(Figure(**each) for each in value["figures"]),
            "classes": tuple(_with_figures(LabelClass, each, "specific", "alpha") for each in value["classes"]),
            "labellers": tuple(_with_figures(Labeller, each, "figure") for each in value["labellers"]),
            "pairs": tuple(Pair.from_json(each) for each in value["pairs"]),
            "doubts": tuple(Doubt(**{**each, "votes": tuple(map(tuple, each["votes"]))}) for each in value["doubts"]),
            "human": HumanLevel.from_json(value["human"]),
            "rounds": tuple(_with_figures(Round, each, "alpha") for each in value["rounds"]),
            "says": tuple(value["says"]),
        }
        return cls(**{**value, **given})


def _with_figures(kind: Any, value: Mapping[str, Any], *names: str) -> Any:
    return kind(**{**value, **{name: Figure(**value[name]) for name in names}})
