"""Rules by which labels become others, as a DAG file declares them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import Misuse
from pipeline.where import parse

NORMAL = ("blanks", "case", "punctuation")
Label = Any
"""A label is text, a whole number or a boolean."""


@dataclass(frozen=True, init=False, repr=False)
class Standardise:
    """One spelling for labels that mean the same: `Standardise({"umm": "um"}, normal=("punctuation",))`.

    `normal` says what is taken off a text before it is looked up: `blanks` (around it, and all but one
    within), `case` (to lower case), `punctuation` (at both ends). `spellings` then maps what is left.
    """

    spellings: Mapping[Label, Label] = field(default_factory=dict)
    normal: tuple[str, ...] = ()

    def __init__(self, spellings: Mapping[Label, Label] | None = None, *, normal: Sequence[str] = ()) -> None:
        object.__setattr__(self, "spellings", dict(spellings or {}))
        object.__setattr__(self, "normal", (normal,) if isinstance(normal, str) else tuple(normal))
        if not self.spellings and not self.normal:
            raise Misuse("Standardise says nothing", expected='spellings, or normal=("blanks", "case")')
        if odd := [repr(each) for each in self.normal if each not in NORMAL]:
            raise Misuse(f"Standardise: normal={self.normal!r}", expected="some of " + ", ".join(NORMAL), examples=odd)
        _check_labels("Standardise", [*self.spellings, *self.spellings.values()])

    @property
    def name(self) -> str:
        """What the record calls the rule."""
        how = ", ".join([*self.normal, *(f"{old!r} is {new!r}" for old, new in self.spellings.items())])
        return f"standardise: {how}"

    def to_json(self) -> dict[str, Any]:
        """Give the rule as a JSON object."""
        return {
            "kind": "standardise",
            "name": self.name,
            "spellings": [[old, new] for old, new in self.spellings.items()],
            "normal": list(self.normal),
        }

    def __repr__(self) -> str:
        return f"Standardise({dict(self.spellings)!r}, normal={self.normal!r})"


@dataclass(frozen=True, init=False, repr=False)
class Merge:
    """Several classes become one: `Merge(("scratch", "dent"), "damage")`."""

    classes: tuple[Label, ...]
    into: Label

    def __init__(self, classes: Sequence[Label], into: Label) -> None:
        object.__setattr__(self, "classes", (classes,) if isinstance(classes, str) else tuple(classes))
        object.__setattr__(self, "into", into)
        if len(set(self.classes)) != len(self.classes) or not self.classes:
            raise Misuse(f"Merge({classes!r}, {into!r})", expected="classes, each once")
        _check_labels("Merge", [*self.classes, into])

    @property
    def name(self) -> str:
        """What the record calls the rule."""
        return f"merge: {', '.join(map(str, self.classes))} become {self.into}"

    def to_json(self) -> dict[str, Any]:
        """Give the rule as a JSON object."""
        return {"kind": "merge", "name": self.name, "classes": list(self.classes), "into": self.into}

    def __repr__(self) -> str:
        return f"Merge({self.classes!r}, {self.into!r})"


@dataclass(frozen=True, init=False, repr=False)
class Borderline:
    """Rows of two classes that cannot be told apart become a class of their own, where a condition on columns holds.

    `Borderline(between=("scratch", "ok"), where="0.25 < length < 0.35")`. For conditions see `pipeline.where`.
    """

    between: tuple[Label, Label]
    where: str
    label: Label

    def __init__(self, *, between: Sequence[Label], where: str, label: Label = "borderline") -> None:
        for name, value in {"between": tuple(between), "where": where, "label": label}.items():
            object.__setattr__(self, name, value)
        if len(set(self.between)) != 2:
            raise Misuse(f"Borderline: between={between!r}", expected="two classes")
        parse(where)
        _check_labels("Borderline", [*self.between, label])

    @property
    def name(self) -> str:
        """What the record calls the rule."""
        return f"borderline: between {self.between[0]} and {self.between[1]} where {self.where}"

    def to_json(self) -> dict[str, Any]:
        """Give the rule as a JSON object."""
        return {
            "kind": "condition",
            "name": self.name,
            "where": self.where,
            "among": list(self.between),
            "then": self.label,
            "otherwise": None,
        }

    def __repr__(self) -> str:
        return f"Borderline(between={self.between!r}, where={self.where!r}, label={self.label!r})"


@dataclass(frozen=True, init=False, repr=False)
class LabelRule:
    """A rule in words, and what it makes of a row: by a condition on columns, or by a function.

    `LabelRule("a scratch over 0.3 mm is a defect", where="length > 0.3", then=1, otherwise=0)`; without
    `otherwise` other rows keep their label, as do null labels. A row of which it is not known whether the condition
    (see `pipeline.where`) holds, since a value is missing, is another row. A `function`, marked `@rowwise`, takes
    the rows as they came and gives them back with other labels where it has something to say.
    """

    name: str
    where: str
    then: Label
    otherwise: Label
    function: Callable[..., Any] | None

    def __init__(
        self,
        name: str,
        *,
        where: str = "",
        then: Label = None,
        otherwise: Label = None,
        function: Callable[..., Any] | None = None,
    ) -> None:
        values = {"name": name, "where": where, "then": then, "otherwise": otherwise, "function": function}
        for key, value in values.items():
            object.__setattr__(self, key, value)
        if not isinstance(name, str) or not name.strip():
            raise Misuse("a label rule without words", expected='LabelRule("a scratch over 0.3 mm is a defect", …)')
        if bool(where) == bool(function) or (then is None) != (function is not None):
            raise Misuse(f"label rule {name!r}", expected="where=… with then=…, or function=… alone")
        if where:
            parse(where)
        _check_labels(f"label rule {name!r}", [each for each in (then, otherwise) if each is not None])

    def to_json(self) -> dict[str, Any]:
        """Give the rule as a JSON object; a function by its name."""
        if self.function is not None:
            return {"kind": "function", "name": self.name, "function": self.function.__qualname__}
        return {
            "kind": "condition",
            "name": self.name,
            "where": self.where,
            "among": None,
            "then": self.then,
            "otherwise": self.otherwise,
        }

    def __repr__(self) -> str:
        if self.function is not None:
            return f"LabelRule({self.name!r}, function={self.function.__qualname__})"
        more = "" if self.otherwise is None else f", otherwise={self.otherwise!r}"
        return f"LabelRule({self.name!r}, where={self.where!r}, then={self.then!r}{more})"


Rule = Standardise | Merge | Borderline | LabelRule


def check_rules(rules: Sequence[Rule]) -> None:
    """Refuse rules that cannot be meant together.

    Raises:
        Misuse: no rules, something that is none, two of one name, or a class that becomes two.
    """
    if odd := [repr(each) for each in rules if not isinstance(each, Rule)]:
        raise Misuse("relabel takes rules", expected="Standardise, Merge, Borderline, LabelRule", examples=odd)
    names = [each.name for each in rules]
    if not names or len(set(names)) < len(names):
        raise Misuse("relabel needs rules, each once", found=", ".join(names) or "none")
    becomes: dict[tuple[type, Label], tuple[Label, str]] = {}
    for rule in rules:
        for old, new in _renames(rule):
            first = becomes.setdefault((type(old), old), (new, rule.name))
            if first[0] != new:
                raise Misuse(f"two rules contradict: {old!r} becomes two classes", examples=[first[1], rule.name])


def _renames(rule: Rule) -> list[tuple[Label, Label]]:
    if isinstance(rule, Standardise):
        return list(rule.spellings.items())
    return [(old, rule.into) for old in rule.classes] if isinstance(rule, Merge) else []


def _check_labels(what: str, labels: Sequence[Label]) -> None:
    if odd := [repr(each) for each in labels if not isinstance(each, (str, int, bool))]:
        raise Misuse(f"{what} has unusable labels", expected="text, whole numbers or booleans", examples=odd)
