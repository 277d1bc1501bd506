"""Signatures: nobody signs without a name, and nothing is lost on the way through JSON."""

from __future__ import annotations

import pytest

from pipeline.artifacts.signature import Signature
from pipeline.errors import Misuse

GIVEN = {"audit": "audit/a@0", "model": "model/m@0", "rows": "dataset/t@0", "page": "page/p@0", "verdict": "pass"}


def test_a_signature_comes_back_from_json() -> None:
    """It is equal."""
    signature = Signature(**GIVEN, approved=True, by="ann", note="seen", via="Airflow")
    assert Signature.from_json(signature.to_json()) == signature


def test_a_signature_without_a_name_is_refused() -> None:
    """A blank is no name."""
    with pytest.raises(Misuse, match="without a name"):
        Signature(**GIVEN, approved=True, by=" ")
