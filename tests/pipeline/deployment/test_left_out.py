"""What each risk tier asks for before a release: nothing more, nothing less."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.artifacts.charter import Charter, Harm
from pipeline.auditing import AuditPolicy, Gate, Slice
from pipeline.deployment.left_out import left_out
from pipeline.deployment.plan import ReleasePlan

NOTHING = Charter(problem="p", owner="o", risk="minimal")
RACE = Slice("race", column="race")


def missing(charter: Charter, *, gates: tuple[Gate, ...] = (), mitigation: str = "") -> list[str]:
    """What is left out, before the first colon."""
    policy = AuditPolicy(slices=[RACE], gates=gates, charter=charter).to_json()
    plan = ReleasePlan(mitigation=mitigation)
    return [each.partition(":")[0] for each in left_out(charter, policy=policy, plan=plan, signature=None)]


@pytest.mark.parametrize(
    ("risk", "expected"),
    [
        ("minimal", []),
        ("limited", ["no list of what could go wrong", "no plan of what is done when it does harm"]),
        (
            "high",
            [
                "no list of what could go wrong", "no plan of what is done when it does harm", "no target",
                *["no answer in the charter"] * 3, "no signature",
            ],
        ),
    ],
)
def test_each_tier_asks_for_more(risk: str, expected: list[str]) -> None:
    """A charter that says nothing but problem and owner, with a policy and a plan that say nothing."""
    assert missing(replace(NOTHING, risk=risk)) == expected


def test_a_harm_is_watched_by_a_gate_on_its_metric_and_slice() -> None:
    """A gate on the same metric over all rows does not watch a slice, nor one on another metric."""
    charter = replace(NOTHING, risk="limited", harms=(Harm("unfair", metric="recall", slice="race"),))
    unwatched = "no gate on recall in each group of race watches for the harm “unfair”"
    for gate in (Gate(metric="recall", minimum=0.5), Gate(metric="accuracy", minimum=0.5, slice="race")):
        assert missing(charter, gates=(gate,), mitigation="m") == [unwatched]
    assert missing(charter, gates=(Gate(metric="recall", max_gap=0.1, slice="race"),), mitigation="m") == []
    assert missing(replace(charter, harms=(Harm("rare", accepted="why"),)), mitigation="m") == []
