"""The agreement stage: labels in, how far the people who gave them agree out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from pipeline.artifacts.agreement import Agreement, Round
from pipeline.cell import to_json
from pipeline.errors import Misuse, StepRefused
from pipeline.labelling import measured
from pipeline.labelling.advice import advice
from pipeline.labelling.bootstrap import Resampling
from pipeline.labelling.coefficients import LEVELS
from pipeline.labelling.votes import Votes, votes
from pipeline.step import Depends, Made, Rule, Step

STILL = "Agreement rose by {gap:.3f} from round {before} to {after}: discuss on."
ENOUGH = "Agreement no longer rises from round {before} to {after}: what is left is in x, or in the rules."


def agreement(
    runner: Any,
    *,
    data: str,
    item: str,
    label: str,
    by: str,
    unclear: Any = None,
    level: str = "nominal",
    rounds: str = "",
    kind: str = "unstructured",
) -> str:
    """Measure how far labellers agree in the dataset `data`; give the reference of the agreement.

    Raises:
        Misuse: columns that are not there, or a level that there is not.
        StepRefused: one labeller only, or labels that cannot be counted.
    """
    if level not in LEVELS:
        raise Misuse(f"agreement at the level {level!r}", expected="one of " + ", ".join(LEVELS))
    given = {"item": item, "label": label, "by": by, "unclear": unclear, "level": level, "rounds": rounds, "kind": kind}
    step = Step(
        name=runner.occasion.task or "agreement",
        stage="labelling",
        function=agree,
        parameters=given,
        depends=(Depends("labels", Rule.EVERY_ROW),),
    )
    return runner.run(step, {"labels": data}).outputs["agreement"]


def agree(
    labels: pd.DataFrame,
    *,
    item: str,
    label: str,
    by: str,
    unclear: Any = None,
    level: str = "nominal",
    rounds: str = "",
    kind: str = "unstructured",
) -> dict[str, Made]:
    """Measure agreement, in the role `agreement`; the last round counts where `rounds` names their column.

    Raises:
        Misuse: columns that are not there, or no numbers for the level `interval`.
        StepRefused: one labeller only, or labels that cannot be counted; rows are named.
    """
    how, columns = Resampling(), {"item": item, "label": label, "by": by, "unclear": unclear}
    parts = _parts(labels, rounds)
    cast = [votes(part, **columns) for _, part in parts]
    found = measure(cast[-1], level=level, how=how, kind=kind)
    if rounds:
        found = _with_rounds(found, [name for name, _ in parts], cast, level=level, how=how)
    told = {each.metric: each.value if each.defined else None for each in found.figures}
    facts = {"items": found.n_items, "labellers": found.n_labellers, "level": level, **told}
    return {"agreement": Made("agreement", found.to_json(), facts=facts)}


def measure(cast: Votes, *, level: str, how: Resampling, kind: str = "unstructured") -> Agreement:
    """Measure votes in all respects.

    Raises:
        Misuse: no numbers for the level `interval`.
        StepRefused: one labeller only, or no labels at all.
    """
    _refuse_alone(cast)
    counts = cast.counts()
    people = measured.labellers(cast, how=how)
    n_pairs, pairs = measured.pairs(cast, how=how)
    n_doubts, doubts = measured.doubts(cast)
    groups = measured.classes(cast, how=how)
    return Agreement(
        n_items=len(cast.items),
        labels=len(cast.item),
        unclear=int(cast.unclear.sum()),
        missing=int(cast.missing.sum()),
        several=int((counts.sum(axis=1) >= 2).sum()),
        level=level,
        figures=measured.overall(cast, level=level, how=how),
        classes=groups,
        n_labellers=len(cast.labellers),
        labellers=people,
        n_pairs=n_pairs,
        pairs=pairs,
        n_doubts=n_doubts,
        doubts=doubts,
        human=measured.human(cast, how=how),
        says=(*_says(cast), *advice(len(cast.items), {each.name: each.items for each in groups}, kind=kind)),
        confidence=how.confidence,
    )


def _says(cast: Votes) -> tuple[str, ...]:
    """What is to be said of items that cannot be labelled, and of classes that cannot disagree."""
    said = []
    unclear = int((cast.unclear > 0).sum())
    if unclear:
        said.append(
            f"Of {unclear:,} of {len(cast.items):,} items somebody says that x does not hold enough information: mend "
            "how x is taken before labelling on."
        )
    unlabelled = int((cast.counts().sum(axis=1) == 0).sum())
    if unlabelled:
        said.append(f"{unlabelled:,} of {len(cast.items):,} items have no label at all.")
    if len(cast.classes) == 1:
        said.append("Every label is of one class, so that no coefficient beyond chance is defined.")
    return tuple(said)


def _refuse_alone(cast: Votes) -> None:
    if not len(cast.item):
        raise StepRefused("there are no labels to compare", expected="labels that are not null")
    if len(cast.labellers) < 2:
        raise StepRefused(
            "one labeller agrees with nobody",
            expected="at least two who labelled the same items",
            found=str(cast.labellers[0]),
            next_step="Have a sample of the items labelled by somebody else.",
        )


def _parts(labels: pd.DataFrame, rounds: str) -> list[tuple[Any, pd.DataFrame]]:
    """The labels by round, in order; all of them as one without a column of rounds."""
    if not rounds:
        return [("", labels)]
    if rounds not in labels.columns:
        raise Misuse(f"rounds={rounds!r} is no column of the labels", expected="one of " + ", ".join(labels.columns))
    if (null := labels[rounds].isna().to_numpy()).any():
        raise StepRefused(
            f"labels are of no round: {rounds} is empty",
            examples=[f"row {row}" for row in labels.index[null][:5]],
            count=int(null.sum()),
        )
    return list(labels.groupby(rounds, sort=True, observed=True))


def _with_rounds(
    found: Agreement, names: list[Any], cast: list[Votes], *, level: str, how: Resampling
) -> Agreement:
    figures = [measured.overall(one, level=level, how=how) for one in cast]
    alphas = [next(each for each in one if each.metric == measured.KRIPPENDORFF) for one in figures]
    rounds = tuple(Round(name=to_json(name), alpha=alpha) for name, alpha in zip(names, alphas, strict=True))
    return replace(found, rounds=rounds, says=(*risen(rounds), *found.says))


def risen(rounds: tuple[Round, ...]) -> tuple[str, ...]:
    """Say whether agreement rose from the round before the last to the last, beyond the last's interval."""
    if len(rounds) < 2 or not (rounds[-2].alpha.defined and rounds[-1].alpha.defined):
        return ()
    before, after = rounds[-2], rounds[-1]
    rose = before.alpha.value < (after.alpha.value if after.alpha.low is None else after.alpha.low)
    words = {"before": before.name, "after": after.name, "gap": after.alpha.value - before.alpha.value}
    return ((STILL if rose else ENOUGH).format(**words),)
