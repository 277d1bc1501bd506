"""A short way to tell a store what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from lineage.records import Artifact, Dependency, Known, Rule, Run, Use
from lineage.store import Store

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def artifact(name: str, digest: str = "", *, kind: str = "dataset", **more: Any) -> Artifact:
    """Make an artifact; its digest is its name's letters in hexadecimal unless told."""
    return Artifact(kind=kind, name=name, digest=digest or name.encode().hex(), **more)


def run(run_id: str, *read: Artifact, **more: Any) -> Run:
    """Make a run that begins at noon and reads `read`."""
    inputs = tuple(Use(role="data", artifact=one, position=position) for position, one in enumerate(read))
    return Run(**{"id": run_id, "step": "step", "stage": "stage", "started_at": NOON, "inputs": inputs, **more})


@dataclass(frozen=True)
class History:
    """Tells a store what happened, one run a call."""

    store: Store

    def made(
        self,
        *made: Artifact,
        by: str,
        of: Sequence[Artifact] = (),
        known: Known = Known.DECLARED,
        rule: Rule = Rule.SAME_ROW,
        **more: Any,
    ) -> str:
        """Let the run `by` make artifacts of others, every one of every one; the reference of the first."""
        self.store.begin(run(by, *of, **more))
        rested = [
            Dependency(output=output.reference, input=used.reference, rule=rule, known=known)
            for output in made
            for used in of
        ]
        uses = [Use(role=f"out{position}", artifact=one) for position, one in enumerate(made)]
        self.store.succeed(by, ended_at=NOON + timedelta(seconds=1), outputs=uses, dependencies=rested)
        return made[0].reference if made else ""
