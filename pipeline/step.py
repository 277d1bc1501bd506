"""What a step is: a plain function, what it claims about rows, and what it makes.

A step's function takes loaded inputs and parameters by keyword and returns what it made. It
never sees the store, a path or a digest; the runner does all of that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lineage.records import Effect, Known, Rule, SourceRecord
from pipeline.errors import Misuse

if TYPE_CHECKING:
    from pipeline.storage.deltas import Since

__all__ = ["Claim", "Depends", "Effect", "Known", "Made", "Rule", "Step", "aggregate", "claim_of", "rowwise", "splits"]

_CLAIM = "__headwater_claim__"


@dataclass(frozen=True, slots=True)
class Made:
    """One thing a step made: its kind, its value, and small JSON facts kept beside its digest.

    Kinds and their values: `dataset` a DataFrame indexed by `row`; `estimator` and `transform`
    a fitted scikit-learn-compatible object; `page` a string of HTML; any other kind (`verdict`,
    `split`, `selection`, `audit`, `model`, …) a JSON value. `name` is set only where the
    runner's own name (`dag.step`, or `dag.step.role` for one output of several) will not do. `named_by`
    is the source by whose key, in columns of its own, every row of a dataset is named: such ids need
    not be kept. `since` tells how a dataset came out of an earlier version of it, if it did.
    """

    kind: str
    value: Any
    facts: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    named_by: str = ""
    since: Since | None = None


@dataclass(frozen=True, slots=True)
class Depends:
    """Output role `output` (or every one, `*`) rests on input role `input` by `rule`, with `effect`.

    `detail` says by which columns, as `lineage.records.Dependency` describes it; a `pairs` table is
    named there by its output role.
    """

    input: str
    rule: Rule
    effect: Effect = Effect.DIRECT
    output: str = "*"
    known: Known = Known.BY_CONSTRUCTION
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One piece of work the runner can run, record, reuse and replay.

    `function` is importable at module level; it is called with the loaded inputs by role and
    `parameters` (JSON values) by name. It returns a DataFrame (then a dataset in the role
    `data`) or a mapping from output role to `Made`. `depends` lists the row rules; an
    input that no entry names is recorded as every row, assumed. `claim` is true where the runner
    has to test what the function claims (`claim_of`). `reusable` is false for acts whose
    effect is outside the store. `allow_empty` lets it return no rows. `context` holds further
    keyword values that JSON cannot carry (a source with its reader): they count for reuse by
    their content and are never recorded; `secrets` are the same, and count for nothing. `key`
    names the columns whose values name the rows of the output `data`: the runner gives the ids,
    by the name, the secret and the kinds of columns in `naming`, which it finds itself.
    """

    name: str
    stage: str
    function: Callable[..., Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, Any] = field(default_factory=dict)
    depends: tuple[Depends, ...] = ()
    key: tuple[str, ...] = ()
    naming: SourceRecord | None = None
    claim: bool = False
    reusable: bool = True
    allow_empty: bool = False

    def __post_init__(self) -> None:
        if self.claim and claim_of(self.function) is None:
            raise Misuse(f"step {self.name} is to be tested and claims nothing", next_step="Mark it: @rowwise.")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a user's function says of itself: by which rule rows depend on rows, and which columns it reads.

    `by` are the columns of the key (same key), or those that name the rows made of one (pairs).
    `reads` are the only columns the function is given, None for every one. `sample` is the share of
    rows or groups that is tested at every run, 0 to 1, where that is more than the usual share.
    """

    rule: Rule
    by: tuple[str, ...] = ()
    reads: tuple[str, ...] | None = None
    sample: float = 0.0


def rowwise(
    function: Callable[..., Any] | None = None, *, reads: Sequence[str] | None = None, sample: float | str | None = None
) -> Any:
    """Claim that a function treats each row by itself: DataFrame in, the same or fewer rows out.

    The function stays a plain function. With `reads` it is given these columns alone: the others
    pass through, what it returns is added or replaces, and a column it read and does not return is
    gone. The claim is tested at every run on a sample of rows, run alone with the clock moved: that
    finds what looks at other rows or the time in most rows, not what it does in a few, such as ten
    duplicated pairs in 100,000 rows (see `pipeline.runner.sample`). `sample` raises it to a share of
    the rows, or to "all", which is then known by construction.

    Raises:
        Misuse: columns or a sample that cannot be.
    """
    return _claiming(function, Claim(Rule.SAME_ROW, (), _columns(reads, "reads"), share_of(sample)))


def aggregate(
    *, by: str | Sequence[str], reads: Sequence[str] | None = None, sample: float | str | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Claim that a function makes at most one row of each group of rows with the same values in `by`.

    The function may return the key as index or as columns; rows are named by it. Rows with a null in
    the key are in no group, and left out before the call. With `reads` the function is given these
    columns and the key alone. The claim is tested as that of `rowwise`, on a sample of groups: a
    function that looks into other groups is found where the sample shows it.

    Raises:
        Misuse: columns or a sample that cannot be.
    """
    key = _columns(by, "by")
    if not key:
        raise Misuse("@aggregate without a key", expected='@aggregate(by=("user",))')
    read = _columns(reads, "reads")
    whole = None if read is None else tuple(dict.fromkeys((*key, *read)))
    return _claiming(None, Claim(Rule.SAME_KEY, key, whole, share_of(sample)))


def splits(
    *, by: str | Sequence[str] = (), sample: float | str | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Claim that a function makes each of its rows of one row of its input, whose id it repeats in the index.

    A row made so is named by its parent's id, its values in `by` (all of them without `by`) and, for
    equal ones, the number of its occurrence. The claim is tested as that of `rowwise`, on a sample of
    parents.

    Raises:
        Misuse: columns or a sample that cannot be.

    Raises:
        Misuse: columns or a sample that cannot be.
    """
    return _claiming(None, Claim(Rule.PAIRS, _columns(by, "by") or (), None, share_of(sample)))


def claim_of(function: Callable[..., Any]) -> Claim | None:
    """What a user's function claims, or None."""
    return getattr(function, _CLAIM, None)


def share_of(sample: float | str | None) -> float:
    """Read a sample as a share: None as 0, which raises nothing, and "all" as 1.

    Raises:
        Misuse: it is neither "all" nor a number from 0 to 1.
    """
    if sample is None or sample == "all":
        return 1.0 if sample else 0.0
    if isinstance(sample, (int, float)) and not isinstance(sample, bool) and 0 <= sample <= 1:
        return float(sample)
    raise Misuse(f"sample={sample!r}", expected='a share from 0 to 1, or "all"')


def _claiming(function: Callable[..., Any] | None, claim: Claim) -> Any:
    if function is None:
        return lambda given: _claiming(given, claim)
    if not callable(function) or not hasattr(function, "__qualname__"):
        raise Misuse("a claim is made of a function", found=repr(function), next_step="Put it above a def.")
    setattr(function, _CLAIM, claim)
    return function


def _columns(named: str | Sequence[str] | None, where: str) -> tuple[str, ...] | None:
    if named is None:
        return None
    listed = (named,) if isinstance(named, str) else tuple(named)
    if len(set(listed)) != len(listed) or not all(isinstance(each, str) for each in listed):
        raise Misuse(f"{where}={named!r}", expected="column names, each once")
    return listed
