"""What a release plan accepts and refuses."""

from __future__ import annotations

import pytest

from pipeline.deployment import ReleasePlan
from pipeline.errors import Misuse


def test_plan_survives_json() -> None:
    """A plan read back from JSON equals the one declared."""
    plan = ReleasePlan(endpoint="loans", owner="me", mitigation="roll back", role="shadow", lookups="latest")
    assert ReleasePlan.from_json(plan.to_json()) == plan


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "primary"},
        {"on_not_enough_evidence": "ignore"},
        {"lookups": "newest"},
        {"endpoint": "a/b"},
        {"endpoint": "a b"},
    ],
)
def test_plan_refuses(wrong: dict) -> None:
    """Roles, the answer to missing evidence, and names that cannot stand in a URL are checked when declared."""
    with pytest.raises(Misuse):
        ReleasePlan(**wrong)
