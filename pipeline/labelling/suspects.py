"""The stage of likely label errors: labels and out-of-sample probabilities in, the labels to look at first out.

Northcutt, Jiang and Chuang (2021), "Confident learning: estimating uncertainty in dataset labels", as
the library cleanlab has it.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.answer import probability_column
from pipeline.cell import to_json
from pipeline.errors import Misuse, StepRefused
from pipeline.keys import plain
from pipeline.labelling.bootstrap import rounded
from pipeline.labelling.installed import require_cleanlab
from pipeline.step import Depends, Effect, Made, Rule, Step

MOST = 300
GIVEN, SUGGESTED, SCORE, RANK = "given", "suggested", "score", "rank"


def label_errors(runner: Any, *, data: str | Mapping[str, str], label: str = "truth", most: int = MOST) -> str:
    """Find the labels in the dataset `data` that are most likely wrong; give the reference of the list.

    `data`, or the dataset `answers` of what an audit gave, has, beside `label`, the columns `probability of …` of
    a model that did not learn from the rows: what it answers on dev or test, or what cross-validation gives.

    Raises:
        Misuse: columns that are not there, or the library is not installed.
        StepRefused: labels or probabilities are missing.
    """
    step = suspicion(runner.occasion.task or "label_errors", role="answers", label=label, most=most)
    reference = data["answers"] if isinstance(data, Mapping) else data
    return runner.run(step, {"answers": reference}).outputs["data"]


def suspicion(name: str, *, role: str = "answers", label: str = "truth", most: int = MOST) -> Step:
    """Make the step: which rows are listed is decided by all of them; what is said of one comes from it alone.

    Raises:
        Misuse: `most` is no number from 1.
    """
    if not isinstance(most, int) or most < 1:
        raise Misuse(f"label errors: most={most!r}", expected="a whole number from 1")
    return Step(
        name=name,
        stage="labelling",
        function=suspects,
        parameters={"label": label, "most": most},
        depends=(
            Depends(role, Rule.SAME_ROW, detail={"gives": [GIVEN, SUGGESTED, SCORE]}),
            Depends(role, Rule.EVERY_ROW, Effect.DECISION),
        ),
        allow_empty=True,
    )


def suspects(answers: pd.DataFrame, *, label: str = "truth", most: int = MOST) -> dict[str, Made]:
    """List at most `most` rows whose label is likely wrong, by row: `given`, `suggested`, `score` and `rank`.

    `score` is the probability of the given label, 0 to 1: the lower, the likelier wrong; `rank` is 1 for
    the lowest.

    Raises:
        Misuse: columns that are not there, or the library is not installed.
        StepRefused: labels or probabilities are missing, or there is only one class.
    """
    require_cleanlab("label_errors")
    from cleanlab.filter import find_label_issues

    classes, probabilities = _probabilities(answers, label)
    given = _codes(answers[label], classes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # classes that no label has
        found = find_label_issues(given, probabilities, return_indices_ranked_by="self_confidence", n_jobs=1)
    kept = np.asarray(found)[:most]
    scores = [rounded(each) for each in probabilities[kept, given[kept]]]
    said = plain(answers[label])
    made = pd.DataFrame(
        {
            GIVEN: said.array.take(kept),
            SUGGESTED: pd.array(classes, dtype=said.dtype).take(probabilities[kept].argmax(axis=1)),
            SCORE: np.array(scores, dtype="float64"),
            RANK: pd.array(np.arange(1, len(kept) + 1), dtype="Int64"),
        },
        index=answers.index.take(kept),
    )
    facts = {"rows": len(answers), "suspects": len(found), "listed": len(kept)}
    return {"data": Made("dataset", made, facts=facts)}


def _probabilities(answers: pd.DataFrame, label: str) -> tuple[list[Any], np.ndarray]:
    """The classes that there are probabilities of, and these, (n_rows, n_classes), each row summing to 1."""
    if label not in answers.columns:
        raise Misuse(f"label={label!r} is no column", expected="one of " + ", ".join(map(str, answers.columns)))
    _refuse_null(answers[label], "label")
    present = sorted(plain(answers[label]).unique().tolist())
    stem = probability_column("")
    named = {str(name)[len(stem) :]: name for name in answers.columns if str(name).startswith(stem)}
    known = {str(to_json(each)): each for each in present}
    if absent := [text for text in known if text not in named]:
        raise Misuse("labels have no probabilities", expected=f"a column {stem}… for each", examples=absent)
    if len(named) < 2:
        raise StepRefused("one class cannot be taken for another", expected="two or more", found=", ".join(named))
    values = answers[list(named.values())].to_numpy("float64")
    _refuse_odd(answers, values)
    return [known.get(text, _typed(text, present[0])) for text in named], values / values.sum(axis=1, keepdims=True)


def _typed(text: str, like: Any) -> Any:
    """A class that no label has, of the kind that labels are."""
    return text == "True" if isinstance(like, bool) else type(like)(text)


def _codes(labels: pd.Series, classes: list[Any]) -> np.ndarray:
    return pd.Index(classes, dtype=object).get_indexer(pd.Index(plain(labels).tolist(), dtype=object))


def _refuse_null(labels: pd.Series, what: str) -> None:
    if (null := labels.isna().to_numpy()).any():
        raise StepRefused(
            f"rows have no {what}",
            examples=[f"row {row}" for row in labels.index[null][:5]],
            count=int(null.sum()),
            next_step="Leave them out in a step before.",
        )


def _refuse_odd(answers: pd.DataFrame, values: np.ndarray) -> None:
    odd = ~np.isfinite(values).all(axis=1) | (values < 0).any(axis=1) | (values.sum(axis=1) <= 0)
    if odd.any():
        raise StepRefused(
            "rows have no probabilities",
            expected="numbers from 0 to 1",
            examples=[f"row {row}" for row in answers.index[odd][:5]],
            count=int(odd.sum()),
        )
