"""By what the rows of a keyed output are named: a secret of the dataset's own and its key's kinds, kept for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lineage.records import SourceRecord
from pipeline.errors import Misuse, StepRefused
from pipeline.keys import key_kinds
from pipeline.step import Step

if TYPE_CHECKING:
    from pipeline.runner.runner import Runner

_TYPES = {"local datetime": "datetime", "date": "datetime", "duration": ""}


def named(runner: Runner, step: Step, given: Mapping[str, str | Sequence[str]], values: Mapping[str, Any]) -> Step:
    """Give `step` what its rows are named by, if columns name them; any other step as it is.

    What is kept of a dataset by its first run stands: the same key has the same id in every version.

    Raises:
        Misuse: a key column is not there, or can be no key.
        StepRefused: the dataset was named by another key, or by other kinds, before.
    """
    if not step.key:
        return step
    frame = values[step.depends[0].input]
    types = {column: _TYPES.get(kind, kind) for column, kind in key_kinds(frame, step.key).items()}
    if odd := [f"{column} ({frame[column].dtype})" for column, kind in types.items() if not kind]:
        raise Misuse(f"step {step.name}: rows cannot be named by these columns", examples=odd)
    name = ".".join(part for part in (runner.occasion.dag, step.name) if part)
    record = runner.store.source(name)
    if record is None:
        public = _is_public(runner, given)
        record = runner.store.register_source(name, schema=types, key=step.key, public=public)
    _refuse_other(record, step, types)
    return replace(step, naming=record)


def _is_public(runner: Runner, given: Mapping[str, str | Sequence[str]]) -> bool:
    """Whether all rows come from public sources, so that no key is worth hiding."""
    inputs = [ref for listed in given.values() for ref in ([listed] if isinstance(listed, str) else listed)]
    above = {reference: runner.describe(reference) for reference in inputs}
    for reference in inputs:
        above |= {artifact.reference: artifact for artifact in runner.store.upstream(reference).artifacts}
    sources = [artifact.facts["provenance"] for artifact in above.values() if "provenance" in artifact.facts]
    return bool(sources) and all(provenance.get("obtained") == "public" for provenance in sources)


def _refuse_other(record: SourceRecord, step: Step, types: Mapping[str, str]) -> None:
    if record.key == step.key and dict(record.schema) == dict(types):
        return
    raise StepRefused(
        f"the rows of {record.name} are named by another key than before",
        expected=", ".join(f"{column} ({record.schema.get(column, '?')})" for column in record.key),
        found=", ".join(f"{column} ({kind})" for column, kind in types.items()),
        next_step="Convert the key to what it was, or give the function another name: its rows are others.",
    )
