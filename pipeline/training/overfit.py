"""The overfit gate: a candidate that cannot fit a handful of examples fails before the long training starts.

A candidate is fitted to 1, 10 and 100 training examples (for a classifier, 1 of each class) and
asked about the same examples. No estimator can tell examples with equal features apart, so what
is demanded is measured against the best that any answer depending on the features alone could do:

- a classifier must reach 99 % of that accuracy;
- a regressor may miss by no more than that error plus a tenth of the training target's spread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.metric import CLASSIFICATION, REGRESSION, score
from pipeline.errors import TrainingRefused
from pipeline.rank import ranks
from pipeline.step import Depends, Effect, Made, Rule, Step
from pipeline.training.candidates import Candidate
from pipeline.training.entry import entry_of
from pipeline.training.estimators import fit, problem_of
from pipeline.training.examples import check_classes, examples
from pipeline.training.recipe import SEED, built, recipe

LEAST_ACCURACY = 0.99
MOST_ERROR = 0.1


def overfit(runner: Any, *, ready: Mapping[str, Any], candidates: Sequence[Candidate]) -> dict[str, str]:
    """Put every candidate through the gate; give the reference of each one's result by its name.

    Raises:
        TrainingRefused: a candidate cannot fit so few examples. What was found is recorded first.
        StepRefused: a single row could not go the way to the features, so no model could be served.
    """
    train, target = ready["features"]["train"], target_of(runner, ready=ready)
    entry_of(runner, train=train)
    gates = {each.name: runner.run(_step(each, target=target), {"train": train}).outputs["gate"] for each in candidates}
    found = [runner.value(reference) for reference in gates.values()]
    if failed := [gate for gate in found if not gate["passed"]]:
        raise TrainingRefused(
            f"{len(failed)} of {len(found)} candidates cannot fit a handful of examples",
            examples=[_in_words(gate) for gate in failed],
            next_step="Take its regularisation off for this test (overfit_parameters={…}), give it features that "
            "tell the examples apart, or ask for fewer with a reason: overfit=(1, 10), overfit_reason=\"…\".",
        )
    return gates


def target_of(runner: Any, *, ready: Mapping[str, Any]) -> str:
    """Read the target's name from the facts of the split.

    Raises:
        TrainingRefused: the split was made without a target.
    """
    target = runner.describe(ready["split"]).facts.get("target")
    if not target:
        raise TrainingRefused("the data was split without a target", next_step='Name it: split(rows, target="…").')
    return target


def _step(candidate: Candidate, *, target: str) -> Step:
    return Step(
        name=f"overfit_{candidate.name}",
        stage="training",
        function=fit_tiny,
        parameters={
            "candidate": candidate.name,
            "given": recipe(candidate, **candidate.overfit_parameters),
            "target": target,
            "sizes": list(candidate.overfit),
            "reason": candidate.overfit_reason,
        },
        depends=(Depends("train", Rule.EVERY_ROW, Effect.DECISION),),
    )


def _in_words(gate: Mapping[str, Any]) -> str:
    worst = next(check for check in gate["checks"] if not check["passed"])
    found = f"{worst['metric']} {worst['value']:.3g}, needs {worst['needed']:.3g}"
    return f"{gate['candidate']} on {worst['examples']}: {found}"


def fit_tiny(
    train: pd.DataFrame, *, candidate: str, given: Mapping[str, Any], target: str, sizes: Sequence[int], reason: str
) -> dict[str, Made]:
    """Fit ever larger handfuls of the training rows and say how well each was fitted.

    Raises:
        TrainingRefused: the data cannot be trained on at all.
        Misuse: there is no such estimator, or it takes no such parameter.
    """
    problem = problem_of(built(given))
    features, truth = examples(train, target=target, problem=problem)
    if problem == CLASSIFICATION:
        check_classes(truth, target=target)
    order = np.argsort(ranks(train.index.to_numpy(), seed=SEED), kind="stable")
    checks = [
        _check(features.iloc[handful], truth[handful], given=given, spread=_spread(truth, problem=problem))
        for handful in _handfuls(truth[order], order=order, sizes=sizes, problem=problem)
    ]
    gate = {
        "candidate": candidate,
        "passed": all(check["passed"] for check in checks),
        "parameters": dict(given["parameters"]),
        "checks": checks,
        "reason": reason,
    }
    return {"gate": Made("gate", gate, facts={"passed": gate["passed"], "candidate": candidate})}


def _spread(truth: np.ndarray, *, problem: str) -> float:
    return float(truth.std()) if problem == REGRESSION else 0.0


def _handfuls(ranked: np.ndarray, *, order: np.ndarray, sizes: Sequence[int], problem: str) -> list[np.ndarray]:
    """The places of the first examples by rank; for a classifier the first of each class come before all."""
    first = np.zeros(len(ranked), dtype=bool)
    if problem == CLASSIFICATION:
        first[np.unique(pd.factorize(ranked)[0], return_index=True)[1]] = True
    queue = order[np.argsort(~first, kind="stable")]
    lengths = dict.fromkeys(min(max(size, int(first.sum())), len(queue)) for size in sorted(sizes))
    return [np.sort(queue[:length]) for length in lengths]


def _check(features: pd.DataFrame, truth: np.ndarray, *, given: Mapping[str, Any], spread: float) -> dict[str, Any]:
    estimator, _ = fit(built(given), features, truth)
    alike = features.groupby(list(features.columns), dropna=False, sort=False).ngroup().to_numpy()
    if problem_of(estimator) == CLASSIFICATION:
        name, best = "accuracy", score("accuracy", truth, _most_frequent(truth, alike=alike)).value
        value, needed = score(name, truth, estimator.predict(features)).value, LEAST_ACCURACY * best
        passed = value >= needed
    else:
        name, best = "rmse", score("rmse", truth, pd.Series(truth).groupby(alike).transform("mean")).value
        value, needed = score(name, truth, estimator.predict(features)).value, best + MOST_ERROR * spread
        passed = value <= needed
    figures = {"value": value, "attainable": best, "needed": needed, "passed": passed}
    return {"examples": len(truth), "metric": name, **figures}


def _most_frequent(truth: np.ndarray, *, alike: np.ndarray) -> np.ndarray:
    codes, classes = pd.factorize(truth)
    return classes[pd.Series(codes).groupby(alike).transform(lambda each: each.mode().iloc[0]).to_numpy()]
