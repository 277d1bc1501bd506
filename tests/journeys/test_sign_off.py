"""A release that waits for a person in a real Airflow: turned down, then signed."""

import time

import pytest

from lineage.store import Store
from pipeline.services.airflow import PORT, start_airflow
from pipeline.services.airflow_api import AWAITING
from pipeline.services.group import Services
from pipeline.services.ports import LOOPBACK, free_port
from pipeline.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
LENDING = '''
from pipeline import CSV, AuditPolicy, Candidate, Charter, Ethics, Gate, Harm, ReleasePlan, Source
from pipeline.airflow import audit, dag, deploy, fit, ingest, sign_off, split, train

loans = Source(name="loans", reader=CSV("{file}"), supplier="a bank", licence="open", keys=("id",),
               schema={{"id": "integer", "income": "number", "repaid": "integer"}})
charter = Charter(
    problem="Who repays?", owner="ann", risk="high", targets=("few defaults",), harms=(Harm("h", accepted="a"),),
    ethics=Ethics(net_value="y", fair="y", debated="y"))
policy = AuditPolicy(charter=charter, min_count=5, gates=[Gate(metric="accuracy", minimum=0.5)])
plan = ReleasePlan(endpoint="lending", owner="ann", mitigation="by hand")
candidates = [Candidate("only", estimator="sklearn.linear_model.LogisticRegression",
                        overfit_parameters={{"C": 1e6, "max_iter": 10000}})]


@dag
def lending():
    """Who repays."""
    ready = fit(split(ingest(loans), target="repaid"), [], features=["income"])
    model = train(ready, candidates, metric="accuracy", folds=2)
    deploy(model, sign_off(audit(model, ready, policy), policy), plan)


lending()
'''


@pytest.fixture
def airflow(project):
    """A real Airflow over a project with one DAG, and its store."""
    rows = [f"{n},{n % 50}.0,{int(n % 50 > 20)}" for n in range(200)]
    (project.folder / "loans.csv").write_text("\n".join(["id,income,repaid", *rows]))
    text = LENDING.format(file=project.folder / "loans.csv")
    (project.folder / "dags" / "lending.py").write_text(text)
    home = project.folder / ".headwater"
    url = f"http://{LOOPBACK}:{free_port(PORT)}"
    given = {"HEADWATER_HOME": str(home), "HEADWATER_DAGS": str(project.folder / "dags"), "HEADWATER_AIRFLOW_URL": url}
    settings = Settings.from_environment(given)
    with Services(settings) as services, start_airflow(services) as api:
        yield api, Store.open(settings.store_url)


def until(condition, *, within_s=200):
    """Wait for something to become true."""
    deadline = time.monotonic() + within_s
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.3)
    return found


def asked(api, run):
    """Begin a run, and wait until its sign-off waits for a person."""
    until(lambda: api.dag("lending"))
    api.trigger("lending", run=run)
    task = until(lambda: next((task for task in api.tasks("lending", run) if task.state == AWAITING), None))
    time.sleep(2)  # as a person would: Airflow loses an answer that comes before the asking process has ended
    return task


def ended(api, run):
    """Wait for the end of a run; its state, and those of its last tasks."""
    state = until(lambda: (found := api.state("lending", run)) in ("success", "failed") and found)
    states = {task.task: task.state for task in api.tasks("lending", run)}
    return state, states["sign_off"], states["deploy"]


def test_a_rejection_fails_the_run_and_a_signature_releases(airflow):
    """Both are on record with who said what; an audit that was signed once is not asked about again."""
    api, store = airflow
    answer = {"name": "bob", "note": "unfair"}
    api.answer("lending", "first", task=asked(api, "first"), choice="Reject", fields=answer)
    assert ended(api, "first") == ("failed", "failed", "upstream_failed")
    assert store.releases() == []
    api.answer("lending", "second", task=asked(api, "second"), choice="Approve", fields={"name": "", "note": "seen"})
    assert ended(api, "second") == ("success", "success", "success")
    [release] = store.releases()
    assert release.facts["signed"]["note"] == "seen" and release.facts["signed"]["via"] == "Airflow"
    assert release.facts["signed"]["by"]
    signed = [one.facts for one in store.artifacts("signature")]
    assert sorted((one["approved"], one["by"]) for one in signed)[0] == (False, "bob")
    api.trigger("lending", run="third")
    assert ended(api, "third") == ("success", "success", "success")
    documented = api.dag("lending") and api._ask("GET", "/api/v2/dags/lending/details")["doc_md"]
    assert "Risk: high." in documented and "Who repays?" in documented
