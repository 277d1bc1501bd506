"""Targeted collection: rows of one kind and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from lineage.records import Known, Rule
from pipeline.auditing.errors.collect import collect, of_kind
from pipeline.auditing.errors.tag import Tag
from pipeline.errors import AuditRefused, Misuse
from pipeline.step import Made, Step


def pool(*, seed: int) -> dict[str, Made]:
    """A thousand clips that nobody labelled."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "noise": pd.array(random.choice(["car", "cafe", "none"], 1000), dtype="str"),
            "level": random.normal(60, 9, 1000),
        },
        index=pd.Index(np.arange(1000), name="row"),
    )
    return {"data": Made("dataset", frame, facts={"source": "clips", "types": {}, "keys": []}, name="clips")}


def loud(rows):
    """Whether it is loud."""
    return rows["level"] > 70


@pytest.fixture
def clips(project: Any) -> str:
    """The pool, recorded."""
    step = Step(name="clips", stage="ingestion", function=pool, parameters={"seed": 3})
    return project.runner.run(step).outputs["data"]


@pytest.mark.parametrize(
    ("tag", "known"),
    [(Tag("car", column="noise", values=("car",)), Known.BY_CONSTRUCTION), (Tag("loud", loud), Known.SAMPLED)],
)
def test_a_pool_gives_that_kind_and_nothing_else(project: Any, clips: str, tag: Tag, known: Known) -> None:
    """All rows that have the tag, none that has not, each the same row as in the pool."""
    found = collect(project.runner, data=clips, tag=tag)
    whole, kept = project.runner.value(clips), project.runner.value(found)
    has = (whole["noise"] == "car") if tag.name == "car" else whole["level"] > 70
    assert kept.index.equals(whole.index[has]) and 0 < len(kept) < 1000
    [rests] = project.runner.store.dependencies(found)
    assert (rests.input, rests.rule, rests.known) == (clips, Rule.SAME_ROW, known)


def test_a_pool_without_such_rows(project: Any, clips: str) -> None:
    """There may be none."""
    found = collect(project.runner, data=clips, tag=Tag("bus", column="noise", values=("bus",)))
    assert len(project.runner.value(found)) == 0


def test_what_cannot_be_looked_for(project: Any, clips: str) -> None:
    """What people see has no query; a column that the pool lacks is named."""
    with pytest.raises(Misuse, match="people give the tag 'glare'"):
        collect(project.runner, data=clips, tag=Tag("glare"))
    with pytest.raises(AuditRefused, match="column 'nois' is not stored; did you mean 'noise'"):
        of_kind(data=project.runner.value(clips), tag=Tag("car", column="nois", values=("car",)).to_json())
