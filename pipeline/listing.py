"""Declarations hold lists and parts of certain kinds: one thing in the place of a list, or another kind, is refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pipeline.errors import Misuse


def listed(what: str, name: str, given: Any, kind: type | None = None) -> tuple[Any, ...]:
    """Give what `what` is given as `name` as a tuple, in its order.

    Raises:
        Misuse: it is a text or no list at all, or holds something else than of this `kind`.
    """
    of = "values" if kind is None else kind.__name__
    if isinstance(given, str) or not isinstance(given, Iterable):
        expected = f"a list of {of}: [{given!r:.60}]" if kind is None or isinstance(given, kind) else f"a list of {of}"
        raise Misuse(f"{what} has {name} that is no list", expected=expected, found=repr(given)[:120])
    values = tuple(given)
    if strange := [each for each in values if kind is not None and not isinstance(each, kind)]:
        raise Misuse(f"{what} has {name} of another kind", expected=of, examples=[repr(each)[:120] for each in strange])
    return values


def require_kind(what: str, name: str, given: Any, kind: type) -> None:
    """Refuse a part of `what` that is not of its kind; None is no part.

    Raises:
        Misuse: it is.
    """
    if given is not None and not isinstance(given, kind):
        raise Misuse(f"{what} has {name} of another kind", expected=f"{kind.__name__}(…)", found=repr(given)[:120])
