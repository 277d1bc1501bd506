"""What a person says in Airflow's UI, as it is read. The journeys ask a real Airflow."""

from __future__ import annotations

import pytest

from pipeline.airflow.approval import answered

USER = {"id": "7", "name": "ann"}


@pytest.mark.parametrize(
    ("fields", "user", "by"),
    [
        ({"name": "bob", "note": ""}, USER, "bob"),
        ({"name": " ", "note": ""}, USER, "ann"),
        ({}, {"id": "7"}, "7"),
        (None, None, ""),
    ],
)
def test_the_name_is_the_one_given_else_that_of_the_user(fields: dict, user: dict, by: str) -> None:
    """Whoever is logged in signs, unless a name is put into the form."""
    said = answered({"chosen_options": ["Approve"], "params_input": fields, "responded_by_user": user})
    assert (said["by"], said["approved"], said["via"]) == (by, True, "Airflow")


def test_anything_but_approve_is_a_rejection() -> None:
    """Reject rejects, with its note."""
    said = answered({"chosen_options": ["Reject"], "params_input": {"name": "bob", "note": " unfair "}})
    assert said == {"approved": False, "by": "bob", "note": "unfair", "via": "Airflow"}
