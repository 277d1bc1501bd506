"""The step of a slice search: a model's answers and the metadata of the test rows in, what stands out, out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.metric import CLASSIFICATION
from pipeline.artifacts.model import Model
from pipeline.artifacts.search import Condition, Found, Search
from pipeline.auditing.answered import Answered, answered
from pipeline.auditing.answers import rows_of
from pipeline.auditing.intervals import rounded
from pipeline.auditing.search.columns import Column, columns_of, reveals
from pipeline.auditing.search.confirm import contrast, holm, p_value, rate
from pipeline.auditing.search.lattice import Place, inside
from pipeline.auditing.search.sift import Limits, candidates
from pipeline.auditing.search.slicesearch import SliceSearch
from pipeline.rank import mixed, ranks
from pipeline.step import Made

ERRORS, FALSE_POSITIVES, FALSE_NEGATIVES, ABSOLUTE = "errors", "false positives", "false negatives", "absolute error"
_HALF = np.uint64(2**63)


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """One way to be wrong: on `cases` (positions of rows) it can occur, with `losses` of the same length."""

    name: str
    cases: np.ndarray
    losses: np.ndarray

    @property
    def counted(self) -> bool:
        """Whether losses are 0 and 1, and not amounts."""
        return self.name != ABSOLUTE


@dataclass(frozen=True, slots=True, eq=False)
class Tested:
    """A candidate of one outcome, and how likely it is luck."""

    outcome: Outcome
    places: tuple[Place, ...]
    p: float


def find(
    *, model: Mapping[str, Any], answers: pd.DataFrame, rows: pd.DataFrame, asked: Mapping[str, Any],
    positive: Any = None,
) -> dict[str, Made]:
    """Search the metadata for groups on which the model errs more than on the rest, in the role `search`.

    `answers` are the model's, as `pipeline.auditing.answers` gives them, and `rows` the same test rows before
    fitting. `asked` is a `SliceSearch` as JSON. `positive` is the class that counts as yes, where it
    is not the model's own. Half of the rows, by a hash of their ids, suggest groups; the other half
    confirms them. Of a classifier with a positive class false positives and false negatives are searched, too.

    Raises:
        AuditRefused: a test row of the answers is not among `rows`.
    """
    manifest, wanted = Model.from_json(model), SliceSearch.from_json(asked)
    known = manifest.positive if positive is None else positive
    test = answered(answers, problem=manifest.problem, classes=manifest.classes, positive=known)
    columns, left_out = _metadata(manifest, rows_of(answers, rows), test, wanted=wanted)
    suggests = mixed(ranks(answers.index.to_numpy(), seed=wanted.seed)) < _HALF
    outcomes = list(_outcomes(test))
    tested = [each for outcome in outcomes for each in _tested(outcome, columns, suggests, wanted=wanted)]
    found = _confirmed(tested, columns, suggests, alpha=wanted.alpha)
    search = Search(
        n_rows=len(test),
        searched=int(suggests.sum()),
        confirmed=int((~suggests).sum()),
        tested=len(tested),
        found=tuple(found),
        columns=tuple(column.name for column in columns),
        left_out=left_out,
        overall={each.name: rate(each.losses, counted=each.counted) for each in outcomes},
        alpha=wanted.alpha,
        asked=wanted.to_json(),
    )
    facts = {"rows": search.n_rows, "tested": search.tested, "found": [str(each) for each in found[:10]]}
    return {"search": Made("search", search.to_json(), facts=facts)}


def _metadata(
    model: Model, rows: pd.DataFrame, test: Answered, *, wanted: SliceSearch
) -> tuple[list[Column], dict[str, str]]:
    coded, left_out = columns_of(
        rows, columns=wanted.columns, exclude=(*wanted.exclude, model.target), min_rows=wanted.min_rows
    )
    if model.target in left_out:
        left_out[model.target] = "the target"
    telling = [each.name for each in coded if test.problem == CLASSIFICATION and reveals(each, test.truth)]
    left_out |= dict.fromkeys(telling, "each of its values stands for one class of the target")
    return [each for each in coded if each.name not in telling], left_out


def _outcomes(test: Answered) -> Iterator[Outcome]:
    every = np.arange(len(test))
    if test.problem != CLASSIFICATION:
        yield Outcome(ABSOLUTE, every, np.abs(test.truth - test.answer))
        return
    wrong = (test.truth != test.answer).astype("float64")
    yield Outcome(ERRORS, every, wrong)
    if test.positive is not None:
        yes, said = test.truth == test.positive, test.answer == test.positive
        yield Outcome(FALSE_POSITIVES, every[~yes], said[~yes].astype("float64"))
        yield Outcome(FALSE_NEGATIVES, every[yes], (~said[yes]).astype("float64"))


def _tested(
    outcome: Outcome, columns: Sequence[Column], suggests: np.ndarray, *, wanted: SliceSearch
) -> Iterator[Tested]:
    """Search one half; test each candidate on the other: against all other rows, and without those named before it.

    Only what stands out both times counts, so that the larger of the two p values is taken.
    """
    here = suggests[outcome.cases]
    searched = [Column(each.name, each.codes[outcome.cases[here]], each.conditions) for each in columns]
    limits = Limits(most_conditions=wanted.most_conditions, min_rows=-(-wanted.min_rows // 2))
    codes, losses = [each.codes[outcome.cases[~here]] for each in columns], outcome.losses[~here]
    free = np.ones(len(losses), dtype=bool)
    for places in candidates(searched, outcome.losses[here], limits=limits):
        if inside([each.codes[outcome.cases] for each in columns], places).sum() >= wanted.min_rows:
            group = inside(codes, places)
            sides = (losses[group], losses[~group]), (losses[free & group], losses[free & ~group])
            yield Tested(outcome, places, max(p_value(*each, counted=outcome.counted) for each in sides))
            free &= ~group


def _confirmed(
    tested: Sequence[Tested], columns: Sequence[Column], suggests: np.ndarray, *, alpha: float
) -> list[Found]:
    found = [
        _found(each, columns, ~suggests, q=q)
        for each, q in zip(tested, holm([each.p for each in tested]), strict=True)
        if q <= alpha
    ]
    order = {name: place for place, name in enumerate((ERRORS, ABSOLUTE, FALSE_POSITIVES, FALSE_NEGATIVES))}
    return sorted(found, key=lambda each: (order[each.outcome], -each.excess, str(each)))


def _found(tested: Tested, columns: Sequence[Column], confirms: np.ndarray, *, q: float) -> Found:
    outcome, codes = tested.outcome, [each.codes for each in columns]
    group = inside(codes, tested.places)
    member, held = group[outcome.cases], confirms[outcome.cases]
    within, without = outcome.losses[member & held], outcome.losses[~member & held]
    gap, low, high = contrast(within, without, counted=outcome.counted)
    conditions: tuple[Condition, ...] = tuple(columns[column].conditions[code - 1] for column, code in tested.places)
    return Found(
        outcome=outcome.name,
        conditions=conditions,
        rows=int(group.sum()),
        share=float(group.mean()),
        cases=int(member.sum()),
        inside=rate(within, counted=outcome.counted),
        outside=rate(without, counted=outcome.counted),
        difference=gap,
        low=low,
        high=high,
        p=rounded(tested.p),
        q=rounded(q),
    )
