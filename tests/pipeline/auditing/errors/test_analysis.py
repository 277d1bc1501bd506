"""An error analysis is a legal, JSON-able declaration, and a part of the audit policy."""

from __future__ import annotations

import json

import pytest

from pipeline.auditing.errors.analysis import ErrorAnalysis
from pipeline.auditing.errors.tag import Tag
from pipeline.auditing.policy import AuditPolicy
from pipeline.errors import Misuse


def short(rows):
    """Whether it is short."""
    return rows["length"] < 3


ANALYSIS = ErrorAnalysis(tags=[Tag("short", short), Tag("odd")], size=50, show=["text"])


def test_json_carries_all_but_the_functions():
    """The policy goes through JSON and back; the function comes beside it."""
    policy = AuditPolicy(errors=ANALYSIS)
    again = AuditPolicy.from_json(json.loads(json.dumps(policy.to_json())))
    assert again.errors.to_json() == ANALYSIS.to_json() and again.errors.functions == {}
    assert ANALYSIS.functions == {"short": short}
    assert AuditPolicy.from_json(AuditPolicy().to_json()).errors is None


@pytest.mark.parametrize(
    "given",
    [{"size": 0}, {"tolerance": -1}, {"worst": 1}, {"worst": 0}, {"confidence": 1}, {"tags": [Tag("a"), Tag("a")]}],
)
def test_what_cannot_be_analysed_is_refused(given):
    """Sizes and shares in their ranges, each tag once."""
    with pytest.raises(Misuse):
        ErrorAnalysis(**given)
