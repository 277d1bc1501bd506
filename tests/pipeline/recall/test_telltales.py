"""What betrays erased rows is told from what others have too, and from words that only look like it."""

import numpy as np
import pandas as pd
import pytest

from lineage.idsets import ids_of
from pipeline.recall.telltales import Telltale, Telltales, telltales


def table(**columns):
    """A table whose rows have the ids 1, 2, …"""
    frame = pd.DataFrame(columns)
    return frame.set_index(pd.Index(np.arange(1, len(frame) + 1), name="row"))


def found(*values, content=b"", loosely=False):
    """What of some values is found in bytes."""
    return [content[a:b] for a, b, _ in Telltales(values, ids_of([])).within(content, loosely=loosely)]


def test_only_what_no_other_row_has_is_looked_for():
    """A town of others, a truth value and a word of the records betray nobody; keys count in any form."""
    rows = table(name=["ada"], born=[1815], income=[37512.25], town=["Bonn"], is_new=[True], kind=["text"])
    others = table(name=["bob"], born=[1900], place=["Bonn"])
    made = telltales([rows], [others], keys=("name", "born", "town"), ids=ids_of([1]), words=["text"])
    assert {one.text for one in made.values} == {"ada", "1815", "37512.25"} and made.common == 1


@pytest.mark.parametrize("content", ['{"n": "zoë 5th Ave"}', '{"n": "zo\\u00eb 5th Ave"}', "<td>zoë 5th Ave</td>"])
def test_a_long_text_is_found_in_any_form(content):
    """In UTF-8, in JSON that is ASCII, in a page; as a part of a word it is not."""
    assert len(found(Telltale("n", "zoë 5th Ave"), content=content.encode())) == 1
    assert found(Telltale("n", "zoë 5th Ave"), content=b"5th Avenue") == []


@pytest.mark.parametrize(
    ("content", "times"),
    [
        (b'{"name": "ada"}', 1),
        (b"<td>ada</td>", 1),
        (b"name=ada in a.csv", 1),
        (b"canada or ada b", 0),
        (b'{"ada": 1}', 0),
    ],
)
def test_a_short_text_is_found_where_it_is_meant(content, times):
    """In quotation marks, as an element, beside its column; not in running text, nor as the name of a member."""
    assert len(found(Telltale("name", "ada"), content=content)) == times


def test_records_are_searched_more_loosely():
    """There a short text counts as any word of its own."""
    assert found(Telltale("name", "ada"), content=b"canada or ada b", loosely=True) == [b"ada"]


@pytest.mark.parametrize(("content", "times"), [(b'{"id": 7}', 1), (b"id=7", 1), (b"7 rows", 0), (b'{"id": 77}', 0)])
def test_a_short_number_is_found_beside_its_column(content, times):
    """And nowhere else."""
    assert len(found(Telltale("id", "7", is_number=True), content=content)) == times


def test_blanking_keeps_json_readable_and_names_apart():
    """Texts become different meaningless words, numbers null; what is not meant stays."""
    made = Telltales((Telltale("id", "7", True), Telltale("name", "ada"), Telltale("name", "eve")), ids_of([]))
    text = made.blanked('{"id": 7, "name": "ada", "in": ["people.ada", "people.eve", "canada"], "n": 7}')
    assert text.startswith('{"id": null, "name": "erased-') and text.endswith('"canada"], "n": 7}')
    one, two = (part.split('"')[0] for part in text.split("people.")[1:])
    assert one != two and made.blanked("nothing") == "nothing"


def test_a_table_is_searched_by_id_by_value_and_in_its_texts():
    """Ids in the index and in columns, values of the column's own name, texts anywhere, also within others."""
    values = (Telltale("born", "1815", True), Telltale("name", "ada lovelace"), Telltale("name", "ada"))
    made = Telltales(values, ids_of([1]))
    assert made.in_table(table(born=[1815], other=[1815])) == 2
    assert made.in_table(table(parent=[0, 1])[1:]) == 1
    assert made.in_table(table(a=["x", "Mrs ada lovelace"], b=pd.Categorical(["u", "v"], ["ada", "u", "v"]))[1:]) == 2
