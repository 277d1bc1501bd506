"""What the ledger says about a model: whether it stands in a role, and whether it was taken back."""

from __future__ import annotations

import pytest

from lineage.records import Release
from pipeline.deployment.ledger import oldest_first, standing, withdrawn


def entries(*steps: tuple[str, int]) -> list[Release]:
    """A ledger, oldest first: each entry's model, and the number of the entry it rolled back (0: none)."""
    return [
        Release(
            endpoint="e",
            model=model,
            number=number,
            by="ann",
            reason="harm",
            facts={"rolled_back": over} if over else {},
        )
        for number, (model, over) in enumerate(steps, 1)
    ]


@pytest.mark.parametrize(
    ("ledger", "gone"),
    [
        ([("A", 0), ("B", 0)], ""),
        ([("A", 0), ("B", 0), ("A", 2)], "B"),
        ([("A", 0), ("B", 0), ("A", 2), ("B", 0)], ""),
        ([("A", 0), ("B", 0), ("C", 0), ("B", 3), ("A", 4)], "BC"),
    ],
)
def test_withdrawn(ledger: list, gone: str) -> None:
    """A model is withdrawn from its rollback until a person makes it live again; two in a row withdraw two."""
    assert "".join(model for model in "ABC" if withdrawn(entries(*ledger), model=model)) == gone


def test_a_model_stands_in_a_role_while_it_was_the_last_there() -> None:
    """In that role alone, and looking up in the same way."""
    ledger = [*entries(("A", 0), ("B", 0)), Release(endpoint="e", model="A", number=3, role="shadow")]
    assert standing(ledger, model="B", role="live").number == 2
    assert standing(ledger, model="A", role="shadow").number == 3
    assert standing(ledger, model="A", role="live") is standing(ledger, model="B", role="canary") is None
    assert standing(ledger, model="B", role="live", lookups="latest") is None


def test_entries_are_put_in_the_order_in_which_they_were_made() -> None:
    """The store lists the newest first."""
    assert [one.number for one in oldest_first(entries(("A", 0), ("B", 0))[::-1])] == [1, 2]
