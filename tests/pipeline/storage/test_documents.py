"""Documents and pages are written in one form only."""

import pytest

from lineage.digest import digest_json
from pipeline.errors import StepRefused
from pipeline.storage.documents import DOCUMENTS, PAGES


def test_equal_documents_are_the_same_bytes():
    """The order of keys leaves no trace in the file, and the digest is that of the value."""
    left, right = DOCUMENTS.encode({"a": 1, "b": [2.5, None]}), DOCUMENTS.encode({"b": [2.5, None], "a": 1})
    assert left.content() == right.content() == b'{"a":1,"b":[2.5,null]}'
    assert left.digest() == digest_json({"a": 1, "b": [2.5, None]})


@pytest.mark.parametrize("value", [{"a": float("nan")}, {1: 2}, object(), {"a": {1}}])
def test_a_document_that_json_would_change_is_refused(value):
    """What would not come back as it was is not kept."""
    with pytest.raises(StepRefused, match="JSON"):
        DOCUMENTS.encode(value)


def test_a_page_is_its_text_in_utf_8():
    """What is written is read back."""
    assert PAGES.decode(PAGES.encode("<p>é</p>").content()) == "<p>é</p>"
