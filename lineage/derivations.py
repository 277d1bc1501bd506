"""Whether an artifact came about in another way too: equal content is one artifact, whoever made it of what.

A rebuild whose step comes out equal to what was there before makes the old artifact again, from
the corrected input. That it once stood on a wrong one says nothing against it then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from lineage.artifacts import resolved
from lineage.part import Part
from lineage.schema import artifacts, names
from lineage.statements import among, members, plain_rows
from lineage.walk import UP

_NAMED = sa.select(artifacts.c.id, names.c.kind, names.c.name, artifacts.c.digest).where(
    artifacts.c.name == names.c.id, among(artifacts.c.id, sa.bindparam("numbers"))
)

Ways = Mapping[int, Mapping[int, Sequence[int]]]
"""What each artifact was made of, by number and by the run that made it."""


class Derivations(Part):
    """Ways in which artifacts were made."""

    def made_otherwise(self, reference: str, *, wrong: Collection[str], touched: Collection[str]) -> bool:
        """Whether an artifact is neither `wrong` nor `touched`, or some run made it of artifacts of which that holds.

        What is wrong is never made right by a run; what is touched is. Both are whole references.

        Raises:
            NotRecorded: nothing answers to the reference.
            Ambiguous: several artifacts do.
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            start = resolved(connection, reference, mentions=True).id
            ways = _ways(connection, start)
            named = _named(connection, _met(ways) | {start})
        bad = {number for number, name in named.items() if name in wrong}
        doubtful = {number for number, name in named.items() if name in touched} - bad
        return start in _fine(ways, known=named.keys() - bad - doubtful, doubtful=doubtful)


def _ways(connection: Connection, start: int) -> Ways:
    found: defaultdict[int, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for output, used, run, _ in plain_rows(connection, UP.whole, start=start):
        found[output][run].append(used)
    return found


def _met(ways: Ways) -> set[int]:
    return {*ways, *(used for runs in ways.values() for inputs in runs.values() for used in inputs)}


def _named(connection: Connection, numbers: Collection[int]) -> dict[int, str]:
    rows = plain_rows(connection, _NAMED, numbers=members(numbers))
    return {number: f"{kind}/{name}@{digest}" for number, kind, name, digest in rows}


def _fine(ways: Ways, *, known: Collection[int], doubtful: Collection[int]) -> set[int]:
    fine, left = set(known), set(doubtful)
    while cleared := {one for one in left if any(fine.issuperset(way) for way in ways.get(one, {}).values())}:
        fine |= cleared
        left -= cleared
    return fine
