"""Priority, and the order of what to do."""

from __future__ import annotations

import pytest

from pipeline.artifacts.errortable import TagLine
from pipeline.artifacts.share import Share
from pipeline.auditing.errors.priority import prioritised, rank


def line(**given):
    """A line of a tag with a tenth of its 100 rows wrong, which are half of the data."""
    about = {"wrong": Share(count=10, of=100, low=0.055, high=0.174), "of_data": Share(count=100, of=200)}
    return TagLine(tag="t", made_by="column", **{**about, **given})


def test_priority_is_room_times_share_of_data():
    """95 % against 90 % in half of the data: 5 points of room, 2.5 points to gain; the interval moves along."""
    found = prioritised(line(human_level=0.95))
    assert (found.room, found.priority) == (0.05, 0.025)
    assert (found.room_low, found.room_high) == (0.005, 0.124)


@pytest.mark.parametrize("given", [{}, {"human_level": 0.9, "wrong": None, "of_data": None},
                                   {"human_level": 0.9, "wrong": Share(count=0, of=0)}])
def test_without_a_level_or_figures_it_is_not_known(given):
    """It is None, and never 0."""
    found = prioritised(line(**given))
    assert found.priority is None and found.room is None


def test_a_model_above_people_has_less_than_nothing_to_gain():
    """89 % of people against 90 %."""
    assert prioritised(line(human_level=0.89)).priority == -0.005


def test_the_order_of_what_to_do():
    """Known gains first, then what has no level by its ceiling, then nothing to gain; importance breaks ties."""
    given = {
        "small": (0.01, 0.2, None, None), "tied, easy": (0.02, 0.2, 3, 5), "tied, important": (0.02, 0.2, 4, 1),
        "no level": (None, 0.3, None, None), "no level, rare": (None, 0.1, 5, 5), "none": (0.0, 0.4, None, None),
        "no error": (None, 0.0, 1, 1),
        "unknown": (None, None, 5, 5),
    }
    keys = {name: rank(gain=gain, ceiling=most, importance=important, ease=ease)
            for name, (gain, most, important, ease) in given.items()}
    assert sorted(keys, key=keys.__getitem__) == [
        "tied, important", "tied, easy", "small", "no level", "no level, rare", "none", "no error", "unknown"
    ]
