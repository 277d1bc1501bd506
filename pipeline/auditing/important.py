"""Disproportionately important examples, each of which must be answered right, whatever the average.

A search engine that answers navigational queries wrongly must not ship, however good it is on all others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pipeline.artifacts.audit import MOST_ROWS_NAMED, Finding, Judgement, Ruling
from pipeline.artifacts.metric import CLASSIFICATION, REGRESSION
from pipeline.errors import Misuse
from pipeline.where import parse

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from pipeline.auditing.answered import Answered

SHOWN = 5


@dataclass(frozen=True, slots=True)
class MustBeRight:
    """Test rows that must all be answered right: `MustBeRight("navigational", column="type", value="navigational")`.

    They are the rows whose `column` holds `value`, or one of `values` (a list of keys, each of which is then
    wanted among the test rows); or those a condition `where` holds for (see `pipeline.where`): rows of which that is
    not known, since a value is missing, are told and not counted. Right means the true class; of a number, at
    most `within` away from the truth, in units of the target. One wrong answer fails the audit; `min_count`
    does not apply, since each example counts for itself. Without any such row there is not enough evidence.
    """

    name: str
    column: str = field(default="", kw_only=True)
    value: Any = field(default=None, kw_only=True)
    values: tuple[Any, ...] = field(default=(), kw_only=True)
    where: str = field(default="", kw_only=True)
    within: float | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        given = (self.values,) if isinstance(self.values, str) else tuple(self.values)
        values = given if self.value is None else (self.value, *given)
        object.__setattr__(self, "values", tuple(dict.fromkeys(values)))
        object.__setattr__(self, "value", None)
        listed, unlisted = self.column and self.values and None not in self.values, not (self.column or self.values)
        if not self.name.strip() or not (unlisted if self.where else listed):
            raise Misuse(
                f"the examples {self.name!r} that must be right are not told",
                expected='MustBeRight("navigational queries", column="type", value="navigational"), or '
                "where=\"type == 'navigational'\" alone",
                found=f"column={self.column!r}, values={self.values!r}, where={self.where!r}",
            )
        if self.where:
            parse(self.where)
        if self.within is not None and not 0 <= self.within < float("inf"):
            raise Misuse(f"{self.name}: within={self.within}", expected="0 or more, in units of the target")

    @property
    def sentence(self) -> str:
        """The demand in words."""
        near = "" if self.within is None else f", to within {self.within:,.6g}"
        return f"every one of {self.name} answered right{near}"

    @property
    def told(self) -> str:
        """Which rows they are, in words."""
        if self.where:
            return self.where
        return f"{self.column} {_few(self.values)}"


def rightness(must: MustBeRight, rows: pd.DataFrame, answered: Answered) -> Finding:
    """Judge one group of important examples; `rows` are the test rows in the order of `answered`.

    Raises:
        Misuse: a regression without `within`, or a classification with it.
    """
    if (answered.problem == REGRESSION) != (must.within is not None):
        asked = "within=…: when a number is right" if answered.problem == REGRESSION else "no within"
        raise Misuse(f"{must.name} must be right in a {answered.problem}", expected=asked, found=f"{must.within}")
    ruling = _ruling(must, rows, answered)
    return Finding(gate=must.sentence, metric="", judgement=ruling.judgement, rulings=(ruling,))


def _ruling(must: MustBeRight, rows: pd.DataFrame, answered: Answered) -> Ruling:
    asked, why = _meant(must, rows)
    if asked is None:
        return _open(must, why)
    chosen, unknown = asked.fillna(False).to_numpy(dtype=bool), int(asked.isna().sum())
    wrong = rows.index[chosen & ~_right(must, answered)]
    n, lost = int(chosen.sum()), _not_there(must, rows)
    if len(wrong):
        found = {"value": float(len(wrong)), "row_ids": tuple(int(each) for each in wrong[:MOST_ROWS_NAMED])}
        return Ruling(about=must.told, judgement=Judgement.FAIL, why=_named(wrong), n=n, unit="wrong", **found)
    unsaid = f"; of {unknown} rows it is not known whether they are meant" if unknown else ""
    if not n:
        return _open(must, f"no test row has {must.told}{unsaid}")
    if len(must.values) > 1 and lost:
        return _open(must, f"all {n} are right, but {len(lost)} are in no test row: {_few(lost)}", n=n)
    return Ruling(about=must.told, judgement=Judgement.PASS, why=f"all are right{unsaid}", n=n, value=0.0, unit="wrong")


def _meant(must: MustBeRight, rows: pd.DataFrame) -> tuple[pd.Series | None, str]:
    """Whether each row is meant, null where that is not known; or None, and why it cannot be told."""
    from pipeline.holding import holds

    if must.where:
        try:
            return holds(must.where, rows), ""
        except Misuse as error:
            return None, f"its condition cannot be asked: {error.found}"
    if must.column in rows.columns:
        return rows[must.column].isin(must.values).astype("boolean"), ""
    near = get_close_matches(must.column, [str(each) for each in rows.columns], n=1)
    return None, f"column {must.column!r} is not stored" + (f"; did you mean {near[0]!r}?" if near else "")


def _right(must: MustBeRight, answered: Answered) -> np.ndarray:
    if answered.problem == CLASSIFICATION:
        return answered.truth == answered.answer
    return abs(answered.truth - answered.answer) <= must.within


def _not_there(must: MustBeRight, rows: pd.DataFrame) -> list[Any]:
    if must.where:
        return []
    there = set(rows[must.column].dropna().unique().tolist())
    return [value for value in must.values if value not in there]


def _open(must: MustBeRight, why: str, *, n: int = 0) -> Ruling:
    return Ruling(about=must.told, judgement=Judgement.NOT_ENOUGH_EVIDENCE, why=why, n=n)


def _named(wrong: pd.Index) -> str:
    listed = ", ".join(str(each) for each in wrong[:SHOWN])
    more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
    return f"answered wrongly: row {listed}" if len(wrong) == 1 else f"answered wrongly: rows {listed}{more}"


def _few(values: Any) -> str:
    listed = " or ".join(repr(each) for each in values[:SHOWN])
    return f"{listed} or {len(values) - SHOWN} more" if len(values) > SHOWN else listed
