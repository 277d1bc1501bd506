"""A request to erase rows: which ids are meant, the values that would betray them, and the recall it became."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from lineage.errors import MOST_EXAMPLES, Letter, NotRecorded
from lineage.idsets import Ids, ids_of, joined, rows_among, without
from lineage.records import ERASURE, Artifact, Recall, RecallState
from lineage.store import Store
from pipeline.artifacts.source import TYPES
from pipeline.auditing.errors.judgements import KEYS
from pipeline.errors import Misuse, SourceRejected
from pipeline.recall.chosen import ids_named, keys_named, rows_where
from pipeline.recall.holders import ids_in, source_tables
from pipeline.recall.telltales import Telltale, Telltales, telltales
from pipeline.recall.versions import version_of
from pipeline.runner import Runner
from pipeline.storage.tables import StoredTables

_ASKED = "asked"


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """The rows of `source` to erase, by id; `keys` are those that a person named, by column.

    `asked` is the keyed digest of a condition, "" without one: rows that are gone answer to none any more.
    """

    source: str
    ids: Ids
    keys: tuple[dict[str, str], ...] = ()
    asked: str = ""


def requested(runner: Runner, source: str, *, rows: Sequence[str] = (), where: str | None = None) -> Request:
    """Work out which rows are to be erased: those named by id or key, or for which a condition holds in any version.

    Raises:
        Misuse: rows are named in no way or in both, or `source` is none.
        SourceRejected: a key does not fit its type, or no version has such a row.
        NotRecorded: there is no such source.
    """
    if bool(rows) == (where is not None):
        raise Misuse("an erasure names its rows in one way", expected="ids or keys, or a condition")
    _require_source(runner.store, source)
    record = runner.store.source(source)
    if where is not None:
        asked = hmac.new(record.secret if record else b"", where.strip().encode(), "sha256").hexdigest()
        return Request(source, _ids_where(runner, source, where, asked=asked), asked=asked)
    named = ids_named(rows, record=record)
    known = joined(_there(runner, source, ids_of(named.values())), ids_of(runner.store.erased(source)))
    if absent := [name for name, row in named.items() if row not in known]:
        raise SourceRejected(
            f"no version of {source} has such rows", examples=absent[:MOST_EXAMPLES], count=len(absent)
        )
    return Request(source, ids_of(named.values()), tuple(keys_named(rows, record=record)))


def recalled(runner: Runner, request: Request, *, reason: str, by: str) -> Recall:
    """Give the erasure that a request became: the one that is on record already, or else a new one.

    Raises:
        Conflict: no reason, or nobody, is given.
        StoreUnreachable: the store cannot be written.
    """
    past = [one for one in runner.store.recalls(request.source) if one.is_erasure and _covers(one, request)]
    for one in reversed(past):
        if one.state.stands:
            return one
    if past and not len(_there(runner, request.source, request.ids)):
        return past[-1]
    ids = request.ids.tolist()
    facts = {ERASURE: True} | ({_ASKED: request.asked} if request.asked else {})
    return runner.store.open_recall(source=request.source, rows=ids, reason=reason, by=by, facts=facts)


def betraying(runner: Runner, recall: Recall, request: Request) -> Telltales:
    """Find the values that would betray the rows, as far as any version still has them or a person named them.

    Raises:
        StoreUnreachable: the store cannot be read.
    """
    record, ids = runner.store.source(recall.source), ids_of(recall.rows)
    own, types = source_tables(runner.store, recall.source), dict(record.schema) if record else {}
    erased = [rows_among(table, ids) for table in _tables(runner, own)]
    words = {recall.source, *TYPES, *types, *_words(runner.store, but=f"{recall.source}.")}
    keys = record.key if record else ()
    rows = [*erased, _named(request.keys, types)]
    found = telltales(rows, _others(runner, recall.source, ids), keys=keys, ids=ids, words=words)
    said, silent = _said_in_code(runner, found), _silent(keys, request)
    meant = (one for one in found.values if one.column not in silent)
    return replace(found, values=tuple(one for one in meant if one.column in keys or one not in said))


def keys_of(runner: Runner, recall: Recall, request: Request) -> list[dict[str, str]]:
    """The keys of the rows as text, by column, as far as they are known; none where rows are known by content."""
    record, own = runner.store.source(recall.source), source_tables(runner.store, recall.source)
    names = list(record.key) if record else []
    if not names:
        return []
    found = [rows_among(table, ids_of(recall.rows))[names].astype("str") for table in _tables(runner, own)]
    rows = [dict(zip(names, row, strict=True)) for table in found for row in table.itertuples(index=False)]
    return [dict(key) for key in {tuple(sorted(key.items())) for key in [*rows, *request.keys]}]


def _silent(keys: Sequence[str], request: Request) -> tuple[str, ...]:
    """The columns of judgements that betray no row: tags, and who judged unless somebody asked for that."""
    if tuple(keys) != KEYS:
        return ()
    return KEYS[1:2] if request.keys or request.asked else KEYS[1:]


def _require_source(store: Store, source: str) -> None:
    versions = store.versions("dataset", source, deleted=True)
    if not versions:
        version_of(store, source)
        raise NotRecorded(f"no source is recorded as {source!r}", next_step="See `headwater runs`.")
    if versions[0].facts.get("source") != source:
        raise Misuse(
            f"{source} is no source: what is made of rows is erased with them",
            expected="a source",
            next_step=f"Find the rows that it stands on: `headwater rows {source}`.",
        )


def _ids_where(runner: Runner, source: str, condition: str, *, asked: str) -> Ids:
    """The rows for which a condition holds in any version, or held when the same was asked before."""
    past = [one for one in runner.store.recalls(source) if one.is_erasure and one.facts.get(_ASKED) == asked]
    found, trouble = joined(*(ids_of(one.rows) for one in past if one.state is not RecallState.WITHDRAWN)), None
    for table in _tables(runner, source_tables(runner.store, source)):
        try:
            found = joined(found, rows_where(table, condition))
        except Misuse as error:
            trouble = error
    if trouble is not None and not len(found):
        raise trouble
    return found


def _there(runner: Runner, source: str, ids: Ids) -> Ids:
    """Those of the ids that any version or partition still has."""
    tables = StoredTables(runner.store, runner.storage)
    return joined(*(ids_in(tables, one, ids) for one in source_tables(runner.store, source)))


def _covers(recall: Recall, request: Request) -> bool:
    return recall.state is not RecallState.WITHDRAWN and not len(without(request.ids, ids_of(recall.rows)))


def _tables(runner: Runner, artifacts: Iterable[Artifact]) -> Iterator[pd.DataFrame]:
    for artifact in artifacts:
        try:
            yield runner.storage.load(artifact)
        except Letter:
            continue


def _others(runner: Runner, source: str, ids: Ids) -> Iterator[pd.DataFrame]:
    """The rows of all sources, but for the erased ones."""
    for artifact in runner.store.artifacts("dataset"):
        if of := artifact.facts.get("source"):
            for table in _tables(runner, [artifact]):
                yield rows_among(table, without(ids_of(table.index), ids)) if of == source else table


def _named(keys: Sequence[dict[str, str]], types: dict[str, str]) -> pd.DataFrame:
    """Keys that a person named, as a table."""
    numbers = {name: pd.to_numeric for name, kind in types.items() if kind in ("integer", "number")}
    table = pd.DataFrame(list(keys), dtype="str")
    return table.assign(**{name: numbers[name](table[name]) for name in table.columns if name in numbers})


def _said_in_code(runner: Runner, found: Telltales) -> set[Telltale]:
    """The values that the project's own code speaks of, as of a category: they are no row's alone."""
    texts = (runner.storage.load(one) for one in runner.store.artifacts("code") if runner.storage.exists(one))
    return {one for text in texts for _, _, one in found.within(json.dumps(text).encode())}


def _words(store: Store, *, but: str) -> set[str]:
    """The words that artifacts are named by: they are no values, whatever rows hold."""
    names = {one.name for one in store.artifacts() if not one.name.startswith(but)}
    return {word for name in names for word in (name, *name.split("."))}
