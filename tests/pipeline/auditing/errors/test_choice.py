"""A choice is of something on the list, by somebody, for a reason."""

from __future__ import annotations

import pytest

from pipeline.auditing.errors.choice import choose
from pipeline.errors import Misuse
from tests.pipeline.auditing.errors.test_table import speech
from tests.pipeline.auditing.errors.test_worklist import worklist

GIVEN = {"reference": "worklist/w@1", "by": "cid ", "reason": "most to gain"}


def test_what_is_recorded_of_a_choice():
    """The item, the worklist it was on, the model, who and why."""
    made = choose(worklist=worklist(speech()).to_json(), name="people noise", **GIVEN)["choice"]
    assert made.value["name"] == "people noise" and made.value["by"] == "cid" and made.facts == made.value
    assert made.value["model"] == speech().model and made.value["worklist"] == "worklist/w@1"


@pytest.mark.parametrize(
    ("given", "told"),
    [({"name": "car nose"}, "Did you mean 'car noise'?"), ({"by": " "}, "somebody who makes it"),
     ({"reason": ""}, "a reason")],
)
def test_what_cannot_be_chosen(given, told):
    """What is not on the list; nobody; no reason."""
    with pytest.raises(Misuse, match=told.replace("?", r"\?")):
        choose(worklist=worklist(speech()).to_json(), **{"name": "car noise", **GIVEN, **given})
