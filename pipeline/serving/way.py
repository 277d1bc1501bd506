"""The way from an entry row to the estimator's features, as training's rows went it.

First the row-wise functions, the user's from the source text kept with the model, lookups among
them; then every fitted transform, applied by the function that applied it in training. What only
chose rows (a split, a quarantine) changes no value and has no part in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import pandas as pd

from lineage.store import Store
from pipeline.artifacts.model import Model
from pipeline.serving.call import Call
from pipeline.serving.lookup import PINNED, ServedLookup
from pipeline.storage import Storage
from pipeline.way import REFERENCE, called, function_at


class Stretch(Protocol):
    """One part of the way: a frame in, the same rows out."""

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Take the rows of `frame` one step on."""


def way_of(
    manifest: Model,
    *,
    store: Store,
    storage: Storage,
    lookups: str = PINNED,
    versions: Sequence[str] | None = None,
) -> list[Stretch]:
    """Load every function, looked-up table and transform on a model's way, in order.

    `lookups` says in which version of a table to look up: the `pinned` one or the `latest`. `versions`
    are those to be taken for the pinned ones, by reference, one for each lookup in the order of the way.

    Raises:
        LineageError: a part is not recorded, or the store cannot be reached.
        ArtifactMissing: bytes are gone.
        ArtifactCorrupt: bytes are not what was recorded.
        Misuse: a function cannot be found.
    """
    path = manifest.path if versions is None else _looking_up(manifest.path, versions)
    functions = [_stretch(entry, store=store, storage=storage, lookups=lookups) for entry in path]
    return [*functions, *_transforms(manifest, store=store, storage=storage)]


def looked_up(path: Iterable[Mapping[str, Any]]) -> list[str]:
    """List the tables that a model's way looks up in, by reference of the pinned version, in the order of the way."""
    return [entry[REFERENCE] for entry in path if REFERENCE in entry]


def _looking_up(path: Iterable[Mapping[str, Any]], versions: Sequence[str]) -> list[Mapping[str, Any]]:
    """The way with other versions of the tables that are looked up in."""
    given = iter(versions)
    return [{**entry, REFERENCE: next(given)} if REFERENCE in entry else entry for entry in path]


def _stretch(entry: Mapping[str, Any], *, store: Store, storage: Storage, lookups: str) -> Stretch:
    if REFERENCE in entry:
        return ServedLookup(entry, store=store, storage=storage, policy=lookups)
    code = storage.load(store.artifact(entry["code"])) if entry.get("code") else None
    return called(entry, code, kind=Call)


def _transforms(manifest: Model, *, store: Store, storage: Storage) -> list[Stretch]:
    """The one call that applies every transform, as it did in training; none where there are none."""
    if not manifest.transforms:
        return []
    fitted = [storage.load(store.artifact(reference)) for reference in manifest.transforms]
    function = function_at("fit", manifest.apply["function"])
    return [
        Call(step="fit", function=function, role="data", given={"transforms": fitted, **manifest.apply["parameters"]})
    ]
