"""The statement that an erasure ends in: all that held the rows, and what became of it. It quotes none of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from lineage.records import JSON

DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of an artifact that held the rows: how it held them, what was done, what stands in its place."""

    reference: str
    how: Sequence[str]
    rows: int | None = None
    became: str = DELETED
    rebuilt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """An erasure as it stands. It is finished when nothing is left `unfinished`, one sentence each.

    `rows` counts the rows asked for; `dags` tells the rebuilt chains; `predictions` counts those whose
    input was taken away; `blanked` the records in whose texts a value was, by table; `mlflow` what was
    deleted there (runs, versions, pages) and what is `left` to its operator; `row_ids` the files of row
    ids that nothing needs any more; `files` are files of the source, which are not ours, that the rows were
    read from; `searched` is what the last search of all bytes found, `notes` what else there is to
    know. `kept_by` is who answers for it that what is live is kept.
    """

    recall: str
    source: str
    rows: int
    by: str
    reason: str
    asked_at: str
    dags: Sequence[Mapping[str, JSON]] = ()
    artifacts: Sequence[Fate] = ()
    predictions: int = 0
    blanked: Mapping[str, int] | None = None
    mlflow: Mapping[str, Sequence[str]] | None = None
    row_ids: int = 0
    files: Sequence[str] = ()
    searched: Mapping[str, JSON] | None = None
    notes: Sequence[str] = ()
    unfinished: Sequence[str] = ()
    kept_by: str = ""

    @property
    def finished(self) -> bool:
        """Whether nothing that Headwater keeps holds the rows any more."""
        return not self.unfinished

    def to_json(self) -> dict[str, Any]:
        """Give the statement as a JSON object."""
        return {**asdict(self), "finished": self.finished}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Forgotten:
        """Read back what `to_json` gave."""
        known = {each.name: value[each.name] for each in fields(cls)}
        return cls(**{**known, "artifacts": [Fate(**one) for one in value["artifacts"]]})

    def __str__(self) -> str:
        """Write the statement for people, in lines."""
        rows = f"{_count(self.rows, 'row')} of {self.source}"
        head = [f"Erasure {self.recall}: {rows}, asked for by {self.by} at {self.asked_at}: {self.reason}", ""]
        parts = [_dags(self.dags), _artifacts(self.artifacts), _elsewhere(self), _search(self.searched), _end(self)]
        return "\n".join([*head, *(line for part in parts for line in part)])


def _dags(dags: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for one in dags:
        refused = f"; a gate refuses the release: {one['refused']}" if one.get("refused") else ""
        if one.get("failed"):
            yield f"Not rebuilt: {one['dag']}: {one['failed']}"
        else:
            yield f"Rebuilt without the rows: {one['dag']}, run {one['base']} as {one['dag_run']}{refused}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what if number == 1 else what + 's'}"


def _artifacts(fates: Sequence[Fate]) -> Iterator[str]:
    gone = sum(one.became.startswith(DELETED) for one in fates)
    yield f"{_count(len(fates), 'artifact')} held the rows, {gone} deleted" + (":" if fates else "")
    for one in fates:
        rows = "" if one.rows is None else f", {_count(one.rows, 'row')}"
        instead = f"; rebuilt as {one.rebuilt}" if one.rebuilt else ""
        yield f"  {one.reference}  ({', '.join(one.how)}{rows}): {one.became}{instead}"


def _elsewhere(one: Forgotten) -> Iterator[str]:
    yield f"Predictions whose input and row links were taken away: {one.predictions}"
    blanked = ", ".join(f"{table} {count}" for table, count in sorted((one.blanked or {}).items()))
    yield f"Records in which values were blanked: {blanked or 'none'}"
    mlflow = one.mlflow or {}
    counts = [_count(len(mlflow.get(f"{what}s", ())), what) for what in ("run", "version", "page")]
    yield f"Deleted from MLflow: {', '.join(counts)}"
    yield f"Caches dropped: {_count(one.row_ids, 'file')} of row ids that nothing needs; what this process had loaded"
    for text in mlflow.get("left", ()):
        yield f"Left to MLflow's operator: {text}"
    for text in one.notes:
        yield text
    if one.files:
        yield f"Not Headwater's, and may still hold the rows: the files of the source ({', '.join(one.files)})"
        yield "Ingestion leaves the rows out from now on."


def _search(searched: Mapping[str, Any] | None) -> Iterator[str]:
    if searched is None:
        yield "Not searched yet."
        return
    common = searched["common"]
    left_out = f" ({_count(common, 'key')} not by value, since other rows have it too)" if common else ""
    asked = f"Searched {_count(searched['files'], 'file')} and the store for {_count(searched['values'], 'value')}"
    yield f"{asked} and the row ids{left_out}: " + ("found nowhere" if not searched["found"] else "FOUND")
    for one in searched["found"]:
        yield f"  {_count(one['times'], 'time')} in {one['where']}"
    for text in searched["unread"]:
        yield f"  not read: {text}"


def _end(one: Forgotten) -> Iterator[str]:
    yield ""
    if one.finished:
        yield "The erasure is finished."
        return
    yield "The erasure is NOT finished" + (f"; {one.kept_by} answers for what is kept:" if one.kept_by else ":")
    for text in one.unfinished:
        yield f"  {text}"
