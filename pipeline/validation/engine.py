"""The one module that speaks Great Expectations: a frame and expectations in, checks out."""

from __future__ import annotations

import difflib
import logging
import math
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.verdict import Check
from pipeline.errors import Misuse
from pipeline.holding import holding
from pipeline.validation.columns import concerned, unfit
from pipeline.validation.expectations import Expectation
from pipeline.validation.plain import ROW, as_time, plain

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # read when Great Expectations is imported

_COMPARED = {"min_value", "max_value", "value_set"}
_OF_TYPES = {
    "expect_column_values_to_be_of_type", "expect_column_values_to_be_in_type_list", "expect_column_type_to_be"
}
_COUNTS: Mapping[str, Any] = {"result_format": "SUMMARY"}
_ROWS: Mapping[str, Any] = {"result_format": "COMPLETE", "exclude_unexpected_values": True}
_MOST_EXAMPLES, _MOST_OBSERVED = 5, 20


def hold(frame: pd.DataFrame, expectations: Sequence[Expectation]) -> tuple[Check, ...]:
    """Hold `frame` (indexed by row id) against each expectation, in order.

    First everything is counted; then, for the checks that rows fail, their ids are looked up, all
    of them. A column that is not there makes its check an error, not the run.

    Raises:
        Misuse: no such expectation, it does not take such arguments, or its condition compares times with other text.
    """
    with _quiet():
        configured = [_configured(each, frame=frame) for each in expectations]
        errors = {place: error for place, each in enumerate(expectations) if (error := unfit(each, frame=frame))}
        asked = {place: each for place, each in enumerate(configured) if place not in errors}
        counted: dict[int, dict[str, Any]] = {}
        rows: dict[int, tuple[int, ...]] = {}
        for table, places in _tables(frame, {place: expectations[place] for place in asked}):
            found = _evaluate(table, {place: asked[place] for place in places}, form=_COUNTS)
            named = {place: asked[place] for place in found if found[place]["result"].get("unexpected_count")}
            rows |= {place: _rows(result) for place, result in _evaluate(table, named, form=_ROWS).items()}
            counted |= found
    checks = []
    for place, expectation in enumerate(expectations):
        result = counted.get(place) or {"success": False, "result": {}, "error": errors.get(place, "")}
        checks.append(_check(expectation, result=result, failing=rows.get(place, ()), frame=frame))
    return tuple(checks)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library's progress lines and its warnings about itself to itself."""
    log = logging.getLogger("great_expectations")
    before = log.level
    log.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            log.setLevel(before)


def _kinds() -> dict[str, Any]:
    import great_expectations.expectations as known
    from great_expectations.expectations.expectation import Expectation as Theirs

    classes = [each for each in vars(known).values() if isinstance(each, type) and issubclass(each, Theirs)]
    return {kind: each for each in classes if (kind := getattr(each, "expectation_type", None))}


def _configured(expectation: Expectation, *, frame: pd.DataFrame) -> Any:
    known = _kinds()
    if expectation.kind not in known:
        near = difflib.get_close_matches(expectation.kind, known, n=3)
        raise Misuse(
            f"Great Expectations has no {expectation.kind}",
            next_step=f"Did you mean {' or '.join(near)}?" if near else "",
        )
    given = dict(expectation.arguments)
    for name in _COMPARED & given.keys():
        given[name] = as_time(given[name], column=given.get("column"), frame=frame)
    if expectation.where is not None and "row_condition" not in known[expectation.kind].__fields__:
        raise Misuse(f"{expectation.kind} looks at no rows, so that where= cannot limit them", found=expectation.where)
    try:
        return known[expectation.kind](**given)
    except (ValueError, TypeError) as error:
        raise Misuse(
            f"{expectation!r} cannot be set up",
            found=_first_line(error),
            examples=sorted(set(expectation.arguments) - set(known[expectation.kind].__fields__)),
        ) from error


def _tables(frame: pd.DataFrame, asked: Mapping[int, Expectation]) -> Iterator[tuple[Any, list[int]]]:
    """The rows that expectations are about, as the library takes them, and the places of those about just these."""
    alike: dict[tuple[bool, str | None], list[int]] = {}
    for place, each in asked.items():
        alike.setdefault((each.kind in _OF_TYPES, each.where), []).append(place)
    table = plain(frame) if any(not of_types for of_types, _ in alike) else frame
    for (of_types, where), places in alike.items():
        rows = frame.rename_axis(ROW) if of_types else table
        yield _batch(rows if where is None else rows[holding(where, frame)]), places


def _batch(frame: pd.DataFrame) -> Any:
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral", project_config=_in_memory())
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame})


def _evaluate(batch: Any, asked: Mapping[int, Any], *, form: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    """The results by place; the library gives them back in an order of its own."""
    if not asked:
        return {}
    import great_expectations as gx

    for place, each in asked.items():
        each.meta = {"place": place}
    suite = gx.ExpectationSuite(name="expectations", expectations=list(asked.values()))
    found = batch.validate(suite, result_format=dict(form)).results
    return {each.expectation_config.meta["place"]: _result(each) for each in found}


def _in_memory() -> Any:
    """A configuration that writes nothing, shows no progress and tells nobody."""
    from great_expectations.data_context.types import base

    return base.DataContextConfig(
        store_backend_defaults=base.InMemoryStoreBackendDefaults(),
        progress_bars=base.ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )


def _result(found: Any) -> dict[str, Any]:
    told = found.to_json_dict()
    info = told.get("exception_info") or {}
    raised = [each for each in (info, *info.values()) if isinstance(each, dict) and each.get("raised_exception")]
    error = _first_line(raised[0].get("exception_message")) if raised else ""
    return {"success": bool(told["success"]) and not raised, "result": told.get("result") or {}, "error": error}


def _first_line(error: Any) -> str:
    return " ".join(str(error).split())[:200]


def _rows(result: Mapping[str, Any]) -> tuple[int, ...]:
    listed = result["result"].get("unexpected_index_list") or []
    return tuple(sorted({int(row) for group in listed for row in group[ROW]}))


def _check(
    expectation: Expectation, *, result: Mapping[str, Any], failing: tuple[int, ...], frame: pd.DataFrame
) -> Check:
    told = result["result"]
    return Check(
        kind=expectation.kind, severity=expectation.severity, arguments=expectation.arguments,
        where=expectation.where, at_most=expectation.at_most, passed=result["success"],
        rows=told.get("element_count"), failing=failing, observed=_as_json(told.get("observed_value")),
        error=result["error"], examples=_examples(frame, failing[:_MOST_EXAMPLES], columns=concerned(expectation)),
    )


def _as_json(value: Any) -> Any:
    """An observed value as JSON carries it: no more than twenty of many, and text for what is no finite number."""
    if isinstance(value, Mapping):
        return {str(key): _as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        shown = [_as_json(item) for item in list(value)[:_MOST_OBSERVED]]
        return shown + ([f"and {len(value) - len(shown)} more"] if len(value) > len(shown) else [])
    plain_value = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain_value, float) and not math.isfinite(plain_value):
        return str(plain_value)
    return plain_value if isinstance(plain_value, (bool, int, float, str, type(None))) else str(plain_value)


def _examples(frame: pd.DataFrame, rows: Sequence[int], *, columns: Sequence[str]) -> tuple[dict[str, Any], ...]:
    shown = frame.loc[list(rows), [column for column in columns if column in frame.columns]]
    return tuple(
        {"row": str(row), **{column: None if pd.isna(value) else str(value) for column, value in values.items()}}
        for row, values in zip(rows, shown.to_dict("records"), strict=True)
    )
