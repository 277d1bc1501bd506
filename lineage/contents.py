"""The rows of tables, read as far as they can be: what cannot be read is told, never raised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import pandas as pd

from lineage.errors import Letter
from lineage.idsets import Ids, ids_of


class Tables(Protocol):
    """Where the columns of datasets are read."""

    def columns(self, reference: str, names: Sequence[str] | None) -> pd.DataFrame:
        """Give columns of a dataset (None: all; []: its row ids alone), indexed by `row`; not to be changed.

        Raises:
            Letter: the dataset is not there, cannot be read, or has no such column.
        """


class Contents:
    """Tables, and what their rows will be where that is known.

    `missing` holds a sentence for every dataset that could not be read, by reference.
    """

    def __init__(self, tables: Tables, after: Mapping[str, pd.DataFrame] | None = None) -> None:
        self._tables = tables
        self._after = after or {}
        self._ids: dict[str, Ids] = {}
        self.missing: dict[str, str] = {}

    def columns(self, reference: str, names: Iterable[str]) -> pd.DataFrame | None:
        """Give columns of a dataset, each once; None when it cannot be read."""
        if reference in self.missing:
            return None
        try:
            return self._tables.columns(reference, list(dict.fromkeys(names)))
        except Letter as error:
            self.missing[reference] = f"the rows of {reference} cannot be read: {error}"
            return None

    def ids(self, reference: str) -> Ids | None:
        """Give the ids of a dataset's rows; None when it cannot be read."""
        if reference not in self._ids:
            table = self.columns(reference, ())
            if table is None:
                return None
            self._ids[reference] = ids_of(table.index)
        return self._ids[reference]

    def after(self, reference: str, names: Iterable[str] = ()) -> pd.DataFrame | None:
        """Give columns of the rows that a dataset will have come or changed; None when nobody knows them."""
        table, wanted = self._after.get(reference), list(dict.fromkeys(names))
        return table[wanted] if table is not None and set(wanted) <= set(table.columns) else None
