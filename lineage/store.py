"""The store: everything remembered, behind one URL.

Each part is a file: runs are written in `recording` (many at once in `batches`) and read in
`runs`; then `artifacts`, `graph`, `edges`, `derivations`, `releases`, `predictions`,
`sources`, `recalls`, `erasures`.
"""

from __future__ import annotations

from lineage.artifacts import Artifacts
from lineage.batches import Batches
from lineage.creation import make_ready
from lineage.database import Database
from lineage.derivations import Derivations
from lineage.edges import Edges
from lineage.erasures import Erasures
from lineage.errors import LineageError
from lineage.graph import Graph
from lineage.predictions import Predictions
from lineage.recalls import Recalls
from lineage.recording import Recording
from lineage.releases import Releases
from lineage.runs import Runs
from lineage.sources import Sources


class Store(
    Recording, Batches, Runs, Artifacts, Graph, Edges, Derivations, Releases, Predictions, Sources, Recalls, Erasures
):
    """The metadata store at `url`: `sqlite:///path` or `postgresql://user:password@host:port/database`.

    One store serves many threads; a forked child may go on using it. The password of the URL
    is in no message, no record and no `repr`.
    """

    def __init__(self, url: str) -> None:
        """Open the store, making its tables when the database is empty and migrating older ones.

        Raises:
            StoreUnreachable: the database cannot be opened or written, or the URL cannot be read.
            StoreOutdated: another program, or a newer Headwater, made the tables there.
        """
        super().__init__(Database(url))
        try:
            make_ready(self.database)
        except LineageError:
            self.close()
            raise

    @classmethod
    def open(cls, url: str) -> Store:
        """Open the store at `url`, as building one does.

        Raises:
            StoreUnreachable: the database cannot be opened or written, or the URL cannot be read.
            StoreOutdated: another program, or a newer Headwater, made the tables there.
        """
        return cls(url)

    def close(self) -> None:
        """Close every connection; a later call opens new ones."""
        self.database.close()

    def __repr__(self) -> str:
        return f"<{self.database}>"
