"""The consensus stage: what several labellers say of each item in, one label for each item out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.errors import Misuse
from pipeline.keys import plain
from pipeline.labelling import dawid_skene
from pipeline.labelling.crowdlab import weighed
from pipeline.labelling.votes import Votes, named, votes
from pipeline.step import Depends, Effect, Made, Rule, Step

MAJORITY, WEIGHTED = "majority", "weighted"
SAID = ("votes", "agreement", "confidence", "outcome", "between")
ALL, MOST, ONE, TIE = "all agree", "most", "one label", "tie"
UNCLEAR, NONE = "not enough information", "no label"
_LEVEL = 1e-9


def consensus(
    runner: Any,
    *,
    data: str,
    item: str,
    label: str,
    by: str,
    how: str = MAJORITY,
    unclear: Any = None,
    probabilities: str | None = None,
) -> str:
    """Make one label of the labels of each item in the dataset `data`; give the reference of the labels made.

    Every row rests on the label rows of its item. Weighted, what a label counts for is estimated
    from all labels, which is an effect of a model: who agrees with reliable others is reliable, so a
    mistake that most people make is only made more surely. See `consensus_rows` for the columns.

    Raises:
        Misuse: columns that are not there, or a way that there is not.
        StepRefused: labels that cannot be counted, or nothing to weigh.
    """
    if how not in (MAJORITY, WEIGHTED) or (probabilities and how != WEIGHTED):
        raise Misuse(f"consensus: how={how!r}", expected=f"{MAJORITY}, or {WEIGHTED} (with probabilities or without)")
    name, columns = runner.occasion.task or "consensus", {"item": item, "label": label, "by": by, "unclear": unclear}
    inputs = {"labels": data}
    if probabilities:
        step = _step(name, with_model, columns, further=_with_model(item))
        return runner.run(step, {**inputs, "probabilities": probabilities}).outputs["data"]
    if how == MAJORITY:
        return runner.run(_step(name, consensus_rows, columns), inputs).outputs["data"]
    weights = runner.run(_weighing(name, columns), inputs).outputs["weights"]
    by_weight = (Depends("weights", Rule.EVERY_ROW, Effect.MODEL),)
    step = _step(name, consensus_rows, columns, further=by_weight)
    return runner.run(step, {**inputs, "weights": weights}).outputs["data"]


def _step(name: str, function: Any, columns: Mapping[str, Any], *, further: tuple[Depends, ...] = ()) -> Step:
    """A row comes from all labels of its item, there or not."""
    item, read = [columns["item"]], [columns[role] for role in ("item", "label", "by")]
    own = Depends("labels", Rule.SAME_KEY, detail={"on": {"output": item, "input": item}, "reads": read})
    return Step(
        name=name,
        stage="labelling",
        function=function,
        parameters=columns,
        depends=(own, *further),
        key=tuple(item),
    )


def _weighing(name: str, columns: Mapping[str, Any]) -> Step:
    read = {"reads": [columns[role] for role in ("item", "label", "by")]}
    return Step(
        name=f"{name}.weights",
        stage="labelling",
        function=weigh,
        parameters=columns,
        depends=(Depends("labels", Rule.EVERY_ROW, detail=read),),
    )


def _with_model(item: str) -> tuple[Depends, ...]:
    """The probabilities of the item itself; and what all labels and probabilities make each labeller weigh."""
    own = {"on": {"output": [item], "input": [item]}}
    return (
        Depends("probabilities", Rule.SAME_KEY, detail=own),
        *(Depends(role, Rule.EVERY_ROW, Effect.MODEL) for role in ("labels", "probabilities")),
    )


def weigh(labels: pd.DataFrame, *, item: str, label: str, by: str, unclear: Any = None) -> dict[str, Made]:
    """Estimate what each labeller's labels count for, in the role `weights`, by `pipeline.labelling.dawid_skene`.

    Raises:
        Misuse: a column is not there.
        StepRefused: labels that cannot be counted, or nothing to weigh.
    """
    told = dawid_skene.estimated(votes(labels, item=item, label=label, by=by, unclear=unclear)).to_json()
    return {"weights": Made("weights", told, facts=_facts(told))}


def consensus_rows(
    labels: pd.DataFrame,
    weights: Mapping[str, Any] | None = None,
    *,
    item: str,
    label: str,
    by: str,
    unclear: Any = None,
) -> pd.DataFrame:
    """Make one row for each item: `item`, `label`, and in `votes` how many labels it has.

    `agreement` is the share of all answers, `unclear` ones among them, that are the label; `confidence`,
    with weights, how likely it is to be right. `outcome` is one of all agree, most, one label, tie, not enough
    information, and no label. In a tie the label is null, and `between` names the classes; where more
    people give the answer `unclear` than the winning label, it is the label.

    Raises:
        Misuse: a column is not there, or has the name of one that is made.
        StepRefused: labels that cannot be counted; rows are named.
    """
    _check_names(item, label)
    cast = votes(labels, item=item, label=label, by=by, unclear=unclear)
    counts = cast.counts()
    if weights is None:
        return _table(labels, cast, counts.astype("float64"), item=item, label=label, unclear=unclear)
    likely = dawid_skene.posterior(cast, dawid_skene.Weights.from_json(weights))
    likely[counts.sum(axis=1) == 0] = 0
    made = _table(labels, cast, likely, item=item, label=label, unclear=unclear)
    sure = np.round(likely.max(axis=1, initial=0), 10)
    return _with_confidence(made, sure, label=label)


def with_model(
    labels: pd.DataFrame,
    probabilities: pd.DataFrame,
    *,
    item: str,
    label: str,
    by: str,
    unclear: Any = None,
) -> dict[str, Made]:
    """Make what `consensus_rows` makes, in `data`, with a model's probabilities; and `weights`.

    Raises:
        Misuse: the library is not installed, or a column is not there.
        StepRefused: labels that cannot be counted, items without probabilities, or nothing to weigh.
    """
    _check_names(item, label)
    cast = votes(labels, item=item, label=label, by=by, unclear=unclear)
    code, sure, told = weighed(cast, probabilities, item=item)
    score = np.zeros((len(cast.items), len(cast.classes)))
    score[np.flatnonzero(code >= 0), code[code >= 0]] = 1
    made = _table(labels, cast, score, item=item, label=label, unclear=unclear)
    data = Made("dataset", _with_confidence(made, sure, label=label))
    return {"data": data, "weights": Made("weights", told, facts=_facts(told))}


def _facts(told: Mapping[str, Any]) -> dict[str, Any]:
    return {"method": told["method"], "labellers": len(told["labellers"])}


def _check_names(item: str, label: str) -> None:
    if taken := [name for name in (item, label) if name in SAID]:
        raise Misuse("consensus makes columns of these names", examples=taken, next_step="Rename yours before.")


def _table(
    labels: pd.DataFrame, cast: Votes, score: np.ndarray, *, item: str, label: str, unclear: Any
) -> pd.DataFrame:
    """The row of every item, by the class with the highest score, (n_items, n_classes)."""
    counts, size = cast.counts(), cast.counts().sum(axis=1)
    best = score.max(axis=1, initial=0)
    level = (score >= best[:, None] - _LEVEL) & (size > 0)[:, None]
    winner = np.where(level.sum(axis=1) == 1, level.argmax(axis=1) if level.shape[1] else -1, -1)
    own = np.where(winner >= 0, np.take_along_axis(_padded(counts), winner[:, None], axis=1).ravel(), 0)
    vague = cast.unclear > np.where(winner >= 0, own, np.where(level, counts, 0).max(axis=1, initial=0))
    own = np.where(vague, cast.unclear, own)
    agreement = own / np.maximum(size + cast.unclear, 1)
    found = np.where(vague, len(cast.classes), winner)
    said = plain(labels[label])
    return pd.DataFrame(
        {
            item: labels[item].array.take(cast.first),
            label: said.array.take(_example(cast, said, unclear)[found], allow_fill=True),
            "votes": pd.array(size, dtype="Int64"),
            "agreement": np.where(found >= 0, np.round(agreement, 10), np.nan),
            "outcome": pd.array(_outcomes(size, own, found, vague, answers=size + cast.unclear), dtype="str"),
            "between": pd.array(_between(cast, level, found), dtype="str"),
        }
    )


def _padded(counts: np.ndarray) -> np.ndarray:
    return np.hstack([counts, np.zeros((len(counts), 1), counts.dtype)])


def _example(cast: Votes, said: pd.Series, unclear: Any) -> np.ndarray:
    """For every class, then `unclear`, then none, a row of the table that says it; -1 for no row."""
    where = np.full(len(cast.classes) + 2, -1)
    where[cast.label[::-1]] = cast.places[::-1]
    if unclear is not None and cast.unclear.any():
        where[len(cast.classes)] = int(np.flatnonzero((said == unclear).fillna(False).to_numpy(bool))[0])
    return where


def _outcomes(
    size: np.ndarray, own: np.ndarray, found: np.ndarray, vague: np.ndarray, *, answers: np.ndarray
) -> np.ndarray:
    ways = [vague, size == 0, found < 0, answers == 1, own == answers]
    return np.select(ways, [UNCLEAR, NONE, TIE, ONE, ALL], default=MOST).astype(object)


def _between(cast: Votes, level: np.ndarray, found: np.ndarray) -> list[str | None]:
    names = [str(name) for name in named(cast.classes)]
    tied = (found < 0) & level.any(axis=1)
    return [
        " | ".join(names[place] for place in np.flatnonzero(level[one])) if tied[one] else None
        for one in range(len(tied))
    ]


def _with_confidence(made: pd.DataFrame, sure: np.ndarray, *, label: str) -> pd.DataFrame:
    known = made["outcome"].isin([ALL, MOST, ONE]).to_numpy() & made[label].notna().to_numpy()
    made.insert(made.columns.get_loc("agreement") + 1, "confidence", np.where(known, sure, np.nan))
    return made
