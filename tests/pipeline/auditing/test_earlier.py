"""The release before: which one it is, and that its answers are its own."""

from __future__ import annotations

import pytest

from lineage.records import Release
from pipeline.auditing.earlier import model_before


def ledger(*models: str) -> list[Release]:
    """Live releases of one endpoint, newest first as the store gives them."""
    return [Release(endpoint="e", model=model, number=number) for number, model in enumerate(models, 1)][::-1]


@pytest.mark.parametrize(
    ("live", "model", "before"),
    [
        ((), "A", ""),
        (("A",), "A", ""),
        (("A",), "B", "A"),
        (("A", "B"), "B", "A"),
        (("A", "B"), "A", "B"),
        (("A", "B", "A"), "A", ""),
        (("A", "B", "C", "B"), "B", "A"),
        (("A", "B", "C", "B"), "D", "B"),
    ],
)
def test_model_before(live: tuple[str, ...], model: str, before: str) -> None:
    """It is the live model, or for the live model itself the one it first replaced: a second audit asks the same."""
    assert model_before(ledger(*live), model=model) == before


def test_shadows_are_no_releases_before() -> None:
    """Only what was live is compared with."""
    shadow = Release(endpoint="e", model="S", number=2, role="shadow")
    assert model_before([shadow, *ledger("A")], model="B") == "A"
