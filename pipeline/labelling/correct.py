"""The correct stage: rows and people's corrections in; the rows with the corrected labels out, and what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.relabelling import Relabelling
from pipeline.errors import Misuse, StepRefused
from pipeline.keys import key_kind, key_words, plain, same_kinds
from pipeline.labelling.applied import differ
from pipeline.labelling.relabel import facts_of, told
from pipeline.labelling.settle import settled
from pipeline.step import Depends, Made, Rule, Step

STAGE = "labelling"
UNKNOWN = ("refuse", "leave")


def correct(
    runner: Any,
    *,
    data: str,
    corrections: str,
    on: str | Sequence[str],
    label: str,
    to: str = "label",
    by: str = "by",
    when: str = "",
    rule: str = "",
    unknown: str = "refuse",
) -> str:
    """Give rows of the dataset `data` the labels of the dataset `corrections`; give the reference of the rows.

    A correction has the key columns `on` of the rows it is about, the new label in `to`, in `by` who says so and,
    where they are named, `when` and by which `rule`. Beside the rows stand `….changes` and the relabelling
    `….summary`, as for `relabel`. A corrected row rests on itself and on the corrections of its key.

    Raises:
        Misuse: columns that are not there, or keys of different kinds.
        StepRefused: people contradict one another, somebody says nothing, or, unless `unknown` is "leave", of no row.
    """
    if unknown not in UNKNOWN:
        raise Misuse(f"correct: unknown={unknown!r}", expected=" or ".join(UNKNOWN))
    name, key = runner.occasion.task or "correct", [on] if isinstance(on, str) else list(on)
    read = {"on": key, "to": to, "by": by, "when": when, "rule": rule}
    reference = runner.run(_settling(f"{name}.settled", read), {"corrections": corrections}).outputs["data"]
    inputs, given = {"data": data, "reference": reference}, {"on": key, "label": label, "to": to}
    asked = {**given, "by": by, "rule": rule, "unknown": unknown}
    every = tuple(Depends(role, Rule.EVERY_ROW) for role in inputs)
    runner.run(Step(name=f"{name}.summary", stage=STAGE, function=summary, parameters=asked, depends=every), inputs)
    columns = {**given, "by": by, "when": when, "rule": rule}
    runner.run(_step(f"{name}.changes", changes, columns, empty=True), inputs)
    return runner.run(_step(name, corrected, given), inputs).outputs["data"]


def corrected(
    data: pd.DataFrame, reference: pd.DataFrame, *, on: Sequence[str], label: str, to: str
) -> pd.DataFrame:
    """Give the rows with the labels of the settled corrections in `reference` that have their key.

    Raises:
        Misuse: columns that are not there, or keys or labels of different kinds.
    """
    after, _ = _looked_up(data, reference, on=on, label=label, to=to)
    return data.assign(**{label: after})


def changes(
    data: pd.DataFrame,
    reference: pd.DataFrame,
    *,
    on: Sequence[str],
    label: str,
    to: str,
    by: str,
    when: str,
    rule: str,
) -> pd.DataFrame:
    """Give the rows whose label changes: the label `before` and `after`, the `rule`, `by` whom and `when`.

    Raises:
        Misuse: columns that are not there, or keys or labels of different kinds.
    """
    after, places = _looked_up(data, reference, on=on, label=label, to=to)
    before = plain(data[label])
    found = pd.DataFrame({"before": before, "after": after, "rule": _words(reference, rule, places)}, index=data.index)
    for name, column in (("by", by), ("when", when)):
        if column:
            found[name] = reference[column].array.take(places, allow_fill=True)
    return found[differ(before.astype(object), after.astype(object))]


def summary(
    data: pd.DataFrame,
    reference: pd.DataFrame,
    *,
    on: Sequence[str],
    label: str,
    to: str,
    by: str,
    rule: str,
    unknown: str,
) -> dict[str, Made]:
    """Count what changes, in the role `summary`.

    Raises:
        Misuse: columns that are not there, or keys or labels of different kinds.
        StepRefused: a correction is of no row, unless `unknown` is "leave".
    """
    after, places = _looked_up(data, reference, on=on, label=label, to=to)
    lost = np.setdiff1d(np.arange(len(reference)), places)
    if len(lost) and unknown == "refuse":
        _refuse_lost(reference.iloc[lost], on=on)
    before = plain(data[label])
    other = differ(before.astype(object), after.astype(object))
    rules = np.where(other, _words(reference, rule, places).astype(object), None)
    found = pd.DataFrame({"before": before, "after": after, "rule": pd.array(rules, "str")}, index=data.index)
    people = ", ".join(sorted(reference[by].dropna().astype("str").unique()))
    made: Relabelling = told(found, label=label, by=people, reason="corrections by people", idle=())
    counts = {"corrections": len(reference), "of_no_row": len(lost), "as_it_was": int((~other & (places >= 0)).sum())}
    return {"summary": Made("relabelling", made.to_json(), facts={**facts_of(made), **counts})}


def _settling(name: str, read: Mapping[str, Any]) -> Step:
    own = {"on": {"output": read["on"], "input": read["on"]}}
    return Step(
        name=name,
        stage=STAGE,
        function=settled,
        parameters=read,
        depends=(Depends("corrections", Rule.SAME_KEY, detail=own),),
        key=tuple(read["on"]),
        allow_empty=True,
    )


def _step(name: str, function: Any, given: Mapping[str, Any], *, empty: bool = False) -> Step:
    """A row's columns pass; its label may be that of the correction of its key, there or not."""
    key, made = {"output": list(given["on"]), "input": list(given["on"])}, [given["label"]] if not empty else None
    gives = {} if made is None else {"gives": made}
    own = {} if made is None else {"reads": [], "decides": [], "passes": "*", "gives": []}
    read = {"reads": list(dict.fromkeys([*given["on"], given["to"]])), "decides": []} if made else {}
    depends = (
        Depends("data", Rule.SAME_ROW, detail=own),
        Depends("reference", Rule.SAME_KEY, detail={"on": key, **read, **gives}),
    )
    return Step(name=name, stage=STAGE, function=function, parameters=given, depends=depends, allow_empty=empty)


def _looked_up(
    data: pd.DataFrame, reference: pd.DataFrame, *, on: Sequence[str], label: str, to: str
) -> tuple[pd.Series, np.ndarray]:
    """The labels with the corrections, and the place in `reference` of each row's own, -1 without one."""
    if label not in data.columns:
        raise Misuse(f"correct: label={label!r} is no column", expected="one of " + ", ".join(map(str, data.columns)))
    same_kinds(data, reference, {name: name for name in on}, step="correct")
    kinds = key_kind(data[label].dtype), key_kind(reference[to].dtype)
    if len(reference) and kinds[0] != kinds[1]:
        raise Misuse("corrections are labels of another kind", expected=kinds[0], found=f"{kinds[1]} in {to}")
    ours, null = key_words(data, list(on))
    theirs, _ = key_words(reference, list(on))
    places = np.where(null, -1, pd.Index(theirs).get_indexer(pd.Index(ours))) if len(theirs) else np.full(len(ours), -1)
    before, new = plain(data[label]), plain(reference[to]).array.take(places, allow_fill=True)
    after = before.astype(object).where(places < 0, pd.Series(new, index=data.index).astype(object))
    return after.astype(before.dtype), places


def _words(reference: pd.DataFrame, rule: str, places: np.ndarray) -> np.ndarray:
    """By which rule each row is corrected, (n_rows,): the correction's own words, else that it is one."""
    if not rule:
        return np.array(["correction"] * len(places), dtype=object)
    words = reference[rule].astype(object).to_numpy()
    return np.array([words[one] if one >= 0 and not pd.isna(words[one]) else "correction" for one in places], object)


def _refuse_lost(lost: pd.DataFrame, *, on: Sequence[str]) -> None:
    raise StepRefused(
        "corrections are of no row",
        expected=f"the {', '.join(on)} of a row",
        examples=[
            ", ".join(f"{name}={value!s:.60}" for name, value in each.items())
            for each in lost[list(on)].head(5).to_dict("records")
        ],
        count=len(lost),
        next_step='Mend the sheet, or count and leave them: correct(…, unknown="leave").',
    )
