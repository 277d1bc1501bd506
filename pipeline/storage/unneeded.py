"""Finds row ids that no dataset needs any more."""

from __future__ import annotations

from pipeline.storage.files import Files
from pipeline.storage.places import ROW_IDS, ids_of, ids_places, places


def unneeded(files: Files, *, older_than_s: float) -> list[str]:
    """List the places of row ids that no dataset needs, nor any row ids younger than `older_than_s`, sorted.

    The names of files say what they need, so that none is read. Row ids are listed before datasets: a dataset
    is written after its ids.

    Raises:
        OSError: the files could not be listed.
    """
    ages = files.ages_s(ROW_IDS)
    young = [place for place, age_s in ages.items() if age_s < older_than_s]
    needed = {need for place in files.ages_s("dataset") for need in places(place)}
    needed.update(need for place in young for need in [place, *ids_places(ids_of(place))])
    return sorted(ages.keys() - needed)
