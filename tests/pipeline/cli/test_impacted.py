"""What wrong rows reached, as people read it."""

import numpy as np
import pytest

from lineage.impact import Impact, Line, TouchedPrediction, TouchedRelease
from lineage.records import Artifact, Effect, Known, Release
from lineage.touched import Touched
from pipeline.cli.impacted import live_to_json, print_impact

IDS = np.arange(1000, 3000)
SAMPLED, BUILT = {Effect.MODEL: Known.SAMPLED}, {Effect.DIRECT: Known.BY_CONSTRUCTION}


def line(name, effects, *, kind="dataset", stood_on=IDS[:0], dropped=IDS[:0], open_ended=False):
    """One artifact that is reached."""
    artifact = Artifact(kind=kind, name=name, digest="ab" * 16, rows=5000 if kind == "dataset" else None)
    touched = Touched(np.union1d(stood_on, dropped)) if kind == "dataset" else None
    return Line(
        artifact=artifact, effects=effects, touched=touched, stood_on=stood_on, dropped=dropped, open_ended=open_ended
    )


def release(endpoint, number, *, live):
    """A release that is reached."""
    return TouchedRelease(Release(endpoint=endpoint, model="model/m@" + "cd" * 16, number=number), live, SAMPLED)


LINES = (
    line("rows", BUILT, stood_on=IDS[:1500], dropped=IDS[1500:1507]),
    line("open", BUILT, open_ended=True),
    line("m", SAMPLED, kind="model"),
)
RELEASES = (release("a", 4, live=True), release("b", 1, live=True), release("a", 2, live=False))
PREDICTIONS = tuple(
    TouchedPrediction(str(n), "a", 4, "m", {**SAMPLED, **(BUILT if n % 4 == 0 else {})}) for n in range(1200)
)


@pytest.fixture
def told(capsys, monkeypatch):
    """Print an impact for no terminal, and give the lines, blanks in a row as one."""
    monkeypatch.delenv("COLUMNS", raising=False)

    def printed(missing=(), **given):
        found = Impact(
            lines=LINES, releases=RELEASES, predictions=PREDICTIONS, complete=not missing, missing=missing,
            weakest=Known.SAMPLED,
        )
        print_impact(found, **given)
        return [" ".join(one.split()) for one in capsys.readouterr().out.splitlines()]

    return printed


def test_rows_are_told_of_how_many_with_how_that_is_known(told):
    """Rows that are there, rows that are not, rows nobody can name yet; a model has none."""
    lines = told()
    short = "ab" * 6
    assert f"dataset/rows@{short} 1,500 + 7 absent 5,000 direct (by construction)" in lines
    assert f"dataset/open@{short} 0 and perhaps more 5,000 direct (by construction)" in lines
    assert f"model/m@{short} model (sampled)" in lines


def test_live_releases_come_first_with_where_to_go_back_to(told):
    """Those to warn of; any other is among the other releases."""
    lines = told(live=RELEASES[:1], instead={"a": Release(endpoint="a", model="model/m@" + "ef" * 16, number=3)})
    live, others = lines.index("live releases that are reached"), lines.index("other releases")
    assert lines[live + 3] == f"a 4 model/m@{'cd' * 6} model (sampled) release 3, model/m@{'ef' * 6}"
    assert [one[:4] for one in lines[others + 3 : others + 5]] == ["b 1 ", "a 2 "]
    assert told(live=[], instead={})[0] == "No live release is reached."
    assert told()[4].endswith("no untouched release")


def test_predictions_are_counted_by_effect(told):
    """A prediction may be reached in two ways."""
    assert "predictions: 1,200 (1,200 model, 300 direct)" in told()


def test_an_answer_that_is_not_complete_says_what_is_missing(told):
    """One line a sentence; a complete one tells its weakest dependency."""
    assert told()[-1] == "The answer is complete; its weakest dependency is known as: sampled."
    assert told(missing=("x was deleted", "y too"))[-3:] == ["The answer is not complete:", "x was deleted", "y too"]


def test_live_releases_as_json():
    """With the untouched release of each endpoint, null where there is none."""
    back = Release(endpoint="a", model="model/m@1", number=3)
    first, second = live_to_json(RELEASES[:2], {"a": back, "b": None})
    assert (first["endpoint"], first["number"], first["effects"]) == ("a", 4, {"model": "sampled"})
    assert (first["instead"], first["instead_model"], second["instead"]) == (3, "model/m@1", None)
