"""A search of bytes that knows nothing of Headwater: which files hold a text, Parquet and archives opened."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pyarrow.parquet as pq


def files_with(folder: Path, text: str) -> set[str]:
    """Name the files under a folder that hold a text, relative to it."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and _holds(path, text)}


def _holds(path: Path, text: str) -> bool:
    if path.suffix == ".parquet":
        return text in str(pq.read_table(path).to_pylist())
    if path.suffix in (".zip", ".skops"):
        with zipfile.ZipFile(path) as archive:
            return any(text.encode() in archive.read(name) for name in archive.namelist())
    return text.encode() in path.read_bytes()
