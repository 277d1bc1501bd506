"""Whatever a correction truly changes, the impact names; and what is made again in part is what all of it makes."""

import os

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.oracle.check import World, missed, tried, unequal
from tests.oracle.world import chains, corrections, tables

CASES = int(os.environ.get("HEADWATER_ORACLE_CASES", "200"))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Two places for all cases of this module."""
    return World.at(tmp_path_factory.mktemp("oracle"))


@pytest.mark.timeout(0)
@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(data=st.data())
def test_no_changed_row_is_missed_and_a_rebuild_in_part_equals_the_full_one(world, data):
    """Over random chains, tables and corrections: changed rows are within the impact, and both ways of making agree."""
    chain = data.draw(chains())
    given = data.draw(tables(chain))
    way = {"sample": data.draw(st.sampled_from([0, 2])), "cold": data.draw(st.booleans())}
    case = tried(world, chain, given, data.draw(corrections(given)), **way)
    assert missed(case) == {}
    assert unequal(case) == []
