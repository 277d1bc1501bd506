"""Dedupe: of the rows with one key, one stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.errors import Misuse
from pipeline.preprocessing.parameters import WithParameters
from pipeline.step import Depends, Rule

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

KEEP = ("first", "last")


def dedupe(by: str | Sequence[str], *, order: str | None = None, keep: str = "first") -> WithParameters:
    """Keep one row of each key, in a list of `preprocess`; rows with a null in the key are all kept.

    Of the rows with the same values in `by` the one with the smallest value in `order` stays, with
    `keep="last"` the one with the greatest; of equal ones, or without `order`, the one with the
    smallest or greatest row id. A null in `order` loses to any value.

    Raises:
        Misuse: a declaration that cannot be used.
    """
    listed = [by] if isinstance(by, str) else list(by)
    if not listed or len(set(listed)) != len(listed) or not all(isinstance(each, str) for each in listed):
        raise Misuse(f"dedupe: by={by!r}", expected="column names, each once")
    if keep not in KEEP:
        raise Misuse(f"dedupe: keep={keep!r}", expected="one of " + ", ".join(KEEP))
    return WithParameters(dedupe_rows, {"by": listed, "order": order, "keep": keep})


def dedupe_depends(role: str, parameters: Mapping[str, Any]) -> tuple[Depends, ...]:
    """A row's values come from that row; whether it stays, from all rows with its key."""
    by, order = list(parameters["by"]), parameters["order"]
    decides = list(dict.fromkeys([*by, *([order] if order else [])]))
    chosen = {"on": {"output": by, "input": by}, "reads": [], "decides": decides, "gives": []}
    own = {"reads": [], "decides": [], "passes": "*", "gives": []}
    return (Depends(role, Rule.SAME_ROW, detail=own), Depends(role, Rule.SAME_KEY, detail=chosen))


def dedupe_rows(
    data: pd.DataFrame, *, by: Sequence[str], order: str | None = None, keep: str = "first"
) -> pd.DataFrame:
    """Keep one row of each key in `by`; the parameters are those of `dedupe`.

    Raises:
        Misuse: a column is not there, can be no key, or cannot be put in order.
    """
    import numpy as np
    import pandas as pd

    from pipeline.preprocessing.numbering import groups

    key = groups(data, by, step="dedupe")
    line = np.lexsort((data.index.to_numpy(), *_places(data, order, keep=keep)))
    kept = key < 0
    kept[line[~pd.Index(key[line]).duplicated(keep=keep)]] = True
    return data if kept.all() else data[kept]


def _places(data: pd.DataFrame, order: str | None, *, keep: str) -> list[np.ndarray]:
    """Number the values of `order`, if there is one, as they follow one another, a null where it loses."""
    import numpy as np
    import pandas as pd

    from pipeline.keys import plain

    if order is None:
        return []
    if order not in data.columns:
        raise Misuse(f"dedupe: order={order!r} is no column", expected=f"one of {', '.join(data.columns)}")
    column = data[order] if getattr(data[order].dtype, "ordered", False) else plain(data[order])
    try:
        codes, values = pd.factorize(column, sort=True)
    except TypeError as error:
        raise Misuse(f"dedupe: values of {order!r} have no order", found=str(error)) from error
    return [np.where(codes < 0, len(values), codes) if keep == "first" else codes]
