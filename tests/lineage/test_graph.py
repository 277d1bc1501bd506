"""The graph of versions is walked whole, each artifact once, and says what it cannot know."""

from __future__ import annotations

import pytest

from lineage.errors import NotRecorded
from lineage.records import Artifact, Known
from lineage.store import Store
from tests.lineage.history import NOON, History, artifact, run

RAW, LEFT, RIGHT, MODEL = (artifact(name) for name in ("raw", "left", "right", "model"))


@pytest.fixture
def diamond(history: History) -> Store:
    """raw is read by left and by right; model rests on both."""
    history.made(RAW, by="ingest")
    history.made(LEFT, by="go-left", of=[RAW], known=Known.BY_CONSTRUCTION)
    history.made(RIGHT, by="go-right", of=[RAW], known=Known.SAMPLED)
    history.made(MODEL, by="train", of=[LEFT, RIGHT], known=Known.BY_CONSTRUCTION)
    return history.store


def names(artifacts: tuple[Artifact, ...]) -> list[str]:
    """Name artifacts in their order."""
    return [one.name for one in artifacts]


def test_upstream_has_every_artifact_once_nearest_first_and_the_runs_that_made_them(diamond: Store) -> None:
    """What two ways lead to is told once; the question's own artifact is not part of the answer."""
    found = diamond.upstream("model")
    assert names(found.artifacts) == ["left", "right", "raw"]
    assert [one.id for one in found.runs] == ["ingest", "go-left", "go-right", "train"]
    assert (found.complete, found.missing, found.weakest) == (True, (), Known.SAMPLED)


def test_downstream_has_what_rests_on_it_and_not_its_own_maker(diamond: Store) -> None:
    """Going down begins with the runs that read the artifact."""
    found = diamond.downstream("raw")
    assert names(found.artifacts) == ["left", "right", "model"]
    assert [one.id for one in found.runs] == ["go-left", "go-right", "train"]


def test_ancestors_and_descendants_are_the_references_of_the_same_answer(diamond: Store) -> None:
    """Names alone, in the same order, to the same depth."""
    assert diamond.ancestors("model") == [LEFT.reference, RIGHT.reference, RAW.reference]
    assert diamond.ancestors("model", 1) == [LEFT.reference, RIGHT.reference]
    assert diamond.descendants("raw") == [LEFT.reference, RIGHT.reference, MODEL.reference]


@pytest.mark.parametrize(("depth", "expected"), [(0, []), (1, ["left", "right"]), (2, ["left", "right", "raw"])])
def test_depth_limits_how_many_edges_are_followed(diamond: Store, depth: int, expected: list[str]) -> None:
    """At most `depth` edges away, and the weakest knowledge among those alone."""
    found = diamond.upstream("model", depth)
    assert names(found.artifacts) == expected
    assert found.weakest is (Known.SAMPLED if depth == 2 else Known.BY_CONSTRUCTION)


def test_dependencies_and_dependents_are_the_edges_at_an_artifact(diamond: Store) -> None:
    """What an output directly rested on, and what directly rests on it."""
    assert [one.input for one in diamond.dependencies("model")] == [LEFT.reference, RIGHT.reference]
    assert [one.output for one in diamond.dependents("raw")] == [LEFT.reference, RIGHT.reference]


def test_an_input_nobody_recorded_makes_the_answer_incomplete(history: History) -> None:
    """The answer goes as far as it can, and names where it stops."""
    ghost = artifact("ghost")
    history.made(LEFT, by="r1", of=[ghost])
    found = history.store.upstream("left")
    assert (found.complete, names(found.artifacts)) == (False, ["ghost"])
    assert found.missing == (
        f"{ghost.reference} was read but never recorded by a run that made it: what it rests on is unknown",
    )
    assert names(history.store.downstream(ghost.reference).artifacts) == ["left"]


def test_a_deleted_artifact_makes_the_answer_incomplete_until_it_is_made_again(diamond: Store) -> None:
    """What is gone is named; the graph around it still stands."""
    diamond.forgotten("left", "asked to")
    found = diamond.upstream("model")
    assert names(found.artifacts) == ["left", "right", "raw"]
    assert found.missing == (f"{LEFT.reference} was deleted: its record stands, its content does not",)
    History(diamond).made(LEFT, by="again", of=[RAW])
    assert diamond.upstream("model").complete


def test_a_run_still_at_work_makes_the_way_down_incomplete(diamond: Store) -> None:
    """What is being made of an artifact right now is not known, and that is said."""
    diamond.begin(run("busy", LEFT))
    assert diamond.downstream("raw").missing == (
        f"run busy has not ended: what it makes of {LEFT.reference} is unknown yet",
    )
    assert diamond.upstream("model").complete
    diamond.fail("busy", ended_at=NOON, error="boom")
    assert diamond.downstream("raw").complete


def test_reuse_adds_no_edge_and_two_makers_are_both_told(diamond: Store) -> None:
    """A reused run is no maker; a second run that really made the same version is, with what it read."""
    diamond.reuse(run("reused", LEFT), of=diamond.run("train"))
    History(diamond).made(MODEL, by="retrain", of=[artifact("elsewhere")])
    found = diamond.upstream("model")
    assert [one.id for one in found.runs] == ["ingest", "go-left", "go-right", "train", "retrain"]
    assert set(names(found.artifacts)) == {"left", "right", "raw", "elsewhere"}


def test_a_circle_ends(history: History) -> None:
    """Versions may rest on each other when a value comes back; the walk meets each once."""
    one, two = artifact("one"), artifact("two")
    history.made(one, by="r1", of=[two])
    history.made(two, by="r2", of=[one])
    for depth in (None, 10):
        assert names(history.store.upstream("one", depth).artifacts) == ["two"]


def test_asking_for_what_is_not_recorded_says_so(store: Store) -> None:
    """There is no graph around nothing."""
    with pytest.raises(NotRecorded):
        store.upstream("dataset/none@00")
