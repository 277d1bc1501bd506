"""The declared search: legal once built, and the same after a way through JSON."""

from __future__ import annotations

import json

import pytest

from pipeline.auditing.search.slicesearch import SliceSearch
from pipeline.errors import Misuse


def test_json_and_back() -> None:
    """A declared search survives JSON."""
    asked = SliceSearch(columns=["line"], exclude=("verdict",), most_conditions=3, alpha=0.01)
    assert SliceSearch.from_json(json.loads(json.dumps(asked.to_json()))) == asked


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"most_conditions": 4}, "most_conditions of 1 to 3.*most_conditions=4"),
        ({"min_rows": 1}, "min_rows=1"),
        ({"alpha": 0.0}, "alpha=0.0"),
        ({"columns": "line"}, "names of columns"),
        ({"columns": ("a", "b"), "exclude": ("b",)}, "names columns and excludes them.*b"),
    ],
)
def test_refusals(given: dict, says: str) -> None:
    """What cannot be searched is refused where it is declared."""
    with pytest.raises(Misuse, match=says):
        SliceSearch(**given)
