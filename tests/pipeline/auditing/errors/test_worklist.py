"""What to do next, ranked, with evidence."""

from __future__ import annotations

from pipeline.artifacts.worklist import Worklist
from pipeline.auditing.errors.worklist import READ, work
from tests.pipeline.auditing.errors.test_table import spam, speech


def worklist(table) -> Worklist:
    """The worklist of a table."""
    return Worklist.from_json(work(errors=table.to_json(), reference="errors/t@1")["worklist"].value)


def test_by_gap_alone_car_noise_is_first_and_weighted_it_is_third():
    """The gaps are 1, 4, 2 and 0 points; times their share of the data 0.6, 0.16, 0.6 and 0."""
    table = speech()
    assert max(table.tags, key=lambda line: line.room).tag == "car noise"
    names = [item.name for item in worklist(table).items]
    assert names == ["clean speech", "people noise", "car noise", "low bandwidth", READ]
    assert [item.gain for item in worklist(table).items[:4]] == [0.006, 0.006, 0.0016, 0.0]


def test_evidence_has_counts_and_intervals():
    """Car noise: 44 of its 400 clips go wrong."""
    text = worklist(speech()).item("car noise").evidence
    assert "11.0 % (8.3 % to 14.4 %, 44 of 400) of its rows go wrong" in text
    assert "people are right on 93.0 % of such rows, the model is 4.0 points below that" in text


def test_without_a_level_the_ceiling_ranks_and_the_gain_is_not_known():
    """Of spam, the kinds are ranked by how many errors they are; no gain is made up."""
    found = worklist(spam())
    assert [item.name for item in found.items] == [
        "pharmaceutical", "phishing", "unusual routing", "deliberate misspelling"
    ]
    assert {item.gain for item in found.items} == {None} and "n/a" in found.items[0].evidence
    assert found.items[-1].ceiling == 0.006


def test_where_people_are_no_better_there_is_nothing_to_gain():
    """At low bandwidth both are right on 70 %: it is left alone, though 180 clips go wrong."""
    item = worklist(speech()).item("low bandwidth")
    assert item.advice == "Leave low bandwidth alone: the model is as good at it as people are"
    assert item.ceiling == 0.018


def test_reading_the_errors_is_something_to_do():
    """Nobody read the 100 sampled errors of 974."""
    item = worklist(speech()).item(READ)
    assert item.kind == "reading" and item.evidence == "100 of 100 sampled errors wait for a person, of 974 in all"


def test_no_errors_leave_nothing_to_do():
    """A model that is right everywhere has an empty list."""
    from pipeline.auditing.errors.analysis import ErrorAnalysis
    from tests.pipeline.auditing.errors.made import kinds, table_of

    assert worklist(table_of(*kinds({"a": (20, 0)}), ErrorAnalysis())).items == ()
