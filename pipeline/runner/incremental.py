"""Running a step again on touched rows alone, where the rules it keeps allow that: the result equals the full run.

What an earlier run of the same work made is taken over, except for what rests on rows that came,
went or changed since. A sample of untouched rows runs along and must come out as it did before;
if it does not, or anything else stands in the way, the step is run in full.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from lineage.difference import Difference, difference
from lineage.idsets import Ids, ids_of
from lineage.records import BESIDE, Run
from pipeline.errors import StepRefused
from pipeline.runner.compare import differs
from pipeline.runner.execute import Executed, execute
from pipeline.runner.passed import passed, passing
from pipeline.runner.scope import DATA, PAIRS, Scope, main_role, scope
from pipeline.schema import conform, exact_dtypes, logical
from pipeline.step import Depends, Effect, Known, Rule, Step
from pipeline.storage.deltas import Since
from pipeline.storage.splice import spliced

LARGEST_SHARE = 0.3
"""Of an input's rows; when more are touched, running in full costs no more."""

FEW = 32
"""Touched rows that are never too many."""

SAMPLE = 32
"""Untouched rows that run along."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An earlier run of the same work: what it was given and what it made, by role."""

    run: Run
    given: Mapping[str, Any]
    made: Mapping[str, pd.DataFrame]

    def reference(self, role: str) -> str:
        """The reference of what it made in a role."""
        return next(use.artifact.reference for use in self.run.outputs if use.role == role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What running again gave: `rows` were made anew, and how the table `data` differs from the earlier, `before`."""

    done: Executed
    rows: int
    before: str
    changed: Difference


def comparable(past: Run, run: Run, *, full_every: int) -> bool:
    """Whether an earlier run did the same work by rules that held: same code, parameters, environment, roles.

    A step that read what it does not declare, whose claim did not hold, or whose result for one row
    depends in its last bits on the others, is none that can run in part.
    """
    same = ("step", "task", "code_digest", "environment", "parameters")
    if any(getattr(past, name) != getattr(run, name) for name in same) or past.facts.get("reads"):
        return False
    roles = [[(use.role, use.position) for use in one.inputs] for one in (past, run)]
    if roles[0] != roles[1] or past.recipe.get("claim") != run.recipe["claim"] or _depth(past) + 1 >= full_every:
        return False
    if not {use.role for use in past.outputs if use.artifact.kind not in BESIDE} <= {DATA, PAIRS}:
        return False
    return holds(past)


def holds(past: Run) -> bool:
    """Whether the rules that a run was given held when they were tried, to the last bit."""
    return not any(d.detail.get("widened") or d.detail.get("batch_sensitive") for d in past.dependencies)


def possible(depends: Sequence[Depends], changed: Sequence[str]) -> bool:
    """Whether rules allow less than all rows when the inputs in `changed` are others than before.

    What was touched must have direct effects, row by row: a changed model or decision touches every row.
    """
    direct = {d.input for d in depends if d.effect is Effect.DIRECT}
    other = {d.input for d in depends if d.effect is not Effect.DIRECT or d.rule is Rule.EVERY_ROW}
    return bool(changed) and set(changed) <= direct - other


def again(
    step: Step, values: Mapping[str, Any], *, earlier: Earlier, touched: Mapping[str, Difference], production: bool
) -> Again | None:
    """Run `step` on what `touched` inputs reach; None where it has to be run in full.

    `touched` holds, by role, how the inputs that are not the same differ from those of the earlier run.

    Raises: what `execute` raises.
    """
    if _too_many(touched, values) or not all(_alike(earlier.given[role], values[role]) for role in touched):
        return None
    narrow = scope(step.depends, old=earlier.given, new=values, touched=touched)
    if narrow is None:
        return None
    wide = narrow.along(_sample(values[main_role(step.depends)]))
    alone = replace(step, claim=False, allow_empty=True)
    done = execute(alone, wide.inputs, production=production)
    made = _conformed({role: one.value for role, one in done.made.items()}, earlier.made)
    if made is None:
        return None
    (gone, stood), (come, along) = (_parted(tables, narrow=narrow, wide=wide) for tables in (earlier.made, made))
    if differs(made[DATA].take(along), earlier.made[DATA].take(stood)):
        return None
    through = passed(passing(done.depends), values)
    found = _patched(step, done, made, earlier=earlier, gone=gone, come=come, through=through)
    return found if len(found.done.made[DATA].value) or step.allow_empty else None


def _depth(run: Run) -> int:
    return int(run.facts.get("incremental", {}).get("depth", 0))


def _too_many(touched: Mapping[str, Difference], values: Mapping[str, Any]) -> bool:
    return any(len(one.touched) > max(LARGEST_SHARE * _count(values[role]), FEW) for role, one in touched.items())


def _alike(old: Any, new: Any) -> bool:
    """Whether tables have the same dtypes, their categories included: a code stands for a category by its place."""
    pairs = zip(old, new, strict=True) if isinstance(new, list) else [(old, new)]
    return all(exact_dtypes(one) == exact_dtypes(other) for one, other in pairs)


def _count(value: Any) -> int:
    return sum(map(len, value)) if isinstance(value, list) else len(value)


def _sample(value: pd.DataFrame | list[pd.DataFrame]) -> Ids:
    """Draw a few rows by the ids of all, and so the same for the same rows."""
    frames = value if isinstance(value, list) else [value]
    ids = np.concatenate([frame.index.to_numpy() for frame in frames])
    seed = int(np.bitwise_xor.reduce(ids)) & 0x7FFFFFFFFFFFFFFF if len(ids) else 0
    return ids_of(np.random.default_rng(seed).choice(ids, size=min(SAMPLE, len(ids)), replace=False))


def _conformed(made: Mapping[str, Any], earlier: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame] | None:
    """Give few rows the dtypes that all rows had; None where they cannot have them."""
    if made.keys() != earlier.keys():
        return None
    try:
        same = {role: conform(frame, logical(earlier[role])) for role, frame in made.items()}
    except StepRefused:
        return None
    alike = all((frame.dtypes == earlier[role].dtypes).all() for role, frame in same.items())
    return same if alike else None


def _parted(made: Mapping[str, pd.DataFrame], *, narrow: Scope, wide: Scope) -> tuple[np.ndarray, np.ndarray]:
    """Where in the output the rows are that are made anew, and where those that only run along."""
    places = wide.within(made)
    few = {role: frame.take(places) for role, frame in made.items()}
    anew = np.zeros(len(places), dtype=bool)
    anew[narrow.within(few)] = True
    return places[anew], places[~anew]


def _patched(
    step: Step,
    done: Executed,
    made: Mapping[str, pd.DataFrame],
    *,
    earlier: Earlier,
    gone: np.ndarray,
    come: np.ndarray,
    through: pd.DataFrame | None,
) -> Again:
    kept = {
        role: replace(
            done.made[role],
            value=spliced(earlier.made[role], frame.take(come), gone=gone, passed=through if role == DATA else None),
            since=Since(earlier.reference(role), ids_of(earlier.made[role].index[gone]), frame.take(come)),
        )
        for role, frame in made.items()
    }
    before, after, rows = earlier.made[DATA].take(gone), made[DATA].take(come), len(kept[DATA].value)
    changed = replace(difference(before, after), before=len(earlier.made[DATA]), after=rows)
    facts = {"from": earlier.run.id, "depth": _depth(earlier.run) + 1, "again": len(come), "of": rows}
    depends = tuple(_known(d, step) for d in done.depends)
    detail = {"sample": SAMPLE, "of": rows} if step.claim else {}
    return Again(
        done=Executed(made=kept, depends=depends, detail=detail, facts={**done.facts, "incremental": facts}),
        rows=len(come),
        before=earlier.reference(DATA),
        changed=changed,
    )


def _known(d: Depends, step: Step) -> Depends:
    return replace(d, known=Known.SAMPLED) if step.claim and d.effect is Effect.DIRECT else d
