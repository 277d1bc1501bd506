"""`headwater predictions`."""


def test_lists_what_was_served_with_the_row_it_names(headwater, lending, served):
    """Ids of predictions and rows are strings in JSON."""
    told = headwater(lending, "predictions", "--json").json
    assert told[0]["id"] == served and told[0]["input"]["income"] == 7.0
    (row,) = told[0]["rows"]
    assert row["source"] == "loans" and isinstance(row["row"], str)
    shown = headwater(lending, "predictions").out
    assert served in shown and f"headwater trace {served}" in shown


def test_can_be_narrowed(headwater, lending, served):
    """By endpoint and by number."""
    assert headwater(lending, "predictions", "--endpoint", "other", "--json").json == []
    assert len(headwater(lending, "predictions", "--last", "1", "--json").json) == 1
    assert headwater(lending, "predictions", "--last", "0").code == 2


def test_none_is_told_as_none(headwater, town):
    """An empty list for programs, a sentence for people."""
    assert headwater(town, "predictions", "--json").json == []
    assert "No prediction is logged." in headwater(town, "predictions").out
