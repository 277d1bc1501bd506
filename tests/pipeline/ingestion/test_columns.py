"""Raw columns come under a schema, or the rows that do not fit are named."""

import pandas as pd
import pytest

from pipeline.artifacts.source import Source
from pipeline.errors import SourceRejected
from pipeline.ingestion.columns import inferred, typed
from pipeline.ingestion.formats import raw_of
from pipeline.ingestion.raw import Raw
from pipeline.ingestion.readers import CSV, JSONLines

READER = CSV("people.csv")


def source(**changes):
    """The source `people`."""
    return Source(**{"name": "people", "reader": READER, **changes})


def raw(text, reader=READER):
    """The raw columns of a file with this text."""
    return raw_of(reader, text.encode(), name="people: people.csv")


def types_of(text, **changes):
    """The types found in a file with this text."""
    return inferred([raw(text)], source=source(**changes))


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "", "3"], "integer"),
        (["1", "2.5"], "number"),
        (["1.0", "2.0"], "number"),
        (["a", "1"], "text"),
        (["", ""], "text"),
        (["true", "FALSE", "NA"], "boolean"),
        (["1", "0"], "integer"),
        (["2020-01-01", "2020-01-02T03:04"], "datetime"),
        (["007", "12"], "text"),
        (["99999999999999999999", "1"], "text"),
        (["NA", "5"], "integer"),
        (["1e5", "-.5"], "number"),
    ],
)
def test_the_narrowest_type_that_holds_all_is_found(cells, kind):
    """Blanks say nothing, leading zeros and too many digits are text, 1.0 is a number."""
    assert types_of("a,b\n" + "".join(f"{cell},x\n" for cell in cells))["a"] == kind


def test_types_of_several_files_are_widened():
    """An integer in one file and a number in another are a number; anything else is text."""
    files = [raw("a,b,c\n1,1,\n"), raw("a,b,c\n1.5,x,1\n")]
    assert inferred(files, source=source()) == {"a": "number", "b": "text", "c": "integer"}


def test_values_that_stand_for_missing_are_null_and_say_nothing_about_the_type():
    """666 is not known, however it is written; in other columns it is a number."""
    missing = {"a": (666, "none")}
    assert types_of("a,b\n666,666\nnone,1\n2,3\n", missing=missing) == {"a": "integer", "b": "integer"}
    frame = typed(
        raw("a,b\n666,666\n666.0,1\nnone,3\n"), {"a": "integer", "b": "integer"}, source=source(missing=missing)
    ).frame
    assert frame["a"].isna().all() and frame["b"].tolist() == [666, 1, 3]


def test_a_schema_decides_the_columns_their_order_and_dtypes():
    """Columns the declared schema lacks are dropped and named."""
    result = typed(
        raw("x,b,a\n1,2,3\n"), {"a": "number", "b": "text"}, source=source(schema={"a": "number", "b": "text"})
    )
    assert result.dropped == ("x",)
    assert result.frame.dtypes.astype(str).to_dict() == {"a": "float64", "b": "str"}


def test_without_a_declared_schema_new_columns_are_kept():
    """A column that came after the first version is there with the type it has."""
    result = typed(raw("id,new\n1,2020-01-01\n"), {"id": "integer"}, source=source())
    assert result.frame.dtypes.astype(str).to_dict() == {"id": "Int64", "new": "datetime64[us, UTC]"}


def test_a_renamed_column_is_missed_with_a_guess():
    """The letter names what is missing and what it may be called now."""
    with pytest.raises(SourceRejected, match=r"lacks columns.*loan_amount \(did you mean loanamount\?\), zip"):
        typed(raw("id,loanamount\n1,2\n"), {"id": "integer", "loan_amount": "number", "zip": "text"}, source=source())


def test_wrong_values_are_counted_and_named_with_their_lines():
    """All columns are looked at before anything is said."""
    with pytest.raises(SourceRejected, match="age at people.csv line 3: 'x'") as caught:
        typed(raw("age,pay\n1,2\nx,3\n2.5,y\n"), {"age": "integer", "pay": "number"}, source=source())
    assert caught.value.count == 3 and "age: integer, pay: number" in caught.value.expected


def test_a_table_without_rows_is_refused():
    """A header alone is no data."""
    with pytest.raises(SourceRejected, match="people.csv has no rows"):
        typed(raw("a,b\n"), {"a": "text"}, source=source())


def test_a_blank_cell_changes_no_dtype():
    """Integers with a gap are integers."""
    types = {"a": "integer", "b": "integer"}
    full, blank = (typed(raw(text), types, source=source()).frame for text in ("a,b\n1,2\n", "a,b\n1,\n"))
    assert full.dtypes.equals(blank.dtypes)


def test_json_of_several_kinds_is_refused_with_lines_unless_a_schema_says_what_it_is():
    """Text and numbers in one column are named with a line of each."""
    mixed = raw('{"a": "x"}\n{"a": 5}\n', JSONLines("people.csv"))
    with pytest.raises(SourceRejected, match="line 1: 'x'.*line 2: 5"):
        inferred([mixed], source=source())
    assert typed(mixed, {"a": "text"}, source=source()).frame["a"].tolist() == ["x", "5"]


def test_json_types_come_from_its_values():
    """Numbers, words and truths are what JSON says; text is not read as numbers."""
    lines = raw('{"i": 1, "n": 1, "s": "5", "b": true}\n{"i": 2, "n": 1.5, "s": null, "b": null}\n', JSONLines("x"))
    assert inferred([lines], source=source()) == {"i": "integer", "n": "number", "s": "text", "b": "boolean"}
    assert pd.isna(typed(lines, {"s": "text"}, source=source()).frame["s"].iloc[1])


def test_what_was_read_stays_as_it_was():
    """A function may give a table that others use: to write into the typed one changes nothing there, nor back."""
    given = pd.DataFrame({"f": [1.5, 2.5], "i": pd.array([1, 2], "Int64"), "t": pd.Series(["u", "v"], dtype="str")})
    before, read = given.copy(), Raw(name="people: table", frame=given, label=str)
    for declared in ({}, {"f": "number", "i": "integer", "t": "text"}):
        made = typed(read, {"f": "number", "i": "integer"} | declared, source=source(schema=declared)).frame
        made.loc[0, ["f", "i"]] = 7
        made.loc[0, "t"] = "w"
        pd.testing.assert_frame_equal(given, before)
