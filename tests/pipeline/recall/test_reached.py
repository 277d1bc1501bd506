"""What a recall reached, live releases first of all, and where each of them can go back to."""

from __future__ import annotations

from lineage.records import Release
from pipeline.recall.reached import reached

from .conftest import Shelf, table
from .test_promotion import RIGHT, WRONG, recalled, trained


def released(shelf: Shelf, *models: str, endpoint: str = "seekers") -> None:
    """Release models in turn."""
    for model in models:
        shelf.store.release(Release(endpoint=endpoint, model=model, by="ops", facts={"owner": "search"}))


def test_it_goes_from_the_wrong_rows_to_the_release(shelf: Shelf) -> None:
    """Every artifact on the way is told, and the last release before that no recall reaches."""
    wrong, right = shelf.keep("ips", table(WRONG)), shelf.keep("ips", table(RIGHT))
    older = trained(shelf, shelf.keep("ips", table({2: ("b", 20)})), rows={2: ("b", 20)})
    earlier, model = (trained(shelf, wrong, rows=rows) for rows in ({1: ("a", 10)}, WRONG))
    released(shelf, older, earlier, model)
    found = reached(shelf.store, shelf.tables, recalled(shelf, wrong, right))
    assert {line.artifact.reference for line in found.impact.lines} >= {wrong, model, earlier}
    assert older not in {line.artifact.reference for line in found.impact.lines}
    assert [(one.release.number, one.release.model) for one in found.live] == [(3, model)]
    assert found.instead["seekers"].number == 1 and found.impact.complete


def test_nothing_to_go_back_to_is_told(shelf: Shelf) -> None:
    """None stands for it; a release of an untouched model is not among the live ones that are reached."""
    wrong = shelf.keep("ips", table(WRONG))
    other = trained(shelf, shelf.keep("users", table(WRONG)), rows={9: ("i", 90)}, name="other")
    released(shelf, trained(shelf, wrong, rows=WRONG))
    released(shelf, other, endpoint="other")
    found = reached(shelf.store, shelf.tables, recalled(shelf, wrong))
    assert ([one.release.endpoint for one in found.live], found.instead) == (["seekers"], {"seekers": None})


def test_a_model_that_was_taken_back_is_not_gone_back_to(shelf: Shelf) -> None:
    """Somebody had a reason."""
    wrong = shelf.keep("ips", table(WRONG))
    oldest, old = (trained(shelf, shelf.keep("users", table({n: ("b", n)})), rows={n: ("b", n)}) for n in (5, 6))
    released(shelf, oldest, old)
    shelf.store.rollback("seekers", by="ops", reason="worse")
    released(shelf, trained(shelf, wrong, rows=WRONG))
    found = reached(shelf.store, shelf.tables, recalled(shelf, wrong))
    assert found.instead["seekers"].model == oldest


def test_what_cannot_be_read_is_told(shelf: Shelf) -> None:
    """The answer is not complete, and names the version."""
    wrong, right = shelf.keep("ips", table(WRONG)), shelf.keep("ips", table(RIGHT))
    one = recalled(shelf, wrong, right)
    shelf.lose(right)
    found = reached(shelf.store, shelf.tables, one)
    assert not found.impact.complete and right in found.impact.missing[0]


def test_rows_that_nothing_stands_on_reach_their_source_alone(shelf: Shelf) -> None:
    """No live release, no model."""
    wrong = shelf.keep("ips", table(WRONG))
    found = reached(shelf.store, shelf.tables, recalled(shelf, wrong))
    assert ([line.artifact.reference for line in found.impact.lines], found.live) == ([wrong], [])
