"""Two small projects, really run: `people` (a source and a row-wise step) and `lending` (to a served prediction)."""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.cli.entry import outcome

ROOT = Path(__file__).resolve().parents[3]

PEOPLE = '''
import pandas as pd

from pipeline import CSV, Source, rowwise
from pipeline.airflow import dag, ingest, preprocess

people = Source(name="people", reader=CSV("people.csv"), supplier="the town", licence="open", keys=("name",),
                schema={"name": "text", "age": "integer"})


@rowwise
def adults(people: pd.DataFrame) -> pd.DataFrame:
    """Keep those of age."""
    return people[people["age"] >= 18]


@dag
def town():
    """People of age."""
    preprocess(ingest(people), [adults])
'''

LENDING = '''
import pandas as pd

from pipeline import CSV, AuditPolicy, Candidate, Gate, ReleasePlan, Slice, Source
from pipeline.airflow import audit, dag, deploy, fit, ingest, split, train

loans = Source(name="loans", reader=CSV("loans.csv"), supplier="a bank", licence="open", keys=("id",),
               schema={"id": "integer", "income": "number", "race": "text", "repaid": "integer"})
candidates = [Candidate(name, estimator="sklearn.linear_model.LogisticRegression", C=c,
                        overfit_parameters={"C": 1e6, "max_iter": 10000})
              for name, c in (("strict", 0.1), ("loose", 10.0))]
policy = AuditPolicy(slices=[Slice("race", column="race")], metrics=("accuracy",), min_count=5,
                     gates=[Gate(metric="accuracy", minimum=0.5), Gate(metric="accuracy", minimum=0.3, slice="race")])
plan = ReleasePlan(endpoint="lending", owner="lending@bank.example", mitigation="decide by hand",
                   on_not_enough_evidence="release")


@dag
def lending():
    """Who repays."""
    parts = split(ingest(loans), target="repaid")
    ready = fit(parts, [], features=["income"])
    model = train(ready, candidates, metric="accuracy", folds=2)
    deploy(model, audit(model, ready, policy), plan)
'''

FARMS = '''
import pandas as pd

from pipeline import CSV, AuditPolicy, Candidate, Source
from pipeline.airflow import audit, dag, fit, ingest, split, train
from pipeline.auditing.errors.analysis import ErrorAnalysis
from pipeline.auditing.errors.tag import Tag

loans = Source(name="loans", reader=CSV("loans.csv"), supplier="a bank", licence="open", obtained="public",
               keys=("id",),
               schema={"id": "integer", "income": "number", "turned": "number", "kind": "text", "remark": "text",
                       "repaid": "integer"})


def poor(rows: pd.DataFrame) -> pd.Series:
    """Whether the income is low."""
    return rows["income"] < 20


candidates = [Candidate("plain", estimator="sklearn.linear_model.LogisticRegression",
                        overfit=(1,), overfit_reason="farms and shops are told apart by nothing")]
policy = AuditPolicy(errors=ErrorAnalysis(size=30, tags=[
    Tag("poor", poor), Tag("farm", column="kind", values=("farm",), human_level=0.95, ease=4),
    Tag("bad harvest", meaning="the remark speaks of weather"),
]))


@dag
def farms():
    """Who repays, farms and shops."""
    parts = split(ingest(loans), target="repaid")
    ready = fit(parts, [], features=["income"])
    audit(train(ready, candidates, metric="accuracy", folds=2), ready, policy)
'''


@dataclass(frozen=True)
class Answer:
    """What a command gave: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@dataclass(frozen=True)
class Project:
    """A folder with DAG files and what they were run on."""

    folder: Path

    def start(self, *arguments, **environ):
        """Begin `headwater` as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", *arguments], cwd=self.folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environ(environ),
        )

    def process(self, *arguments, **environ):
        """Run `headwater` as a process of its own."""
        running = self.start(*arguments, **environ)
        out, err = running.communicate(timeout=200)
        return Answer(running.returncode, out, err)


def _environ(changes):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEADWATER_")}
    return {**kept, "PYTHONPATH": str(ROOT), **changes}


def make_people(folder):
    """Write the project `town`: five people, three of age."""
    (folder / "dags").mkdir(parents=True)
    (folder / "people.csv").write_text("name,age\nann,30\nbob,17\ncid,45\ndee,18\neve,3\n")
    (folder / "dags" / "town.py").write_text(PEOPLE)
    return Project(folder)


@pytest.fixture(scope="session")
def town(tmp_path_factory):
    """The project `town` after one run. Tests only read it."""
    project = make_people(tmp_path_factory.mktemp("town"))
    assert project.process("run", "town", "--dag-run", "first").code == 0
    return project


@pytest.fixture
def new_town(tmp_path):
    """The project `town`, not run yet."""
    return make_people(tmp_path / "town")


@pytest.fixture(scope="session")
def lending(tmp_path_factory):
    """A project with a live release, after one run. Tests only read it."""
    folder = tmp_path_factory.mktemp("lending")
    (folder / "dags").mkdir()
    rows = [f"{n},{n % 50}.0,{'ab'[n % 2]},{int(n % 50 > 20)}" for n in range(200)]
    (folder / "loans.csv").write_text("\n".join(["id,income,race,repaid", *rows]))
    (folder / "dags" / "lending.py").write_text(LENDING)
    project = Project(folder)
    ran = project.process("run", "lending", "--dag-run", "first")
    assert ran.code == 0, ran.err
    return project


@pytest.fixture(scope="session")
def farms(tmp_path_factory):
    """A project whose model is wrong about farms, its errors analysed, after one run. Tests only read it."""
    folder = tmp_path_factory.mktemp("farms")
    (folder / "dags").mkdir()
    lines = []
    for n in range(600):
        income, farm = n % 41, n % 5 == 0
        repaid = int((income > 20) != farm)
        remark = '"=1+1\nhail, they say"' if farm else "sold well"
        turned, kind = (40 - income, "farm") if farm else (income, "shop")
        lines.append(f"{n},{income}.0,{turned}.0,{kind},{remark},{repaid}")
    (folder / "loans.csv").write_text("\n".join(["id,income,turned,kind,remark,repaid", *lines]))
    (folder / "dags" / "farms.py").write_text(FARMS)
    project = Project(folder)
    ran = project.process("run", "farms", "--dag-run", "first")
    assert ran.code == 0, ran.err
    return project


@pytest.fixture
def new_farms(farms, tmp_path):
    """A copy of the project `farms`, for tests that add to it."""
    shutil.copytree(farms.folder, tmp_path / "copy")
    return Project(tmp_path / "copy")


@pytest.fixture(scope="session")
def served(lending):
    """The id of a prediction that a server of the project `lending` gave about loan 7, by its key."""
    server = lending.start("serve", "lending")
    try:
        url = server.stdout.readline().split(" at ")[1].strip()
        body = json.dumps({"rows": [{"id": 7, "income": 7.0}]}).encode()
        asked = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(asked, timeout=30) as answered:
            return json.load(answered)["predictions"][0]["id"]
    finally:
        server.terminate()
        server.communicate(timeout=30)


@pytest.fixture
def headwater(monkeypatch, capsys):
    """Run a command in a project's folder, in this process."""

    def run(project, *arguments):
        monkeypatch.chdir(project.folder)
        for name in ("HEADWATER_HOME", "HEADWATER_STORE", "HEADWATER_STORAGE", "HEADWATER_DAGS", "COLUMNS"):
            monkeypatch.delenv(name, raising=False)
        capsys.readouterr()
        code = outcome(arguments)
        printed = capsys.readouterr()
        return Answer(code, printed.out, printed.err)

    return run
