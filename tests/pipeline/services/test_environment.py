"""The environment services run in."""

from pathlib import Path

import pytest

from pipeline.services.environment import environment
from pipeline.settings import Settings

HOME = Path("/project/.headwater")
SETTINGS = Settings(
    home=HOME, store_url="sqlite:////project/.headwater/lineage.db", storage="/project/.headwater/artifacts",
    mlflow_uri="sqlite:////project/.headwater/mlflow.db", dags=Path("/project/dags"),
    airflow_url="http://127.0.0.1:8080",
)


def test_settings_read_back_as_they_were_given():
    """What a service reads from its environment are our settings."""
    assert Settings.from_environment(environment(SETTINGS, {})) == SETTINGS


@pytest.mark.parametrize("name", ["AIRFLOW_HOME", "AIRFLOW_CONFIG", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"])
def test_another_airflow_is_left_alone(name):
    """Settings of an Airflow that someone has elsewhere do not reach ours."""
    assert name not in environment(SETTINGS, {name: "/elsewhere"})


def test_the_rest_of_the_environment_stays():
    """Connections, paths and keys that tasks need are passed on."""
    given = {"AIRFLOW_CONN_BANK": "http://bank", "HOME": "/root", "BANK_KEY": "k"}
    assert given.items() <= environment(SETTINGS, given).items()


@pytest.mark.parametrize("name", ["MPLCONFIGDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"])
def test_caches_lie_in_our_home(name):
    """Libraries write their caches below our home, not into the user's."""
    assert Path(environment(SETTINGS, {name: "/home/somebody/.x"})[name]).is_relative_to(HOME)


def test_loopback_goes_past_a_proxy():
    """A proxy that is set for the world does not see what services say to each other."""
    assert environment(SETTINGS, {"NO_PROXY": "intranet"})["NO_PROXY"] == "intranet,127.0.0.1,localhost"


def test_dag_files_find_the_project():
    """The folder that holds the DAG folder comes first on Python's path, before what was there."""
    assert environment(SETTINGS, {"PYTHONPATH": "/lib"})["PYTHONPATH"] == "/project:/lib"
