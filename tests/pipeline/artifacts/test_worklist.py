"""A worklist, a choice from it, and what became of that, are JSON values."""

from __future__ import annotations

import json

import pytest

from pipeline.artifacts.worklist import Choice, Help, Level, Progress, WorkItem, Worklist, helped

LIST = Worklist(
    name="mail", model="model/mail@1", errors="errors/mail@2",
    items=(WorkItem(name="car", kind="tag", advice="Work", evidence="11 %", gain=0.0016, ceiling=0.0044, ease=4),),
)


def test_json_gives_it_back():
    """Through text and back."""
    assert Worklist.from_json(json.loads(json.dumps(LIST.to_json()))) == LIST
    choice = Choice(name="car", worklist="worklist/w@1", model="model/mail@1", by="cid", reason="why")
    assert Choice(**json.loads(json.dumps(choice.to_json()))) == choice


def test_an_item_by_its_name():
    """None where it is not on the list."""
    assert LIST.item("car").ease == 4 and LIST.item("bus") is None


@pytest.mark.parametrize(
    ("low", "high", "verdict"), [(-0.2, -0.01, "helped"), (-0.2, 0.01, "no clear change"), (0.01, 0.2, "made it worse")]
)
def test_the_whole_interval_decides_whether_it_helped(low, high, verdict):
    """Fewer wrong answers help; an interval with 0 in it says nothing."""
    assert helped(low, high) == verdict


def test_progress_is_told_with_its_levels():
    """Before and after with their cases; without, why."""
    level = Level(value=0.3, low=0.2, high=0.4, n=100)
    told = json.loads(json.dumps(Progress(verdict=Help.HELPED, before=level, after=level).to_json()))
    assert told["verdict"] == "helped" and told["before"] == {"value": 0.3, "low": 0.2, "high": 0.4, "n": 100}
    assert Progress.unknown("no model").to_json()["why_not"] == "no model"
