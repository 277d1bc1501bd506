"""A baseline, as an audit policy declares it: what the model is held against.

Two are known by name alone: `naive`, one answer for all, and `previous`, the release before. A `Level` is a
figure from elsewhere (human level, the literature, a quick-and-dirty model); `AnsweredBy` is somebody's own answers
to the same rows, kept in columns beside them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.artifacts.metric import metric
from pipeline.errors import Misuse

NAIVE, PREVIOUS = BUILT_IN = ("naive", "previous")


@dataclass(frozen=True, slots=True)
class Level:
    """A declared figure to compare with: `Level("human", metric="accuracy", value=0.95, n=400, source="…")`.

    `n` is how many cases the figure rests on; 0 if that is not known, the figure is then taken as exact. `per_slice`
    gives the figures of groups of `slice` by label, each a value or `(value, n)`, or None where there is none that can
    be used. `value` None says the same of all rows: "n/a", never 0. `source` says where the figure is from.
    """

    name: str
    metric: str = field(kw_only=True)
    value: float | None = field(default=None, kw_only=True)
    n: int = field(default=0, kw_only=True)
    slice: str = field(default="", kw_only=True)
    per_slice: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    source: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        pairs = {label: _pair(given, of=f"{self.name} on {label}") for label, given in dict(self.per_slice).items()}
        object.__setattr__(self, "per_slice", pairs)
        _check_name(self.name)
        metric(self.metric)
        if bool(self.slice) != bool(self.per_slice):
            raise Misuse(
                f"baseline {self.name} has figures of groups, or a slice, without the other",
                expected='slice="noise", per_slice={"clean speech": 0.95}',
                found=f"slice={self.slice!r}, per_slice={dict(self.per_slice)!r}",
            )
        for label, (value, n) in {"all rows": (self.value, self.n), **self.per_slice}.items():
            _check_figure(self.name, self.metric, label, value=value, n=n)
        if self.is_known and not self.source.strip():
            raise Misuse(f"baseline {self.name} does not say where its figure is from", expected='source="…"')

    @property
    def is_known(self) -> bool:
        """Whether any figure of it is known."""
        return any(value is not None for value, _ in ((self.value, self.n), *self.per_slice.values()))

    def to_json(self) -> dict[str, Any]:
        """The level as JSON values, told from other baselines by `kind`."""
        fields = ("name", "metric", "value", "n", "slice", "source")
        pairs = {label: list(pair) for label, pair in self.per_slice.items()}
        return {"kind": "level", **{name: getattr(self, name) for name in fields}, "per_slice": pairs}


@dataclass(frozen=True, slots=True)
class AnsweredBy:
    """Answers of others to the test rows, in columns of the test part: `AnsweredBy("human", columns=("ann", "bob"))`.

    Each column holds one labeller's answers, or those of a rule or an older system; rows without one are left
    out. Several columns are counted together, each answer a case of its own row. Whose answers made the target agrees
    with it by construction: use the labels of others.
    """

    name: str
    column: str = field(default="", kw_only=True)
    columns: tuple[str, ...] = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        _check_name(self.name)
        given = (self.columns,) if isinstance(self.columns, str) else tuple(self.columns)
        object.__setattr__(self, "columns", (self.column,) if self.column else given)
        object.__setattr__(self, "column", "")
        if not self.columns or len(set(self.columns)) < len(self.columns):
            raise Misuse(
                f"baseline {self.name} names no column, or one twice",
                expected='AnsweredBy("human", columns=("ann", "bob"))',
                found=repr(self.columns),
            )

    def to_json(self) -> dict[str, Any]:
        """The declaration as JSON values, told from other baselines by `kind`."""
        return {"kind": "answers", "name": self.name, "columns": list(self.columns)}


Declared = str | Level | AnsweredBy


def name_of(baseline: Declared) -> str:
    """Name a baseline as gates do."""
    return baseline if isinstance(baseline, str) else baseline.name


def to_json(baseline: Declared) -> Any:
    """Write a baseline as a JSON value: those known by name as their name."""
    return baseline if isinstance(baseline, str) else baseline.to_json()


def from_json(value: Any) -> Declared:
    """Read back what `to_json` gave; what is declared already stays as it is."""
    if not isinstance(value, Mapping):
        return value
    kinds = {"level": Level, "answers": AnsweredBy}
    return kinds[value["kind"]](**{name: each for name, each in value.items() if name != "kind"})


def _pair(given: Any, *, of: str) -> tuple[Any, Any]:
    if not isinstance(given, (list, tuple)):
        return given, 0
    if len(given) != 2:
        raise Misuse(f"baseline {of}", expected="a value, or (value, n)", found=repr(given))
    return given[0], given[1]


def _check_name(name: str) -> None:
    if not name.strip() or name in BUILT_IN:
        raise Misuse(
            f"a declared baseline is named {name!r}",
            expected="a name of its own: " + ", ".join(BUILT_IN) + " are measured without being declared",
        )


def _check_figure(name: str, of: str, label: str, *, value: Any, n: Any) -> None:
    numbers = [each for each in (value, n) if each is not None]
    if not all(isinstance(each, (int, float)) and math.isfinite(each) for each in numbers) or n is None or n < 0:
        raise Misuse(
            f"baseline {name} on {label}", expected="a finite value, and n of 0 or more", found=f"{value!r}, n={n!r}"
        )
    if value is not None and metric(of).share and not 0 <= value <= 1:
        raise Misuse(
            f"baseline {name} on {label}: {of} is a share",
            expected="0 to 1",
            found=str(value),
            next_step=f"Did you mean {value / 100:g}?" if 1 < value <= 100 else "",
        )
