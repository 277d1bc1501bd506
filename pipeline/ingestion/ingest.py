"""The stage: a source in, references of its dataset out, fixed for the rest of the DAG run.

A source without partitions is read by `ingest`. One with partitions goes through
`pin_partitions`, `read_partition` for each, and `combine`; where rows are known by content, equal
rows have to be counted across all files, so there the only partition is the whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from pipeline.artifacts.source import Source
from pipeline.errors import Misuse, PhaseRefused
from pipeline.ingestion.readers import WHOLE, Files
from pipeline.step import Depends, Rule, Step

if TYPE_CHECKING:
    from pipeline.runner import Runner

_STAGE = "ingestion"
_PROVENANCE = ("supplier", "licence", "obtained")


class Kept(Protocol):
    """What the store keeps of a source for good: the secret of its row ids, its types and its key."""

    secret: bytes
    schema: Mapping[str, str]
    key: tuple[str, ...]


def ingest(runner: Runner, *, source: Source) -> str:
    """Read a source, all partitions in this task, and give the reference of its dataset.

    Raises:
        SourceRejected: the source cannot be taken in as declared.
        Misuse: the source's key or the types of its key changed since it was first read.
        PhaseRefused: it lacks provenance in production.
    """
    if pinned := _pinned(runner, source.name):
        return pinned
    names = pin_partitions(runner, source=source)
    references = [read_partition(runner, source=source, partition=name) for name in names]
    return combine(runner, source=source, partitions=references)


def pin_partitions(runner: Runner, *, source: Source) -> list[str]:
    """Fix which partitions this DAG run reads, and give their names in order; `whole` stands for all in one.

    Raises: as `ingest`.
    """
    from pipeline.ingestion.reading import partition_names

    pin = f"{source.name}#partitions"
    if pinned := _pinned(runner, pin):
        return list(json.loads(pinned))
    _permit(runner, source)
    registered(runner, source)
    names = partition_names(source) if source.keys else [WHOLE]
    return list(json.loads(_pin(runner, pin, json.dumps(names))))


def read_partition(runner: Runner, *, source: Source, partition: str) -> str:
    """Read one partition and give the reference of its dataset; unchanged files are not read again.

    Raises: as `ingest`.
    """
    pin = f"{source.name}#{partition}"
    return _pinned(runner, pin) or _pin(runner, pin, taken_in(runner, source, partition=partition))


def taken_in(runner: Runner, source: Source, *, partition: str = WHOLE) -> str:
    """Take in a partition as it is now, whatever a DAG run began with, and give the reference of its dataset.

    Rows that were erased by request are left out for good.

    Raises: as `ingest`.
    """
    from pipeline.ingestion.reading import fingerprints
    from pipeline.ingestion.rows import read_rows

    record, erased = registered(runner, source), runner.store.erased(source.name)
    step = Step(
        name="ingest",
        stage=_STAGE,
        function=read_rows,
        parameters={
            "partition": partition,
            "files": fingerprints(source, partition),
            "types": dict(source.schema or record.schema),
            "known_by": {name: record.schema[name] for name in record.key or sorted(record.schema)},
        },
        context={"source": source, **({"erased": erased} if erased else {})},
        secrets={"secret": record.secret},
        reusable=isinstance(source.reader, Files),
    )
    return runner.run(step).outputs["data"]


def combine(runner: Runner, *, source: Source, partitions: Sequence[str]) -> str:
    """Put partitions together to the source's dataset; every row keeps its id.

    Raises:
        SourceRejected: a key is in more than one partition.
    """
    from pipeline.ingestion.rows import combine_partitions

    if pinned := _pinned(runner, source.name):
        return pinned
    if len(partitions) == 1:
        return _pin(runner, source.name, partitions[0])
    described = [runner.describe(reference) for reference in partitions]
    step = Step(
        name="combine",
        stage=_STAGE,
        function=combine_partitions,
        parameters={
            "source": source.name,
            "keys": list(source.keys),
            "names": [artifact.name for artifact in described],
            "facts": [_kept(artifact.facts) for artifact in described],
        },
        depends=(Depends("partitions", Rule.SAME_ROW),),
    )
    return _pin(runner, source.name, runner.run(step, {"partitions": list(partitions)}).outputs["data"])


def registered(runner: Runner, source: Source) -> Kept:
    """Give what the store keeps of a source; the first time, after a look at its data that must be clean.

    Raises: as `ingest`.
    """
    from pipeline.ingestion.rows import first_look

    record = runner.store.source(source.name)
    if record is None:
        record = runner.store.register_source(
            source.name, schema=first_look(source), key=source.keys, public=source.obtained == "public"
        )
    _refuse_another_identity(source, record)
    return record


def _kept(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name not in ("columns", "partition")}


def _refuse_another_identity(source: Source, record: Kept) -> None:
    names = record.key or tuple(record.schema)
    changed = [
        f"{name}: {record.schema[name]}, now {source.schema.get(name, 'left out')}"
        for name in names
        if source.schema and source.schema.get(name) != record.schema[name]
    ]
    if source.keys == record.key and not changed:
        return
    raise Misuse(
        f"source {source.name} declares another identity of its rows than when it was first read",
        expected=f"keys {list(record.key) or 'none (known by content)'} with their types",
        found=f"keys {list(source.keys) or 'none (known by content)'}",
        examples=changed,
        next_step="Every row id would change. Keep the keys, or give the source a new name.",
    )


def _permit(runner: Runner, source: Source) -> None:
    absent = [name for name in _PROVENANCE if not getattr(source, name)]
    if absent and runner.occasion.production:
        raise PhaseRefused(
            f"source {source.name} does not say where it is from",
            expected="its " + ", ".join(_PROVENANCE) + " in production",
            found=f"no {', '.join(absent)}",
        )


def _pinned(runner: Runner, what: str) -> str | None:
    return runner.store.pinned(runner.occasion.dag, runner.occasion.dag_run, what)


def _pin(runner: Runner, what: str, reference: str) -> str:
    return runner.store.pin(runner.occasion.dag, runner.occasion.dag_run, what, reference)
