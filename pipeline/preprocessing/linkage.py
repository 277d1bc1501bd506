"""Record linkage: records of one person, restaurant or product, found in one source or several, get one name."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.errors import Misuse
from pipeline.preprocessing.comparison import Compare
from pipeline.preprocessing.parameters import WithParameters
from pipeline.step import Depends, Rule

if TYPE_CHECKING:
    import pandas as pd


def link(
    column: str,
    *,
    block_on: Sequence[str | Sequence[str]],
    compare: Sequence[Compare],
    prior: float,
    threshold: float = 0.9,
) -> WithParameters:
    """Find the records that are of one entity; `column` names it by the smallest of their row ids.

    Only pairs that agree in one entry of `block_on`, a column or all of several, are compared; a null
    agrees with nothing. `prior`, between 0 and 1, is how often two records taken at random are of one
    entity: where each of 10,000 records has one twin, 1 / 10,000. From it and what the columns tell
    (see `Compare`) follows the probability that a pair is of one entity; from `threshold` on, it is
    taken to be. Ids are kept. A record changes only the entities it was, or comes to be, part of:
    nothing is estimated from the data.

    Raises:
        Misuse: a declaration that cannot be used.
    """
    rules = [[columns] if isinstance(columns, str) else list(columns) for columns in block_on]
    if not rules or not all(rules) or not compare:
        raise Misuse("link lacks what it goes by", expected="columns to block on, and columns to compare")
    for name, share in (("prior", prior), ("threshold", threshold)):
        if not 0 < share < 1:
            raise Misuse(f"link: {name}={share!r}", expected="a probability above 0 and below 1")
    given = {"block_on": rules, "compare": [each.to_json() for each in compare], "prior": prior, "threshold": threshold}
    return WithParameters(link_records, {"column": column, **given})


def link_records(
    data: pd.DataFrame,
    *,
    column: str,
    block_on: Sequence[Sequence[str]],
    compare: Sequence[Mapping[str, Any]],
    prior: float,
    threshold: float,
) -> pd.DataFrame:
    """Add to each row, in `column`, the smallest row id among the records of its entity (Int64).

    The parameters are those of `link`, `compare` as JSON.

    Raises:
        Misuse: a column is not there, is there already or is no text; or the library is not installed.
        StepRefused: the blocking rules leave more pairs than can be compared.
    """
    from pipeline.preprocessing.matching import clusters

    read = columns_read(block_on=block_on, compare=compare)
    _check_columns(read, data=data, column=column)
    found = clusters(data[read], block_on=block_on, compare=compare, prior=prior, threshold=threshold)
    return data.assign(**{column: found}).astype({column: "Int64"})


def columns_read(*, block_on: Sequence[Sequence[str]], compare: Sequence[Mapping[str, Any]]) -> list[str]:
    """The columns by which records are linked, each once, in the order declared."""
    blocked = [name for columns in block_on for name in columns]
    return list(dict.fromkeys([*blocked, *(each["column"] for each in compare)]))


def link_depends(role: str, parameters: Mapping[str, Any]) -> tuple[Depends, ...]:
    """A row's own columns come from that row; its entity from all records of that entity."""
    read = columns_read(block_on=parameters["block_on"], compare=parameters["compare"])
    own = {"reads": [], "decides": [], "passes": "*", "gives": []}
    entity = {"cluster": parameters["column"], "reads": read, "decides": [], "gives": [parameters["column"]]}
    return (Depends(role, Rule.SAME_ROW, detail=own), Depends(role, Rule.PAIRS, detail=entity))


def _check_columns(read: Sequence[str], *, data: pd.DataFrame, column: str) -> None:
    known = [str(name) for name in data.columns]
    if absent := [name for name in read if name not in known]:
        near = difflib.get_close_matches(absent[0], known, n=2)
        raise Misuse(
            "link goes by columns that are not there",
            expected=f"some of {', '.join(known)}",
            examples=absent,
            next_step=f"Did you mean {' or '.join(near)}?" if near else "",
        )
    if column in known:
        raise Misuse(f"link is to add the column {column!r}, which is there already", next_step="Give it another name.")
