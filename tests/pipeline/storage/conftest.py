"""Storages of both kinds, and records of what was saved in them."""

import uuid

import pandas as pd
import pytest

from lineage.records import Artifact
from pipeline.storage import Storage


@pytest.fixture(params=["folder", "memory", "moved"])
def storage(request, tmp_path):
    """A folder of this machine, a filesystem that puts files whole, and one that does not."""
    roots = {
        "folder": str(tmp_path / "artifacts"),
        "memory": f"memory://{uuid.uuid4().hex}",
        "moved": f"local://{tmp_path}/m",
    }
    return Storage(roots[request.param])


@pytest.fixture
def record():
    """Make the record of something saved."""

    def make(kind, saved, **changes):
        facts = {
            "digest": saved.digest,
            "place": saved.place,
            "checksum": saved.checksum,
            "size_bytes": saved.size_bytes,
            "rows": saved.rows,
        }
        return Artifact(kind=kind, name="trial", **{**facts, **changes})

    return make


@pytest.fixture
def frame():
    """A small dataset."""
    return pd.DataFrame(
        {"age": pd.array([30, None, 25], dtype="Int64"), "name": pd.array(["ann", "bob", None], dtype="str")},
        index=pd.Index([5, 7, 9], name="row"),
    )
