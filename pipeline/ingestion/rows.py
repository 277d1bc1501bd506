"""The steps of ingestion: raw columns to a dataset whose rows have ids, and partitions to one dataset."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.source import Source
from pipeline.errors import SourceRejected
from pipeline.ingestion.columns import inferred, typed
from pipeline.ingestion.raw import Raw
from pipeline.ingestion.readers import WHOLE
from pipeline.ingestion.reading import fingerprints, read
from pipeline.parsing import column_of
from pipeline.rows import row_ids
from pipeline.schema import ROW
from pipeline.step import Made


def read_rows(
    *,
    source: Source,
    partition: str,
    files: Sequence[Mapping[str, Any]],
    types: Mapping[str, str],
    known_by: Mapping[str, str],
    secret: bytes,
) -> dict[str, Made]:
    """Read a partition into a dataset.

    `types` are the columns to keep with their declared types; `known_by` those that rows are known by,
    with the types that were fixed when the source was first read.

    Raises:
        SourceRejected: the source cannot be taken in as declared.
    """
    raws = read(source, partition, files=files)
    frame, dropped, label = _together(raws, types, source=source)
    ids = row_ids(frame, source=source.name, secret=secret, key=source.keys, types=known_by, label=label)
    frame.index = pd.Index(ids, name=ROW)
    facts = {
        "source": source.name,
        "provenance": source.provenance,
        "partition": partition,
        "files": [dict(entry) for entry in files],
        "types": dict(types),
        "keys": list(source.keys),
        "missing": {column: [str(value) for value in values] for column, values in source.missing.items()},
        "dropped_columns": dropped,
        "categories": _categories(frame),
    }
    name = source.name if partition == WHOLE else f"{source.name}.{partition}"
    return {"data": Made("dataset", frame.sort_index(), facts, name=name)}


def combine_partitions(
    *,
    partitions: Sequence[pd.DataFrame],
    source: str,
    keys: Sequence[str],
    names: Sequence[str],
    facts: Sequence[Mapping[str, Any]],
) -> dict[str, Made]:
    """Put partitions together; `names` and `facts` are those of the partitions, in their order.

    Raises:
        SourceRejected: a key is in more than one partition.
    """
    origin = np.repeat(np.arange(len(partitions)), [len(partition) for partition in partitions])
    frame = _stacked(list(partitions))
    if (twice := frame.index.duplicated(keep=False)).any():
        _refuse_shared(frame[list(keys)][twice], origin=origin[twice], names=names, source=source)
    merged = {
        **facts[0],
        "files": [entry for one in facts for entry in one["files"]],
        "dropped_columns": sorted({column for one in facts for column in one["dropped_columns"]}),
        "categories": _categories(frame),
    }
    return {"data": Made("dataset", frame.sort_index(), merged, name=source)}


def first_look(source: Source) -> dict[str, str]:
    """Find the types of a source that is not known yet, having tried that all of it can be taken in.

    Raises:
        SourceRejected: it cannot.
    """
    raws = read(source, WHOLE, files=fingerprints(source, WHOLE))
    types = dict(source.schema) or inferred(raws, source=source)
    frame, _, label = _together(raws, types, source=source)
    if not source.keys and (untyped := [name for name in frame.columns if name not in types]):
        raise SourceRejected(
            f"{source.name} has no keys, and columns whose content cannot name a row",
            examples=untyped,
            next_step="Declare keys, or a schema without these columns.",
        )
    if absent := [name for name in source.keys if name not in types]:
        raise SourceRejected(f"{source.name} lacks key columns", expected=", ".join(source.keys), examples=absent)
    row_ids(
        frame, source=source.name, secret=secrets.token_bytes(16), key=source.keys, types=types, label=label
    )
    return types


def _together(
    raws: Sequence[Raw], types: Mapping[str, str], *, source: Source
) -> tuple[pd.DataFrame, list[str], Callable[[int], str]]:
    """Type what was read and stack it; also what was dropped, and how a stacked row is called."""
    parts = [typed(raw, types, source=source) for raw in raws]
    ends = list(accumulate(len(part.frame) for part in parts))

    def label(position: int) -> str:
        one = int(np.searchsorted(ends, position, side="right"))
        return raws[one].label(position - (ends[one - 1] if one else 0)).removeprefix(f"{source.name}: ")

    dropped = sorted({column for part in parts for column in part.dropped})
    return _stacked([part.frame for part in parts]).reset_index(drop=True), dropped, label


def _stacked(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Stack frames; a category has the values of all of them, in order."""
    if len(frames) == 1:
        return frames[0]
    categories = [name for name, dtype in frames[0].dtypes.items() if dtype == "category"]
    plain = [frame.astype(dict.fromkeys(categories, "str")) for frame in frames]
    whole = pd.concat(plain)
    for name in categories:
        whole[name] = column_of(whole[name].astype(object).where(whole[name].notna(), None).tolist(), "category").array
    return whole


def _categories(frame: pd.DataFrame) -> dict[str, list[str]]:
    columns = frame.select_dtypes("category")
    return {name: [str(value) for value in columns[name].cat.categories] for name in columns}


def _refuse_shared(frame: pd.DataFrame, *, origin: np.ndarray, names: Sequence[str], source: str) -> None:
    examples = []
    for row in frame.index.unique()[:5]:
        here = frame.index == row
        values = ", ".join(f"{name}={value}" for name, value in frame[here].iloc[0].items())
        examples.append(f"{values} in " + " and ".join(names[one] for one in origin[here]))
    raise SourceRejected(
        f"{source}: keys are in more than one partition",
        expected="every key in one partition",
        examples=examples,
        count=frame.index.nunique(),
        next_step="Remove the rows from all partitions but one.",
    )
