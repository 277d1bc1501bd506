"""Where this installation keeps its things, read once from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import Misuse

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
    the inference server. `full_every` says how often a step that can run on touched rows alone runs
    in full all the same: every so many runs one upon another, with 1 always. `claim_sample` is the share
    of rows or groups, 0 to 1, on which what functions claim is tested at least, whatever they say.
    `recall_webhook` is the URL that alerts of recalls are posted to ("" for none); it may hold a secret.
    """

    home: Path
    store_url: str
    storage: str
    mlflow_uri: str
    dags: Path
    airflow_url: str = ""
    mlflow_url: str = ""
    server_url: str = ""
    full_every: int = 20
    claim_sample: float = 0.0
    recall_webhook: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read `HEADWATER_HOME`, `_STORE`, `_STORAGE`, `_MLFLOW`, `_DAGS`, `_FULL_EVERY`, `_CLAIM_SAMPLE`,
        `_RECALL_WEBHOOK` and the three `_…_URL`.

        All have defaults: everything under `.headwater` in the working directory, DAGs in `dags`.

        Raises:
            Misuse: `HEADWATER_CLAIM_SAMPLE` is neither a share from 0 to 1 nor `all`.
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
            full_every=int(environ.get("HEADWATER_FULL_EVERY", "20")),
            claim_sample=_share(environ.get("HEADWATER_CLAIM_SAMPLE", "0")),
            recall_webhook=environ.get("HEADWATER_RECALL_WEBHOOK", ""),
        )

    def __repr__(self) -> str:
        return f"Settings(home={str(self.home)!r}, store_url={masked(self.store_url)!r})"


def _share(text: str) -> float:
    """A share from 0 to 1, or "all" for 1."""
    try:
        share = 1.0 if text == "all" else float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise Misuse(f"HEADWATER_CLAIM_SAMPLE={text!r}", expected="a share from 0 to 1, or all")
    return share
