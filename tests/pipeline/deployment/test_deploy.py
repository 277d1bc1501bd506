"""The stage `deploy` through the real runner, the ledger and MLflow's registry; and the way back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lineage.errors import NotRecorded
from lineage.records import Outcome, Release
from pipeline.deployment.deploy import deploy
from pipeline.deployment.plan import ReleasePlan
from pipeline.deployment.restore import reinstate, rollback
from pipeline.errors import Misuse, ReleaseRefused

PLAN = ReleasePlan(owner="credit risk", mitigation="roll back")


def audited(project: Any, *, minimum: float = 0.5, shift: float = 0.0, **parameters: Any) -> dict[str, Any]:
    """Train and audit a model: what `deploy` is given."""
    from pipeline.auditing.audit import audit
    from pipeline.auditing.gate import Gate
    from pipeline.auditing.policy import AuditPolicy

    ready = project.ready(shift=shift)
    model = project.trained(ready, **parameters)
    policy = AuditPolicy(gates=[Gate(metric="accuracy", minimum=minimum)], resamples=100)
    return {"model": model, "report": audit(project.runner, model=model, ready=ready, policy=policy)}


def champion(project: Any) -> str:
    """The model that MLflow's alias names."""
    from mlflow import MlflowClient

    client = MlflowClient(project.runner.settings.mlflow_uri, registry_uri=project.runner.settings.mlflow_uri)
    return client.get_model_version_by_alias(project.runner.occasion.dag, "champion").tags["headwater.model"]


def live(project: Any) -> Release:
    """What the ledger says is live."""
    return project.runner.store.live(project.runner.occasion.dag)


def test_release_is_entered_with_its_evidence(project: Any) -> None:
    """The entry names model, audit, verdict, owner, reason and the run that decided; the alias follows."""
    given = audited(project)
    answer = deploy(project.runner, **given, plan=PLAN)
    entry = live(project)
    assert answer == {"endpoint": project.runner.occasion.dag, "number": 1, "model": given["model"]}
    assert (entry.model, entry.audit, entry.verdict, entry.by) == (
        given["model"],
        given["report"]["audit"],
        "pass",
        "credit risk",
    )
    assert project.runner.store.run(entry.run).step == "deploy" and entry.facts == {
        "owner": "credit risk",
        "mitigation": "roll back",
        "lookups": "pinned",
    }
    assert champion(project) == given["model"]


def test_same_model_again_is_no_new_entry(project: Any) -> None:
    """A task tried again adds nothing to the ledger."""
    given = audited(project)
    assert deploy(project.runner, **given, plan=PLAN) == deploy(project.runner, **given, plan=PLAN)
    assert len(project.runner.store.releases(project.runner.occasion.dag)) == 1


def test_same_model_looking_up_otherwise_is_a_new_entry(project: Any) -> None:
    """In which version of a table answers look up is part of the release, and so it is in the ledger."""
    given, latest = audited(project), replace(PLAN, lookups="latest")
    for plan in (PLAN, latest, latest):
        deploy(project.runner, **given, plan=plan)
    entries = project.runner.store.releases(project.runner.occasion.dag)
    assert [entry.facts["lookups"] for entry in entries] == ["latest", "pinned"]


def test_refusal_is_on_record_and_changes_nothing(project: Any) -> None:
    """A broken gate fails the run, with the gate in its error, and what was live stays live."""
    first = audited(project)
    deploy(project.runner, **first, plan=PLAN)
    with pytest.raises(ReleaseRefused, match="accuracy at least 99.9 % - all rows"):
        deploy(project.runner, **audited(project, minimum=0.999, C=0.0011), plan=PLAN)
    [run] = project.runner.store.runs(dag=project.runner.occasion.dag, outcome=Outcome.FAILED)
    assert run.stage == "deployment" and "accuracy at least 99.9 %" in run.error
    assert live(project).model == champion(project) == first["model"]


def test_shadow_leaves_live_and_champion_alone(project: Any) -> None:
    """A shadow is entered in its own role; the live release and the alias do not move."""
    first, second = audited(project), audited(project, C=0.01)
    deploy(project.runner, **first, plan=PLAN)
    answer = deploy(project.runner, **second, plan=replace(PLAN, role="shadow"))
    assert answer["number"] == 2 and live(project).model == champion(project) == first["model"]
    assert deploy(project.runner, **second, plan=replace(PLAN, role="shadow")) == answer


def test_rollback_and_no_way_round_it(project: Any) -> None:
    """A rollback restores model and alias; a rerun of the DAG is refused; a person can reinstate, with a reason."""
    first, second = audited(project), audited(project, C=0.01)
    endpoint = project.runner.occasion.dag
    for given in (first, second):
        deploy(project.runner, **given, plan=PLAN)
    restored = rollback(project.runner, endpoint=endpoint, by="ann", reason="complaints")
    assert (restored.trouble, live(project).model, champion(project)) == ("", first["model"], first["model"])
    with pytest.raises(ReleaseRefused, match="rolled back by ann in release 3: complaints"):
        deploy(project.runner, **second, plan=PLAN)
    again = reinstate(project.runner, endpoint=endpoint, model=second["model"], by="bob", reason="they were unfounded")
    assert (again.release.number, again.release.audit) == (4, second["report"]["audit"])
    assert live(project).model == champion(project) == second["model"]
    assert deploy(project.runner, **second, plan=PLAN)["number"] == 4


def test_rollback_does_not_wait_for_mlflow(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """With MLflow gone the ledger still goes back, once, and the trouble is told."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    first, second = audited(project), audited(project, C=0.01)
    for given in (first, second):
        deploy(project.runner, **given, plan=PLAN)
    settings = replace(project.runner.settings, mlflow_uri="http://127.0.0.1:9")
    cut_off = type(project.runner)(
        settings=settings, occasion=project.runner.occasion, store=project.runner.store, storage=project.runner.storage
    )
    restored = rollback(cut_off, endpoint=project.runner.occasion.dag, by="ann", reason="complaints")
    assert restored.trouble and live(project).model == first["model"]


def test_what_cannot_be_restored(project: Any) -> None:
    """Nothing live, nobody's name, no reason, a model never released: each is told."""
    endpoint = project.runner.occasion.dag
    given = audited(project)
    with pytest.raises(NotRecorded):
        rollback(project.runner, endpoint=endpoint, by="ann", reason="why not")
    with pytest.raises(Misuse, match="both by and reason"):
        rollback(project.runner, endpoint=endpoint, by="ann", reason=" ")
    with pytest.raises(ReleaseRefused, match="found it never was"):
        reinstate(project.runner, endpoint=endpoint, model=given["model"], by="ann", reason="x")
    deploy(project.runner, **given, plan=PLAN)
    with pytest.raises(ReleaseRefused, match="found it is live"):
        reinstate(project.runner, endpoint=endpoint, model=given["model"], by="ann", reason="x")
