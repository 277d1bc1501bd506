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
from pipeline.ordering import in_id_order
from pipeline.parsing import column_of
from pipeline.rows import row_ids
from pipeline.schema import ROW
from pipeline.step import Made

ERASED_ROWS = "erased_rows"
"""The fact of a version that counts the rows which were read and left out, because they were erased by request."""


def read_rows(
    *,
    source: Source,
    partition: str,
    files: Sequence[Mapping[str, Any]],
    types: Mapping[str, str],
    known_by: Mapping[str, str],
    secret: bytes,
    erased: Sequence[int] = (),
) -> dict[str, Made]:
    """Read a partition into a dataset.

    `types` are the columns to keep with their declared types; `known_by` those that rows are known by,
    with the types that were fixed when the source was first read; `erased` the ids of rows to leave out.

    Raises:
        SourceRejected: the source cannot be taken in as declared.
    """
    raws = read(source, partition, files=files)
    frame, dropped, label = together(raws, types, source=source)
    ids = row_ids(frame, source=source.name, secret=secret, key=source.keys, types=known_by, label=label)
    frame.index = pd.Index(ids, name=ROW)
    kept = without_erased(frame, erased)
    facts = described(kept, types, source=source, partition=partition, files=files, dropped=dropped)
    if len(kept) < len(frame):
        facts[ERASED_ROWS] = len(frame) - len(kept)
    name = source.name if partition == WHOLE else f"{source.name}.{partition}"
    named_by = source.name if source.keys else ""
    return {"data": Made("dataset", in_id_order(kept), facts, name=name, named_by=named_by)}


def without_erased(frame: pd.DataFrame, erased: Sequence[int]) -> pd.DataFrame:
    """Leave out the rows whose ids are among the `erased`, and the categories that only they had."""
    if not len(erased):
        return frame
    gone = frame.index.isin(np.array(erased, dtype=np.int64))
    return used_categories(frame[~gone]) if gone.any() else frame


def used_categories(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose categories are those of its rows, as a source that is read has them."""
    kept = {name: table[name].cat.remove_unused_categories() for name in table.select_dtypes("category")}
    return table.assign(**kept)


def described(
    frame: pd.DataFrame,
    types: Mapping[str, str],
    *,
    source: Source,
    partition: str,
    files: Sequence[Mapping[str, Any]],
    dropped: Sequence[str],
) -> dict[str, Any]:
    """Tell of a source's dataset where it is from and how it was read, as JSON values."""
    return {
        "source": source.name,
        "provenance": source.provenance,
        "partition": partition,
        "files": [dict(entry) for entry in files],
        "types": dict(types),
        "keys": list(source.keys),
        "missing": {column: [str(value) for value in values] for column, values in source.missing.items()},
        "dropped_columns": list(dropped),
        "categories": categories(frame),
    }


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
    frame = stacked(list(partitions))
    if (twice := frame.index.duplicated(keep=False)).any():
        _refuse_shared(frame[list(keys)][twice], origin=origin[twice], names=names, source=source)
    merged = {
        **facts[0],
        "files": [entry for one in facts for entry in one["files"]],
        "dropped_columns": sorted({column for one in facts for column in one["dropped_columns"]}),
        "categories": categories(frame),
    }
    if erased := sum(one.get(ERASED_ROWS, 0) for one in facts):
        merged[ERASED_ROWS] = erased
    return {"data": Made("dataset", in_id_order(frame), merged, name=source, named_by=source if keys else "")}


def first_look(source: Source) -> dict[str, str]:
    """Find the types of a source that is not known yet, having tried that all of it can be taken in.

    Raises:
        SourceRejected: it cannot.
    """
    raws = read(source, WHOLE, files=fingerprints(source, WHOLE))
    types = dict(source.schema) or inferred(raws, source=source)
    frame, _, label = together(raws, types, source=source)
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


def together(
    raws: Sequence[Raw], types: Mapping[str, str], *, source: Source
) -> tuple[pd.DataFrame, list[str], Callable[[int], str]]:
    """Type what was read and stack it; also what was dropped, and how a stacked row is called."""
    parts = [typed(raw, types, source=source) for raw in raws]
    ends = list(accumulate(len(part.frame) for part in parts))

    def label(position: int) -> str:
        one = int(np.searchsorted(ends, position, side="right"))
        return raws[one].label(position - (ends[one - 1] if one else 0)).removeprefix(f"{source.name}: ")

    dropped = sorted({column for part in parts for column in part.dropped})
    return stacked([part.frame for part in parts]).reset_index(drop=True), dropped, label


def stacked(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Stack frames; a category has the values of all of them, in order."""
    if len(frames) == 1:
        return frames[0]
    categories = [name for name, dtype in frames[0].dtypes.items() if dtype == "category"]
    plain = [frame.astype(dict.fromkeys(categories, "str")) for frame in frames]
    whole = pd.concat(plain)
    for name in categories:
        whole[name] = column_of(whole[name].astype(object).where(whole[name].notna(), None).tolist(), "category").array
    return whole


def categories(frame: pd.DataFrame) -> dict[str, list[str]]:
    """List the values of every category of a dataset, in their order."""
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
