"""Links lead from an MLflow run to everything that knows of it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

from pipeline.runner import Occasion
from pipeline.settings import Settings
from pipeline.tracking.links import lineage_command, note, tags_of, ui_link


def test_a_run_has_an_address_where_mlflow_is_served() -> None:
    """Without an address of the UI, or without a run, there is no link."""
    settings = replace(Settings.from_environment({}), mlflow_url="http://127.0.0.1:5000/")
    assert ui_link(settings, "ab12") == "http://127.0.0.1:5000/#/runs/ab12"
    assert ui_link(settings, "") == ui_link(Settings.from_environment({}), "ab12") == ""


def test_the_lineage_command_can_be_pasted_into_a_shell() -> None:
    """A reference with a space is quoted."""
    assert lineage_command("model/loans@12") == "headwater graph model/loans@12 --up"
    assert lineage_command("dataset/a b@12", down=True) == "headwater graph 'dataset/a b@12' --down"


def test_tags_name_the_occasion_and_leave_out_what_is_not_known() -> None:
    """Outside Airflow there is no link to it."""
    tags = tags_of(SimpleNamespace(occasion=Occasion(dag="loans", dag_run="r1", task="train")))
    known = {"dag": "loans", "dag_run": "r1", "task": "train", "phase": "poc"}
    assert tags == {f"headwater.{name}": value for name, value in known.items()}


def test_a_note_ends_with_the_way_to_airflow() -> None:
    """Empty lines are left out."""
    assert note("a", "", airflow_url="http://x") == "a\n\n[This task in Airflow](http://x)"
