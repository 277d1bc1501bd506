"""From votes to figures: how far labellers agree over all items, by class, by labeller and by pair."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from pipeline.artifacts.agreement import Doubt, LabelClass, Labeller, Pair
from pipeline.artifacts.audit import Figure
from pipeline.artifacts.human import ONE_ANOTHER, HumanLevel
from pipeline.errors import Misuse
from pipeline.labelling.bootstrap import Resampling, distinct, figure
from pipeline.labelling.coefficients import (
    cohen_kappa, fleiss_kappa, krippendorff_alpha, raw_agreement, specific_agreement,
)
from pipeline.labelling.votes import Votes, named

MOST_PAIRS, MOST_LABELLERS, MOST_DOUBTS = 45, 200, 100
RAW, COHEN, FLEISS, KRIPPENDORFF = "raw_agreement", "cohen_kappa", "fleiss_kappa", "krippendorff_alpha"
AGREEMENT, SPECIFIC, COMMONEST = "agreement_with_others", "specific_agreement", "commonest_form"


def overall(cast: Votes, *, level: str, how: Resampling) -> tuple[Figure, ...]:
    """Measure all items together: raw agreement, Fleiss' kappa, Krippendorff's alpha. `n` counts items with two labels.

    Raises:
        Misuse: the level is `interval` and the classes are no numbers.
    """
    profiles, counts = distinct(_several(cast))
    values, n = _numbers(cast, level), int(counts.sum())
    every = {
        RAW: lambda weights: raw_agreement(profiles, weights),
        FLEISS: lambda weights: fleiss_kappa(profiles, weights),
        KRIPPENDORFF: lambda weights: krippendorff_alpha(profiles, weights, level=level, values=values),
    }
    return tuple(figure(name, counts, compute, n=n, how=how) for name, compute in every.items())


def human(cast: Votes, *, how: Resampling) -> HumanLevel:
    """Measure people against one another: how often two agree, and how often one who always writes what most write."""
    profiles, counts = distinct(_several(cast))
    many = distinct(profiles_of(cast, least=3))
    credit = _as_most_do(many[0])
    commonest = figure(
        COMMONEST,
        many[1],
        lambda weights: weights @ credit / (weights @ many[0].sum(axis=1)),
        n=int(many[1].sum()),
        how=how,
    )
    agree = figure(
        "accuracy", counts, lambda weights: raw_agreement(profiles, weights), n=int(counts.sum()), how=how
    )
    return HumanLevel(
        against=ONE_ANOTHER,
        labellers=len(cast.labellers),
        figure=agree,
        commonest=commonest if commonest.defined else None,
    )


def classes(cast: Votes, *, how: Resampling) -> tuple[LabelClass, ...]:
    """Measure every class: how often another labeller says it too, and alpha of it against the rest."""
    counts = cast.counts()
    return tuple(_of_class(counts, place, name, how=how) for place, name in enumerate(named(cast.classes)))


def labellers(cast: Votes, *, how: Resampling) -> tuple[Labeller, ...]:
    """Measure those labellers who agree least with the others on the same items; who is alone comes last."""
    counts, names, people = cast.counts(), named(cast.labellers), len(cast.labellers)
    met = np.stack([counts[cast.item, cast.label] - 1, counts.sum(axis=1)[cast.item] - 1], axis=1)
    own, others = (np.bincount(cast.labeller, weights=each, minlength=people) for each in met.T)
    shares = np.divide(own, others, out=np.full(people, np.inf), where=others > 0)
    order = np.argsort(cast.labeller, kind="stable")
    ends = np.searchsorted(cast.labeller[order], np.arange(people + 1))
    found = []
    for place in np.argsort(shares, kind="stable")[:MOST_LABELLERS]:
        mine = order[ends[place] : ends[place + 1]]
        unclear = int(cast.unclear_by[place])
        found.append(_labeller(names[place], met[mine], labels=len(mine), unclear=unclear, how=how))
    return tuple(found)


def pairs(cast: Votes, *, how: Resampling) -> tuple[int, tuple[Pair, ...]]:
    """Measure the pairs of labellers with items in common, those that agree least; and count all such pairs."""
    shape = (len(cast.items), len(cast.labellers))
    alike, common = (sparse.csr_matrix((len(cast.labellers),) * 2) for _ in range(2))
    for place in range(len(cast.classes)):
        said = cast.label == place
        ones = sparse.csr_matrix((np.ones(said.sum()), (cast.item[said], cast.labeller[said])), shape=shape)
        alike = alike + ones.T @ ones
    ones = sparse.csr_matrix((np.ones(len(cast.item)), (cast.item, cast.labeller)), shape=shape)
    common = sparse.triu(common + ones.T @ ones, k=1).tocoo()
    shares = np.asarray(alike.tocsr()[common.row, common.col]).ravel() / common.data if common.nnz else np.zeros(0)
    least = np.lexsort((common.col, common.row, shares))[:MOST_PAIRS]
    names = named(cast.labellers)
    found = [_pair(cast, names, int(common.row[one]), int(common.col[one]), how=how) for one in least]
    return int(common.nnz), tuple(found)


def doubts(cast: Votes) -> tuple[int, tuple[Doubt, ...]]:
    """List the items worth discussing, the least agreed on first: people differ, or say x does not hold enough.

    Of items equally doubtful, the one with more labels comes first. Gives the number of all, too.
    """
    counts, names = cast.counts(), named(cast.items)
    size, said = counts.sum(axis=1), np.sort(counts, axis=1)
    with np.errstate(invalid="ignore"):
        alike = (counts * (counts - 1)).sum(axis=1) / (size * (size - 1))
    split = (said[:, -2] > 0) if counts.shape[1] > 1 else np.zeros(len(counts), bool)
    doubtful = np.flatnonzero(split | (cast.unclear > 0))
    order = np.lexsort((doubtful, -size[doubtful], np.nan_to_num(alike[doubtful], nan=1.0)))
    kept = doubtful[order][:MOST_DOUBTS]
    kinds = named(cast.classes)
    return len(doubtful), tuple(
        Doubt(
            item=names[one],
            votes=_spoken(counts[one], kinds),
            unclear=int(cast.unclear[one]),
            agreement=None if np.isnan(alike[one]) else float(f"{alike[one]:.10g}"),
        )
        for one in kept
    )


def profiles_of(cast: Votes, *, least: int) -> np.ndarray:
    """Give the counts by class of the items with at least `least` labels, shape (n_items, n_classes)."""
    counts = cast.counts()
    return counts[counts.sum(axis=1) >= least]


def _several(cast: Votes) -> np.ndarray:
    return profiles_of(cast, least=2)


def _spoken(counts: np.ndarray, kinds: list[Any]) -> tuple[tuple[Any, int], ...]:
    return tuple((kinds[place], int(counts[place])) for place in np.argsort(-counts, kind="stable") if counts[place])


def _numbers(cast: Votes, level: str) -> np.ndarray | None:
    if level != "interval":
        return None
    try:
        return cast.classes.to_numpy().astype("float64")
    except (TypeError, ValueError) as error:
        raise Misuse(
            "agreement at the level interval needs numbers", found=f"{cast.classes.dtype}", next_step="Take nominal."
        ) from error


def _as_most_do(profiles: np.ndarray) -> np.ndarray:
    """Count the labels of a profile that one writes who writes what most of the others do, a tie by its share."""
    total = np.zeros(len(profiles))
    for place in range(profiles.shape[1]):
        others = profiles - np.eye(profiles.shape[1], dtype=int)[place]
        most = others.max(axis=1)
        tied = (others == most[:, None]).sum(axis=1)
        total += profiles[:, place] * (others[:, place] == most) / tied
    return total


def _of_class(counts: np.ndarray, place: int, name: Any, *, how: Resampling) -> LabelClass:
    said = counts[:, place]
    several = counts.sum(axis=1) >= 2
    profiles, times = distinct(np.stack([said, counts.sum(axis=1) - said], axis=1)[several])
    n = int((said[several] > 0).sum())
    return LabelClass(
        name=name,
        labels=int(said.sum()),
        items=int((said > 0).sum()),
        specific=figure(
            SPECIFIC, times, lambda weights: specific_agreement(profiles, weights, place=0), n=n, how=how
        ),
        alpha=figure(
            KRIPPENDORFF, times, lambda weights: krippendorff_alpha(profiles, weights), n=int(several.sum()), how=how
        ),
    )


def _labeller(name: Any, met: np.ndarray, *, labels: int, unclear: int, how: Resampling) -> Labeller:
    profiles, times = distinct(met[met[:, 1] > 0])
    agree = figure(
        AGREEMENT,
        times,
        lambda weights: weights @ profiles[:, 0] / (weights @ profiles[:, 1]),
        n=int(times.sum()),
        how=how,
    )
    return Labeller(name=name, labels=labels, unclear=unclear, figure=agree)


def _pair(cast: Votes, names: list[Any], one: int, other: int, *, how: Resampling) -> Pair:
    (items, mine), (others, theirs) = cast.of(one), cast.of(other)
    _, here, there = np.intersect1d(items, others, assume_unique=True, return_indices=True)
    kinds = len(cast.classes)
    cells, times = np.unique(mine[here] * kinds + theirs[there], return_counts=True)
    n, is_alike = len(here), cells // kinds == cells % kinds

    def table(weights: np.ndarray) -> np.ndarray:
        whole = np.zeros((len(weights), kinds * kinds))
        whole[:, cells] = weights
        return cohen_kappa(whole.reshape(-1, kinds, kinds))

    return Pair(
        labellers=(names[one], names[other]),
        n=n,
        raw=figure(RAW, times, lambda weights: weights @ is_alike / n, n=n, how=how),
        kappa=figure(COHEN, times, table, n=n, how=how),
    )
