"""Where this installation keeps its things, read once from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_PASSWORD = re.compile(r"(://[^:/@\s]*:)\S+@")


def masked(text: str) -> str:
    """Hide the password of every URL in `text`: `postgresql://me:***@host/db`."""
    return _PASSWORD.sub(r"\1***@", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The places of one installation.

    `home` holds all that Headwater makes on this machine; `store_url` is the metadata store
    (SQLite or PostgreSQL); `storage` is the root of artifact bytes, a path or an fsspec URL;
    `mlflow_uri` is MLflow's tracking URI; `dags` is the folder of DAG files; `airflow_url` and
    `mlflow_url` are where people open the two UIs ("" if nobody serves them); `server_url` is
    the inference server.
    """

    home: Path
    store_url: str
    storage: str
    mlflow_uri: str
    dags: Path
    airflow_url: str = ""
    mlflow_url: str = ""
    server_url: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read `HEADWATER_HOME`, `_STORE`, `_STORAGE`, `_MLFLOW`, `_DAGS` and the three `_…_URL`.

        All have defaults: everything under `.headwater` in the working directory, DAGs in `dags`.
        """
        home = Path(environ.get("HEADWATER_HOME", ".headwater")).absolute()
        return cls(
            home=home,
            store_url=environ.get("HEADWATER_STORE", f"sqlite:///{home}/lineage.db"),
            storage=environ.get("HEADWATER_STORAGE", str(home / "artifacts")),
            mlflow_uri=environ.get("HEADWATER_MLFLOW", f"sqlite:///{home}/mlflow.db"),
            dags=Path(environ.get("HEADWATER_DAGS", "dags")).absolute(),
            airflow_url=environ.get("HEADWATER_AIRFLOW_URL", ""),
            mlflow_url=environ.get("HEADWATER_MLFLOW_URL", ""),
            server_url=environ.get("HEADWATER_SERVER_URL", ""),
        )

    def __repr__(self) -> str:
        return f"Settings(home={str(self.home)!r}, store_url={masked(self.store_url)!r})"
