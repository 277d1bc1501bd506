"""The table of an error analysis, on the course's figures."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.artifacts.errortable import ErrorTable
from pipeline.auditing.errors.analysis import ErrorAnalysis
from pipeline.auditing.errors.tag import Tag
from tests.pipeline.auditing.errors.made import answered, judged, kinds, table_of

SPAM = {"pharmaceutical": 21, "phishing": 18, "unusual routing": 7, "deliberate misspelling": 3}
SPEECH = {  # share of data in 10,000 clips, right answers of model and of people in per cent
    "clean speech": (6000, 94, 95), "car noise": (400, 89, 93), "people noise": (3000, 87, 89),
    "low bandwidth": (600, 70, 70),
}


def spam() -> ErrorTable:
    """A hundred misclassified mails, all read by ann; the kinds overlap: all begin with the first mail."""
    answers = answered([place < 100 for place in range(500)])
    ids = answers.index[:100].tolist()
    said = [(row, tag, "ann", place < count) for tag, count in SPAM.items() for place, row in enumerate(ids)]
    asked = ErrorAnalysis(tags=[Tag(name) for name in SPAM])
    return table_of(answers, pd.DataFrame(index=answers.index), asked, judgements=judged(said))


def speech(**levels: float | None) -> ErrorTable:
    """Ten thousand clips of four kinds, as many right as the course has it."""
    sizes = {name: (of, of * (100 - right) // 100) for name, (of, right, _) in SPEECH.items()}
    answers, rows = kinds(sizes)
    human = {name: people / 100 for name, (_, _, people) in SPEECH.items()} | levels
    tags = [Tag(name, column="kind", values=(name,), human_level=human[name]) for name in SPEECH]
    return table_of(answers, rows, ErrorAnalysis(tags=tags))


def test_overlapping_tags_of_a_hundred_errors():
    """21, 18, 7 and 3 of 100, though the mails carry several; each of its count, with Wilson's interval."""
    table = spam()
    assert {line.tag: line.of_errors.count for line in table.tags} == SPAM
    assert {line.of_errors.of for line in table.tags} == {100}
    rare = table.line("deliberate misspelling").of_errors
    assert (rare.value, round(rare.low, 4), round(rare.high, 4)) == (0.03, 0.0103, 0.0845)


def test_the_ceiling_of_an_idea():
    """Whoever repairs every misspelling repairs 3 % of the errors: 0.6 points of the 20 % that go wrong."""
    line = spam().line("deliberate misspelling")
    assert line.of_errors.value == 0.03 and line.ceiling == pytest.approx(0.006)


def test_what_only_errors_were_read_for_is_not_known():
    """How many right answers have a tag that people gave to errors is not known, and not 0."""
    line = spam().line("phishing")
    assert (line.wrong, line.of_data, line.room, line.priority) == (None, None, None, None)
    assert "Only errors were read" in line.why_not


def test_the_three_shares_of_a_tag():
    """18 of 150 errors have it (12 %); 18 of its 100 rows go wrong (18 %); 100 of 1,000 rows have it (10 %)."""
    answers, rows = kinds({"noisy": (100, 18), "clean": (900, 132)})
    table = table_of(answers, rows, ErrorAnalysis(tags=[Tag("noisy", column="kind", values=("noisy",))]))
    line = table.line("noisy")
    assert [(share.count, share.of) for share in (line.of_errors, line.wrong, line.of_data)] == [
        (18, 150), (18, 100), (100, 1000)
    ]
    assert [share.value for share in (line.of_errors, line.wrong, line.of_data)] == [0.12, 0.18, 0.10]
    assert (round(line.wrong.low, 4), round(line.wrong.high, 4)) == (0.1170, 0.2667)
    assert (table.errors.count, table.errors.of, line.ceiling) == (150, 1000, 0.018)


def test_priority_of_the_course():
    """Gap × share: 1 × 60 %, 4 × 4 %, 2 × 30 %, 0 × 6 % are 0.6, 0.16, 0.6 and 0 points."""
    table = speech()
    assert [line.priority for line in table.tags] == [0.006, 0.0016, 0.006, 0.0]
    assert [line.room for line in table.tags] == [0.01, 0.04, 0.02, 0.0]
    assert [line.of_data.value for line in table.tags] == [0.6, 0.04, 0.3, 0.06]


def test_no_human_level_is_not_zero():
    """Of ad clicks nobody knows how often people would be right: n/a."""
    line = speech(**{"car noise": None}).line("car noise")
    assert line.room is None and line.priority is None and line.wrong.count == 44


def test_a_tag_that_nobody_has():
    """Its rows are none: how often they go wrong is not defined, and no priority follows."""
    answers, rows = kinds({"clean": (50, 5)})
    asked = ErrorAnalysis(tags=[Tag("car", column="kind", values=("car",), human_level=0.9)])
    line = table_of(answers, rows, asked).line("car")
    assert (line.wrong.of, line.wrong.value, line.priority, line.of_errors.value) == (0, None, None, 0.0)


def test_no_errors_at_all():
    """Fifty right answers: no error was seen, and up to 7 % may go wrong all the same."""
    answers, rows = kinds({"clean": (50, 0)})
    table = table_of(answers, rows, ErrorAnalysis(tags=[Tag("a", column="kind", values=("clean",)), Tag("odd")]))
    assert (table.errors.count, table.errors.of, table.sampled, round(table.errors.high, 3)) == (0, 50, 0, 0.071)
    assert table.line("a").of_errors.value is None and table.line("odd").unread == 0


def test_a_column_that_is_not_stored():
    """The tag stays in the table, with the reason."""
    answers, rows = kinds({"clean": (50, 5)})
    line = table_of(answers, rows, ErrorAnalysis(tags=[Tag("car", column="noise", values=("car",))])).line("car")
    assert line.why_not == "column 'noise' is not stored" and line.of_errors is None


def test_tags_that_people_add_and_what_they_left():
    """A tag nobody declared is a line of its own; what is not read and what is undecided is counted."""
    answers, rows = kinds({"clean": (50, 5)})
    first, second, third = answers.index[:3].tolist()
    said = judged([(first, "glare", "bob", True), (second, "glare", "bob", True), (second, "glare", "ann", False),
                   (third, "glare", "bob", False)])
    table = table_of(answers, rows, ErrorAnalysis(), judgements=said)
    line = table.line("glare")
    assert (line.of_errors.count, line.of_errors.of, line.undecided, line.unread) == (1, 2, 1, 2)
    assert table.people == ("ann", "bob") and line.agreement.split == (str(second),)


def test_json_gives_the_table_back():
    """All of it, with shares and agreements."""
    table = spam()
    assert ErrorTable.from_json(table.to_json()) == table
