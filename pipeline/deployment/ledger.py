"""What the ledger of one endpoint says about a model: whether it stands in a role, whether it was taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lineage.records import Release
from pipeline.deployment.plan import PINNED

LIVE = "live"


def oldest_first(entries: Iterable[Release]) -> list[Release]:
    """Order the entries of one endpoint as they were made."""
    return sorted(entries, key=lambda entry: entry.number)


def standing(entries: Sequence[Release], *, model: str, role: str, lookups: str = PINNED) -> Release | None:
    """Find the last entry of `role` if it is this model's, looking up so.

    `entries` are one endpoint's, oldest first.
    """
    last = next((entry for entry in reversed(entries) if entry.role == role), None)
    same = last is not None and (last.model, last.facts.get("lookups", PINNED)) == (model, lookups)
    return last if same else None


def withdrawn(entries: Sequence[Release], *, model: str) -> str:
    """Say who took `model` back from the endpoint and why; "" if nobody did, or it was released again since.

    `entries` are one endpoint's, oldest first.
    """
    by_number = {entry.number: entry for entry in entries}
    answer = ""
    for entry in entries:
        over = by_number.get(entry.facts.get("rolled_back", 0)) if _is_rollback(entry) else None
        if entry.model == model:
            answer = ""
        elif over is not None and over.model == model:
            answer = f"rolled back by {entry.by} in release {entry.number}: {entry.reason}"
    return answer


def _is_rollback(entry: Release) -> bool:
    return "rolled_back" in entry.facts
