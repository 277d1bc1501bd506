"""The environment services run in: everything they write lies under Headwater's home."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pipeline.settings import Settings

_QUIET = {
    "DO_NOT_TRACK": "true",
    "GIT_PYTHON_REFRESH": "quiet",
    "GX_ANALYTICS_ENABLED": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MPLBACKEND": "Agg",
    "PYTHONUNBUFFERED": "1",
}
_CACHES = {
    "MPLCONFIGDIR": "matplotlib",
    "XDG_CACHE_HOME": "",
    "XDG_CONFIG_HOME": "config",
    "XDG_DATA_HOME": "data",
}
_OTHER_AIRFLOWS = ("AIRFLOW_HOME", "AIRFLOW_CONFIG", "AIRFLOW__")


def environment(settings: Settings, given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Give the environment for a service of this installation.

    `given` without what it says about other Airflows, with our settings, with the DAG files'
    parent folder importable, with telemetry off and with caches under `settings.home`.
    """
    kept = {name: value for name, value in given.items() if not name.startswith(_OTHER_AIRFLOWS)}
    cache = settings.home / "cache"
    caches = {name: str(cache / folder) for name, folder in _CACHES.items()}
    added = {**_ours(settings), **_reachable(kept), **_importable(kept, settings.dags.parent)}
    return {**kept, **_QUIET, **caches, **added}


def _ours(settings: Settings) -> dict[str, str]:
    return {
        "HEADWATER_HOME": str(settings.home),
        "HEADWATER_STORE": settings.store_url,
        "HEADWATER_STORAGE": settings.storage,
        "HEADWATER_MLFLOW": settings.mlflow_uri,
        "HEADWATER_DAGS": str(settings.dags),
        "HEADWATER_AIRFLOW_URL": settings.airflow_url,
        "HEADWATER_MLFLOW_URL": settings.mlflow_url,
        "HEADWATER_SERVER_URL": settings.server_url,
    }


def _reachable(given: Mapping[str, str]) -> dict[str, str]:
    """Keep what services say to each other on loopback away from any proxy."""
    known = [host for name in ("NO_PROXY", "no_proxy") for host in given.get(name, "").split(",") if host]
    hosts = ",".join(dict.fromkeys([*known, "127.0.0.1", "localhost"]))
    return {"NO_PROXY": hosts, "no_proxy": hosts}


def _importable(given: Mapping[str, str], folder: Path) -> dict[str, str]:
    return {"PYTHONPATH": os.pathsep.join(filter(None, [str(folder), given.get("PYTHONPATH", "")]))}
