"""Where an artifact's files lie: its own, and those of row ids that its own name says it needs.

    dataset/9f/9f2c…-1a2b3c4d.parquet                   the row ids are in the file, as column `row`
    dataset/9f/9f2c…-1a2b3c4d.77ab….parquet             they are in  row-ids/77/77ab….ids
    dataset/9f/9f2c…-1a2b3c4d.77ab….c0de….parquet       they are in  row-ids/77/77ab….c0de….ids,
                                                        told from those in  row-ids/c0/c0de….ids

The name of row ids that are derived from the key columns of a source's table says from which:
`e1f0…-50ce…-9f2c…-1a2b3c4d` are a fingerprint of the ids, the source, and the table they belong to,

    dataset/9f/9f2c…-1a2b3c4d.e1f0…-50ce…-9f2c…-1a2b3c4d.parquet

They have a file under `row-ids` only once that table is deleted.

A dataset that differs little from an earlier one can be kept as a delta: what came, changed and went.
It lies in a folder that is named as the file of the earlier table, its base,

    dataset-deltas/9f2c…-1a2b3c4d.77ab…/3e5d…-6c7b8a90.parquet
    dataset-deltas/9f2c…-1a2b3c4d.77ab…/3e5d…-6c7b8a90-in-full.parquet    all of its rows, once its base is deleted
    dataset-deltas/9f2c…-1a2b3c4d.77ab…/3e5d…-6c7b8a90-in-full.checksum   by which that file is checked

A base is never a delta itself. So whether all of an artifact is there can be told without reading anything.
"""

from __future__ import annotations

ROW_IDS = "row-ids"
"""The folder of row ids; no artifact kind has a hyphen."""

DELTAS = "dataset-deltas"
"""The folder of deltas."""

DATASETS = "dataset"
"""The folder of datasets kept whole."""

_SUFFIX, _IN_FULL = ".parquet", "-in-full.parquet"


def place_of(kind: str, digest: str, *, checksum: str, ids: str, suffix: str) -> str:
    """Where an artifact goes whose row ids are named `ids` ("" where they need no file)."""
    return f"{kind}/{digest[:2]}/{digest}-{checksum[:8]}{ids and '.' + ids}.{suffix}"


def derived_name(fingerprint: str, source: str, *, digest: str, checksum: str) -> str:
    """The name of row ids derived from the key columns of the dataset with this digest and checksum."""
    return f"{fingerprint}-{source}-{digest}-{checksum[:8]}"


def derivation_of(name: str) -> tuple[str, str, str]:
    """The fingerprint of derived row ids, their source, and the place of the dataset whose key columns give them.

    All are "" for row ids that are kept in a file.
    """
    if name.count("-") != 3 or "." in name:
        return "", "", ""
    fingerprint, source, digest, checksum = name.split("-")
    return fingerprint, source, f"{DATASETS}/{digest[:2]}/{digest}-{checksum}.{name}{_SUFFIX}"


def deltas_of(base: str) -> str:
    """The folder of the deltas whose base lies at a place."""
    return f"{DELTAS}/{base.rpartition('/')[2].removesuffix(_SUFFIX)}"


def delta_of(base: str, digest: str, *, checksum: str) -> str:
    """Where a delta goes, given the place of its base."""
    return f"{deltas_of(base)}/{digest}-{checksum[:8]}{_SUFFIX}"


def full_of(delta: str) -> str:
    """Where all rows of the dataset that lies at a place as a delta go before its base is deleted."""
    return f"{delta.removesuffix(_SUFFIX)}{_IN_FULL}"


def checksum_of(delta: str) -> str:
    """Where the checksum of the file `full_of` a delta goes, of which nothing else is recorded."""
    return full_of(delta).removesuffix(_SUFFIX) + ".checksum"


def is_delta(place: str) -> bool:
    """Whether a delta lies at a place under their folder, and not what was written in its stead."""
    return place.endswith(_SUFFIX) and not place.endswith(_IN_FULL)


def base_at(place: str) -> str:
    """Where the base of a delta lies, or "" for what is no delta."""
    folder, _, rest = place.partition("/")
    base = rest.partition("/")[0]
    return f"{DATASETS}/{base[:2]}/{base}{_SUFFIX}" if folder == DELTAS else ""


def own_places(place: str) -> list[str]:
    """Where the files of an artifact can lie that no other needs, given its place."""
    return [place, full_of(place), checksum_of(place)] if base_at(place) else [place]


def ids_of(place: str) -> str:
    """The name of the row ids that the artifact at a place needs, or ""."""
    return ".".join(place.rpartition("/")[2].split(".")[1:-1])


def ids_place(name: str) -> str:
    """Where the row ids of a name lie; derived ones lie there once the dataset that gave them is deleted."""
    return f"{ROW_IDS}/{name[:2]}/{name}.ids"


def base_of(name: str) -> str:
    """The name of the row ids from which those of a name are told, or ""."""
    return name.partition(".")[2]


def names(name: str) -> list[str]:
    """All row ids that those of a name need: themselves, then their base; none for ""."""
    return [name, *names(base_of(name))] if name else []


def ids_places(name: str) -> list[str]:
    """Where the files of row ids lie that a name needs: its own, then its base; none for what is derived."""
    return [ids_place(one) for one in names(name) if not derivation_of(one)[2]]


def places(place: str) -> list[str]:
    """Where the files lie that belong to the artifact at a place, its own first."""
    return [place, *ids_places(ids_of(place))]


def origins(name: str) -> list[str]:
    """Where the table lies from which row ids, or their base, are derived, and where they do once it is deleted.

    There are none for row ids that are not derived.
    """
    found = [(derivation_of(one)[2], ids_place(one)) for one in names(name)]
    return [place for table, kept in found if table for place in (table, kept)]
