"""A version of a source with recalls applied: what each says is wrong in it put right, or left out.

A recall is stated on one version, and the rows it speaks of are in others too: the one that came
a day later, the one that another recall corrected. What is wrong there is put right in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from lineage.idsets import ids_of, joined, rows_among, shared, without
from lineage.records import Recall
from lineage.touched import Touched
from pipeline.ingestion.rows import ERASED_ROWS, used_categories
from pipeline.recall.faults import Faults, faults
from pipeline.recall.sourceversion import STAGE, patched, source_facts, source_version
from pipeline.runner import Runner
from pipeline.step import Made, Step
from pipeline.storage.tables import StoredTables


@dataclass(frozen=True, slots=True)
class Amended:
    """A version of a source, and the ids of the recalls that made a difference to it."""

    reference: str
    applied: tuple[str, ...]


def amended(runner: Runner, version: str, recalls: Iterable[Recall]) -> Amended:
    """Give a source's version in which `recalls` are applied, in their order.

    It is `version` itself where it holds nothing that they say is wrong. Of two recalls that say
    different things of one cell, the later one's stands.

    Raises:
        SourceRejected: no row would be left.
        ArtifactMissing: the bytes of a version are gone.
        ArtifactCorrupt: the bytes of a version are not what was recorded.
    """
    tables = StoredTables(runner.store, runner.storage)
    current, applied = version, []
    for recall in recalls:
        before = current
        if current == recall.version and recall.corrected and not runner.store.buried(recall.corrected):
            current = recall.corrected
        else:
            found = faults(runner.store, tables, recall, among={version, current})
            parts = dict.fromkeys(part for part in (version, current) if part in found.starts)
            current = _amended(runner, current, recall, found=found, parts=list(parts)) if parts else current
        applied += [recall.id] if current != before else []
    return Amended(current, tuple(applied))


def amended_table(
    *, table: pd.DataFrame, version: str, recall: str, of: Sequence[str], found: Faults, about: Mapping[str, Any]
) -> dict[str, Made]:
    """Put right in a table what was `found` to be wrong in the versions `of`: in it, or in what it was made of."""
    right = table
    for reference in of:
        right = put_right(right, found.starts[reference], found.after.get(reference))
    return {"data": source_version(right, version=version, earlier=table, about=about)}


def put_right(table: pd.DataFrame, touched: Touched, after: pd.DataFrame | None) -> pd.DataFrame:
    """Give `table` with what is `touched` as in `after`: cells set, rows added, the other whole rows left out.

    Without `after` nobody knows what would be right: all touched rows are left out.
    """
    present = ids_of(table.index)
    if after is None:
        return used_categories(rows_among(table, without(present, touched.ids)))
    cells = {name: shared(ids, present) for name, ids in touched.cells.items() if name in table and name in after}
    right = rows_among(table, joined(*cells.values())).copy()
    for name, ids in cells.items():
        right[name] = right[name].astype(object).mask(right.index.isin(ids), after[name].astype(object))
    missing = rows_among(after, without(touched.whole, present)).reindex(columns=table.columns)
    kept = rows_among(table, without(present, shared(touched.whole, present)))
    return patched(kept, pd.concat([_plain(right, table), _plain(missing, table)]))


def _amended(runner: Runner, version: str, recall: Recall, *, found: Faults, parts: Sequence[str]) -> str:
    about = source_facts(runner, version)
    if recall.is_erasure:
        about[ERASED_ROWS] = about.get(ERASED_ROWS, 0) + len(found.starts[parts[-1]].ids)
    step = Step(
        name="amend",
        stage=STAGE,
        function=amended_table,
        parameters={"version": version, "recall": recall.id, "of": parts},
        secrets={"table": runner.value(version), "found": found, "about": about},
    )
    return runner.run(step).outputs["data"]


def _plain(rows: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Rows with the dtypes of a table, of its categories the values alone: they may be others."""
    dtypes = {name: "str" if isinstance(dtype, pd.CategoricalDtype) else dtype for name, dtype in table.dtypes.items()}
    return rows.astype(dtypes)
