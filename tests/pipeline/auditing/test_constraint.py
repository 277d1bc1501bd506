"""Limits on time, size and columns: judged exactly, and binding in production alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.artifacts.cost import Cost
from pipeline.auditing.constraint import Constraint, held_to
from pipeline.errors import Misuse

COST = Cost(size_bytes=10_000_000, features=32, latency_ms=48.0, timed=200, low=44.0, high=53.0)


def judgements(constraint: Constraint, cost: Cost = COST) -> dict[str, str]:
    """How each limit is judged, by its sentence."""
    return {each.gate: str(each.judgement) for each in held_to(constraint, cost, binding=True, min_count=30)}


def test_each_limit_by_itself() -> None:
    """48 ms within 50, 10 MB of 1,000,000 bytes within 10, 32 features over 31."""
    assert judgements(Constraint(latency_ms=50, size_mb=10, features=31)) == {
        "95 of 100 answers within 50 ms": "pass",
        "model and transforms of at most 10 MB": "pass",
        "at most 31 features": "fail",
    }
    assert judgements(Constraint(size_mb=9.999)) == {"model and transforms of at most 10 MB": "fail"}


def test_few_timed_rows_are_no_evidence() -> None:
    """A time of 29 answers is told and not judged."""
    [finding] = held_to(
        Constraint(latency_ms=1), Cost(size_bytes=1, features=1, latency_ms=2.0, timed=29), binding=True, min_count=30
    )
    assert (finding.judgement, finding.rulings[0].why) == ("not enough evidence", "29 rows were timed, 30 are needed")


def test_binding_is_told() -> None:
    """The phase decides whether a limit binds; the judgement is the same."""
    told, binding = (
        held_to(Constraint(features=31), COST, binding=binding, min_count=30)[0] for binding in (False, True)
    )
    assert (told.judgement, binding.judgement) == ("fail", "fail")
    assert (told.binding, binding.binding) == (False, True)


@pytest.mark.parametrize("wrong", [{}, {"latency_ms": float("inf")}, {"size_mb": 0}, {"features": -1}])
def test_refuses(wrong: dict) -> None:
    """A constraint limits something, to a finite number above 0."""
    with pytest.raises(Misuse):
        Constraint(**wrong)


@given(st.floats(0.001, 1e6), st.floats(0.001, 1e6), st.integers(0, 60))
def test_tighter_is_never_easier(one: float, other: float, timed: int) -> None:
    """A tighter limit turns no fail into a pass, and nothing passes on few timed rows."""
    tight, loose = sorted((one, other))
    cost = Cost(size_bytes=5_000_000, features=3, latency_ms=5.0, timed=timed)
    hard, easy = (list(judgements(Constraint(latency_ms=each), cost).values())[0] for each in (tight, loose))
    assert hard != "pass" or easy == "pass"
    assert timed >= 30 or hard == "not enough evidence"
