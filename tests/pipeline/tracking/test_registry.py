"""A chosen model is a version in MLflow's registry, once, with the alias that says what it is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pipeline.tracking import promote, register


def test_the_chosen_model_is_the_candidate(begun: Callable, trained: Callable, looked: Callable) -> None:
    """Its version names the model in the store and comes from the candidate's MLflow run."""
    made = trained(begun())
    version = looked(made.runner).get_model_version_by_alias("lending", "candidate")
    assert version.tags["headwater.model"] == made.model and version.run_id == made.candidate["mlflow_run_id"]
    assert version.source.startswith("models:/m-")


def test_registering_again_makes_no_second_version(begun: Callable, trained: Callable, looked: Callable) -> None:
    """The same model has one version, however often its task is run."""
    made = trained(begun())
    again = register(made.runner, model=made.model, mlflow_run_id=made.candidate["mlflow_run_id"])
    assert again == str(looked(made.runner).get_model_version_by_alias("lending", "candidate").version)
    assert len(looked(made.runner).search_model_versions("name = 'lending'")) == 1


def test_the_released_model_is_the_champion(begun: Callable, trained: Callable, looked: Callable) -> None:
    """Promotion moves the alias from version to version, also back."""
    one, two = trained(begun()), trained(begun("second"), C=0.01)
    client = looked(one.runner)
    for made, number in ((one, "1"), (two, "2"), (one, "1")):
        assert promote(made.runner, model=made.model) == number
        assert client.get_model_version_by_alias("lending", "champion").tags["headwater.model"] == made.model


def test_a_lost_mlflow_is_made_good(begun: Callable, trained: Callable, looked: Callable, new_mlflow: Path) -> None:
    """A model that only the store remembers is shown and registered again when it is to be released."""
    made = trained(begun())
    settings = replace(made.runner.settings, mlflow_uri=f"sqlite:///{made.runner.settings.home}/another/mlflow.db")
    made.runner.settings = settings
    (settings.home / "another").mkdir()
    shutil.copy(new_mlflow, settings.home / "another")
    assert promote(made.runner, model=made.model) == "1"
    version = looked(made.runner).get_model_version_by_alias("lending", "champion")
    assert looked(made.runner).get_run(version.run_id).data.metrics["dev/f1"] > 0.5
    assert register(made.runner, model=made.model, mlflow_run_id=made.candidate["mlflow_run_id"]) == "1"
