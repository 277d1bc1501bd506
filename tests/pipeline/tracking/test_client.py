"""MLflow is opened without races, without noise, and its errors come out as one kind."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import ArtifactMissing, ServiceUnavailable
from pipeline.settings import Settings
from pipeline.tracking.client import experiment, speaking

OPEN = (
    "import sys; from pipeline.settings import Settings; from pipeline.tracking.client import experiment, speaking\n"
    "settings = Settings.from_environment()\n"
    "with speaking(settings) as client: print(experiment(client, settings, dag='loans'))"
)


@pytest.fixture
def settings(tmp_path: Path, new_mlflow: Path) -> Settings:
    """Settings with an MLflow that nothing was logged to."""
    (tmp_path / "mlflow.db").write_bytes(new_mlflow.read_bytes())
    return Settings.from_environment({"HEADWATER_HOME": str(tmp_path)})


@pytest.mark.slow
def test_processes_that_open_it_at_once_all_succeed_and_say_nothing(tmp_path: Path) -> None:
    """Three first touches of a database that is not there make one experiment, quietly, and no stray file."""
    environment = {**os.environ, "HEADWATER_HOME": str(tmp_path / "home"), "PYTHONPATH": str(Path.cwd())}
    given = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": tmp_path, "env": environment}
    started = [subprocess.Popen([sys.executable, "-c", OPEN], **given) for _ in range(3)]
    said = [process.communicate() for process in started]
    assert {process.returncode for process in started} == {0}, said
    assert len({out for out, _ in said}) == 1 and {error for _, error in said} == {""}
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_an_experiment_keeps_its_files_at_home(settings: Settings) -> None:
    """Artifacts go to an absolute folder of the installation, never to the working directory."""
    with speaking(settings) as client:
        number = experiment(client, settings, dag="loans")
        assert Path(client.get_experiment(number).artifact_location).is_relative_to(settings.home)
        assert experiment(client, settings, dag="loans") == number


def test_a_deleted_experiment_is_brought_back(settings: Settings) -> None:
    """Deleting a DAG's experiment in the UI does not stop its next run."""
    with speaking(settings) as client:
        number = experiment(client, settings, dag="loans")
        client.delete_experiment(number)
        assert experiment(client, settings, dag="loans") == number
        assert client.get_experiment(number).lifecycle_stage == "active"


def test_an_unusable_database_is_one_kind_of_error_without_its_password(settings: Settings) -> None:
    """A server that does not answer is named, its password is not."""
    gone = replace(settings, mlflow_uri="postgresql+psycopg://me:hidden@127.0.0.1:9/mlflow")
    with pytest.raises(ServiceUnavailable, match=r"MLflow at postgresql\+psycopg://me:\*\*\*@127") as failure:
        with speaking(gone):
            pass
    assert "hidden" not in str(failure.value)


def test_an_error_of_our_own_passes_unchanged(settings: Settings) -> None:
    """A missing artifact found while logging is not blamed on MLflow."""
    with pytest.raises(ArtifactMissing):
        with speaking(settings):
            raise ArtifactMissing("gone")


def test_the_callers_own_mlflow_is_left_as_it_was(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user's code that talks to another MLflow goes on doing so."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://elsewhere")
    with speaking(settings):
        assert os.environ["MLFLOW_TRACKING_URI"] == settings.mlflow_uri
    assert os.environ["MLFLOW_TRACKING_URI"] == "http://elsewhere"
