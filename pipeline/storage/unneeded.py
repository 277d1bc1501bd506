"""Finds row ids that no dataset needs any more, by the names of files: none is read."""

from __future__ import annotations

from pipeline.storage.files import Files
from pipeline.storage.places import ROW_IDS, ids_of, ids_place, names


def unneeded(files: Files, *, older_than_s: float) -> list[str]:
    """List the places of row ids that no dataset needs, nor any row ids younger than `older_than_s`, sorted.

    Row ids are listed before datasets: a dataset is written after its ids.

    Raises:
        OSError: the files could not be listed.
    """
    ages = files.ages_s(ROW_IDS)
    young = [place for place, age_s in ages.items() if age_s < older_than_s]
    needing = [*files.ages_s("dataset"), *young]
    needed = {ids_place(name) for place in needing for name in names(ids_of(place))}
    return sorted(ages.keys() - needed.union(young))


def needing(files: Files, name: str) -> list[str]:
    """List the places of datasets, and of row ids, that need the row ids of a name.

    Raises:
        OSError: the files could not be listed.
    """
    there = [place for folder in (ROW_IDS, "dataset") for place in files.ages_s(folder)]
    return [place for place in there if name in names(ids_of(place))]
