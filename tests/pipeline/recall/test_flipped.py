"""Flipped: served decisions scored again after a rebuild, held against the same worked out by pandas and sklearn."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from lineage.records import Prediction, Recall
from pipeline.artifacts.model import Model
from pipeline.errors import Misuse, Refused
from pipeline.recall.flipped import Flipped, flipped
from pipeline.settings import Settings

from .towns import Town
from .visitors import FEATURES, USERS, Visitors, by_user, features

STATED = ("visits", "minutes", "town")


@dataclass
class Story:
    """The list of addresses was wrong: the first eight should not be on it, forty others should."""

    visitors: Visitors
    recall: Recall
    old: pd.DataFrame
    new: pd.DataFrame
    wrong: set[str]
    logged: list[Prediction]
    answer: Flipped

    def lines(self) -> dict[str, dict[str, Any]]:
        """The lines of the list by the id of the prediction."""
        return {line["prediction"]: line for line in self.answer.table.to_dict("records")}

    def scored(self) -> list[Prediction]:
        """What was logged as it was answered."""
        return [one for one in self.logged if not one.id.startswith("odd")]


def asked(users: pd.DataFrame) -> list[dict[str, Any]]:
    """Requests about every user as the table has them, some stated otherwise, some about nobody."""
    as_they_are = [{"user": one.user, **{name: getattr(one, name) for name in STATED}} for one in users.itertuples()]
    otherwise = [{**one, "minutes": 9.0 * n, "town": "Celle"} for one in as_they_are[::4] for n in range(4, 24)]
    nobody = [{"visits": 3, "minutes": 4.0 * n, "town": "Bonn"} for n in range(40)]
    return json.loads(json.dumps([*as_they_are, *otherwise, *nobody], default=float))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Everything up to the list."""
    visitors = Visitors(tmp_path_factory.mktemp("flipped") / "visitors")
    files = visitors.files
    logged = visitors.asked(asked(visitors.table("visitors.users")))
    odd = [replace(logged[0], id="odd output", output={"prediction": 1, "probability": {"0": 0.25, "1": 0.75}})]
    odd.append(replace(logged[1], id="odd input", input={}))
    visitors.runner.store.log_predictions(odd)
    more = [f"10.0.0.{n}" for n in range(1, USERS, 3)]
    corrected = pd.DataFrame({"ip": [*files["listed"]["ip"][8:], *more, "10.1.0.4"]}).drop_duplicates()
    recall = visitors.recall("listed", corrected)
    assert visitors.rebuild(recall.id).complete
    wrong = set(files["listed"]["ip"]) ^ set(corrected["ip"])
    old, new = (by_user(files["visits"], listed) for listed in (files["listed"], corrected))
    return Story(visitors, recall, old, new, wrong, [*logged, *odd], flipped(visitors.runner, recall.id))


def by_hand(story: Story, model: str, users: pd.DataFrame) -> Callable[[Mapping[str, Any]], float]:
    """Fit the model again without us, on the users it was trained on; what it gives for one, as a probability."""
    runner = story.visitors.runner
    manifest = Model.from_json(runner.value(model))
    table = runner.value(manifest.source)
    train = table.loc[runner.value(manifest.trained_on).index, "user"]
    seen = features(users, story.visitors.files["towns"])[FEATURES]
    scale = StandardScaler().fit(seen.loc[train])
    fitted = LogisticRegression().fit(scale.transform(seen.loc[train]), users.loc[train, "looking"].astype(int))

    def probability(stated: Mapping[str, Any]) -> float:
        row = features(pd.DataFrame([stated]), story.visitors.files["towns"])[FEATURES]
        return float(fitted.predict_proba(scale.transform(row))[0, 1])

    return probability


def corrected(story: Story, stated: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is asked about a user on the corrected list; None where there is no such user any more."""
    user = stated.get("user")
    if user is None:
        return dict(stated)
    if user not in story.new.index:
        return None
    old, new = story.old.loc[user], story.new.loc[user]
    as_it_was = {
        name: stated[name] == old[name] if name == "town" else bool(np.isclose(stated[name], old[name]))
        for name in STATED
    }
    return {**stated, **{name: new[name] for name in STATED if as_it_was[name]}}


@pytest.fixture(scope="module")
def expected(story: Story) -> dict[str, tuple[str, str | None, float, float | None]]:
    """By prediction: what became of it, its cause, and the probability before and now, all worked out by hand."""
    one = story.logged[0]
    after = story.lines()[one.id]["new_model"]
    before, now = by_hand(story, one.model, story.old), by_hand(story, after, story.new)
    found = {}
    for one in story.scored():
        stated, right = one.input, corrected(story, one.input)
        old, model = before(stated), now(stated)
        own, new = (None, None) if right is None else (before(right), now(right))
        flips = [each is None or (each > 0.5) != (old > 0.5) for each in (own, model, new)]
        cause = {(1, 1): "both", (1, 0): "own data", (0, 1): "model", (0, 0): "only together"}[flips[0], flips[1]]
        fate = "gone" if new is None else "flipped" if flips[2] else "same"
        found[one.id] = fate, cause if flips[2] else None, old, new
    return found


def test_flips_and_their_causes_are_those_worked_out_by_hand(
    story: Story, expected: dict[str, tuple[str, str | None, float, float | None]]
) -> None:
    """Prediction by prediction; there are flips by each cause's own doing, and rows that are gone."""
    lines = story.lines()
    found = {one.id: (lines[one.id]["outcome"], lines[one.id]["cause"]) for one in story.scored()}
    assert {one: (fate, None if pd.isna(cause) else cause) for one, (fate, cause) in found.items()} == {
        one: (fate, cause) for one, (fate, cause, _, _) in expected.items()
    }
    assert {"own data", "model", "both"} <= {cause for _, cause, _, _ in expected.values()}
    assert {"gone", "same"} <= {fate for fate, _, _, _ in expected.values()}


def test_probabilities_are_those_worked_out_by_hand(
    story: Story, expected: dict[str, tuple[str, str | None, float, float | None]]
) -> None:
    """Before and now, of the class that counts as yes."""
    lines = story.lines()
    for one, (_, _, before, now) in expected.items():
        told = lines[one]["before_probability"], lines[one]["after_probability"]
        assert told == pytest.approx((before, np.nan if now is None else now), abs=1e-6, nan_ok=True)


def test_the_rows_to_blame_are_the_addresses_that_were_listed_wrongly_or_not(story: Story) -> None:
    """Those from which the user of the row came, whichever side of the correction shows it."""
    by_row = story.visitors.files["visits"].groupby("user")["ip"].agg(set)
    inputs = {one.id: one.input for one in story.scored()}
    blamed = story.answer.table[story.answer.table["own_rows"].notna()]
    assert len(blamed) > 5
    for line in blamed.to_dict("records"):
        wrong = by_row[inputs[line["prediction"]]["user"]] & story.wrong
        examples = json.loads(line["own_examples"])
        assert {one["key"]["ip"] for one in examples} == wrong and line["own_rows"] == len(wrong) > 0
        assert {one["change"] for one in examples} <= {"came", "went"}


def test_the_model_is_blamed_with_its_wrong_training_rows(story: Story) -> None:
    """Users it was trained on who came from a wrong address, and users the new one has beside them."""
    runner, line = story.visitors.runner, story.answer.table.query("cause == 'model'").iloc[0]
    old, new = (Model.from_json(runner.value(line[name])) for name in ("model", "new_model"))
    ids = [set(runner.value(one.trained_on).index) for one in (old, new)]
    by_user = story.visitors.files["visits"].groupby("user")["ip"].agg(set)
    users = runner.value(old.source).loc[sorted(ids[0]), "user"]
    wrong = sum(bool(by_user[user] & story.wrong) for user in users)
    told = story.answer.models[old_reference(story)]
    assert (told.wrong, told.missing, told.of) == (wrong, len(ids[1] - ids[0]), len(ids[0]))
    assert line["training_rows"] == wrong + len(ids[1] - ids[0])


def old_reference(story: Story) -> str:
    """The model that served."""
    return story.logged[0].model


def test_what_is_not_answered_as_it_was_is_told_and_not_judged(story: Story) -> None:
    """One was logged with another answer, one without its input."""
    lines = story.lines()
    assert (lines["odd output"]["outcome"], lines["odd input"]["outcome"]) == ("not reproduced", "not rescorable")
    assert "answers 0 now" in lines["odd output"]["why"] and lines["odd input"]["why"] == "its input was not kept"
    counts = story.answer.counts
    assert (counts["not_reproduced"], counts["not_rescorable"]) == (1, 1)
    assert counts["rescored"] == len(story.scored()) == counts["predictions"] - 2


def test_the_list_is_an_artifact_with_lineage(story: Story) -> None:
    """It rests on both models and on the users before and now, as a run tells."""
    store = story.visitors.runner.store
    rests = {one.input: (one.rule, one.effect) for one in store.dependencies(story.answer.reference)}
    line = story.answer.table[story.answer.table["new_model"].notna()].iloc[0]
    assert rests[line["model"]] == rests[line["new_model"]] == ("every row", "model")
    users = [reference for reference in rests if reference.startswith("dataset/visitors.users@")]
    assert len(users) == 2 and {rests[one] for one in users} == {("every row", "direct")}
    assert story.answer.reference.startswith(f"dataset/flipped.{story.recall.id}@")
    assert store.producer(story.answer.reference).stage == "recall"


def test_asked_again_the_same_list_is_the_answer(story: Story) -> None:
    """Nothing is scored again; another tolerance is another question."""
    runner = story.visitors.runner
    again = flipped(runner, story.recall.id)
    assert again.reused and again.reference == story.answer.reference
    assert not flipped(runner, story.recall.id, tolerance=1e-3).reused


def test_a_recall_that_is_not_rebuilt_is_refused(story: Story) -> None:
    """The letter says what to run; a share that is none is misuse."""
    visitors = story.visitors
    recall = visitors.recall("visits", visitors.files["visits"].assign(looking=0))
    with pytest.raises(Refused, match=rf"not rebuilt yet.*Run `headwater rebuild {recall.id}`"):
        flipped(visitors.runner, recall.id)
    visitors.runner.store.recall_event(recall.id, "withdrawn", by="ann")
    with pytest.raises(Refused, match="withdrawn"):
        flipped(visitors.runner, recall.id)
    with pytest.raises(Misuse):
        flipped(visitors.runner, story.recall.id, tolerance=1.0)


def test_without_predictions_there_is_nothing_to_flip(tmp_path: Path) -> None:
    """No list is made."""
    town = Town(tmp_path / "town")
    town.run("first")
    recall = town.recall("people", town.people({"p20": 21}, "patch.csv"))
    town.rebuild(recall.id)
    found = flipped(town.runner, recall.id)
    assert (found.reference, len(found.table), found.counts["predictions"]) == ("", 0, 0)


@dataclass
class Later:
    """What was asked before another recall, and the list after its rebuild."""

    logged: list[Prediction]
    answer: Flipped

    def table(self) -> pd.DataFrame:
        """The list, by prediction."""
        return self.answer.table.set_index("prediction")


@pytest.fixture(scope="module")
def later(story: Story) -> dict[str, Later]:
    """The town of Celle has 900 people, not 70; then it turns out that Essen was missing: two more recalls."""
    visitors, towns, found = story.visitors, story.visitors.files["towns"], {}
    stated = [{"visits": 3, "minutes": 30.0 + 5 * n, "town": town} for n in range(12) for town in ("Celle", "Essen")]
    celle = towns.assign(people=[330.0, 900.0])
    essen = pd.concat([celle, pd.DataFrame({"code": [3], "town": ["Essen"], "people": [9e4]})])
    for name, table in (("Celle", celle), ("Essen", essen)):
        logged = visitors.asked(stated)
        recall = visitors.recall("towns", table)
        assert visitors.rebuild(recall.id).complete
        found[name] = Later(logged, flipped(visitors.runner, recall.id))
    return found


def test_what_was_looked_up_is_own_data(later: dict[str, Later]) -> None:
    """Whoever is in Celle is looked up with 900 people; the row to blame is the town's."""
    towns, table = {one.id: one.input["town"] for one in later["Celle"].logged}, later["Celle"].table()
    own = table[table["cause"].isin(["own data", "both", "only together"]) & table.index.isin(list(towns))]
    assert len(own) and {towns[one] for one in own.index} == {"Celle"}
    for text in own["own_examples"]:
        [told] = json.loads(text)
        assert (told["source"], told["key"], told["cells"]) == ("towns", {"code": 2}, {"people": [70.0, 900.0]})


def test_a_key_that_was_missing_is_found_by_its_predictions(later: dict[str, Later]) -> None:
    """No user of training is in Essen, whose name is no key of the table: those flip who asked for it, and no other."""
    essen = {one.id for one in later["Essen"].logged if one.input["town"] == "Essen"}
    table = later["Essen"].table()
    flips = table[(table["outcome"] == "flipped") & ~table["earlier"]]
    assert set(table.index) >= essen and len(flips) and set(flips.index) <= essen
    assert set(flips["cause"]) == {"own data"}
    assert {one["key"]["code"] for text in flips["own_examples"] for one in json.loads(text)} == {3}


def test_the_model_of_an_earlier_run_is_told_apart(story: Story, later: dict[str, Later]) -> None:
    """What the first run's model served is held against the latest rebuild, and marked."""
    table = later["Celle"].table()
    assert table.loc[[one.id for one in story.scored()], "earlier"].all()
    assert not table.loc[[one.id for one in later["Celle"].logged], "earlier"].any()


def test_a_model_whose_bytes_are_gone_is_not_rescorable(story: Story, tmp_path: Path) -> None:
    """Its predictions are counted with the reason."""
    shutil.copytree(story.visitors.folder, tmp_path / "copy")
    home = {"HEADWATER_HOME": str(tmp_path / "copy" / "home")}
    copied = Visitors.__new__(Visitors)
    copied.settings, runner = Settings.from_environment(home), story.visitors.runner
    estimator = Model.from_json(runner.value(old_reference(story))).estimator
    (tmp_path / "copy/home/artifacts" / runner.describe(estimator).place).unlink()
    table = flipped(copied.runner, story.recall.id, tolerance=0.5).table
    served = table[table["model"] == old_reference(story)]
    assert len(served) == len(story.logged) and set(served["outcome"]) == {"not rescorable"}
    assert served["why"].str.contains(estimator).sum() == len(story.scored()) + 1
