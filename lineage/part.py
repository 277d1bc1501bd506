"""What every part of the store has: the database it speaks to."""

from __future__ import annotations

from lineage.database import Database


class Part:
    """One subject of the store, over a shared database."""

    def __init__(self, database: Database) -> None:
        self.database = database
