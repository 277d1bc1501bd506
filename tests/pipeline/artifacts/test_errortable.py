"""An error table is a JSON value with all it rests on."""

from __future__ import annotations

import json

from pipeline.artifacts.errortable import Agreement, ErrorTable, TagLine
from pipeline.artifacts.share import Share

SHARE = Share(count=1, of=4, low=0.05, high=0.7)
TABLE = ErrorTable(
    name="mail", model="model/mail@1", criterion="another class", errors=SHARE, sampled=1, people=("ann",),
    tags=(
        TagLine(tag="car", made_by="column", of_errors=SHARE, wrong=SHARE, of_data=SHARE, priority=0.0, query="q"),
        TagLine(tag="odd", made_by="people", agreement=Agreement(same=SHARE, n_split=1, split=("7",)), unread=2),
    ),
)


def test_json_gives_it_back():
    """Through text and back, with shares and agreements."""
    assert ErrorTable.from_json(json.loads(json.dumps(TABLE.to_json()))) == TABLE


def test_a_line_by_its_tag():
    """None where nobody gave the tag."""
    assert TABLE.line("odd").unread == 2 and TABLE.line("even") is None
