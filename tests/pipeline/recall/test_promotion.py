"""A model is barred by recalls that stand and whose rows reach it, and by no others."""

from __future__ import annotations

from typing import Any

import pytest

from lineage.records import Effect, Recall, Rule
from pipeline.recall.promotion import bars

from .conftest import Shelf, table

WRONG, RIGHT = ({1: ("a", score), 2: ("b", 20), 3: ("c", 30)} for score in (10, 11))
DIRECT, MODEL, DECISION = Effect


def trained(shelf: Shelf, ips: str, *, rows: dict[int, Any], name: str = "seekers") -> str:
    """A model fitted to rows that were cleaned from addresses; its content follows from the rows."""
    clean = shelf.keep(f"{name}.clean", table(rows), ips)
    estimator = shelf.keep(
        f"{name}.train", {"mean": str(rows)}, clean, kind="selection", rule=Rule.EVERY_ROW, effect=MODEL
    )
    return shelf.keep(name, {"fitted": str(rows)}, estimator, kind="model", rule=Rule.EVERY_ROW)


def recalled(shelf: Shelf, wrong: str, right: str = "", **stated: Any) -> Recall:
    """Recall row 1 of the addresses."""
    given = {"rows": [1], "columns": ["score"] if right else [], "version": wrong, "corrected": right, **stated}
    return shelf.store.open_recall(source="ips", reason="listed by mistake", by="ann", **given)


def barring(shelf: Shelf, model: str) -> list[tuple[str, tuple[Effect, ...]]]:
    """The recalls that bar a model, and how they reach it."""
    return [(bar.recall.id, bar.effects) for bar in bars(shelf.store, shelf.tables, model)]


def test_a_model_that_was_fitted_to_wrong_rows_is_barred(shelf: Shelf) -> None:
    """By each recall that reaches it, oldest first; the bar tells who says what, and how it reaches."""
    wrong, right = shelf.keep("ips", table(WRONG)), shelf.keep("ips", table(RIGHT))
    model = trained(shelf, wrong, rows=WRONG)
    assert barring(shelf, model) == []
    one, other = recalled(shelf, wrong, right), recalled(shelf, wrong, rows=[2])
    assert barring(shelf, model) == [(one.id, (MODEL,)), (other.id, (MODEL,))]
    bar = bars(shelf.store, shelf.tables, model)[0]
    assert str(bar) == f"recall {one.id} of ips by ann (model): listed by mistake" and bar.override is None


def test_a_model_of_the_corrected_version_is_not_barred(shelf: Shelf) -> None:
    """Nor is one of another source, or of rows that the wrong one does not reach."""
    wrong, right = shelf.keep("ips", table(WRONG)), shelf.keep("ips", table(RIGHT))
    recalled(shelf, wrong, right)
    assert barring(shelf, trained(shelf, right, rows=RIGHT)) == []
    assert barring(shelf, trained(shelf, shelf.keep("users", table(WRONG)), rows=WRONG, name="other")) == []
    rest = shelf.keep("ips", table({2: ("b", 20), 4: ("d", 40)}))
    assert barring(shelf, trained(shelf, rest, rows={2: ("b", 20)}, name="rest")) == []


def test_a_later_version_that_holds_the_same_wrong_row_bars_too(shelf: Shelf) -> None:
    """The statement was made about the version before."""
    wrong, right = shelf.keep("ips", table(WRONG)), shelf.keep("ips", table(RIGHT))
    one = recalled(shelf, wrong, right)
    later = shelf.keep("ips", table({1: ("a", 10), 9: ("i", 90)}))
    assert barring(shelf, trained(shelf, later, rows={1: ("a", 10)})) == [(one.id, (MODEL,))]


def test_a_decision_bars_as_well(shelf: Shelf) -> None:
    """Rows that only decided about others."""
    wrong = shelf.keep("ips", table(WRONG))
    one = recalled(shelf, wrong)
    chosen = shelf.keep("chosen", {"best": 1}, wrong, kind="selection", rule=Rule.EVERY_ROW, effect=DECISION)
    model = shelf.keep("seekers", {"fitted": 1}, chosen, kind="model", rule=Rule.EVERY_ROW)
    assert barring(shelf, model) == [(one.id, (DECISION,))]


def test_rows_that_reach_the_audit_alone_are_a_decision(shelf: Shelf) -> None:
    """The model stands on none of them, but it was let pass by what they say."""
    wrong = shelf.keep("ips", table(WRONG))
    model = trained(shelf, shelf.keep("users", table(WRONG)), rows=WRONG)
    audit = shelf.keep("audit", {"passed": 1}, model, wrong, kind="audit", rule=Rule.EVERY_ROW)
    one = recalled(shelf, wrong)
    assert barring(shelf, model) == []
    [bar] = bars(shelf.store, shelf.tables, model, audit=audit)
    assert (bar.recall.id, bar.effects) == (one.id, (DECISION,))


def test_being_held_against_a_recalled_model_is_no_bar(shelf: Shelf) -> None:
    """The rebuilt model's audit compares it with the release it replaces, which stands on the wrong rows."""
    wrong, right = shelf.keep("ips", table(WRONG)), shelf.keep("ips", table(RIGHT))
    before, rebuilt = trained(shelf, wrong, rows=WRONG), trained(shelf, right, rows=RIGHT)
    recalled(shelf, wrong, right)
    answers = shelf.keep("audit.previous", table({2: ("b", 1)}), before, rule=Rule.EVERY_ROW)
    audit = shelf.keep("audit", {"passed": 1}, rebuilt, answers, kind="audit", rule=Rule.EVERY_ROW, effect=DECISION)
    assert bars(shelf.store, shelf.tables, rebuilt, audit=audit) == []


def test_what_came_out_equal_from_right_rows_is_not_barred(shelf: Shelf) -> None:
    """The rebuild made the same table, and so the same model, of the corrected version."""
    wrong, right = shelf.keep("ips", table(WRONG)), shelf.keep("ips", table(RIGHT))
    model = trained(shelf, wrong, rows={3: ("c", 30), 1: ("a", 0)})
    one = recalled(shelf, wrong, right)
    assert barring(shelf, model) == [(one.id, (MODEL,))]
    shelf.keep("seekers.clean", table({3: ("c", 30), 1: ("a", 0)}), right)
    assert barring(shelf, model) == []


@pytest.mark.parametrize(("state", "is_barred"), [("rebuilt", True), ("withdrawn", False), ("closed", False)])
def test_only_a_recall_that_stands_bars(shelf: Shelf, state: str, is_barred: bool) -> None:
    """Rebuilt it still does; closed or withdrawn it does not."""
    wrong = shelf.keep("ips", table(WRONG))
    model, one = trained(shelf, wrong, rows=WRONG), recalled(shelf, wrong)
    for event in ("rebuilt", "closed") if state == "closed" else (state,):
        shelf.store.recall_event(one.id, event, by="ann")
    assert bool(barring(shelf, model)) == is_barred


def test_an_override_is_told_with_the_bar(shelf: Shelf) -> None:
    """Whose it is, for this model alone."""
    wrong = shelf.keep("ips", table(WRONG))
    model, other = trained(shelf, wrong, rows=WRONG), trained(shelf, wrong, rows={1: ("a", 10)}, name="other")
    one = recalled(shelf, wrong)
    shelf.store.override_recall(one.id, model=model, by="bob", reason="there is no better one")
    found = {name: bars(shelf.store, shelf.tables, name)[0].override for name in (model, other)}
    assert (found[model].by, found[model].note, found[other]) == ("bob", "there is no better one", None)


def test_a_version_whose_bytes_are_gone_bars(shelf: Shelf) -> None:
    """What cannot be looked at counts as wrong."""
    wrong = shelf.keep("ips", table(WRONG))
    model, one = trained(shelf, wrong, rows=WRONG), recalled(shelf, wrong)
    shelf.lose(wrong)
    assert barring(shelf, model) == [(one.id, (MODEL,))]
