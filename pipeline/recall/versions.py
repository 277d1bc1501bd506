"""Versions of a dataset as people name them: the latest, one by its digest, one so many before the latest."""

from __future__ import annotations

import re
from difflib import get_close_matches

from lineage.errors import NotRecorded
from lineage.records import Artifact
from lineage.store import Store
from pipeline.errors import Misuse

_BEFORE = re.compile(r"(.+)~(\d+)")


def version_of(store: Store, text: str) -> Artifact:
    """Find the version that `NAME`, `NAME@digest` (or its beginning) or `NAME~1` (the one before the latest) means.

    Raises:
        Misuse: it means something that is no dataset.
        NotRecorded: there is no such dataset, or it has no such version.
        Ambiguous: several digests begin so.
        StoreUnreachable: the store cannot be read.
    """
    plain = text.removeprefix("dataset/")
    if "@" not in plain:
        return _counted(store, plain)
    found = store.artifact(plain)
    if found.kind != "dataset":
        raise Misuse(f"{text} is no dataset", found=found.reference)
    return found


def _counted(store: Store, text: str) -> Artifact:
    match = _BEFORE.fullmatch(text)
    name, back = (match[1], int(match[2])) if match else (text, 0)
    versions = store.versions("dataset", name)
    if back < len(versions):
        return versions[back]
    if versions:
        raise NotRecorded(f"{name} has no version {back} before its latest", found=f"{len(versions)} versions")
    near = get_close_matches(name, sorted({one.name for one in store.artifacts("dataset")}), n=3)
    raise NotRecorded(
        f"no dataset is recorded as {name!r}",
        next_step=f"Did you mean {' or '.join(near)}?" if near else "See `headwater runs`.",
    )
