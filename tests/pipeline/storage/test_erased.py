"""What was deleted by request is told as erased, and what is only missing as missing."""

import pytest

from lineage.records import Artifact, Outcome, Run, Use
from lineage.store import Store
from pipeline.errors import ArtifactErased, ArtifactMissing
from pipeline.storage.erased import require_there, telling_erased
from tests.lineage.history import NOON


@pytest.fixture
def store(tmp_path):
    """A store with two artifacts, the second deleted by request."""
    made = Store(f"sqlite:///{tmp_path}/lineage.db")
    uses = tuple(Use(role=name, artifact=Artifact(kind="dataset", name=name, digest="aa")) for name in ("here", "gone"))
    run = {"id": "one", "step": "make", "stage": "", "outcome": Outcome.SUCCEEDED, "started_at": NOON, "ended_at": NOON}
    made.record([Run(**run, outputs=uses)])
    made.forgotten("dataset/gone@aa", "erased by request, recall r1")
    return made


def test_only_what_was_erased_is_refused(store):
    """The letter names the artifact and the request."""
    require_there(store, "dataset/here@aa")
    with pytest.raises(ArtifactErased, match="dataset/gone@aa: erased by request, recall r1"):
        require_there(store, "dataset/gone@aa")


def test_missing_bytes_are_told_by_what_the_store_knows(store):
    """Erased ones as such; others stay missing."""
    for name, error in (("here", ArtifactMissing), ("gone", ArtifactErased)):
        with pytest.raises(ArtifactMissing) as told, telling_erased(store, f"dataset/{name}@aa"):
            raise ArtifactMissing("its bytes are not there")
        assert type(told.value) is error
