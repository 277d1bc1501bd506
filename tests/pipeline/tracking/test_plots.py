"""Plots show what was worked by hand, and are small files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_curve
from sklearn.tree import DecisionTreeClassifier

from pipeline.tracking.plots import calibration_points, draw, roc_points


def test_the_roc_curve_steps_once_for_a_tie() -> None:
    """Positives at .9 and .5, negatives at .5 and .1: up, then a slope, then right."""
    yes, probability = np.array([True, True, False, False]), np.array([0.9, 0.5, 0.5, 0.1])
    assert [list(each) for each in roc_points(yes, probability)] == [[0, 0, 0.5, 1], [0, 0.5, 1, 1]]


def test_the_roc_curve_is_scikit_learn_s() -> None:
    """On random answers with ties, every point is theirs."""
    random = np.random.default_rng(0)
    yes, probability = random.random(50) < 0.4, random.integers(0, 10, 50) / 10
    theirs = roc_curve(yes, probability, drop_intermediate=False)
    np.testing.assert_allclose(roc_points(yes, probability), theirs[:2])


def test_calibration_compares_what_was_said_with_what_came() -> None:
    """Of two said to be 0.2 likely none came; of two at 0.9 and 1.0 both."""
    said, came = calibration_points(np.array([False, False, True, True]), np.array([0.2, 0.2, 0.9, 1.0]))
    assert list(said) == pytest.approx([0.2, 0.95]) and list(came) == [0, 1]


@pytest.mark.parametrize(
    ("labels", "positive", "expected"),
    [
        ([0, 1], 1, ["confusion_matrix", "roc", "calibration"]),
        (["no", "yes"], "yes", ["confusion_matrix", "roc", "calibration"]),
        (["a", "b", "c"], None, ["confusion_matrix"]),
        (list(range(40)), None, []),
    ],
)
def test_plots_fit_the_problem(tmp_path: Path, labels: list, positive: object, expected: list[str]) -> None:
    """Two classes have curves, several a matrix, forty are too many to draw."""
    frame = pd.DataFrame({"x": np.arange(80.0), "y": pd.Series(np.resize(labels, 80))})
    tree = DecisionTreeClassifier(max_depth=2).fit(frame[["x"]], frame["y"].to_numpy())
    facts = {"problem": "classification", "target": "y", "features": ["x"], "positive": positive}
    assert draw(tree, frame, facts=facts, part="dev", folder=tmp_path) == expected
    sizes = [file.stat().st_size for file in tmp_path.iterdir()]
    assert len(sizes) == len(expected) and all(500 < size < 60_000 for size in sizes)
