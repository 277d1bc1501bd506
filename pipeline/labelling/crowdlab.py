"""Weighing labels together with a model's probabilities: CROWDLAB, as the library cleanlab has it.

Goh, Tkachenko and Mueller (2022), "CROWDLAB: Supervised learning to infer consensus labels and quality
scores for data with multiple annotators".
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.answer import probability_column
from pipeline.errors import Misuse, StepRefused
from pipeline.labelling.bootstrap import rounded
from pipeline.labelling.installed import require_cleanlab
from pipeline.labelling.votes import Votes, named


MOST_CELLS = 50_000_000
"""Of the table of items by labellers, which the library wants whole."""


def weighed(cast: Votes, probabilities: pd.DataFrame, *, item: str) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    """Give the class of every item as a code, -1 without votes, how sure it is (0 to 1), and what each labeller weighs.

    `probabilities` has the column `item` and one of `probability of …` for each class, out of sample: of a model
    that did not learn from the item's labels.

    Raises:
        Misuse: the library is not installed, or columns are not there.
        StepRefused: an item has no probabilities or several rows of them, or there is nothing, or too much, to weigh.
    """
    require_cleanlab("consensus with probabilities")
    from cleanlab.multiannotator import get_label_quality_multiannotator

    table, voted = _table(cast)
    given = _probabilities(cast, probabilities, item=item)[voted]
    found = get_label_quality_multiannotator(table[voted], given, verbose=False, return_weights=True)
    told, code, sure = found["label_quality"], np.full(len(voted), -1), np.full(len(voted), np.nan)
    code[voted] = told["consensus_label"].to_numpy("int64")
    sure[voted] = [rounded(each) for each in told["consensus_quality_score"]]
    return code, sure, _weights(cast, found)


def _table(cast: Votes) -> tuple[np.ndarray, np.ndarray]:
    """The label codes by item and labeller, NaN for none, and which items have votes."""
    if len(cast.items) * len(cast.labellers) > MOST_CELLS:
        raise StepRefused(
            "labels cannot be weighed together with a model: the table of items by labellers is too large",
            expected=f"at most {MOST_CELLS:,} cells",
            found=f"{len(cast.items):,} items and {len(cast.labellers):,} labellers",
            next_step="Leave the probabilities out.",
        )
    table = np.full((len(cast.items), len(cast.labellers)), np.nan)
    table[cast.item, cast.labeller] = cast.label
    size = (~np.isnan(table)).sum(axis=1)
    if len(cast.labellers) < 2 or len(cast.classes) < 2 or not (size > 1).any():
        raise StepRefused(
            "labels cannot be weighed",
            expected="two labellers or more on the same items, and two classes or more",
            found=f"{len(cast.labellers)} labellers and {len(cast.classes)} classes on {len(cast.items)} items",
            next_step='Take how="majority".',
        )
    return table[:, (~np.isnan(table)).any(axis=0)], size > 0


def _probabilities(cast: Votes, probabilities: pd.DataFrame, *, item: str) -> np.ndarray:
    """The probabilities of the classes for every item, (n_items, n_classes), each row summing to 1."""
    columns = [probability_column(name) for name in named(cast.classes)]
    if absent := [name for name in (item, *columns) if name not in probabilities.columns]:
        raise Misuse(
            "the probabilities lack columns",
            expected=f"{item}, and one for each class",
            examples=absent,
            next_step="Name them as a model's answers do.",
        )
    if (twice := probabilities[item].duplicated()).any():
        raise StepRefused("probabilities are given twice", examples=probabilities[item][twice][:5])
    places = pd.Index(probabilities[item]).get_indexer(cast.items)
    values = probabilities[columns].to_numpy("float64")[places]
    odd = (places < 0) | ~np.isfinite(values).all(axis=1) | (values < 0).any(axis=1) | (values.sum(axis=1) <= 0)
    if odd.any():
        raise StepRefused(
            "items have no probabilities",
            expected="for each, numbers from 0 to 1",
            examples=[f"{item} {each!s:.60}" for each in cast.items[odd][:5]],
            count=int(odd.sum()),
        )
    return values / values.sum(axis=1, keepdims=True)


def _weights(cast: Votes, found: dict[str, Any]) -> dict[str, Any]:
    labels = np.bincount(cast.labeller, minlength=len(cast.labellers))
    names = [name for name, count in zip(named(cast.labellers), labels, strict=True) if count]
    stats = found["annotator_stats"].sort_index()
    people = [
        {
            "name": name,
            "labels": int(one.num_examples_labeled),
            "accuracy": rounded(one.annotator_quality) if np.isfinite(one.annotator_quality) else None,
            "weight": rounded(weight),
        }
        for name, one, weight in zip(names, stats.itertuples(), found["annotator_weight"], strict=True)
    ]
    people.sort(key=lambda one: (one["accuracy"] is None, one["accuracy"] or 0))
    return {"method": "crowdlab", "model_weight": rounded(found["model_weight"]), "labellers": people}
