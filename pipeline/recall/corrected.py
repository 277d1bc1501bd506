"""What a correction says: which rows of a source were wrong, in which version, and in which they are right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lineage.difference import Difference
from lineage.idsets import Ids
from lineage.records import Artifact
from lineage.store import Store
from pipeline.artifacts.source import Source
from pipeline.errors import Misuse
from pipeline.ingestion.corrected import corrected_source
from pipeline.ingestion.ingest import registered
from pipeline.ingestion.reading import fingerprints
from pipeline.ingestion.readers import WHOLE
from pipeline.recall.chosen import rows_named, rows_where
from pipeline.recall.sourceversion import STAGE, corrected_table
from pipeline.recall.versions import version_of
from pipeline.runner import Runner
from pipeline.step import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Rows of `source` are wrong in `version` (a reference), and right in `corrected` (None: nobody says how).

    `rows` are their ids, ascending, those that were missing included; `columns` the columns that are
    wrong in them, none where whole rows are. `where` is how a person named them.
    """

    source: str
    version: str
    corrected: str | None
    rows: Ids
    columns: tuple[str, ...] = ()
    where: str = ""


def statement(
    runner: Runner,
    source: str,
    *,
    declared: Source | None = None,
    version: str | None = None,
    where: str | None = None,
    rows: Sequence[str] | None = None,
    corrected: Path | None = None,
    against: str | None = None,
    patch: bool = False,
) -> Statement:
    """Work out what a correction of `source` (`NAME`, or a version of it: `NAME@digest`, `NAME~1`) says.

    Either `where` or `rows` name rows that are wrong, or the file `corrected` holds all rows as they
    should have been; with `patch` only those that are others, known by key or by their id in the
    column `row`; or `against` is another version, in which all rows are right. The file is read as
    `declared`, the source in its DAG file, is read, and becomes a version of the source's dataset; the
    DAG runs to come read the source as before. `version` names the version otherwise; by the name
    alone it is the one that a DAG run took in last.

    Raises:
        Misuse: rows are named in no way or in several, or the file cannot be read without a declaration.
        SourceRejected: the file cannot be taken in, or says what the version says already.
        NotRecorded: there is no such source, version or row.
    """
    if sum(given is not None for given in (where, rows, corrected, against)) != 1 or (patch and corrected is None):
        raise Misuse(
            f"a correction of {source} names its rows in one way",
            expected="a corrected file (with patch: of the corrected rows alone), a version, a condition, or rows",
        )
    wrong = _stated(runner.store, version or source)
    if corrected is not None:
        return _by_file(runner, wrong, declared=declared, file=corrected, patch=patch)
    if against is not None:
        return _compared(runner, wrong, right=version_of(runner.store, against).reference)
    table = runner.value(wrong.reference)
    record = runner.store.source(wrong.name)
    found = rows_where(table, where) if where is not None else rows_named(table, rows or (), record=record)
    return Statement(source=wrong.name, version=wrong.reference, corrected=None, rows=found, where=where or "")


def _stated(store: Store, text: str) -> Artifact:
    """The version that rows are said to be wrong in: by a name alone, the one that a DAG run took in last.

    A corrected version that no DAG run was rebuilt on yet is none: nothing stands on it.
    """
    taken = store.pinning(text.removeprefix("dataset/"))
    return store.artifact(taken[0][2]) if taken else version_of(store, text)


def _by_file(runner: Runner, wrong: Artifact, *, declared: Source | None, file: Path, patch: bool) -> Statement:
    if declared is None or declared.name != wrong.name:
        raise Misuse(
            f"no DAG file declares a source {wrong.name}",
            expected="the declaration that says how its files are read",
            next_step="Name the rows that are wrong, or declare the source again.",
        )
    source = corrected_source(declared, file)
    record, erased = registered(runner, declared), runner.store.erased(wrong.name)
    step = Step(
        name="correct",
        stage=STAGE,
        function=corrected_table,
        parameters={
            "version": wrong.reference,
            "files": fingerprints(source, WHOLE),
            "types": dict(source.schema or record.schema),
            "known_by": {name: record.schema[name] for name in record.key or sorted(record.schema)},
            "patch": patch,
        },
        context={"source": source, **({"erased": erased} if erased else {})},
        secrets={"secret": record.secret, "earlier": runner.value(wrong.reference)},
    )
    return _compared(runner, wrong, right=runner.run(step).outputs["data"])


def _compared(runner: Runner, wrong: Artifact, *, right: str) -> Statement:
    found = runner.difference(wrong.reference, right)
    if not len(found.touched):
        raise Misuse(f"{right} says what {wrong.reference} says already", expected="at least one row that is another")
    return Statement(
        source=wrong.name, version=wrong.reference, corrected=right, rows=found.touched, columns=_columns(found)
    )


def _columns(found: Difference) -> tuple[str, ...]:
    """The columns that are wrong; none where whole rows are wrong."""
    return () if len(found.added) or len(found.removed) else tuple(sorted(found.changed))
