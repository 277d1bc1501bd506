"""What is remembered: artifacts, runs, what each output stood on, releases and predictions.

Every record is a frozen value. The store takes them and gives them back; nothing else in
the house knows how they are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

JSON = Any

BESIDE = ("code", "environment")
"""Kinds of artifacts kept beside a run's outputs: they rest on no input."""


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
    seen, which an answer then names as missing. `detail` holds columns read, sample sizes, the
    reason a rule was widened.
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
    """One served answer. `rows` are the source rows it stands on directly: (source, row id) pairs."""

    id: str
    at: datetime
    endpoint: str
    release: int
    model: str
    input: Mapping[str, JSON]
    output: Mapping[str, JSON]
    rows: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """What the store keeps of a source for good: its secret for row ids and its pinned schema and key."""

    name: str
    secret: bytes = field(repr=False)
    schema: Mapping[str, str]
    key: tuple[str, ...] = ()


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
