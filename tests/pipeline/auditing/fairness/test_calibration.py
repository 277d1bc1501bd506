"""Calibration bands against scikit-learn's calibration curve."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import calibration_curve

from pipeline.auditing.answered import Answered, answered
from pipeline.auditing.fairness.calibration import BANDS, bands
from pipeline.auditing.fairness.groups import parted
from pipeline.auditing.slicing import Parts


def test_bands_equal_the_calibration_curve(adult: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """What was said and what was true in each band of each sex is scikit-learn's curve of that sex."""
    answers, rows = adult
    test = answered(answers, problem="classification", classes=(0, 1), positive=1)
    found = bands(test, parted(("sex",), rows), confidence=0.95)
    for sex in ("Female", "Male"):
        of_sex = answers[rows["sex"] == sex]
        true, said = calibration_curve(of_sex["truth"], of_sex["probability of 1"], n_bins=BANDS)
        mine = [each for each in found if each.group == sex]
        assert [each.true.value for each in mine] == pytest.approx(true.tolist())
        assert [each.said for each in mine] == pytest.approx(said.tolist())


def test_every_row_is_in_one_band() -> None:
    """0, an edge and 1 have their band; empty bands are left out; the counts add up."""
    said = np.array([0.0, 0.2, 0.2, 1.0])
    test = Answered(
        problem="classification", truth=np.array([0, 1, 0, 1]), answer=np.ones(4), probability=said, positive=1,
        classes=(0, 1),
    )
    found = bands(test, Parts(("a",), np.zeros(4, dtype=int)), confidence=0.95)
    assert [(each.start, each.n, each.true.value) for each in found] == [(0.0, 1, 0.0), (0.2, 2, 0.5), (0.8, 1, 1.0)]
