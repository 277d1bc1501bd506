"""A model that stands on recalled rows is not promoted in any way, unless a named person answers for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lineage.records import Outcome, Recall
from pipeline.deployment.barred import OVERRIDE
from pipeline.deployment.deploy import deploy
from pipeline.deployment.restore import reinstate, rollback
from pipeline.deployment.retreat import last_untouched
from pipeline.errors import ReleaseRefused
from pipeline.storage.tables import StoredTables
from tests.pipeline.conftest import loans

from .test_deploy import PLAN, audited, live


def latest(project: Any) -> str:
    """The version of the source that was published last."""
    return project.runner.store.latest("dataset", "loans").reference


@pytest.fixture
def recalled(project: Any) -> tuple[dict[str, Any], dict[str, Any], Recall]:
    """A model of right labels, one of wrong labels, both released in turn, and the recall of the wrong ones."""
    made, versions = [], []
    for shift in (0.0, 6.0):
        made.append(audited(project, shift=shift))
        versions.append(latest(project))
        deploy(project.runner, **made[-1], plan=PLAN)
    labels = [loans(shift=shift)["denied"].to_numpy() for shift in (0.0, 6.0)]
    rows = np.flatnonzero(labels[0] != labels[1]) + 1
    stated = {"version": versions[1], "corrected": versions[0], "reason": "labelled by mistake", "by": "ann"}
    one = project.runner.store.open_recall(source="loans", rows=rows.tolist(), columns=["denied"], **stated)
    yield *made, one
    project.runner.store.recall_event(one.id, "withdrawn", by="ann")


def test_what_is_live_already_is_no_promotion(project: Any, recalled: Any) -> None:
    """A task that is tried again changes nothing, recalled or not."""
    _, wrong, _ = recalled
    assert deploy(project.runner, **wrong, plan=PLAN)["number"] == 2


def test_an_older_untouched_model_can_be_gone_back_to(project: Any, recalled: Any) -> None:
    """It needs nobody's override, and has none on record."""
    right, _, _ = recalled
    endpoint = project.runner.occasion.dag
    untouched = last_untouched(
        project.runner.store, StoredTables(project.runner.store, project.runner.storage), endpoint
    )
    assert untouched.number == 1
    restored = rollback(project.runner, endpoint=endpoint, by="ann", reason="recalled")
    assert (restored.release.model, OVERRIDE in restored.release.facts) == (right["model"], False)


def test_a_recalled_model_is_not_released(project: Any, recalled: Any) -> None:
    """In no role; the refusal is on record with the recall, what it says and what to do."""
    _, _, one = recalled
    other = audited(project, shift=6.0, C=0.01)
    for role in ("live", "shadow"):
        with pytest.raises(
            ReleaseRefused, match=f"recall {one.id} of loans by ann .*: labelled by mistake.*rebuild {one.id}"
        ):
            deploy(project.runner, **other, plan=type(PLAN)(**{**PLAN.to_json(), "role": role}))
    failed = project.runner.store.runs(dag=project.runner.occasion.dag, outcome=Outcome.FAILED)
    assert len(failed) == 2 and all(one.id in run.error for run in failed)
    assert live(project).number == 2


def test_an_override_of_a_named_person_lets_it_pass_on_record(project: Any, recalled: Any) -> None:
    """The release says which recalls were overridden, and by whom."""
    _, _, one = recalled
    other = audited(project, shift=6.0, C=0.01)
    project.runner.store.override_recall(one.id, model=other["model"], by="bob", reason="there is no better one")
    deploy(project.runner, **other, plan=PLAN)
    assert live(project).model == other["model"]
    assert live(project).facts[OVERRIDE] == {"recalls": [one.id], "by": "bob"}


def test_going_back_to_a_recalled_model_is_refused_with_where_to_go_instead(project: Any, recalled: Any) -> None:
    """The last untouched release is named, with the command; a person may answer for it."""
    right, wrong, one = recalled
    endpoint = project.runner.occasion.dag
    newer = audited(project, C=0.02)
    deploy(project.runner, **newer, plan=PLAN)
    with pytest.raises(ReleaseRefused, match=f"release 1: headwater reinstate {endpoint} {right['model']}.*--override"):
        rollback(project.runner, endpoint=endpoint, by="ann", reason="worse")
    assert live(project).number == 3
    restored = rollback(project.runner, endpoint=endpoint, by="ann", reason="worse", override="Bob").release
    assert (restored.model, restored.by, restored.facts[OVERRIDE]) == (
        wrong["model"], "ann", {"recalls": [one.id], "by": "Bob"},
    )  # fmt: skip
    assert project.runner.store.recall(one.id).overridden[wrong["model"]].note == "worse"


def test_a_recalled_model_is_reinstated_by_override_alone(project: Any, recalled: Any) -> None:
    """And without it refused."""
    _, wrong, one = recalled
    endpoint = project.runner.occasion.dag
    rollback(project.runner, endpoint=endpoint, by="ann", reason="recalled")
    given = {"endpoint": endpoint, "model": wrong["model"], "by": "ann", "reason": "needed"}
    with pytest.raises(ReleaseRefused, match=f"recall {one.id}"):
        reinstate(project.runner, **given)
    entry = reinstate(project.runner, **given, override="Bob").release
    assert entry.facts[OVERRIDE] == {"recalls": [one.id], "by": "Bob"} and entry.facts["owner"] == "credit risk"
