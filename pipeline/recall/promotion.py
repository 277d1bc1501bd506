"""Which recalls bar a model from promotion: those that stand, and whose rows reach it by any effect.

A model that was also made from right rows alone, as a rebuild makes it again where all came out
equal, is not barred. Nor is one that was only held against a recalled model: the release it replaces.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineage.records import Effect, Recall, RecallEvent
from lineage.store import Store

if TYPE_CHECKING:
    from lineage.impact import Tables


@dataclass(frozen=True, slots=True)
class Bar:
    """A recall that bars a model, the effects by which its rows reach it, and who overrides it, if anyone."""

    recall: Recall
    model: str
    effects: tuple[Effect, ...]

    @property
    def override(self) -> RecallEvent | None:
        """The named person's decision to release the model all the same."""
        return self.recall.overridden.get(self.model)

    def __str__(self) -> str:
        """Tell the recall, what it says and how it reaches the model: `recall r3 of ips (direct, model): …`."""
        effects = ", ".join(self.effects)
        return f"recall {self.recall.id} of {self.recall.source} by {self.recall.by} ({effects}): {self.recall.reason}"


def bars(
    store: Store, tables: Tables, model: str, *, audit: str = "", recalls: Iterable[Recall] | None = None
) -> list[Bar]:
    """Find the recalls that bar a model, overridden or not, oldest first; of all that stand, or only of `recalls`.

    Rows that reach what the `audit` looked at, which lets it pass, are a decision about it.

    Raises:
        NotRecorded: nothing is recorded by a reference.
        StoreUnreachable: the store cannot be read.
    """
    standing = [one for one in (store.recalls() if recalls is None else recalls) if one.state.stands]
    if not standing:
        return []
    asked = [model, *(_evidence(store, audit, model=model) if audit else ())]
    upstream = {above for one in asked for above in (one, *store.ancestors(one))}
    found = []
    for one in standing:
        reached = _reached(store, tables, one, asked=asked, upstream=upstream)
        if reached:
            effects = {*reached.pop(model, ()), *([Effect.DECISION] if reached else [])}
            found.append(Bar(one, model, tuple(effect for effect in Effect if effect in effects)))
    return found


def _evidence(store: Store, audit: str, *, model: str) -> list[str]:
    """What an audit of a model looked at beside it; the answers of another model, which it replaces, are left out."""
    inputs = dict.fromkeys(one.input for one in store.dependencies(audit) if one.input != model)
    return [one for one in inputs if not any(_is_model(each.input, but=model) for each in store.dependencies(one))]


def _is_model(reference: str, *, but: str) -> bool:
    return reference.startswith("model/") and reference != but


def _reached(
    store: Store, tables: Tables, recall: Recall, *, asked: Sequence[str], upstream: Collection[str]
) -> dict[str, Collection[Effect]]:
    """The effects by which the rows of a recall reach each artifact asked for; those not reached are left out."""
    from lineage.impact import impact
    from pipeline.recall.faults import faults

    versions = [one for one in upstream if one.startswith(f"dataset/{recall.source}@")]
    wrong = faults(store, tables, recall, among=versions) if versions else None
    if wrong is None or not wrong.starts:
        return {}
    lines = impact(store, tables, wrong.starts, wrong.after).lines
    reached = {line.artifact.reference: line.effects for line in lines}
    return {
        reference: reached[reference]
        for reference in asked
        if reference in reached
        and not store.made_otherwise(reference, wrong=wrong.starts.keys(), touched=reached.keys())
    }
