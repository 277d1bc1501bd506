"""The story, told by one command: it ends in the decisions that flip, and what it said would change is what did."""

import pandas as pd
import pytest

from lineage.records import Effect
from pipeline.recall.reached import reached
from pipeline.recall.replaced import replaced
from pipeline.runner import Occasion, Runner
from pipeline.settings import Settings
from pipeline.storage.tables import StoredTables

from .conftest import place

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A project in which the story was told, and what it printed."""
    made = place(tmp_path_factory.mktemp("story") / "project")
    for name in ("job_seekers", "made_users", "made_addresses"):
        made.dag(name)
    return made, made.headwater("story").stdout


@pytest.fixture(scope="module")
def runner(told):
    """What it left behind."""
    home = told[0].folder / ".headwater" / "story"
    return Runner.open(Settings.from_environment({"HEADWATER_HOME": str(home)}), Occasion(dag="none", dag_run="look"))


def changed(old, new):
    """The rows that are in one table alone, or have another cell: found row by row."""
    plain = [frame.astype(object).where(frame.notna(), None).to_dict("index") for frame in (old, new)]
    return {row for row in plain[0].keys() | plain[1].keys() if plain[0].get(row) != plain[1].get(row)}


def test_every_flip_has_a_cause_and_rows_to_blame(told):
    """The list names every flip's cause, and the addresses or the number of training rows behind it."""
    project, text = told
    flips = pd.read_csv(project.folder / ".headwater" / "story" / "flipped.csv")
    flipped = flips[flips["outcome"].isin(["flipped", "gone"])]
    assert len(flipped) > 100 and f"{len(flipped)} of" in text
    assert flipped["cause"].notna().all() and not text.count("not complete")
    assert (flipped["rows_to_blame"].notna() | flipped["training_rows"].notna()).all()
    assert flipped["rows_to_blame"].str.contains("bad_addresses ip=").sum() > 100


def test_what_was_said_to_change_is_what_did(runner):
    """In every table that rests on the list row by row, the rows named came out otherwise, all and hardly others."""
    recall = runner.store.recall("r1")
    found = reached(runner.store, StoredTables(runner.store, runner.storage), recall, runner=runner).impact
    direct = {line.artifact.reference: line for line in found.lines if set(line.effects) == {Effect.DIRECT}}
    pairs = {old: new for old, new in replaced(runner.store, recall).changed.items() if old in direct}
    assert {old.split("@")[0].split(".")[-1] for old in pairs} >= {"lookup", "no_spam", "link", "people"}
    for old, new in pairs.items():
        truth, said = changed(runner.value(old), runner.value(new)), set(direct[old].touched.ids.tolist())
        assert truth <= said and len(said) <= 1.2 * len(truth), f"{old}: {len(said)} said, {len(truth)} changed"
