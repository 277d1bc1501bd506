"""The lookup stage: every row of a dataset with the columns of the one row of a reference that has its key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.errors import Misuse, StepRefused
from pipeline.preprocessing.on import by_column, columns_of
from pipeline.step import Depends, Rule, Step

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def lookup(
    runner: Any,
    *,
    data: str,
    reference: str,
    on: str | Sequence[str] | Mapping[str, str],
    columns: Sequence[str] | None = None,
    found: str | None = None,
) -> str:
    """Look the rows of the dataset `data` up in the dataset `reference`; give the reference of what comes out.

    Rows, their ids and their order stay. `on` names the key columns, or maps those of the data to
    those of the reference; `columns` are taken (None: all that are no key columns); `found` names a
    boolean column that says whether the key is there. A key with a null matches nothing.

    Raises:
        Misuse: columns that are not there, or there already, or keys of different kinds.
        StepRefused: the reference has a key twice.
    """
    name, matched = runner.occasion.task or "lookup", by_column(on)
    known = columns_of(runner, {"data": data, "reference": reference}, step=name)["reference"]
    taken = [each for each in known if each not in matched.values()] if columns is None else list(columns)
    given = {"on": matched, "columns": taken, "found": found}
    step = Step(
        name=name, stage="preprocessing", function=lookup_rows, parameters=given, depends=lookup_depends(**given)
    )
    return runner.run(step, {"data": data, "reference": reference}).outputs["data"]


def lookup_depends(*, on: Mapping[str, str], columns: Sequence[str], found: str | None) -> tuple[Depends, ...]:
    """A row's own columns come from that row; what is taken from the reference's row of its key, there or not."""
    mine, theirs = list(on), list(on.values())
    gives = [*columns, *([found] if found else [])]
    own = {"reads": mine, "decides": [], "passes": "*", "gives": gives}
    other = {
        "on": {"output": mine, "input": theirs},
        "reads": list(dict.fromkeys([*theirs, *columns])),
        "decides": [],
        "gives": gives,
    }
    return (Depends("data", Rule.SAME_ROW, detail=own), Depends("reference", Rule.SAME_KEY, detail=other))


def lookup_rows(
    data: pd.DataFrame,
    reference: pd.DataFrame,
    *,
    on: Mapping[str, str],
    columns: Sequence[str],
    found: str | None = None,
) -> pd.DataFrame:
    """Add to each row of `data` the `columns` of the row of `reference` with its key; nulls where there is none.

    `on` maps key columns of `data` to those of `reference`. Dtypes are those of the reference. The
    column `found` is never null: a key with a null is found nowhere.

    Raises:
        Misuse: columns that are not there, or there already, or keys of different kinds.
        StepRefused: the reference has a key twice.
    """
    import numpy as np
    import pandas as pd

    from pipeline.preprocessing.numbering import NONE, numbered

    _check_columns(data, reference, columns=columns, found=found)
    ours, theirs = numbered(data, reference, on, step="lookup")
    _refuse_twice(theirs, reference, list(on.values()))
    row_of = np.full(len(reference) + 1, NONE, dtype=np.int64)
    whole = np.flatnonzero(theirs >= 0)
    row_of[theirs[whole]] = whole
    places = row_of[ours]
    taken = {name: reference[name].array.take(places, allow_fill=True) for name in columns}
    said = {found: pd.array(places >= 0, dtype="boolean")} if found else {}
    return pd.concat([data, pd.DataFrame({**taken, **said}, index=data.index)], axis="columns")


def _check_columns(data: pd.DataFrame, reference: pd.DataFrame, *, columns: Sequence[str], found: str | None) -> None:
    if absent := [name for name in columns if name not in reference.columns]:
        raise Misuse(
            "lookup takes columns that the reference lacks",
            expected=f"some of {', '.join(reference.columns)}",
            examples=absent,
        )
    added = [*columns, *([found] if found else [])]
    twice = [name for name in dict.fromkeys(added) if name in data.columns or added.count(name) > 1]
    if twice:
        raise Misuse(
            "lookup adds columns that are there already",
            examples=twice,
            next_step="Name those to take with columns=[…], or rename them in a step before.",
        )


def _refuse_twice(numbers: np.ndarray, reference: pd.DataFrame, key: Sequence[str]) -> None:
    import numpy as np

    counts = np.bincount(numbers[numbers >= 0])
    if not len(repeated := np.flatnonzero(counts > 1)):
        return
    first = [int(np.flatnonzero(numbers == number)[0]) for number in repeated[:5]]
    shown = reference[list(key)].iloc[first].to_dict("records")
    raise StepRefused(
        f"the reference has {len(repeated)} keys more than once, so that a row would not know which is meant",
        expected=f"one row for each {', '.join(key)}",
        examples=[
            ", ".join(f"{name}={value!s:.60}" for name, value in row.items()) + f" in {counts[number]} rows"
            for row, number in zip(shown, repeated, strict=False)
        ],
        count=len(repeated),
        next_step="Use join for every pair of rows, or preprocess the reference with dedupe(by=…) first.",
    )
