"""Tables read column by column, the last ones kept."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lineage.errors import NotRecorded
from lineage.records import Artifact, Outcome, Run, Use
from lineage.store import Store
from pipeline.errors import ArtifactMissing, Misuse
from pipeline.storage import Storage
from pipeline.storage.tables import StoredTables

PEOPLE = pd.DataFrame(
    {
        "age": pd.array([30, None, 25], dtype="Int64"),
        "town": pd.Categorical(["Bonn", None, "Aachen"], categories=["Celle", "Bonn", "Aachen"]),
        "pay": [1.5, 2.5, float("nan")],
        "name": pd.array(["ann", "bob", None], dtype="str"),
    },
    index=pd.Index([-5, 7, 9], name="row"),
)


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Store, Storage, Artifact]:
    """Keep one dataset, with its columns among its facts."""
    store, storage = Store(f"sqlite:///{tmp_path}/lineage.db"), Storage(str(tmp_path / "artifacts"))
    return store, storage, keep(store, storage, "people", PEOPLE, columns={name: "" for name in PEOPLE.columns})


def keep(store: Store, storage: Storage, name: str, frame: pd.DataFrame, **facts: Any) -> Artifact:
    """Save a table and record who made it."""
    saved = storage.save("dataset", frame)
    about = {"digest": saved.digest, "place": saved.place, "checksum": saved.checksum, "size_bytes": saved.size_bytes}
    artifact = Artifact(kind="dataset", name=name, rows=saved.rows, facts=facts, **about)
    store.record(
        [
            Run(
                id=f"run-{name}",
                step=name,
                stage="ingestion",
                outcome=Outcome.SUCCEEDED,
                started_at=datetime.now(UTC),
                ended_at=datetime.now(UTC),
                outputs=(Use(role="data", artifact=artifact),),
            )
        ]
    )
    return artifact


def test_any_columns_come_as_they_were_kept(kept) -> None:
    """All, some in the order asked for, or the ids alone: values, dtypes and ids are those of the dataset."""
    store, storage, people = kept
    tables = StoredTables(store, storage)
    for _ in range(2):
        pd.testing.assert_frame_equal(tables.columns(people.reference, ["pay", "town"]), PEOPLE[["pay", "town"]])
        pd.testing.assert_frame_equal(tables.columns(people.reference, []), PEOPLE[[]], check_column_type=False)
        pd.testing.assert_frame_equal(tables.columns(people.reference), PEOPLE)


def test_a_dataset_whose_facts_do_not_list_columns_is_read_too(kept) -> None:
    """The columns are then those of its bytes."""
    store, storage, _ = kept
    plain = keep(store, storage, "plain", PEOPLE[["age"]])
    pd.testing.assert_frame_equal(StoredTables(store, storage).columns(plain.reference), PEOPLE[["age"]])


def test_what_was_read_is_not_read_again(kept) -> None:
    """Bytes that go after the first question are not missed by the second about the same columns."""
    store, storage, people = kept
    tables = StoredTables(store, storage)
    tables.columns(people.reference, ["age"])
    Path(storage.root, people.place).unlink()
    assert tables.columns(people.reference, ["age"]).index.tolist() == [-5, 7, 9]
    with pytest.raises(ArtifactMissing, match=people.digest):
        tables.columns(people.reference, ["pay"])


def test_no_more_is_kept_than_may_be(kept) -> None:
    """Columns over the limit are read again when they are asked for again."""
    store, storage, people = kept
    tables = StoredTables(store, storage, most_bytes=60)
    tables.columns(people.reference, ["pay"])
    tables.columns(people.reference, ["age"])
    Path(storage.root, people.place).unlink()
    assert tables.columns(people.reference, ["age"])["age"].tolist()[0] == 30
    with pytest.raises(ArtifactMissing):
        tables.columns(people.reference, ["pay"])


def test_what_is_not_there_is_named(kept) -> None:
    """A column that the dataset lacks, and a dataset that nobody recorded."""
    store, storage, people = kept
    tables = StoredTables(store, storage)
    with pytest.raises(Misuse, match="has no such columns; expected age, town, pay, name: shoe"):
        tables.columns(people.reference, ["shoe"])
    with pytest.raises(NotRecorded):
        tables.columns("dataset/nobody@00", [])
