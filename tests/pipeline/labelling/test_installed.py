"""Without the extra, whoever asks for it is told its name."""

import sys

import pytest

from pipeline.errors import Misuse
from pipeline.labelling.consensus import with_model
from pipeline.labelling.suspects import suspects
from tests.pipeline.crowds import table


def test_the_extra_is_named(monkeypatch):
    """Where cleanlab is not installed."""
    monkeypatch.setitem(sys.modules, "cleanlab", None)
    rows = table("A 1 0\nB 1 1")
    with pytest.raises(Misuse, match=r"label_errors needs .*cleanlab.*headwater\[labels\]"):
        suspects(rows)
    with pytest.raises(Misuse, match=r"consensus with probabilities needs .*headwater\[labels\]"):
        with_model(rows, rows, item="image", label="label", by="worker")
