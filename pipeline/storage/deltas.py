"""Datasets as what differs from an earlier one, so that a small change of a large table is written in little time.

A delta is a Parquet file of the rows that came or changed, with their ids. Its schema's metadata say
which rows went, and which file the base is: its checksum, and the bytes of all it needs. One delta never
stands on another: a change of a changed table is told from the same base again, until it has grown too large.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from lineage.idsets import NO_IDS, Ids, ids_of, joined, places_among, rows_among, shared, without
from lineage.records import Artifact
from lineage.tables import table_of
from pipeline.schema import exact_dtypes
from pipeline.storage.datasets import DATASETS, metadata_of, parquet
from pipeline.storage.packing import ids_in, whole
from pipeline.storage.places import base_at
from pipeline.storage.splice import spliced

FEWEST_ROWS = 20_000
"""A table of fewer is written whole in no time."""

LARGEST_SHARE = 0.1
"""Of a table's rows; when more differ, it is written whole, and later ones are told from it."""

_BASE = b"headwater.base"


@dataclass(frozen=True, slots=True, eq=False)
class Since:
    """How a table came out of an earlier dataset, `reference`; both are in order of their ids, and of the same dtypes.

    `gone` are the ids of the rows that went or changed; `fresh` are those that came, and those that
    changed as they are now, in order of their ids.
    """

    reference: str
    gone: Ids
    fresh: pd.DataFrame

    @classmethod
    def of(cls, reference: str, before: pd.DataFrame, after: pd.DataFrame, *, touched: Ids) -> Since | None:
        """Tell how one table came out of another, in no rows but the `touched`; None where it is not so simple."""
        ordered = all(one.index.is_monotonic_increasing for one in (before, after))
        same = list(before.columns) == list(after.columns) and exact_dtypes(before) == exact_dtypes(after)
        if not (ordered and same):
            return None
        return cls(reference, shared(touched, ids_of(before.index)), rows_among(after, touched))


@dataclass(frozen=True, slots=True, eq=False)
class Delta:
    """A dataset as the dataset `base`, but without the rows `gone` and with the `fresh` ones.

    A fresh row takes the place of the row that has its id; `gone` may name ids that the base has not.
    """

    base: Artifact
    gone: Ids
    fresh: pd.DataFrame | None

    @classmethod
    def read(cls, artifact: Artifact, content: bytes, columns: Sequence[str] | None = None) -> Delta:
        """Read what `content` wrote of an artifact, all columns or some.

        Raises:
            ValueError, KeyError, OSError, pyarrow.ArrowException: it is no such content.
        """
        told = json.loads(metadata_of(content)[_BASE])
        place = base_at(artifact.place)
        digest = place.rpartition("/")[2].partition("-")[0]
        named = {"kind": artifact.kind, "name": artifact.name, "digest": digest, "place": place}
        base = Artifact(**named, checksum=told["checksum"], size_bytes=told["size_bytes"])
        return cls(base, ids_in(base64.b64decode(told["gone"])), DATASETS.decode(content, columns=columns))

    def content(self) -> memoryview:
        """Write it as a Parquet file.

        Raises:
            StepRefused: a column holds what Parquet cannot.
        """
        told = {"checksum": self.base.checksum, "size_bytes": self.base.size_bytes}
        gone = base64.b64encode(whole(self.gone)).decode()
        return parquet(table_of(self.fresh), {_BASE: json.dumps({**told, "gone": gone}).encode()})

    def applied(self, base: pd.DataFrame) -> pd.DataFrame:
        """Give the dataset, from the table of its base with the same columns."""
        return spliced(base, self.fresh, gone=places_among(base.index, self.touched))

    def then(self, since: Since) -> Delta:
        """Give the delta of a table that came out of this one, from the same base."""
        now = ids_of(since.fresh.index)
        gone = without(joined(self.gone, since.gone), now)
        if self.fresh is None:
            return Delta(self.base, gone, since.fresh)
        stay = without(ids_of(self.fresh.index), joined(since.gone, now))
        places = places_among(self.fresh.index, stay)
        return Delta(self.base, gone, spliced(self.fresh.take(places), since.fresh, gone=places[:0]))

    @property
    def touched(self) -> Ids:
        """The ids of all rows in which the dataset can differ from its base."""
        return self.gone if self.fresh is None else joined(self.gone, ids_of(self.fresh.index))

    def is_worth_it(self, table: pd.DataFrame) -> bool:
        """Whether a table is better kept as this delta than whole: it is long, and differs little from the base."""
        few = len(self.fresh) + len(self.gone) <= LARGEST_SHARE * len(table)
        return few and len(table) >= FEWEST_ROWS and bool((self.fresh.dtypes == table.dtypes).all())


def nothing_since(artifact: Artifact) -> Delta:
    """The delta of a dataset that is kept whole from itself."""
    return Delta(artifact, NO_IDS, None)
