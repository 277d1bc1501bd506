"""A small project that serves: visits without those from listed addresses, by user, with their towns, to a model."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lineage.records import Prediction, Recall
from pipeline.cli.dag_files import declared_source, find_dag
from pipeline.recall.corrected import statement
from pipeline.recall.rebuild import Rebuilt, rebuild
from pipeline.runner import Occasion, Runner
from pipeline.serving.request import Limits
from pipeline.serving.service import Service
from pipeline.settings import Settings

DAG = '''
import pandas as pd

from pipeline import CSV, AuditPolicy, Candidate, Gate, ReleasePlan, Slice, Source, Transform, aggregate, rowwise
from pipeline.airflow import audit, dag, deploy, fit, ingest, lookup, preprocess, split, train

HERE = "FOLDER"
visits = Source(name="visits", reader=CSV(HERE + "/visits.csv"), keys=("visit",), obtained="public",
                schema={"visit": "integer", "user": "text", "ip": "text", "minutes": "number", "town": "text",
                        "looking": "integer"})
listed = Source(name="listed", reader=CSV(HERE + "/listed.csv"), keys=("ip",), obtained="public",
                schema={"ip": "text"})
towns = Source(name="towns", reader=CSV(HERE + "/towns.csv"), keys=("code",), obtained="public",
               schema={"code": "integer", "town": "text", "people": "number"})


@rowwise(reads=("is_listed",))
def no_spam(visits: pd.DataFrame) -> pd.DataFrame:
    """Leave out visits from a listed address."""
    return visits[~visits["is_listed"]]


@aggregate(by="user")
def users(visits: pd.DataFrame) -> pd.DataFrame:
    """Sum up what a user does."""
    groups = visits.groupby("user")
    return groups.agg(visits=("minutes", "size"), minutes=("minutes", "sum"), town=("town", "first"),
                      looking=("looking", "max"))


@rowwise
def shaped(users: pd.DataFrame) -> pd.DataFrame:
    """How long a visit is; a user of a town that nobody knows has nobody around."""
    pace = users["minutes"] / users["visits"].astype("float64")
    return users.assign(pace=pace, people=users["people"].fillna(0.0))


FEATURES = ["pace", "visits", "people"]
scale = Transform("scale", estimator="sklearn.preprocessing.StandardScaler", columns=FEATURES)
candidates = [Candidate("logistic", estimator="sklearn.linear_model.LogisticRegression", overfit=(),
                        overfit_reason="four features need not tell ten users apart")]
policy = AuditPolicy(slices=[Slice("visits", column="visits", bins=(4,))], metrics=("accuracy",), min_count=1,
                     gates=[Gate(metric="accuracy", minimum=0.2)])
plan = ReleasePlan(endpoint="visitors", owner="ann", mitigation="ask them", on_not_enough_evidence="release")


@dag
def visitors():
    """Who is looking for a job."""
    marked = lookup(ingest(visits), ingest(listed, name="ingest_listed"), on="ip", found="is_listed")
    rows = preprocess(marked, [no_spam, users])
    placed = lookup(rows, ingest(towns, name="ingest_towns"), on="town", columns=["people"], name="placed")
    ready = fit(split(preprocess(placed, [shaped], name="shaping"), target="looking"), [scale], features=FEATURES)
    model = train(ready, candidates, metric="accuracy", folds=2)
    deploy(model, audit(model, ready, policy), plan)
'''
FEATURES = ["pace", "visits", "people"]
USERS = 120


def visits() -> pd.DataFrame:
    """Make three to six visits each of 120 users; each user's come from two addresses of their own."""
    random = np.random.default_rng(11)
    user = np.repeat(np.arange(USERS), random.integers(3, 7, USERS))
    minutes = random.uniform(0, 60, len(user)).round(1) + (user % 2) * 8
    ip = [f"10.{which}.0.{one}" for one, which in zip(user, random.integers(0, 2, len(user)), strict=True)]
    return pd.DataFrame({
        "visit": np.arange(len(user)), "user": [f"u{one}" for one in user], "ip": ip, "minutes": minutes.round(1),
        "town": np.array(["Bonn", "Celle", "Atlantis"])[user % 3], "looking": (user % 2),
    })  # fmt: skip


def listed() -> pd.DataFrame:
    """List the first address of every fifth user."""
    return pd.DataFrame({"ip": [f"10.0.0.{one}" for one in range(0, USERS, 5)]})


def towns() -> pd.DataFrame:
    """List two towns by a code of their own, which is their key."""
    return pd.DataFrame({"code": [1, 2], "town": ["Bonn", "Celle"], "people": [330.0, 70.0]})


class Visitors:
    """The project in a folder of its own, after its first DAG run."""

    def __init__(self, folder: Path) -> None:
        (folder / "dags").mkdir(parents=True)
        (folder / "dags" / "visitors.py").write_text(DAG.replace("FOLDER", str(folder)))
        self.folder = folder
        home = {"HEADWATER_HOME": str(folder / "home"), "HEADWATER_DAGS": str(folder / "dags")}
        self.settings = Settings.from_environment({**os.environ, **home})
        self.files = {"visits": visits(), "listed": listed(), "towns": towns()}
        for name, frame in self.files.items():
            frame.to_csv(folder / f"{name}.csv", index=False)
        self.run("first")

    def run(self, dag_run: str) -> None:
        """Run the DAG on the files as they are."""
        find_dag(self.settings.dags, "visitors").run(self.settings, dag_run=dag_run)

    @property
    def runner(self) -> Runner:
        """A runner that stands in no DAG."""
        return Runner.open(self.settings, Occasion(dag="", dag_run="", task="recall"))

    def table(self, name: str) -> pd.DataFrame:
        """The table that was published last under a name."""
        runner = self.runner
        return runner.value(runner.store.latest("dataset", name).reference)

    def asked(self, rows: Iterable[Mapping[str, Any]]) -> list[Prediction]:
        """Ask the live model about rows, in one request; what was logged."""
        runner = self.runner
        service = Service(endpoint="visitors", store=runner.store, storage=runner.storage, limits=Limits())
        told = service.predict(json.dumps({"rows": list(rows)}).encode())["predictions"]
        return [runner.store.prediction(one["id"]) for one in told]

    def recall(self, source: str, corrected: pd.DataFrame) -> Recall:
        """Record that a source should have been as this table is."""
        file = self.folder / "corrected.csv"
        corrected.to_csv(file, index=False)
        runner, declared = self.runner, declared_source(self.settings.dags, source)
        said = statement(runner, source, declared=declared, corrected=file)
        stated = {"source": said.source, "version": said.version, "rows": said.rows, "columns": said.columns}
        return runner.store.open_recall(**stated, corrected=said.corrected or "", reason="wrong", by="ann")

    def rebuild(self, recall: str) -> Rebuilt:
        """Rebuild in this process."""
        return rebuild(self.settings, recall, find=partial(find_dag, self.settings.dags))


def by_user(visits: pd.DataFrame, listed: pd.DataFrame) -> pd.DataFrame:
    """Work out by hand what a DAG run makes of visits, by user."""
    kept = visits[~visits["ip"].isin(set(listed["ip"]))]
    groups = kept.groupby("user")
    return pd.DataFrame({
        "visits": groups.size(), "minutes": groups["minutes"].sum(), "town": groups["town"].first(),
        "looking": groups["looking"].max(),
    })  # fmt: skip


def features(users: pd.DataFrame, towns: pd.DataFrame) -> pd.DataFrame:
    """Work out by hand what the model sees of users."""
    people = users["town"].map(towns.set_index("town")["people"]).fillna(0.0)
    return pd.DataFrame({"pace": users["minutes"] / users["visits"], "visits": users["visits"], "people": people})
