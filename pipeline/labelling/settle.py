"""Corrections settled: of what people say of one row, one label, or a refusal that names them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipeline.errors import Misuse, StepRefused
from pipeline.keys import key_words

AND = " and "


def settled(
    corrections: pd.DataFrame, *, on: Sequence[str], to: str, by: str, when: str = "", rule: str = ""
) -> pd.DataFrame:
    """Give one correction for each key in `on`, with everybody in `by` who says so, joined by "and".

    Of what one person says of a row, the last by `when` counts. `when` and `rule` are those of the last.

    Raises:
        Misuse: a column is not there.
        StepRefused: a correction is of no row, by nobody or of no label, or people contradict; rows are named.
    """
    columns = [*on, to, by, *(name for name in (when, rule) if name)]
    if absent := [name for name in columns if name not in corrections.columns]:
        raise Misuse(
            "corrections lack columns", expected="some of " + ", ".join(map(str, corrections.columns)), examples=absent
        )
    _refuse_empty(corrections, [*on, to, by, *([when] if when else [])])
    rows = corrections.sort_values(when, kind="stable") if when else corrections
    key = pd.Series(key_words(rows, list(on))[0].view(np.int64), index=rows.index)
    if when:
        again = pd.DataFrame({"key": key, "by": rows[by]}).duplicated(keep="last")
        rows, key = rows[~again], key[~again]
    _refuse_contradictions(rows, key, to=to, by=by)
    people = rows[by].groupby(key, sort=False).agg(lambda names: AND.join(sorted(set(map(str, names)))))
    last = ~key.duplicated(keep="last")
    return rows.loc[last, columns].assign(**{by: pd.array(key[last].map(people), dtype="str")})


def _refuse_empty(corrections: pd.DataFrame, columns: Sequence[str]) -> None:
    for name in columns:
        blank = corrections[name].isna().to_numpy()
        if blank.any():
            raise StepRefused(
                f"corrections say nothing in {name}",
                expected="the row's key, its new label, and who says so",
                examples=[f"row {row}" for row in corrections.index[blank][:5]],
                count=int(blank.sum()),
            )


def _refuse_contradictions(rows: pd.DataFrame, key: pd.Series, *, to: str, by: str) -> None:
    odd = (rows[to].groupby(key).transform("nunique") > 1).to_numpy()
    if not odd.any():
        return
    shown = rows[odd].iloc[np.argsort(key[odd], kind="stable")].head(5)
    raise StepRefused(
        "people contradict one another about a row",
        expected="one label for each row",
        examples=[
            f"row {row}: {label!s:.60} by {who!s:.60}"
            for row, label, who in zip(shown.index, shown[to], shown[by], strict=True)
        ],
        count=int(odd.sum()),
        next_step="Let them discuss it and keep one; of one person's, the last counts where when=… names the time.",
    )
