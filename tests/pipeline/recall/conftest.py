"""A store and a storage in which tests keep versions of tables, and what was made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lineage.records import Artifact, Dependency, Effect, Outcome, Rule, Run, Use
from lineage.store import Store
from pipeline.storage import Storage
from pipeline.storage.tables import StoredTables

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def table(rows: dict[int, tuple[Any, ...]], columns: Sequence[str] = ("ip", "score")) -> pd.DataFrame:
    """Make a table of rows by id: the column `ip` is text, any other whole numbers."""
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=list(columns))
    frame.index = pd.Index(list(rows), dtype="int64", name="row")
    return frame.astype({name: "str" if name == "ip" else "Int64" for name in columns})


@dataclass(frozen=True)
class Shelf:
    """Where tables are kept, with what they were made of."""

    store: Store
    storage: Storage

    @property
    def tables(self) -> StoredTables:
        """The tables, read afresh."""
        return StoredTables(self.store, self.storage)

    def keep(
        self,
        name: str,
        value: Any,
        *of: str,
        kind: str = "dataset",
        rule: Rule = Rule.SAME_ROW,
        effect: Effect = Effect.DIRECT,
        **run: Any,
    ) -> str:
        """Save a value, record a run that made it of others by one rule, and give its reference."""
        saved = self.storage.save(kind, value)
        facts = {"columns": {column: "" for column in value.columns}} if kind == "dataset" else {}
        made = Artifact(
            kind=kind,
            name=name,
            digest=saved.digest,
            place=saved.place,
            checksum=saved.checksum,
            size_bytes=saved.size_bytes,
            rows=saved.rows,
            facts=facts,
        )
        inputs = tuple(Use(role="data", artifact=self.store.artifact(one), position=n) for n, one in enumerate(of))
        rests = tuple(Dependency(output=made.reference, input=one, rule=rule, effect=effect) for one in of)
        ended = {"outcome": Outcome.SUCCEEDED, "started_at": NOON, "ended_at": NOON}
        number = len(self.store.runs(limit=10_000))
        about = {"id": f"run{number:04}", "step": name, "stage": "", "dag": "seekers", "dag_run": "first", **ended}
        used = {"inputs": inputs, "outputs": (Use(role="data", artifact=made),), "dependencies": rests}
        self.store.record([Run(**{**about, **used, **run})])
        return made.reference

    def lose(self, reference: str) -> None:
        """Let the bytes of an artifact go."""
        Path(self.storage.root, self.store.artifact(reference).place).unlink()


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """An empty store and an empty storage."""
    return Shelf(Store(f"sqlite:///{tmp_path}/lineage.db"), Storage(str(tmp_path / "artifacts")))
