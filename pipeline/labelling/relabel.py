"""The relabel stage: rows and rules in; the rows with other labels out, and beside them what changed, by which rule."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.relabelling import Change, Relabelling
from pipeline.cell import to_json
from pipeline.errors import Misuse
from pipeline.keys import plain
from pipeline.labelling.applied import RENAMING, applied, fired, mentioned, renamed
from pipeline.labelling.rules import LabelRule, check_rules
from pipeline.labelling.rules import Rule as Declared
from pipeline.step import Depends, Effect, Made, Rule, Step, claim_of

STAGE = "labelling"
MOST_CHANGES = 300


def relabel(runner: Any, *, data: str, label: str, rules: Sequence[Declared], by: str, reason: str) -> str:
    """Change the labels in the column `label` by `rules`; give the reference of the rows with their new labels.

    Beside it stand `….changes`, a dataset of the rows that changed (`before`, `after`, `rule`, `by`, `reason`), and the
    relabelling `….summary`. Rows keep their ids, and each rests on itself.

    Raises:
        Misuse: rules that cannot be used together, classes that no row has, or nobody to answer for it.
        StepRefused: two rules contradict on a row.
    """
    name = runner.occasion.task or "relabel"
    _check(rules, by=by, reason=reason)
    given = {"label": label, "rules": [each.to_json() for each in rules]}
    said = [_proposed(runner, each, data=data, name=name) for each in rules if _is_function(each)]
    inputs = {"data": data, **({"proposed": said} if said else {})}
    signed = {**given, "by": by, "reason": reason}
    runner.run(_step(f"{name}.summary", summary, signed, inputs, every_row=True), inputs)
    runner.run(_step(f"{name}.changes", changes, signed, inputs), inputs)
    return runner.run(_step(name, relabelled, given, inputs), inputs).outputs["data"]


def relabelled(
    data: pd.DataFrame, proposed: Sequence[pd.DataFrame] = (), *, label: str, rules: Sequence[Mapping[str, Any]]
) -> pd.DataFrame:
    """Give the rows with the labels that `rules` make of them; a request, which has no labels, as it is.

    Raises: what `pipeline.labelling.applied.applied` raises.
    """
    if label not in data.columns:
        return data
    return data.assign(**{label: applied(data, label=label, rules=rules, proposed=proposed)["after"]})


def changes(
    data: pd.DataFrame,
    proposed: Sequence[pd.DataFrame] = (),
    *,
    label: str,
    rules: Sequence[Mapping[str, Any]],
    by: str,
    reason: str,
) -> pd.DataFrame:
    """Give the rows whose label changes: the label `before` and `after`, the `rule`, `by` whom and the `reason`.

    Raises: what `pipeline.labelling.applied.applied` raises.
    """
    found = applied(data, label=label, rules=rules, proposed=proposed)
    found = found[found["rule"].notna()]
    return found.assign(by=pd.array([by] * len(found), "str"), reason=pd.array([reason] * len(found), "str"))


def summary(
    data: pd.DataFrame,
    proposed: Sequence[pd.DataFrame] = (),
    *,
    label: str,
    rules: Sequence[Mapping[str, Any]],
    by: str,
    reason: str,
) -> dict[str, Made]:
    """Count what changes, in the role `summary`.

    Raises:
        Misuse: a rule speaks of a class that no row has, before it or after the rules before it.
        StepRefused: two rules contradict on a row.
    """
    found = applied(data, label=label, rules=rules, proposed=proposed)
    _refuse_unknown(found["before"], rules)
    times = fired(data, label=label, rules=rules, proposed=proposed)
    made = told(found, label=label, by=by, reason=reason, idle=[name for name, count in times.items() if not count])
    return {"summary": Made("relabelling", made.to_json(), facts=facts_of(made))}


def told(found: pd.DataFrame, *, label: str, by: str, reason: str, idle: Sequence[str]) -> Relabelling:
    """Sum up labels `before` and `after`, and the `rule` of each change."""
    changed = found[found["rule"].notna()]
    groups = changed.groupby(["rule", "before", "after"], dropna=False, sort=True).size()
    groups = groups.sort_values(ascending=False, kind="stable").head(MOST_CHANGES)
    return Relabelling(
        label=label,
        by=by,
        reason=reason,
        n_rows=len(found),
        changed=len(changed),
        changes=tuple(
            Change(rule=rule, before=to_json(old), after=to_json(new), rows=int(rows))
            for (rule, old, new), rows in groups.items()
        ),
        idle=tuple(idle),
        classes=_counted(found["before"]),
        classes_after=_counted(found["after"]),
    )


def facts_of(made: Relabelling) -> dict[str, Any]:
    """Give what the record says of a relabelling at a glance."""
    return {"by": made.by, "reason": made.reason, "rows": made.n_rows, "changed": made.changed, "idle": list(made.idle)}


def check_signed(by: str, reason: str, *, what: str) -> None:
    """Refuse labels that nobody answers for.

    Raises:
        Misuse: no name, or no reason.
    """
    if not str(by or "").strip() or not str(reason or "").strip():
        raise Misuse(
            f"{what} needs somebody to answer for it", expected='by="…" and reason="…"', found=f"{by=}, {reason=}"
        )


def _check(rules: Sequence[Declared], *, by: str, reason: str) -> None:
    check_signed(by, reason, what="relabel")
    check_rules(rules)
    if unmarked := [repr(each) for each in rules if _is_function(each) and not _is_rowwise(each.function)]:
        raise Misuse(
            "a rule's function has to treat each row by itself", expected="a def marked @rowwise", examples=unmarked
        )


def _is_function(rule: Declared) -> bool:
    return isinstance(rule, LabelRule) and rule.function is not None


def _is_rowwise(function: Any) -> bool:
    claim = claim_of(function)
    return claim is not None and claim.rule is Rule.SAME_ROW


def _proposed(runner: Any, rule: LabelRule, *, data: str, name: str) -> str:
    """Run a rule's function as a step of its own, so that its claim is tested and its code kept."""
    role = next(iter(inspect.signature(rule.function).parameters))
    claim = claim_of(rule.function)
    reads = {} if claim.reads is None else {"reads": list(claim.reads)}
    step = Step(
        name=f"{name}.{rule.function.__name__}",
        stage=STAGE,
        function=rule.function,
        depends=(Depends(role, Rule.SAME_ROW, detail=reads),),
        claim=True,
    )
    return runner.run(step, {role: data}).outputs["data"]


def _step(
    name: str, function: Any, given: Mapping[str, Any], inputs: Mapping[str, Any], *, every_row: bool = False
) -> Step:
    """A row's other columns pass; its label comes from the row, of which a condition may read every column."""
    if every_row:
        depends = tuple(Depends(role, Rule.EVERY_ROW, Effect.DIRECT) for role in inputs)
    elif function is relabelled:
        depends = tuple(Depends(role, Rule.SAME_ROW, detail=_passing(role, given["label"])) for role in inputs)
    else:
        depends = tuple(Depends(role, Rule.SAME_ROW) for role in inputs)
    return Step(
        name=name, stage=STAGE, function=function, parameters=given, depends=depends, allow_empty=function is changes
    )


def _passing(role: str, label: str) -> dict[str, Any]:
    gives = {"decides": [], "gives": [label]}
    return {"passes": "*", **gives} if role == "data" else {"reads": [label], **gives}


def _refuse_unknown(before: pd.Series, rules: Sequence[Mapping[str, Any]]) -> None:
    """Refuse a rule that looks for a class which neither a row has nor a rule before it makes."""
    labels, made = before.astype(object), set()
    for rule in sorted(rules, key=lambda one: one["kind"] not in RENAMING):
        known = {to_json(each) for each in labels.dropna().unique()} | made
        absent = [each for each in mentioned(rule, made=False) if each not in known]
        if absent and not rule.get("normal"):
            _refuse_absent(rule["name"], absent, known)
        labels = renamed(labels, rule) if rule["kind"] in RENAMING else labels
        made |= set(mentioned(rule)) - set(mentioned(rule, made=False))


def _refuse_absent(name: str, absent: Sequence[Any], known: set[Any]) -> None:
    words = sorted(map(str, known))
    near = difflib.get_close_matches(str(absent[0]), words, n=2)
    raise Misuse(
        f"the rule {name!r} speaks of classes that no row has",
        expected="some of " + ", ".join(words[:20]),
        examples=[repr(each) for each in absent],
        next_step=f"Did you mean {' or '.join(near)}?" if near else "",
    )


def _counted(labels: pd.Series) -> tuple[tuple[Any, int], ...]:
    counts = plain(labels).value_counts(sort=False).sort_index().sort_values(ascending=False, kind="stable")
    return tuple((to_json(name), int(count)) for name, count in counts.items() if np.int64(count))
