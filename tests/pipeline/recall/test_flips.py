"""The list as a table: a line for every prediction, however its model answers."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from lineage.records import Prediction
from pipeline.recall.affected import WrongTraining
from pipeline.recall.culprits import Found
from pipeline.recall.fate import Cause, Fate, Rescored
from pipeline.recall.flips import COLUMNS, counts, flips_table, line_of
from pipeline.serving.predictor import Answer

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TRAINING = {"model/old@1": WrongTraining(3, 2, 100)}
ROW = {"source": "ips", "row": "7", "key": {"ip": "1.1"}, "change": "came", "cells": {"ip": [None, "1.1"]}}


@dataclass
class Manifests:
    """Where it is read which class counts as yes."""

    positive: object = None

    def manifest(self, model):
        """The same for every model."""
        return self


def logged(one, answer=1.5, *rows, **more):
    """A prediction, answered at noon."""
    about = {"at": NOON, "endpoint": "e", "release": 1, "model": "model/old@1", "input": {"x": 1}}
    return Prediction(id=one, output={"prediction": answer, "probability": None, **more}, rows=rows, **about)


def table(*scored, found=None, positive=None):
    """The list of what became of predictions."""
    lines = [line_of(one, found, scorer=Manifests(positive), training=TRAINING) for one in scored]
    return flips_table(lines)


def test_a_number_is_told_with_the_size_of_its_change():
    """From 1.5 to 4: by 2.5; no probability."""
    one = Rescored(
        prediction=logged("12"), fate=Fate.FLIPPED, cause=Cause.MODEL, problem="regression", model="model/new@1",
        after=Answer(4.0, None),
    )  # fmt: skip
    line = table(one).loc[12]
    assert (line["before"], line["after"], line["change"], line["training_rows"]) == ("1.5", "4.0", 2.5, 5)
    assert np.isnan(line["after_probability"]) and pd.isna(line["own_rows"])


def test_a_class_is_told_with_its_probability_and_the_rows_to_blame():
    """Of yes before and after; the row asked about comes before the rows looked up."""
    one = Rescored(
        prediction=logged("-5", "no", ("people", 4), probability={"no": 0.7, "yes": 0.3}), fate=Fate.FLIPPED,
        cause=Cause.OWN, problem="classification", model="model/new@1", after=Answer("yes", {"no": 0.1, "yes": 0.9}),
    )  # fmt: skip
    [line] = table(one, found=Found((ROW,), 6), positive="yes").to_dict("records")
    assert (line["before"], line["after"], line["table"], line["row_id"]) == ('"no"', '"yes"', "people", 4)
    assert (line["before_probability"], line["after_probability"], line["own_rows"]) == (0.3, 0.9, 6)
    assert '"1.1"' in line["own_examples"] and pd.isna(line["training_rows"])


def test_a_row_is_named_by_its_prediction():
    """A number of 64 bits is the id itself; any other text has one of its own; they come in order of their ids."""
    ids = ["9223372036854775807", "9223372036854775808", "007", "7", "p-7"]
    made = table(*(Rescored(prediction=logged(one), fate=Fate.SAME) for one in ids))
    by_id = dict(zip(made["prediction"], made.index, strict=True))
    assert (by_id["9223372036854775807"], by_id["7"]) == (2**63 - 1, 7)
    assert len(set(by_id.values())) == 5 and made.index.is_monotonic_increasing and made.index.name == "row"


def test_columns_have_the_same_types_whatever_is_in_them():
    """A list of nothing, too."""
    one = Rescored(prediction=logged("1"), fate=Fate.NOT_RESCORABLE, why="its input was not kept")
    for made in (table(), table(one)):
        assert {name: str(kind) for name, kind in made.dtypes.items()} == COLUMNS


def test_counts_tell_flips_by_cause():
    """What is gone is a flip too; what was not judged is not rescored."""
    fates = [(Fate.SAME, None), (Fate.FLIPPED, Cause.BOTH), (Fate.GONE, Cause.OWN), (Fate.NOT_REPRODUCED, None)]
    made = [
        Rescored(prediction=logged(str(n)), fate=fate, cause=cause, earlier=n == 1)
        for n, (fate, cause) in enumerate(fates)
    ]
    assert counts(table(*made)) == {
        "predictions": 4,
        "rescored": 3,
        "flipped": 1,
        "gone": 1,
        "by_cause": {"own data": 1, "model": 0, "both": 1, "only together": 0},
        "not_reproduced": 1,
        "not_rescorable": 0,
        "by_earlier_models": 1,
    }
