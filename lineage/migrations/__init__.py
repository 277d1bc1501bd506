"""How older stores become today's: Alembic migrations, run inside the transaction of whoever asks."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def revisions() -> set[str]:
    """Name every version that a store can be migrated from."""
    return {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def head() -> str:
    """Name the version that all migrations together lead to."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def upgrade(connection: Connection, to: str = "head") -> None:
    """Bring the tables behind `connection` to a version, the newest mostly, within its open transaction."""
    command.upgrade(_config(connection), to)
