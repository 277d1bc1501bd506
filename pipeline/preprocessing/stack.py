"""The stack stage: the rows of several datasets under one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.errors import Misuse, StepRefused
from pipeline.preprocessing.on import columns_of
from pipeline.step import Depends, Rule, Step

if TYPE_CHECKING:
    import pandas as pd


def stack(runner: Any, *, tables: Sequence[str]) -> str:
    """Put the rows of datasets under one another, with their ids; give the reference of what comes out.

    It has the columns of all, in the order in which they first appear; a row has nulls in those that
    its own dataset lacks.

    Raises:
        Misuse: fewer than one dataset, or a column that holds different kinds of values.
        StepRefused: a row is in two of them.
    """
    name = runner.occasion.task or "stack"
    columns_of(runner, {f"tables[{place}]": table for place, table in enumerate(tables)}, step=name)
    if not tables:
        raise Misuse(f"step {name} stacks nothing", expected="a list of datasets")
    own = {"reads": [], "decides": [], "passes": "*", "gives": []}
    step = Step(
        name=name, stage="preprocessing", function=stack_rows, depends=(Depends("tables", Rule.SAME_ROW, detail=own),)
    )
    return runner.run(step, {"tables": list(tables)}).outputs["data"]


def stack_rows(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put the rows of frames under one another, by id ascending.

    Raises:
        Misuse: a column holds different kinds of values.
        StepRefused: a row is in two of them.
    """
    import pandas as pd

    dtypes = _dtypes(tables)
    whole = [_with_all(table, dtypes) for table in tables]
    made = pd.concat(whole)
    if not made.index.is_unique:
        twice = made.index[made.index.duplicated()].unique()
        raise StepRefused(
            f"{len(twice)} rows are in more than one of the datasets to stack",
            examples=[f"row {row}" for row in twice[:5]],
            count=len(twice),
            next_step="Leave them out of one, in a step before.",
        )
    return made.sort_index()


def _dtypes(tables: Iterable[pd.DataFrame]) -> dict[str, Any]:
    """The dtype of every column of the whole, decided by dtypes alone and never by what rows hold."""
    found: dict[str, list[Any]] = {}
    for table in tables:
        for name, dtype in table.dtypes.items():
            found.setdefault(name, []).append(dtype)
    return {name: _one(name, dtypes) for name, dtypes in found.items()}


def _one(name: str, dtypes: Sequence[Any]) -> Any:
    from pipeline.keys import key_kind

    if all(dtype == dtypes[0] for dtype in dtypes):
        return dtypes[0]
    kinds = {key_kind(dtype) for dtype in dtypes}
    nullable = {"text": "str", "integer": "Int64", "number": "float64", "boolean": "boolean"}
    if len(kinds) == 1 and (kind := kinds.pop()) in nullable:
        return nullable[kind]
    raise Misuse(
        f"the column {name} holds different kinds of values in the datasets to stack",
        examples=list(dict.fromkeys(map(str, dtypes))),
        next_step="Convert it, or rename it, in a step before.",
    )


def _with_all(table: pd.DataFrame, dtypes: Mapping[str, Any]) -> pd.DataFrame:
    """The table with all columns, in their order."""
    import pandas as pd

    from pipeline.keys import plain

    columns = {}
    for name, dtype in dtypes.items():
        if name in table.columns:
            columns[name] = table[name] if table[name].dtype == dtype else plain(table[name])
        else:
            columns[name] = pd.Series(None, index=table.index, dtype=dtype)
    return pd.DataFrame(columns, index=table.index)
