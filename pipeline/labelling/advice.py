"""What to do about labels, by how many examples there are and of what kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SMALL, FEW = 10_000, 100
"""Up to `SMALL` examples a person can read every label; a class with fewer than `FEW` is small data by itself."""

KINDS = ("unstructured", "structured")


def advice(n_items: int, classes: Mapping[Any, int], *, kind: str = "unstructured") -> tuple[str, ...]:
    """Say what the size of a dataset means for its labels, the most important first.

    `classes` counts the examples of each. `kind` is `unstructured` (images, sound, text: people can label
    more, and augment) or `structured` (tables: labels and further rows are mostly not to be had).
    """
    said = [_regime(n_items)]
    rare = {name: count for name, count in classes.items() if count < FEW}
    if n_items > SMALL and rare:
        shown = ", ".join(f"{name} ({count})" for name, count in sorted(rare.items(), key=lambda one: one[1])[:5])
        more = f" and {len(rare) - 5} more" if len(rare) > 5 else ""
        said.append(f"A long tail is small data again: read every label of {shown}{more}.")
    said.append(
        "Tables: further rows are seldom to be had and people label them badly; add features, and check how the "
        "values are recorded."
        if kind == "structured"
        else "Images, sound and text: people can label more, and examples can be augmented; agree on the rules first."
    )
    return tuple(said)


def _regime(n_items: int) -> str:
    if n_items <= SMALL:
        return (
            f"{n_items:,} examples are small data: one wrong label is {1 / max(n_items, 1):.2%} of them. Read every "
            "label, and let the people who label talk to one another."
        )
    return (
        f"{n_items:,} examples are too many to read: the process matters. Write the rules down, train people by them, "
        "and measure agreement on a sample of every batch."
    )
