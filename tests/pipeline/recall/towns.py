"""A small project whose chains can be recalled and rebuilt: people and fines, to the people who are barred."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

from lineage.records import Recall
from pipeline.cli.dag_files import declared_source, find_dag
from pipeline.recall.corrected import statement
from pipeline.recall.rebuild import Rebuilt, rebuild
from pipeline.runner import Occasion, Runner
from pipeline.settings import Settings

ROOT = Path(__file__).parents[3]
DAG = '''
import os

import pandas as pd

from pipeline import CSV, Source, rowwise
from pipeline.airflow import dag, ingest, preprocess, task

HERE = "FOLDER"
people = Source(name="people", reader=CSV(HERE + "/people.csv"), keys=("name",), obtained="public",
                schema={"name": "text", "age": "integer"})
fines = Source(name="fines", reader=CSV(HERE + "/fines.csv"), keys=("name",), obtained="public",
               schema={"name": "text", "sum": "integer"})
FATAL = -1


@rowwise
def adults(people: pd.DataFrame) -> pd.DataFrame:
    """Keep those of age."""
    return people[people["age"] >= 18]


@rowwise
def decades(people: pd.DataFrame) -> pd.DataFrame:
    """Say which decade of life each is in."""
    if os.environ.get("DIE") and (people["age"] == 33).any():
        os.kill(os.getpid(), 9)
    return people.assign(decade=people["age"] // 10)


@task
def barred(people: pd.DataFrame, fines: pd.DataFrame) -> pd.DataFrame:
    """Those of age whose fines are high."""
    high = set(fines.loc[fines["sum"] > 100, "name"])
    if FATAL in set(people["age"]) | set(fines["sum"]):
        raise ValueError("a fatal value")
    return people[people["name"].isin(high)]


@dag
def town():
    """Who is barred."""
    grown = preprocess(ingest(people), [adults, decades])
    barred(grown, ingest(fines, name="ingest_fines"))
'''
OTHER = DAG[: DAG.index("@task")] + '''
@dag
def census():
    """How old people are."""
    preprocess(ingest(people), [adults, decades])
'''


class Town:
    """The project in a folder of its own: a hundred people, p0 to p99, of age 0 to 99; p20 and p30 have fines."""

    def __init__(self, folder: Path) -> None:
        (folder / "dags").mkdir(parents=True)
        self.folder = folder
        home = {"HEADWATER_HOME": str(folder / "home"), "HEADWATER_DAGS": str(folder / "dags")}
        self.settings = Settings.from_environment(home)
        self.people({f"p{n}": n for n in range(100)})
        self.fines({"p20": 150, "p30": 50})
        self.file("town", DAG)

    def file(self, name: str, text: str) -> None:
        """Put a DAG file there."""
        (self.folder / "dags" / f"{name}.py").write_text(text.replace("FOLDER", str(self.folder)))

    def people(self, ages: dict[str, Any], name: str = "people.csv") -> Path:
        """Write people with their ages."""
        return self._write(name, "age", ages)

    def fines(self, sums: dict[str, Any], name: str = "fines.csv") -> Path:
        """Write people with the sums of their fines."""
        return self._write(name, "sum", sums)

    def run(self, dag_run: str, dag: str = "town") -> None:
        """Run a DAG as its file reads now."""
        find_dag(self.settings.dags, dag).run(self.settings, dag_run=dag_run)

    @property
    def runner(self) -> Runner:
        """A runner that stands in no DAG."""
        return Runner.open(self.settings, Occasion(dag="", dag_run="", task="recall"))

    def recall(self, source: str, corrected: Path | None = None, **asked: Any) -> Recall:
        """Record a recall, corrected by a patch if a file is given."""
        runner, declared = self.runner, declared_source(self.settings.dags, source)
        said = statement(runner, asked.pop("version", source), declared=declared, corrected=corrected,
                         patch=corrected is not None, **asked)  # fmt: skip
        stated = {"source": said.source, "version": said.version, "rows": said.rows, "columns": said.columns}
        return runner.store.open_recall(**stated, corrected=said.corrected or "", reason="wrong", by="ann")

    def rebuild(self, recall: str, **asked: Any) -> Rebuilt:
        """Rebuild in this process."""
        return rebuild(self.settings, recall, find=partial(find_dag, self.settings.dags), **asked)

    def command(self, *words: str, **environ: str) -> subprocess.Popen[str]:
        """Begin `headwater` as a process of its own."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HEADWATER_")}
        home = {"HEADWATER_HOME": str(self.settings.home), "HEADWATER_DAGS": str(self.settings.dags)}
        return subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", *words],
            cwd=self.folder,
            env={**kept, **home, "PYTHONPATH": str(ROOT), **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def latest(self, name: str) -> Any:
        """The table published last under a name."""
        runner = self.runner
        artifact = runner.store.latest("dataset", name)
        return runner.value(artifact.reference)

    def digests(self, dag_run: str, dag: str = "town") -> dict[str, str]:
        """The digests of what a DAG run made, by name of dataset."""
        runs = self.runner.store.runs(dag, dag_run, limit=1_000)
        return {use.artifact.name: use.artifact.digest for run in runs for use in run.outputs if use.role == "data"}

    def _write(self, name: str, column: str, values: dict[str, Any]) -> Path:
        path = self.folder / name
        path.write_text(f"name,{column}\n" + "".join(f"{key},{value}\n" for key, value in values.items()))
        return path
