"""What two records are compared in, and how much each degree of likeness tells, declared in a DAG file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.errors import Misuse


@dataclass(frozen=True, init=False)
class Compare:
    """One column of two records, in the model of Fellegi and Sunter.

    Degrees of likeness, from most to least: the same; each of `similar`, falling Jaro–Winkler
    similarities of texts, between 0 and 1; or each of `edits`, rising numbers of letters mistaken,
    left out, put in or swapped with their neighbour (Damerau–Levenshtein); and different. `m` says
    for each degree how often records of one entity are so alike, `u` how often those of two
    entities are; each sums to 1. A pair counts for the first degree that fits it; a null on either
    side tells nothing.
    """

    column: str
    m: tuple[float, ...]
    u: tuple[float, ...]
    similar: tuple[float, ...] = ()
    edits: tuple[int, ...] = ()

    def __init__(
        self,
        column: str,
        *,
        m: Sequence[float],
        u: Sequence[float],
        similar: Sequence[float] = (),
        edits: Sequence[int] = (),
    ) -> None:
        given = {"m": tuple(m), "u": tuple(u), "similar": tuple(similar), "edits": tuple(edits)}
        for name, value in {"column": column, **given}.items():
            object.__setattr__(self, name, value)
        _check_degrees(self)
        for name in ("m", "u"):
            _check_shares(self, name)

    def to_json(self) -> dict[str, Any]:
        """Give the declaration as a JSON object."""
        given = {name: list(getattr(self, name)) for name in ("m", "u", "similar", "edits")}
        return {"column": self.column, **{name: value for name, value in given.items() if value}}


def _check_degrees(compare: Compare) -> None:
    if compare.similar and compare.edits:
        raise Misuse(f"{compare.column} is compared in two ways", expected="one of similar and edits")
    falling = sorted(set(compare.similar), reverse=True)
    if list(compare.similar) != falling or not all(0 < each < 1 for each in falling):
        raise Misuse(f"{compare.column}: similar={compare.similar}", expected="falling numbers between 0 and 1")
    rising = sorted(set(compare.edits))
    if list(compare.edits) != rising or not all(isinstance(each, int) and each > 0 for each in rising):
        raise Misuse(f"{compare.column}: edits={compare.edits}", expected="rising whole numbers from 1")


def _check_shares(compare: Compare, name: str) -> None:
    shares, degrees = getattr(compare, name), 2 + len(compare.similar) + len(compare.edits)
    if len(shares) != degrees or not all(0 < each < 1 for each in shares) or not math.isclose(sum(shares), 1):
        raise Misuse(
            f"{compare.column}: {name}={shares}",
            expected=f"{degrees} shares above 0 that sum to 1, from the most alike to the different",
        )
