"""The agreement stage: real labels, rounds, and what it refuses."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from pipeline.artifacts.agreement import Agreement
from pipeline.errors import Misuse, StepRefused
from pipeline.labelling.agree import agree, agreement
from tests.pipeline.crowds import crowd, said, table

COLUMNS = {"item": "image", "label": "label", "by": "worker"}


def measured(frame, **more):
    """Measure, through JSON."""
    return Agreement.from_json(json.loads(json.dumps(agree(frame, **COLUMNS, **more)["agreement"].value)))


def test_the_stage_keeps_an_agreement(runner, ingested):
    """An artifact of its kind, with its figures as facts, that rests on every label."""
    data = ingested(table("A 1 1 2\nB 1 2 2\nC 1 1 2"))
    reference = agreement(runner, data=data, **COLUMNS)
    assert reference.startswith("agreement/labels.agreement@")
    assert runner.describe(reference).facts["items"] == 3
    found = Agreement.from_json(runner.value(reference))
    assert found.figure("raw_agreement").value == pytest.approx(7 / 9)
    assert found.n_labellers == 3 and "small data" in found.says[0]


def test_equal_labels_give_an_equal_agreement():
    """In any order of the rows, to the last digit."""
    frame = table("A 1 1 2\nB 1 2 2\nC 1 1 2")
    assert measured(frame) == measured(frame.sample(frac=1, random_state=1))


def test_x_that_does_not_hold_enough_is_counted_apart():
    """It is no class, is in no coefficient, and is said; so are items without a label."""
    rows = [("a", "u", "x"), ("a", "v", "x"), ("b", "u", "x"), ("b", "v", "dark"), ("c", "u", None), ("c", "v", None)]
    found = measured(said(rows), unclear="dark")
    assert (found.labels, found.unclear, found.missing, found.several) == (3, 1, 2, 1)
    assert [one.name for one in found.classes] == ["x"] and found.labellers[0].unclear + found.labellers[1].unclear == 1
    assert any("Of 1 of 3 items somebody says that x does not hold enough" in each for each in found.says)
    assert any("1 of 3 items have no label at all" in each for each in found.says)


def test_all_of_one_class_is_told_apart_from_no_agreement():
    """They agree in everything; beyond chance nothing is defined."""
    found = measured(table("A 1 1 1\nB 1 1 1"))
    assert found.figure("raw_agreement").value == 1.0
    assert not found.figure("krippendorff_alpha").defined and not found.figure("fleiss_kappa").defined
    assert any("of one class" in each for each in found.says)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (table("A 1 2 1"), "one labeller agrees with nobody"),
        (said([("a", "u", None), ("b", "v", None)]), "no labels to compare"),
        (said([]), "no labels to compare"),
    ],
)
def test_what_cannot_be_compared_is_refused(frame, words):
    """One labeller, labels that are all null, and none at all."""
    with pytest.raises(StepRefused, match=words):
        agree(frame, **COLUMNS)


def test_a_level_that_there_is_not_is_misuse(runner, ingested):
    """With those that there are."""
    with pytest.raises(Misuse, match="nominal, ordinal, interval"):
        agreement(runner, data="dataset/x@1", level="ratio", **COLUMNS)


def test_people_discuss_until_agreement_stops_rising():
    """Alpha by round: from mostly apart to all alike it rose; from there to the same it no longer does."""
    apart = table("A 1 2 1 2 1 2 1 2\nB 2 2 1 1 2 1 1 2")
    alike = table("A 1 2 1 2 1 2 1 2\nB 1 2 1 2 1 2 1 2")
    rounds = [each.assign(round=number) for number, each in enumerate((apart, alike, alike), 1)]
    two = pd.concat(rounds[:2]).reset_index(drop=True).rename_axis("row")
    three = pd.concat(rounds).reset_index(drop=True).rename_axis("row")
    found = measured(two, rounds="round")
    assert [one.name for one in found.rounds] == [1, 2] and "discuss on" in found.says[0]
    assert found.figure("krippendorff_alpha").value == 1.0
    assert "no longer rises from round 2 to 3" in measured(three, rounds="round").says[0]


def test_agreement_on_bluebirds():
    """108 images, 39 workers: 58.8 % of pairs alike, alpha 0.126, 741 pairs of which the 45 worst are named."""
    found = measured(crowd("bluebirds"))
    assert (found.n_items, found.labels, found.n_labellers, found.n_pairs, len(found.pairs)) == (108, 4212, 39, 741, 45)
    assert found.figure("raw_agreement").value == pytest.approx(0.588, abs=5e-4)
    assert found.figure("krippendorff_alpha").value == pytest.approx(0.126, abs=5e-4)
    assert found.human.commonest.value == pytest.approx(0.685, abs=5e-4)
