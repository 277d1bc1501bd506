"""One label of the labels of each item: by hand, on real crowds, and with lineage to exactly the item's rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lineage import impact as lineage_impact
from lineage.records import Effect, Rule
from lineage.touched import Touched
from pipeline.errors import Misuse, StepRefused
from pipeline.labelling.consensus import consensus, consensus_rows, weigh, with_model
from pipeline.storage.tables import StoredTables
from tests.pipeline.crowds import crowd, said, table

COLUMNS = {"item": "image", "label": "label", "by": "worker"}


def by_item(made):
    """The rows made, by item."""
    rows = made.astype(object).where(made.notna(), None).to_dict("records")
    return {row.pop("image"): row for row in rows}


def test_the_majority_by_hand():
    """All agree, most, a tie that is said and not broken, one label alone, and none."""
    rows = table("A 1 1 1 3 .\nB 1 1 2 . .\nC 1 2 . . .")
    made = by_item(consensus_rows(pd.concat([rows, said([("i04", "A", None)], first=90)]), **COLUMNS))
    told = {item: (row["label"], row["votes"], row["outcome"]) for item, row in made.items()}
    assert told == {
        "i00": (1, 3, "all agree"), "i01": (1, 3, "most"), "i02": (None, 2, "tie"), "i03": (3, 1, "one label"),
        "i04": (None, 0, "no label"),
    }
    assert made["i01"]["agreement"] == pytest.approx(2 / 3) and made["i02"]["agreement"] is None
    assert made["i02"]["between"] == "1 | 2" and made["i01"]["between"] is None


def test_not_enough_information_is_an_answer():
    """It wins where more people give it than the winning label; a class that as many give stands."""
    rows = table("A 9 9 1 9\nB 9 9 1 9\nC 9 1 9 1\nD 1 1 1 2")
    made = by_item(consensus_rows(rows, **COLUMNS, unclear=9))
    assert [row["label"] for row in made.values()] == [9, 1, 1, 9]
    assert [row["outcome"] for row in made.values()] == [
        "not enough information", "most", "most", "not enough information",
    ]
    assert made["i00"]["agreement"] == 0.75 and made["i00"]["votes"] == 1


def test_labels_keep_their_kind():
    """Text with newlines stays text, a category gives its values, booleans are booleans."""
    frame = said([("a", "u", "one\ntwo"), ("a", "v", "one\ntwo"), ("b", "u", "x")])
    assert consensus_rows(frame, **COLUMNS)["label"].tolist() == ["one\ntwo", "x"]
    flags = frame.assign(label=pd.array([True, True, False], "boolean"))
    assert consensus_rows(flags, **COLUMNS)["label"].dtype == "boolean"
    kinds = frame.assign(label=frame["label"].astype("category"))
    assert consensus_rows(kinds, **COLUMNS)["label"].tolist() == ["one\ntwo", "x"]


def test_weights_break_what_votes_cannot():
    """Two say 1 and two say 0; who is mostly right elsewhere wins, and how sure that is stands beside."""
    good = "\n".join(f"{who} 1 0 1 0 1 0 1 0 {last}" for who, last in zip("ABE", "11.", strict=True))
    rows = table(f"{good}\nC 0 1 1 0 0 0 1 1 0\nD 1 1 0 0 0 0 1 0 0")
    weights = weigh(rows, **COLUMNS)["weights"].value
    assert [one["name"] for one in weights["labellers"]][:2] == ["C", "D"]
    last = by_item(consensus_rows(rows, weights, **COLUMNS))["i08"]
    assert (last["label"], last["outcome"]) == (1, "most") and 0.5 < last["confidence"] <= 1
    assert by_item(consensus_rows(rows, **COLUMNS))["i08"]["outcome"] == "tie"


def test_names_that_are_made_are_misuse():
    """A column called votes would be overwritten."""
    with pytest.raises(Misuse, match="votes"):
        consensus_rows(said([("a", "u", 1)]).rename(columns={"label": "votes"}), **{**COLUMNS, "label": "votes"})


def reached(runner, frame, data, made, row):
    """The rows of `made` that a change of one label reaches directly, and the effects on the whole."""
    after = frame.loc[[row]].assign(label=pd.array([1 - frame["label"][row]], frame["label"].dtype))
    touched = Touched(cells={"label": np.array([row])})
    tables = StoredTables(runner.store, runner.storage)
    found = lineage_impact.impact(runner.store, tables, {data: touched}, {data: after})
    line = next(line for line in found.lines if line.artifact.reference == made)
    return line.stood_on.tolist(), set(line.effects)


def test_one_label_reaches_exactly_its_item(runner, ingested):
    """By majority, nothing else is touched in any way."""
    frame = table("A 1 1 0\nB 1 0 0\nC 1 0 0")
    data = ingested(frame)
    made = consensus(runner, data=data, **COLUMNS)
    rows = runner.value(made)
    item = frame.index[frame["image"] == "i01"][0]
    assert reached(runner, frame, data, made, item) == (rows.index[rows["image"] == "i01"].tolist(), {Effect.DIRECT})
    [rule] = runner.store.dependencies(made)
    assert (rule.rule, rule.detail["reads"]) == (Rule.SAME_KEY, ["image", "label", "worker"])


def test_weighted_a_label_reaches_the_others_as_an_effect_of_a_model(runner, ingested):
    """Directly its own item alone; what labellers weigh, which rests on every label, all of them."""
    frame = table("A 1 1 0 0\nB 1 0 0 0\nC 1 0 0 1")
    data = ingested(frame, "weighted_labels")
    made = consensus(runner, data=data, how="weighted", **COLUMNS)
    rows = runner.value(made)
    found = reached(runner, frame, data, made, frame.index[frame["image"] == "i01"][0])
    assert found == (rows.index[rows["image"] == "i01"].tolist(), {Effect.DIRECT, Effect.MODEL})


def test_items_keep_their_ids_from_version_to_version(runner, ingested):
    """A label more changes the row of its item and nothing else, and only that item is made again."""
    frame = table("\n".join(f"w{who} " + " ".join(str((who * n) % 2) for n in range(60)) for who in range(3)))
    first = runner.value(consensus(runner, data=ingested(frame, "growing"), **COLUMNS))
    more = pd.concat([frame, said([("i07", "w9", 1)], first=5000)])
    second = runner.value(consensus(runner, data=ingested(more, "growing"), **COLUMNS))
    assert second.index.equals(first.index)
    assert second.index[(second["votes"] != first["votes"]).to_numpy()].tolist() == (
        first.index[first["image"] == "i07"].tolist()
    )
    assert 0 < runner.ran[-1].again < 60


def test_probabilities_of_a_model_are_weighed_too(runner, ingested):
    """CROWDLAB: where two people differ, a model that is mostly right decides; what each weighs is kept."""
    random = np.random.default_rng(1)
    truth = random.integers(0, 2, 60)
    rows = [
        (f"i{place:02}", who, int(one if random.random() < share else 1 - one))
        for who, share in {"A": 0.8, "B": 0.7}.items()
        for place, one in enumerate(truth)
    ]
    sure = np.where(random.random(60) < 0.95, 0.9, 0.1)
    right = np.where(truth == 1, sure, 1 - sure)
    model = pd.DataFrame(
        {"image": [f"i{n:02}" for n in range(60)], "probability of 0": 1 - right, "probability of 1": right},
        index=pd.RangeIndex(100, 160, name="row").astype("int64"),
    )
    data, answers = ingested(said(rows), "two"), ingested(model, "answers")
    made = runner.value(consensus(runner, data=data, how="weighted", probabilities=answers, **COLUMNS))
    alone = consensus_rows(said(rows), **COLUMNS).sort_values("image")
    found = made.sort_values("image")["label"].to_numpy("int64")
    assert (found == truth).mean() > (alone["label"].fillna(-1).to_numpy("int64") == truth).mean() + 0.1
    assert set(made["outcome"]) <= {"all agree", "most"} and made["confidence"].between(0, 1).all()
    weights = with_model(said(rows), model, **COLUMNS)["weights"].value
    assert {one["name"] for one in weights["labellers"]} == {"A", "B"} and weights["model_weight"] > 0


def test_probabilities_that_lack_something_are_refused():
    """A class without a column, an item without a row, and one row twice."""
    rows = table("A 1 0 1\nB 1 0 0")
    model = pd.DataFrame({"image": ["i00", "i01"], "probability of 0": 0.5, "probability of 1": 0.5})
    with pytest.raises(Misuse, match="probability of 1"):
        with_model(rows, model.drop(columns="probability of 1"), **COLUMNS)
    with pytest.raises(StepRefused, match="no probabilities.*image i02"):
        with_model(rows, model, **COLUMNS)
    with pytest.raises(StepRefused, match="twice.*i00"):
        with_model(rows, pd.concat([model, model]), **COLUMNS)


def test_a_table_too_large_to_be_weighed_with_a_model_is_refused():
    """8,000 items, each by a person of its own: the way out is named."""
    rows = said([(f"i{n:04}", f"w{n}", 1) for n in range(8000)])
    with pytest.raises(StepRefused, match="8,000 items and 8,000 labellers.*Leave the probabilities out"):
        with_model(rows, pd.DataFrame({"image": ["i0000"], "probability of 1": [1.0]}), **COLUMNS)


def test_ways_that_there_are_not_are_misuse(runner):
    """Probabilities do not go with the majority."""
    for given in ({"how": "best"}, {"probabilities": "dataset/x@1"}):
        with pytest.raises(Misuse, match="majority, or weighted"):
            consensus(runner, data="dataset/x@1", **COLUMNS, **given)


def right(made, frame):
    """How many items have the label that is true."""
    truth = frame.drop_duplicates("image").set_index("image")["truth"]
    return int((made["label"].to_numpy() == truth[made["image"]].to_numpy()).sum())


def test_bluebirds_are_told_better_by_weight():
    """Of 108 images, 82 by majority (75.9 %), 97 weighted (89.8 %): some workers take every bird for the other."""
    frame = crowd("bluebirds")
    majority = consensus_rows(frame, **COLUMNS)
    weighted = consensus_rows(frame, weigh(frame, **COLUMNS)["weights"].value, **COLUMNS)
    assert (right(majority, frame), right(weighted, frame)) == (82, 97)


def test_ducks_are_not():
    """Of 240 images, 162 by majority (67.5 %), 145 weighted (60.4 %).

    Most workers take a grebe for a duck: weighing them by one another trusts that mistake more.
    """
    frame = crowd("ducks")
    majority = consensus_rows(frame, **COLUMNS)
    weighted = consensus_rows(frame, weigh(frame, **COLUMNS)["weights"].value, **COLUMNS)
    assert (majority["outcome"] == "tie").sum() == 6
    assert (right(majority, frame), right(weighted, frame)) == (162, 145)
