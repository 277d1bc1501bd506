"""A small project whose model is not row-wise all the way: visits summed up by user, users looked up in two tables.

Visits → `per_user` (an aggregate: the entry) → lookup of the last address in bad addresses → lookup
of the town in towns → a row-wise step → split, fit, a logistic regression.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from lineage.records import Release
from lineage.store import Store
from pipeline.artifacts.model import Model
from pipeline.preprocessing.fit import fit
from pipeline.preprocessing.lookup import lookup
from pipeline.preprocessing.preprocess import preprocess
from pipeline.preprocessing.split import split
from pipeline.preprocessing.transforms import Transform
from pipeline.rows import row_ids
from pipeline.runner import Occasion, Runner
from pipeline.settings import Settings
from pipeline.step import Depends, Effect, Made, Rule, Step
from pipeline.storage import Storage
from pipeline.training.required import required_step

PROJECT = """
from pipeline.step import aggregate, rowwise


@aggregate(by="user")
def per_user(visits):
    groups = visits.groupby("user")
    made = groups.agg(visits=("minutes", "size"), minutes=("minutes", "sum"), address=("address", "last"),
                      town=("town", "last"), seen=("at", "max"))
    return made.assign(looking=(made["minutes"] > 30 * made["visits"]).astype("Int64"))


@rowwise
def shaped(users):
    return users.assign(pace=users["minutes"] / users["visits"].astype("float64"),
                        score=users["score"].fillna(0), region=users["region"].astype("str").fillna("nowhere"),
                        people=users["people"].fillna(0.0), listed=users["listed"].astype("Int64"))
"""
VISITS = {"visit": "integer", "user": "text", "minutes": "number", "address": "text", "town": "text", "at": "datetime"}
ADDRESSES = {"address": "text", "score": "integer"}
TOWNS = {"code": "text", "town": "text", "region": "category", "people": "number"}
KEYS = {"visits": "visit", "bad_addresses": "address", "towns": "code"}
SOURCES = {"visits": VISITS, "bad_addresses": ADDRESSES, "towns": TOWNS}
USERS = 40
FEATURES = ["pace", "visits", "listed", "score", "region", "people"]


def visits(seed: int = 0) -> pd.DataFrame:
    """Make five visits each of forty users; every third user came from a listed address, every fifth from none."""
    random = np.random.default_rng(seed)
    user = np.repeat(np.arange(USERS), 5)
    address = np.where(user % 5 == 0, None, np.char.add("10.0.0.", user.astype("str")).astype(object))
    return pd.DataFrame({
        "visit": pd.array(np.arange(len(user)), dtype="Int64"),
        "user": pd.array([f"u{each}" for each in user], dtype="str"),
        "minutes": random.uniform(0, 60, len(user)).round(1),
        "address": pd.array(address, dtype="str"),
        "town": pd.array(np.array(["Bonn", "Celle", "Atlantis", None], dtype=object)[user % 4], dtype="str"),
        "at": pd.Timestamp("2026-01-01", tz="UTC").as_unit("us") + pd.to_timedelta(np.arange(len(user)), unit="s"),
    }).astype({"at": "datetime64[us, UTC]"})  # fmt: skip


def bad_addresses(*more: str) -> pd.DataFrame:
    """List the address of every third user, and `more`."""
    listed = [f"10.0.0.{user}" for user in range(0, USERS, 3)] + list(more)
    score = pd.array(np.arange(len(listed)) % 9 + 1, dtype="Int64")
    return pd.DataFrame({"address": pd.array(listed, dtype="str"), "score": score})


def towns() -> pd.DataFrame:
    """List two towns by a code of their own: their names are no key."""
    return pd.DataFrame({
        "code": pd.array(["BN", "CE"], dtype="str"),
        "town": pd.array(["Bonn", "Celle"], dtype="str"),
        "region": pd.Categorical(["west", "north"], categories=["north", "west"]),
        "people": [330.0, 70.0],
    })  # fmt: skip


def read(*, frame: pd.DataFrame, source: str) -> dict[str, Made]:
    """Take in a source as ingestion does."""
    facts = {"source": source, "types": SOURCES[source], "keys": [KEYS[source]], "provenance": {"supplier": "a shop"}}
    return {"data": Made("dataset", frame, facts=facts, name=source)}


def trained(*, train: pd.DataFrame) -> dict[str, Made]:
    """Fit a logistic regression."""
    from sklearn.linear_model import LogisticRegression

    features = [name for name in train.columns if name != "looking"]
    estimator = LogisticRegression().fit(train[features].astype("float64"), train["looking"].astype(int))
    return {"estimator": Made("estimator", estimator)}


def assembled(*, manifest: Mapping[str, Any], **_: Any) -> dict[str, Made]:
    """Write the manifest."""
    return {"model": Made("model", Model(**manifest).to_json(), name="seekers")}


@dataclass
class Seekers:
    """The project: where it is, what was made in it, by name."""

    settings: Settings
    runner: Runner
    functions: ModuleType
    made: dict[str, str] = field(default_factory=dict)
    ready: dict[str, Any] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        """The metadata store."""
        return self.runner.store

    @property
    def storage(self) -> Storage:
        """The bytes."""
        return self.runner.storage

    def ingest(self, source: str, frame: pd.DataFrame) -> str:
        """Take in a version of a source; give its reference."""
        types, key = SOURCES[source], (KEYS[source],)
        record = self.store.register_source(source, schema=types, key=key)
        ids = row_ids(frame, source=source, secret=record.secret, key=key, types=types)
        frame = frame.set_index(pd.Index(ids, name="row")).sort_index()
        step = Step(
            name=source, stage="ingestion", function=read, context={"frame": frame}, parameters={"source": source}
        )
        return self.runner.run(step).outputs["data"]

    def frame(self, name: str) -> pd.DataFrame:
        """Give a dataset of the project, by the name it was made under."""
        return self.runner.value(self.made[name])

    def row(self, name: str, **key: Any) -> int:
        """Give the id of the row of a dataset with these values."""
        frame = self.frame(name)
        for column, value in key.items():
            frame = frame[(frame[column] == value).fillna(False)]
        return int(frame.index[0])

    def on(self, task: str) -> Runner:
        """Give a runner for a task of this name."""
        from dataclasses import replace

        return self.runner.at(replace(self.runner.occasion, task=task))

    def prepare(self) -> None:
        """Run everything up to features."""
        made = self.made
        for source, frame in (("visits", visits()), ("bad_addresses", bad_addresses()), ("towns", towns())):
            made[source] = self.ingest(source, frame)
        made["users"] = preprocess(self.runner, data=made["visits"], steps=[self.functions.per_user])
        made["listed"] = lookup(
            self.on("in_bad_addresses"),
            data=made["users"],
            reference=made["bad_addresses"],
            on="address",
            found="listed",
        )
        made["placed"] = lookup(
            self.on("in_towns"), data=made["listed"], reference=made["towns"], on="town", columns=["region", "people"]
        )
        made["shaped"] = preprocess(self.runner, data=made["placed"], steps=[self.functions.shaped])
        parts = split(self.runner, data=made["shaped"], target="looking", sizes={"train": 0.5, "test": 0.5})
        scale = Transform("scale", estimator="sklearn.preprocessing.StandardScaler", columns=["pace", "people"])
        regions = Transform(
            "regions", estimator="sklearn.preprocessing.OneHotEncoder", columns=["region"], handle_unknown="ignore"
        )
        self.ready = fit(self.runner, parts=parts, transforms=[scale, regions], features=FEATURES)

    def train(self) -> str:
        """Train a model on what is ready; give its reference."""
        train = self.ready["features"]["train"]
        depends = (Depends("train", Rule.EVERY_ROW, Effect.MODEL),)
        step = Step(name="train", stage="training", function=trained, depends=depends)
        estimator = self.runner.run(step, {"train": train}).outputs["estimator"]
        source, path = self.runner.source_of(train), self.runner.path(train)
        asked = required_step(path, source=source, types=None, features=FEATURES, target="looking")
        columns = self.runner.value(self.runner.run(*asked).outputs["columns"])
        manifest = {
            "name": "seekers",
            "candidate": "logistic",
            "problem": "classification",
            "target": "looking",
            "features": [name for name in self.runner.value(train).columns if name != "looking"],
            "classes": [0, 1],
            "positive": 1,
            "estimator": estimator,
            "transforms": list(self.ready["transforms"]),
            "source": source,
            "source_name": self.runner.describe(source).name,
            **columns,
            "path": path,
            "apply": self.ready["apply"],
            "trained_on": train,
            "trained_rows": len(self.runner.value(train)),
            "metric": "f1",
        }
        inputs = {"estimator": estimator, "train": train}
        given = {role: Depends(role, Rule.EVERY_ROW, Effect.MODEL) for role in inputs}
        assemble = Step(
            name="model", stage="training", function=assembled, parameters={"manifest": manifest},
            depends=tuple(given.values()),
        )  # fmt: skip
        self.made["model"] = self.runner.run(assemble, inputs).outputs["model"]
        return self.made["model"]

    def release(self, lookups: str = "pinned") -> Release:
        """Put the model live, with lookups by this policy."""
        entry = Release(endpoint="seekers", model=self.made["model"], by="ana", facts={"lookups": lookups})
        return self.store.release(entry)


def built(home: Path) -> Seekers:
    """Run the project in `home` up to a model that is not yet released."""
    settings = Settings.from_environment({"HEADWATER_HOME": str(home), "HEADWATER_DAGS": str(home)})
    home.mkdir(exist_ok=True)
    file = home / "seekers.py"
    file.write_text(PROJECT)
    spec = importlib.util.spec_from_file_location("seekers_project", file)
    functions = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(functions)
    seekers = Seekers(settings, Runner.open(settings, Occasion(dag="seekers", dag_run="first")), functions)
    seekers.prepare()
    seekers.train()
    return seekers


def requests(users: pd.DataFrame, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Write rows of users as requests: JSON values of `columns`."""
    from pipeline.cell import to_json

    return [{name: to_json(row[name]) for name in columns} for _, row in users[list(columns)].iterrows()]
