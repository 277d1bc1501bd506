"""Which records are of one entity: the only module that speaks Splink, whose model it runs with declared values.

Splink can estimate its model from the data; then every record would bear on every match. Here all
of the model is given, so that whether two records match hangs on these two alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pipeline.errors import Misuse, StepRefused

MOST_PAIRS = 50_000_000
_ROW = "row"
_ALONE = {"temp_directory": "", "autoinstall_known_extensions": False, "autoload_known_extensions": False}


def clusters(
    records: pd.DataFrame,
    *,
    block_on: Sequence[Sequence[str]],
    compare: Sequence[Mapping[str, Any]],
    prior: float,
    threshold: float,
) -> np.ndarray:
    """Name the entity of every record by its smallest row id, `(n_records,)` int64, in the frame's order.

    Pairs that agree in all columns of one entry of `block_on`, none being null, are compared; those
    that match with a probability of at least `threshold` are of one entity, and so is whatever
    they are tied to by other pairs.

    Raises:
        Misuse: the library is not installed, or likeness of letters is asked of a column that is no text.
        StepRefused: the blocking rules leave more pairs than can be compared.
    """
    _check_installed()
    _check_texts(records, compare)
    _refuse_crowds(records, block_on)
    if len(records) < 2:
        return records.index.to_numpy(np.int64)
    names = {name: f"c{place}" for place, name in enumerate(records.columns)}
    settings = _settings(names, block_on=block_on, compare=compare, prior=prior)
    found = _clustered(_table(records, names), settings, threshold=threshold)
    smallest = found.groupby("cluster_id")[_ROW].transform("min").set_axis(found[_ROW])
    return smallest.loc[records.index].to_numpy(np.int64)


def _clustered(table: pa.Table, settings: Any, *, threshold: float) -> pd.DataFrame:
    """The rows of a table with the cluster each is in: `row` and `cluster_id`."""
    import duckdb
    from splink import DuckDBAPI, Linker

    with duckdb.connect(":memory:", config=_ALONE) as connection:
        linker = Linker(DuckDBAPI(connection=connection).register(table), settings, log_level=None)
        matches = linker.inference.predict(threshold_match_probability=threshold, warning_mode="never")
        found = linker.clustering.cluster_pairwise_predictions_at_threshold(matches, threshold)
        return found.as_pyarrow_table().select([_ROW, "cluster_id"]).to_pandas()


def _settings(
    names: Mapping[str, str], *, block_on: Sequence[Sequence[str]], compare: Sequence[Mapping[str, Any]], prior: float
) -> Any:
    from splink import SettingsCreator, block_on as rule

    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name=_ROW,
        probability_two_random_records_match=prior,
        comparisons=[_comparison(names[each["column"]], **each) for each in compare],
        blocking_rules_to_generate_predictions=[rule(*(names[column] for column in columns)) for columns in block_on],
        retain_matching_columns=False,
    )


def _comparison(
    name: str,
    *,
    column: str,
    m: Sequence[float],
    u: Sequence[float],
    similar: Sequence[float] = (),
    edits: Sequence[int] = (),
) -> Any:
    import splink.comparison_level_library as level
    from splink.comparison_library import CustomComparison

    degrees = [
        level.ExactMatchLevel(name),
        *(level.JaroWinklerLevel(name, each) for each in similar),
        *(level.DamerauLevenshteinLevel(name, each) for each in edits),
        level.ElseLevel(),
    ]
    told = [
        degree.configure(m_probability=same, u_probability=other)
        for degree, same, other in zip(degrees, m, u, strict=True)
    ]
    return CustomComparison([level.NullLevel(name), *told], output_column_name=name, comparison_description=column)


def _table(records: pd.DataFrame, names: Mapping[str, str]) -> pa.Table:
    """The records under names that need no quoting, with their ids; NaN and NaT are null."""
    arrays = {names[column]: pa.array(records[column], from_pandas=True) for column in records.columns}
    plain = {name: each.dictionary_decode() if _is_category(each) else each for name, each in arrays.items()}
    return pa.table({_ROW: records.index.to_numpy(np.int64), **plain})


def _is_category(array: pa.Array) -> bool:
    return pa.types.is_dictionary(array.type)


def _check_installed() -> None:
    try:
        import splink  # noqa: F401 (whether it is there is the question)
    except ImportError as absent:
        raise Misuse(
            "link needs the library splink, which is not installed", next_step='Try: pip install "headwater[linkage]"'
        ) from absent


def _check_texts(records: pd.DataFrame, compare: Sequence[Mapping[str, Any]]) -> None:
    by_letters = [each["column"] for each in compare if each.get("similar") or each.get("edits")]
    if other := [f"{name}: {kind}" for name in by_letters if not _is_text(kind := records[name].dtype)]:
        raise Misuse(
            "link compares letters",
            expected="text",
            examples=other,
            next_step="Make the column text in a step before, or compare it as a whole.",
        )


def _is_text(dtype: Any) -> bool:
    return pd.api.types.is_string_dtype(dtype.categories.dtype if isinstance(dtype, pd.CategoricalDtype) else dtype)


def _refuse_crowds(records: pd.DataFrame, block_on: Sequence[Sequence[str]]) -> None:
    """Refuse to compare more pairs than `MOST_PAIRS`; leaving some out would let one record decide about others."""
    for columns in block_on:
        sizes = records.groupby(list(columns), observed=True).size().sort_values(ascending=False, kind="stable")
        pairs = int((sizes * (sizes - 1) // 2).sum())
        if pairs > MOST_PAIRS:
            raise StepRefused(
                f"link compares all pairs of records that agree in {', '.join(columns)}",
                expected=f"at most {MOST_PAIRS:,} pairs",
                found=f"{pairs:,}",
                examples=[f"{value!r:.60} in {size:,} records" for value, size in sizes.head(3).items()],
                count=len(sizes),
                next_step="Block on more columns at once, or make a value that stands for nothing null.",
            )
