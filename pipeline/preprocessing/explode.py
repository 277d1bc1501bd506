"""Explode: a row for every element of a column that holds several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipeline.errors import Misuse
from pipeline.preprocessing.parameters import WithParameters
from pipeline.step import Depends, Made, Rule

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def explode(column: str, *, separator: str | None = None) -> WithParameters:
    """Make a row for every element of `column`, in a list of `preprocess`.

    The column holds lists, or text whose elements are parted by `separator`: blanks around an
    element are cut off, and what is empty is none. A row without elements leaves no row. The
    other columns are repeated. A row is named by its parent's id, its element and, for equal
    elements of one parent, the number of the occurrence.

    Raises:
        Misuse: a declaration that cannot be used.
    """
    if not isinstance(column, str) or not (separator is None or (isinstance(separator, str) and separator)):
        raise Misuse(f"explode({column!r}, separator={separator!r})", expected="a column's name, and a separator")
    return WithParameters(explode_rows, {"column": column, "separator": separator})


def explode_depends(role: str, parameters: Mapping[str, Any]) -> tuple[Depends, ...]:
    """A row comes from its parent: one column is its element, the others are the parent's."""
    own = [parameters["column"]]
    detail = {"pairs": "pairs", "side": "parent", "passes": "*", "reads": own, "gives": own}
    return (Depends(role, Rule.PAIRS, detail=detail),)


def explode_rows(data: pd.DataFrame, *, column: str, separator: str | None = None) -> dict[str, Made]:
    """Give the rows in `data` and, in `pairs`, the parent of each; the parameters are those of `explode`.

    Raises:
        Misuse: the column is not there, holds no lists, or no text for the separator.
        StepRefused: two different rows come to one id.
    """
    import pandas as pd
    import pyarrow.compute as pc

    from pipeline.offspring import child_ids, pairs_table
    from pipeline.schema import normalised

    lists = _lists(data, column, separator=separator)
    places = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)
    elements = pd.Series(pd.arrays.ArrowExtensionArray(pc.list_flatten(lists)), name=column)
    rows = data.take(places)
    parents = rows.index.to_numpy()
    columns = {name: elements.array if name == column else rows[name].array for name in rows.columns}
    frame = normalised(pd.DataFrame(columns))
    ids = child_ids(parents, frame[[column]])
    made = frame.set_axis(pd.Index(ids, name="row")).sort_index()
    return {"data": Made("dataset", made), "pairs": Made("dataset", pairs_table(ids, {"parent": parents}))}


def _lists(data: pd.DataFrame, column: str, *, separator: str | None) -> pa.Array:
    """The column as lists, shape (n_rows,)."""
    import pandas as pd
    import pyarrow as pa

    if column not in data.columns:
        raise Misuse(f"explode: {column!r} is no column", expected=f"one of {', '.join(data.columns)}")
    dtype, values = data[column].dtype, data[column]
    if separator is None:
        listed = isinstance(dtype, pd.ArrowDtype) and (
            pa.types.is_list(dtype.pyarrow_dtype) or pa.types.is_large_list(dtype.pyarrow_dtype)
        )
        if not listed:
            raise Misuse(f"explode: {column} ({dtype}) holds no lists", next_step="For text give separator=….")
        return _whole(pa.array(values, from_pandas=True))
    if isinstance(dtype, pd.CategoricalDtype):
        values = values.astype("str")
    if not isinstance(values.dtype, pd.StringDtype):
        raise Misuse(f"explode: {column} ({dtype}) is no text", next_step="Leave separator out for lists.")
    return _parted(values, separator)


def _parted(texts: pd.Series, separator: str) -> pa.Array:
    """The elements of every text, without blanks around them and without empty ones."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    parted = pc.split_pattern(
        pc.fill_null(_whole(pa.array(texts, type=pa.large_string(), from_pandas=True)), ""), pattern=separator
    )
    elements, parents = pc.utf8_trim_whitespace(pc.list_flatten(parted)), pc.list_parent_indices(parted)
    filled = pc.not_equal(elements, "")
    counts = np.bincount(pc.filter(parents, filled).to_numpy(zero_copy_only=False), minlength=len(texts))
    offsets = np.concatenate([[0], np.cumsum(counts)])
    return pa.LargeListArray.from_arrays(pa.array(offsets, pa.int64()), pc.filter(elements, filled))


def _whole(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    import pyarrow as pa

    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
