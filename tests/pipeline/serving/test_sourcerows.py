"""Which source row a request is about."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest

from pipeline.errors import RequestRejected
from pipeline.serving.sourcerows import SourceRows


@pytest.fixture
def rows(loans) -> SourceRows:
    """Know the rows of the version the model was trained on."""
    version = loans.store.artifact(loans.source)
    return SourceRows(name="applications", version=version, store=loans.store, storage=loans.storage)


def asked(*cases: str | None) -> tuple[list[dict[str, str | None]], pd.DataFrame]:
    """Make a request's rows with these keys, as they came and typed."""
    frame = pd.DataFrame({"case": pd.array(cases, dtype="str")}, index=pd.RangeIndex(len(cases), name="row"))
    return [{"case": case} for case in cases], frame


def ids_of(loans, cases: Sequence[str]) -> list[int]:
    """Look the ids of cases up in the source."""
    source = loans.runner.value(loans.source)
    return [int(source.index[source["case"] == case][0]) for case in cases]


def test_a_stated_id_is_the_row(loans, rows) -> None:
    """An id of the source stands as it is."""
    [known] = ids_of(loans, ["A0-7"])
    assert rows.standing(*asked(None, None), [known, None]) == [known, None]


def test_a_key_is_the_row(loans, rows) -> None:
    """Rows that carry the source's key stand on the row of that key, the same twice too."""
    first, second = ids_of(loans, ["A0-1", "A0-2"])
    assert rows.standing(*asked("A0-2", "A0-1", "A0-2"), [None] * 3) == [second, first, second]


def test_a_key_the_source_lacks_is_a_new_row(rows) -> None:
    """A new application is answered, and stands on no source row."""
    assert rows.standing(*asked("new", None), [None, None]) == [None, None]


def test_an_unknown_id_is_refused(rows) -> None:
    """Nobody can claim to stand on a row that is not there."""
    with pytest.raises(RequestRejected, match="ids of no row of source applications: row 1: 12345"):
        rows.standing(*asked(None, None), [None, 12345])


def test_an_id_and_a_key_that_disagree_are_refused(loans, rows) -> None:
    """One row cannot be two."""
    first, _ = ids_of(loans, ["A0-1", "A0-2"])
    with pytest.raises(RequestRejected, match="not that of their key"):
        rows.standing(*asked("A0-2"), [first])
    assert rows.standing(*asked("A0-1"), [first]) == [first]


def test_rows_of_a_later_version_are_known(loans, rows, later) -> None:
    """What came with a newer version of the source can be named without a new model."""
    new = loans.runner.value(loans.ingest(later))
    row = int(new.index[0])
    assert rows.standing(*asked(None), [row]) == [row]
    assert rows.standing(*asked(new["case"].iloc[1]), [None]) == [int(new.index[1])]


def test_categories_are_those_of_the_source(rows) -> None:
    """The values of a category column are known in the source's order."""
    assert rows.categories == {"town": ["Aachen", "Bonn", "Celle"]}
