"""A metric: one figure for how well answers fit the truth, and whether the figure is defined at all.

The same table serves training, which ranks candidates by it, and auditing, which gates slices
by it. A share of nothing (precision of a model that never says yes) is reported as 0 and as
not defined; nothing that ranks or gates may read that 0 as a result.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.errors import Misuse

CLASSIFICATION = "classification"
REGRESSION = "regression"
RANKING = "ranking"


@dataclass(frozen=True, slots=True)
class Score:
    """What a metric came to: `value`, whether it is `defined`, and the `n` examples it is a share or mean of.

    `n` is the metric's own denominator: for recall the positive examples, for precision the
    examples answered positive, for a ranking the queries with a relevant result, for accuracy, AUC,
    means over classes and the regression metrics all examples.
    """

    value: float
    defined: bool
    n: int

    def to_json(self) -> dict[str, Any]:
        """Give the three fields as a JSON object."""
        return {"value": self.value, "defined": self.defined, "n": self.n}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Score:
        """Read back what `to_json` gave."""
        return cls(float(value["value"]), bool(value["defined"]), int(value["n"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """How one metric is to be read.

    `share` is true where the value is a share of its `n` (a Wilson interval then applies);
    `uses_probability` where it reads probabilities and not answers.
    """

    name: str
    problem: str
    meaning: str
    greater_is_better: bool = True
    share: bool = False
    uses_probability: bool = False

    def order(self, score: Score) -> tuple[bool, float]:
        """Give a sort key: the better score first, a score that is not defined last."""
        return (not score.defined, -score.value if self.greater_is_better else score.value)


_RATE_OF_ERROR = {"greater_is_better": False, "share": True}


def _metric(name: str, meaning: str, *, problem: str = CLASSIFICATION, **how: bool) -> Metric:
    return Metric(name=name, problem=problem, meaning=meaning, **how)


METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        _metric("accuracy", "share of examples answered correctly", share=True),
        _metric("precision", "share of the positive answers that are right", share=True),
        _metric("recall", "share of the positive examples that are found", share=True),
        _metric("f1", "harmonic mean of precision and recall"),
        _metric("specificity", "share of the negative examples answered negative", share=True),
        _metric("balanced_accuracy", "mean over the classes of the share of their examples answered correctly"),
        _metric("auc", "chance that a positive example is ranked above a negative one", uses_probability=True),
        _metric("log_loss", "mean surprise at the truth, in nats", greater_is_better=False, uses_probability=True),
        _metric("selection_rate", "share of examples answered positive", share=True),
        _metric("false_positive_rate", "share of the negative examples answered positive", **_RATE_OF_ERROR),
        _metric("false_negative_rate", "share of the positive examples answered negative", **_RATE_OF_ERROR),
        _metric("mae", "mean absolute error, in units of the target", problem=REGRESSION, greater_is_better=False),
        _metric("rmse", "root mean squared error, in units of the target", problem=REGRESSION, greater_is_better=False),
        _metric("r2", "share of the target's variance explained, at most 1", problem=REGRESSION),
        _metric("mape", "mean absolute error as a share of the truth", problem=REGRESSION, greater_is_better=False),
        _metric("ndcg", "gain of the order of a query's results, as a share of the best order's", problem=RANKING),
        _metric("mrr", "mean over queries of 1 / place of the first relevant result", problem=RANKING),
        _metric("first_right", "share of queries whose first result is relevant", problem=RANKING, share=True),
    )
}
_CUT = re.compile(r"(?P<what>ndcg|precision)@[1-9]\d*")
_CUT_MEANING = {
    "ndcg": "gain of the first {} results of a query, as a share of the best order's",
    "precision": "mean share of relevant results among the first {} of a query",
}


def metric(name: str) -> Metric:
    """Find a metric by name: one of `METRICS`, or `ndcg@k` and `precision@k` of a ranking for any k from 1.

    Raises:
        Misuse: there is none by that name.
    """
    if cut := _CUT.fullmatch(name):
        meaning = _CUT_MEANING[cut["what"]].format(name.partition("@")[2])
        return Metric(name=name, problem=RANKING, meaning=meaning)
    if name not in METRICS:
        near = difflib.get_close_matches(name, METRICS, n=3)
        raise Misuse(
            f"unknown metric {name!r}",
            expected="one of " + ", ".join([*METRICS, "ndcg@k", "precision@k"]),
            next_step=f"Did you mean {' or '.join(near)}?" if near else "",
        )
    return METRICS[name]


def score(
    name: str,
    truth: Iterable[Any],
    answer: Iterable[Any],
    *,
    probability: Any = None,
    positive: Any = 1,
    classes: Iterable[Any] = (),
    query: Iterable[Any] | None = None,
) -> Score:
    """Compute one metric over `(n_examples,)` truths and answers.

    `positive` is the class that counts as yes, whatever others there are; None takes the
    unweighted mean over every class that occurs in the truth, defined only where each class's
    figure is. `probability` is that of `positive`, shaped `(n_examples,)`; or, for more than two
    classes, shaped `(n_examples, n_classes)` with its columns named by `classes`. A ranking metric
    reads the truth as relevance and the answer as score, among the results of one `query`.

    Raises:
        Misuse: an unknown metric; lengths that differ; missing values; a metric of
            probabilities without any, a ranking without queries, or a metric of numbers of what are none.
    """
    from pipeline.artifacts.scoring import aligned, classification, probabilistic, ranking, regression

    chosen = metric(name)
    truths, answers = aligned(name, truth, answer)
    if chosen.problem == REGRESSION:
        value = regression(name, truths, answers)
    elif chosen.problem == RANKING:
        value = ranking(name, truths, answers, query=query)
    elif chosen.uses_probability:
        value = probabilistic(name, truths, probability, positive=positive, classes=tuple(classes))
    else:
        value = classification(name, truths, answers, positive=positive)
    return Score(*value)
