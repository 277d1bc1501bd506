"""Rules applied to rows: what each row's label becomes, and by which rule."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.errors import Misuse, StepRefused
from pipeline.holding import holding
from pipeline.keys import key_kind, plain

RENAMING = ("standardise", "merge")
_KINDS = {"text": str, "integer": int, "boolean": bool}
_ENDS = re.compile(r"^[\W_]+|[\W_]+$")
_NORMAL: Mapping[str, Callable[[str], str]] = {
    "blanks": lambda text: " ".join(text.split()),
    "case": str.lower,
    "punctuation": lambda text: _ENDS.sub("", text) or text,
}


def applied(
    data: pd.DataFrame, *, label: str, rules: Sequence[Mapping[str, Any]], proposed: Sequence[pd.DataFrame] = ()
) -> pd.DataFrame:
    """Give for every row the label `before` and `after`, and the `rule` that changed it, null where none did.

    Rules that rename (`standardise`, `merge`) come first, one after the other; then rules that look at rows,
    each at the other columns as they came. `proposed` are what the rules that are functions made of the rows, in
    their order. A null label stays null. What several rules changed, one after the other, names all of them.

    Raises:
        Misuse: the column is not there or holds no labels, a rule's label is of another kind, or a condition
            cannot be asked.
        StepRefused: two rules that look at rows contradict on one; rows are named.
    """
    return _followed(data, label=label, rules=rules, proposed=proposed)[0]


def fired(
    data: pd.DataFrame, *, label: str, rules: Sequence[Mapping[str, Any]], proposed: Sequence[pd.DataFrame] = ()
) -> dict[str, int]:
    """Count by rule the labels it changed, 0 for a rule that changed nothing.

    Raises: what `applied` raises.
    """
    times = Counter(name for each in _followed(data, label=label, rules=rules, proposed=proposed)[1] for name in each)
    return {rule["name"]: times[rule["name"]] for rule in rules}


def _followed(
    data: pd.DataFrame, *, label: str, rules: Sequence[Mapping[str, Any]], proposed: Sequence[pd.DataFrame]
) -> tuple[pd.DataFrame, list[list[str]]]:
    """What `applied` gives, and the names of the rules that changed each row's label on the way."""
    before = _labels(data, label)
    _check_kinds(before, rules)
    after, by = before.astype(object), [[] for _ in range(len(data))]
    for rule in rules:
        if rule["kind"] in RENAMING:
            after = _noted(after, renamed(after, rule), rule["name"], by)
    opinions = _opinions(data, after, rules, label=label, proposed=proposed)
    _refuse_contradictions(opinions, data.index)
    for name, opinion in opinions.items():
        after = _noted(after, opinion.where(opinion.notna(), after), name, by)
    changed = differ(before.astype(object), after)
    names = ["; ".join(each) if one else None for each, one in zip(by, changed, strict=True)]
    made = {"before": before, "after": after.astype(before.dtype), "rule": pd.array(names, dtype="str")}
    return pd.DataFrame(made, index=data.index), by


def _labels(data: pd.DataFrame, label: str) -> pd.Series:
    if label not in data.columns:
        raise Misuse(f"relabel: label={label!r} is no column", expected="one of " + ", ".join(map(str, data.columns)))
    if key_kind(data[label].dtype) not in _KINDS:
        found = f"{label} ({data[label].dtype})"
        raise Misuse(f"relabel: {found} holds no labels", expected="text, whole numbers or booleans")
    return plain(data[label])


def _check_kinds(labels: pd.Series, rules: Sequence[Mapping[str, Any]]) -> None:
    kind = key_kind(labels.dtype)
    for rule in rules:
        if odd := [repr(each) for each in mentioned(rule) if type(each) is not _KINDS[kind]]:
            raise Misuse(f"the rule {rule['name']!r} has labels of another kind", expected=kind, examples=odd)


def mentioned(rule: Mapping[str, Any], *, made: bool = True) -> list[Any]:
    """List the classes that a rule names: those it looks for and, unless `made` is false, those it makes."""
    old = [*(pair[0] for pair in rule.get("spellings", ())), *rule.get("classes", ()), *(rule.get("among") or ())]
    new = [pair[1] for pair in rule.get("spellings", ())] + [rule.get(name) for name in ("into", "then", "otherwise")]
    return old + ([each for each in new if each is not None] if made else [])


def renamed(labels: pd.Series, rule: Mapping[str, Any]) -> pd.Series:
    """Give labels, as objects, under the names that one renaming rule gives them."""
    if rule["kind"] == "merge":
        return labels.where(~labels.isin(rule["classes"]), rule["into"])
    known, spellings = labels.dropna().unique(), dict(map(tuple, rule["spellings"]))
    new = {each: _standard(each, rule["normal"]) for each in known}
    found = {old: spellings.get(text, spellings.get(old, text)) for old, text in new.items()}
    return labels.map(found, na_action="ignore").astype(object)


def _standard(label: Any, normal: Sequence[str]) -> Any:
    for name in normal:
        label = _NORMAL[name](label) if isinstance(label, str) else label
    return label


def _opinions(
    data: pd.DataFrame,
    labels: pd.Series,
    rules: Sequence[Mapping[str, Any]],
    *,
    label: str,
    proposed: Sequence[pd.DataFrame],
) -> dict[str, pd.Series]:
    """What each rule that looks at rows says of each, null where it says nothing."""
    functions = iter(proposed)
    found = {}
    for rule in rules:
        if rule["kind"] == "condition":
            found[rule["name"]] = _by_condition(data, labels, rule)
        elif rule["kind"] == "function":
            found[rule["name"]] = _by_function(data, next(functions), rule, label=label)
    return found


def _by_condition(data: pd.DataFrame, labels: pd.Series, rule: Mapping[str, Any]) -> pd.Series:
    holds = holding(rule["where"], data)
    about = labels.notna().to_numpy()
    if rule["among"] is not None:
        about = about & labels.isin(rule["among"]).to_numpy()
    said = pd.Series([None] * len(data), index=data.index, dtype=object)
    said[holds & about] = rule["then"]
    if rule["otherwise"] is not None:
        said[~holds & about] = rule["otherwise"]
    return said


def _by_function(data: pd.DataFrame, made: pd.DataFrame, rule: Mapping[str, Any], *, label: str) -> pd.Series:
    if label not in made.columns or not made.index.equals(data.index):
        raise Misuse(
            f"the function of the rule {rule['name']!r} does not give the rows back",
            expected=f"all rows, with their ids, and the column {label}",
        )
    before, after = plain(data[label]).astype(object), plain(made[label]).astype(object)
    return after.where(differ(before, after) & before.notna())


def differ(before: pd.Series, after: pd.Series) -> np.ndarray:
    """Say which labels differ, shape (n_rows,); null is no other label than null."""
    null = before.isna().to_numpy(), after.isna().to_numpy()
    same, both = null[0] & null[1], ~(null[0] | null[1])
    same[both] = before.to_numpy(object)[both] == after.to_numpy(object)[both]
    return ~same


def _noted(before: pd.Series, after: pd.Series, name: str, by: list[list[str]]) -> pd.Series:
    for place in np.flatnonzero(differ(before, after)):
        by[place].append(name)
    return after


def _refuse_contradictions(opinions: Mapping[str, pd.Series], rows: pd.Index) -> None:
    first, odd = pd.Series([None] * len(rows), index=rows, dtype=object), np.zeros(len(rows), bool)
    for opinion in opinions.values():
        odd |= first.notna().to_numpy() & opinion.notna().to_numpy() & differ(first, opinion)
        first = first.where(first.notna(), opinion)
    if not odd.any():
        return
    said = {name: opinion[odd].head(5) for name, opinion in opinions.items()}
    raise StepRefused(
        "two rules contradict",
        expected="one label for each row",
        examples=[
            f"row {row}: " + ", ".join(f"{one[row]!r} by {name!r}" for name, one in said.items() if pd.notna(one[row]))
            for row in rows[odd][:5]
        ],
        count=int(odd.sum()),
        next_step="Say in their conditions which of them speaks about such rows.",
    )
