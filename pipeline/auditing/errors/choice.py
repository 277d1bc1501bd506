"""The step that puts on record what somebody chose to work on."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pipeline.artifacts.worklist import Choice, Worklist
from pipeline.errors import Misuse
from pipeline.step import Made


def choose(*, worklist: Mapping[str, Any], name: str, reference: str, by: str, reason: str) -> dict[str, Made]:
    """Choose an item of a worklist, whose reference is given, in the role `choice`.

    Raises:
        Misuse: it has no such item, or nobody or no reason is named.
    """
    found = Worklist.from_json(worklist)
    if found.item(name) is None:
        names = [item.name for item in found.items]
        near = get_close_matches(name, names, n=1)
        raise Misuse(
            f"{name!r} is not on the worklist of {found.name}",
            expected=f"one of {', '.join(names)}" if names else "an item, and it has none",
            next_step=f"Did you mean {near[0]!r}?" if near else "See `headwater worklist`.",
        )
    if not by.strip() or not reason.strip():
        raise Misuse("a choice needs somebody who makes it, and a reason")
    choice = Choice(name=name, worklist=reference, model=found.model, by=by.strip(), reason=reason.strip())
    return {"choice": Made("choice", choice.to_json(), facts=choice.to_json())}
