"""Plots of one candidate on the rows kept from it: small PNG files, without a screen and without pyplot."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pipeline.artifacts.answer import Answers, ask
from pipeline.artifacts.metric import CLASSIFICATION

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_CLASSES = 30
_BINS = 10


def draw(estimator: Any, frame: pd.DataFrame, *, facts: Mapping[str, Any], part: str, folder: Path) -> list[str]:
    """Write the plots that fit the problem into `folder`; give their names.

    A classifier gets its confusion matrix and, with two classes and probabilities, its ROC curve
    and calibration; a regressor its answers and residuals against the truth.
    """
    answers = ask(estimator, frame, features=facts["features"])
    if facts["problem"] == CLASSIFICATION:
        drawn = _of_classes(frame[facts["target"]].to_numpy(), answers, positive=facts["positive"])
    else:
        truth = frame[facts["target"]].to_numpy("float64", na_value=np.nan)
        drawn = {"answers": lambda axes: _answers(axes, truth, answers.answer),
                 "residuals": lambda axes: _residuals(axes, truth, answers.answer)}
    for name, onto in drawn.items():
        _write(onto, folder / f"{name}.png", title=f"{name.replace('_', ' ')} on {part}, {len(frame)} rows")
    return list(drawn)


def _of_classes(truth: np.ndarray, answers: Answers, *, positive: Any) -> dict[str, Any]:
    drawn: dict[str, Any] = {}
    if len(answers.classes) <= _MOST_CLASSES:
        drawn["confusion_matrix"] = lambda axes: _confusion(axes, truth, answers)
    probability = answers.probability_of(positive) if positive is not None else None
    yes = truth == positive
    if probability is not None and 0 < yes.sum() < len(yes):
        drawn["roc"] = lambda axes: _roc(axes, yes, probability)
        drawn["calibration"] = lambda axes: _calibration(axes, yes, probability)
    return drawn


def _write(onto: Any, path: Path, *, title: str) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.6, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    onto(axes)
    axes.set_title(title, fontsize=10)
    figure.savefig(path, dpi=110)


def _confusion(axes: Axes, truth: np.ndarray, answers: Answers) -> None:
    labels = list(answers.classes)
    known = pd.Categorical(truth, categories=labels), pd.Categorical(answers.answer, categories=labels)
    counts = pd.crosstab(*known, dropna=False).reindex(index=labels, columns=labels, fill_value=0).to_numpy()
    axes.imshow(counts, cmap="Blues")
    dark = counts.max() / 2
    for (row, column), count in np.ndenumerate(counts):
        axes.text(column, row, str(count), ha="center", va="center", color="white" if count > dark else "black")
    axes.set_xticks(range(len(labels)), [str(label) for label in labels])
    axes.set_yticks(range(len(labels)), [str(label) for label in labels])
    axes.set(xlabel="answer", ylabel="truth")


def roc_points(yes: np.ndarray, probability: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give false and true positive rates (0 to 1) at every threshold, from (0, 0) to (1, 1); ties make one step."""
    order = np.argsort(-probability, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(probability[order])), len(order) - 1)
    hits, alarms = np.cumsum(yes[order])[ends], np.cumsum(~yes[order])[ends]
    return np.append(0, alarms / alarms[-1]), np.append(0, hits / hits[-1])


def _roc(axes: Axes, yes: np.ndarray, probability: np.ndarray) -> None:
    axes.plot(*roc_points(yes, probability))
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey")
    axes.set(xlabel="false positive rate", ylabel="true positive rate")


def calibration_points(yes: np.ndarray, probability: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give mean probability and share of positives (0 to 1) in each tenth of the probability that has rows."""
    bins = np.minimum((probability * _BINS).astype(int), _BINS - 1)
    grouped = pd.DataFrame({"probability": probability, "yes": yes}).groupby(bins).mean()
    return grouped["probability"].to_numpy(), grouped["yes"].to_numpy(dtype="float64")


def _calibration(axes: Axes, yes: np.ndarray, probability: np.ndarray) -> None:
    axes.plot(*calibration_points(yes, probability), marker="o")
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey")
    axes.set(xlabel="probability given", ylabel="share that came true", xlim=(0, 1), ylim=(0, 1))


def _answers(axes: Axes, truth: np.ndarray, answer: np.ndarray) -> None:
    axes.scatter(truth, answer, s=8, alpha=0.6)
    ends = [min(truth.min(), answer.min()), max(truth.max(), answer.max())]
    axes.plot(ends, ends, linestyle=":", color="grey")
    axes.set(xlabel="truth", ylabel="answer")


def _residuals(axes: Axes, truth: np.ndarray, answer: np.ndarray) -> None:
    axes.scatter(answer, truth - answer, s=8, alpha=0.6)
    axes.axhline(0, linestyle=":", color="grey")
    axes.set(xlabel="answer", ylabel="truth minus answer")
