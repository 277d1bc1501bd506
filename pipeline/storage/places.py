"""Where an artifact's files lie: its own, and the files of row ids that its own name says it needs.

    dataset/9f/9f2c…-1a2b3c4d.parquet                   the row ids are in the file, as column `row`
    dataset/9f/9f2c…-1a2b3c4d.77ab….parquet             they are in  row-ids/77/77ab….ids
    dataset/9f/9f2c…-1a2b3c4d.77ab….c0de….parquet       they are in  row-ids/77/77ab….c0de….ids,
                                                        told from those in  row-ids/c0/c0de….ids

So whether all of an artifact is there can be told without reading anything.
"""

from __future__ import annotations

ROW_IDS = "row-ids"
"""The folder of row ids; no artifact kind has a hyphen."""


def place_of(kind: str, digest: str, *, checksum: str, ids: str, suffix: str) -> str:
    """Where an artifact goes whose row ids are named `ids` ("" where they need no file)."""
    return f"{kind}/{digest[:2]}/{digest}-{checksum[:8]}{ids and '.' + ids}.{suffix}"


def ids_of(place: str) -> str:
    """The name of the row ids that the artifact at a place needs, or ""."""
    return ".".join(place.rpartition("/")[2].split(".")[1:-1])


def ids_place(name: str) -> str:
    """Where the row ids of a name lie."""
    return f"{ROW_IDS}/{name[:2]}/{name}.ids"


def base_of(name: str) -> str:
    """The name of the row ids from which those of a name are told, or ""."""
    return name.partition(".")[2]


def ids_places(name: str) -> list[str]:
    """Where all row ids lie that a name needs: its own, then its base; none for ""."""
    return [ids_place(name), *ids_places(base_of(name))] if name else []


def places(place: str) -> list[str]:
    """Where all files lie that the artifact at a place needs, its own first."""
    return [place, *ids_places(ids_of(place))]
