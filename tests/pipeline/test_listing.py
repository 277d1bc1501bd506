"""Lists and parts of declarations are of the kind they say."""

from __future__ import annotations

import pytest

from pipeline.errors import Misuse
from pipeline.listing import listed, require_kind


def test_any_iterable_is_a_list_but_a_text() -> None:
    """Order stays; the letters of a text are no list of texts."""
    assert listed("a thing", "names", (name for name in ("b", "a")), str) == ("b", "a")
    assert listed("a thing", "names", []) == ()
    with pytest.raises(Misuse, match=r"names that is no list; expected a list of str: \['ab'\]"):
        listed("a thing", "names", "ab", str)


def test_another_kind_is_named() -> None:
    """What is of another kind is shown; None is no part."""
    with pytest.raises(Misuse, match="names of another kind; expected str: .*3"):
        listed("a thing", "names", ["a", 3], str)
    with pytest.raises(Misuse, match=r"size of another kind; expected int\(…\)"):
        require_kind("a thing", "size", "x", int)
    require_kind("a thing", "size", None, int)
