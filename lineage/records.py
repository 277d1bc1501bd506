"""What is remembered: artifacts, runs, what each output stood on, releases, predictions and recalls.

Every record is a frozen value. The store takes them and gives them back; nothing else in
the house knows how they are kept.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

JSON = Any

BESIDE = ("code", "environment")
"""Kinds of artifacts kept beside a run's outputs: they rest on no input."""

OVERRIDE, ALERTED, ERASED = "override", "alerted", "erased"
"""Events of a recall that leave it in the state it was in."""

ERASURE = "erasure"
"""The fact of a recall that is a request to erase its rows: they are left out whenever the source is read."""


class Rule(StrEnum):
    """How the rows of an output depend on the rows of an input."""

    SAME_ROW = "same row"
    SAME_KEY = "same key"
    PAIRS = "pairs"
    EVERY_ROW = "every row"


class Effect(StrEnum):
    """What a dependency carries: the row's own data, a fitted state, or a choice made about others."""

    DIRECT = "direct"
    MODEL = "model"
    DECISION = "decision"


class Known(StrEnum):
    """How a dependency is known, strongest first."""

    BY_CONSTRUCTION = "by construction"
    SAMPLED = "sampled"
    DECLARED = "declared"
    ASSUMED = "assumed"


class Outcome(StrEnum):
    """How a run ended, or that it has not."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    REUSED = "reused"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class RecallState(StrEnum):
    """Where a recall stands: open, then rebuilt, then closed; or withdrawn, or superseded by another."""

    OPEN = "open"
    REBUILT = "rebuilt"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"

    @property
    def stands(self) -> bool:
        """Whether the rows still count as wrong with nothing done for good: open or rebuilt."""
        return self in (RecallState.OPEN, RecallState.REBUILT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One version of one thing a run made: a dataset, a verdict, an estimator, a model, a report.

    `kind`, `name` and `digest` identify it; `place` is where its bytes are, relative to the
    storage root; `checksum` is over those bytes, `digest` over what they mean. `rows` is the
    number of rows of a dataset. `facts` are small JSON values (a schema, metrics).
    """

    kind: str
    name: str
    digest: str
    place: str = ""
    checksum: str = ""
    size_bytes: int = 0
    rows: int | None = None
    facts: Mapping[str, JSON] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        """The text that stands for this version everywhere: `kind/name@digest`."""
        return f"{self.kind}/{self.name}@{self.digest}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """An artifact in a role of a run: input `data`, output `train`. `position` orders several in one role."""

    role: str
    artifact: Artifact
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """One output of a run rests on one input of it, by `rule`, with `effect`, known as `known`.

    `output` and `input` are artifact references; an input may be an artifact the store has never
    seen, which an answer then names as missing. `detail` holds sample sizes, the reason a rule was
    widened, and by which columns the output rests on the input:

    - `reads`: input columns that values are made from (absent: every one); `gives`: output columns
      made from them (absent: every one that is not passed)
    - `decides`: input columns that decide which rows there are (absent: as `reads`)
    - `passes`: input columns that come out unchanged in the same row ("*": all not in `gives`)
    - `on`: for the same key, `{"output": [...], "input": [...]}`: an output row rests on all input
      rows, present or absent, with these columns equal; null equals nothing
    - `pairs`: reference of the table, by output row, whose column `side` holds the input row's id
    - `cluster`: an output column; an output row rests on the rows of the same value in it
    - `each`: a list of such details, where the output rests on one input twice by the same rule
    """

    output: str
    input: str
    rule: Rule
    effect: Effect = Effect.DIRECT
    known: Known = Known.BY_CONSTRUCTION
    detail: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of one step. Times are UTC. `recipe` is all that is needed to do it again."""

    id: str
    step: str
    stage: str
    dag: str = ""
    dag_run: str = ""
    task: str = ""
    phase: str = "poc"
    outcome: Outcome = Outcome.RUNNING
    started_at: datetime
    ended_at: datetime | None = None
    parameters: Mapping[str, JSON] = field(default_factory=dict)
    code_digest: str = ""
    git_commit: str = ""
    git_dirty: bool = False
    environment: str = ""
    memo_key: str = ""
    reused_from: str = ""
    error: str = ""
    host: str = ""
    process: str = ""
    airflow: Mapping[str, JSON] = field(default_factory=dict)
    mlflow_run_id: str = ""
    recipe: Mapping[str, JSON] = field(default_factory=dict)
    facts: Mapping[str, JSON] = field(default_factory=dict)
    inputs: tuple[Use, ...] = ()
    outputs: tuple[Use, ...] = ()
    dependencies: tuple[Dependency, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One entry of the ledger: `model` (a reference) took `role` at `endpoint` at a time, and why.

    `number` counts the endpoint's entries from 1. `audit` is the reference of the audit whose
    verdict let it pass. An entry is never changed: the next one for the same role ends it.
    """

    endpoint: str
    model: str
    role: str = "live"
    number: int = 0
    audit: str = ""
    verdict: str = ""
    by: str = ""
    reason: str = ""
    run: str = ""
    since: datetime | None = None
    facts: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One served answer. `rows` are the rows it stands on directly: (dataset name, row id) pairs.

    The first is the row that the request named, if it named one. Then follow the rows looked up; of a
    key that was absent, the id that its row would have. `looked_up` tells of every lookup, in order:
    `step`, `reference` (the version asked), `key` (values by column of the reference), `row` (its id
    as text; null where the key does not tell it) and whether it was `found`.
    """

    id: str
    at: datetime
    endpoint: str
    release: int
    model: str
    input: Mapping[str, JSON]
    output: Mapping[str, JSON]
    rows: tuple[tuple[str, int], ...] = ()
    looked_up: tuple[Mapping[str, JSON], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """What the store keeps of a source for good: its secret for row ids and its pinned schema and key."""

    name: str
    secret: bytes = field(repr=False)
    schema: Mapping[str, str]
    key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallEvent:
    """Something that became of a recall: a state it went into, or an `override` or `alerted` beside that."""

    event: str
    at: datetime
    by: str
    note: str = ""
    facts: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """A statement that rows of a dataset (a source, mostly) are wrong: which, since when, why, who says so.

    `source` is the dataset's name, `version` the reference of the version they are wrong in ("":
    every version), `corrected` that of a version in which they are right ("": they are only
    withdrawn). `rows` are their ids, ascending, 64-bit; `columns` those that are wrong (none: the
    whole rows); `where` is how a person named the rows. `events` are oldest first.
    """

    id: str
    source: str
    version: str = ""
    corrected: str = ""
    rows: array[int]
    columns: tuple[str, ...] = ()
    where: str = ""
    reason: str
    by: str
    since: datetime | None = None
    recorded_at: datetime
    events: tuple[RecallEvent, ...] = ()
    facts: Mapping[str, JSON] = field(default_factory=dict)

    @property
    def state(self) -> RecallState:
        """Where it stands after the last of its events."""
        return [RecallState(each.event) for each in self.events if each.event in set(RecallState)][-1]

    @property
    def is_erasure(self) -> bool:
        """Whether it is a request to erase its rows for good."""
        return bool(self.facts.get(ERASURE))

    @property
    def overridden(self) -> dict[str, RecallEvent]:
        """The models that a named person lets be released in spite of it, by reference."""
        return {each.facts["model"]: each for each in self.events if each.event == OVERRIDE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """Everything up or down from where a question started, nearest first.

    `complete` is false when something could not be followed; `missing` then says what, one
    sentence each. `weakest` is the weakest way in which any dependency in it is known.
    """

    artifacts: tuple[Artifact, ...]
    runs: tuple[Run, ...]
    complete: bool = True
    missing: tuple[str, ...] = ()
    weakest: Known = Known.BY_CONSTRUCTION
