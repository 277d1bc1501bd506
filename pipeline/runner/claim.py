"""The test of a row-wise claim: a sample of rows, run alone, must come out as it did among all rows.

The sample runs with the clock moved by more than a year, so a function that reads the clock is
found too. One row that was kept and one that was not also run quite alone, as a request to the
inference server will. What a sample cannot catch is a dependence that no sampled row shows: a
branch on the column's maximum that no row takes yet.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import time_machine

Call = Callable[[Mapping[str, Any]], pd.DataFrame]
SMALLEST_SAMPLE, LARGEST_SAMPLE = 32, 10_000
RELATIVE, ABSOLUTE = 1e-9, 1e-12
_LATER = datetime.timedelta(days=403, hours=7, minutes=11)


@dataclass(frozen=True, slots=True)
class Tested:
    """What the test found: `broken` says how the claim fails ("" if it holds)."""

    rows: int
    sampled: int
    broken: str = ""
    batch_sensitive: bool = False
    examples: tuple[str, ...] = ()


def check_rowwise(call: Call, inputs: Mapping[str, Any], roles: set[str], output: pd.DataFrame) -> Tested:
    """Re-run a sample of the rows of the inputs in `roles` alone and compare with `output`.

    `call` runs the function on inputs by role and returns a normalised frame. The sample is the
    same for the same rows: it is drawn with a seed from their ids.
    """
    rows = inputs[next(iter(roles))].index
    sample = _sample(rows)
    if not len(sample):
        return Tested(len(rows), 0)
    found = _differs(call, _only(inputs, roles, sample), _rows(output, sample), moved=True)
    if found is not None and found.broken:
        return _tested(rows, sample, _cause(call, _only(inputs, roles, sample), _rows(output, sample), found))
    for alone in _singles(sample, output):
        single = _differs(call, _only(inputs, roles, alone), _rows(output, alone), moved=False)
        found = single if single is not None and (found is None or single.broken) else found
    return _tested(rows, sample, found)


def _singles(sample: np.ndarray, output: pd.DataFrame) -> list[np.ndarray]:
    """One sampled row that the step kept and one that it left out: each will be run quite alone."""
    kept = np.isin(sample, output.index.to_numpy())
    return [chosen[:1] for chosen in (sample[kept], sample[~kept]) if len(chosen)]


@dataclass(frozen=True, slots=True)
class _Difference:
    broken: str = ""
    batch_sensitive: bool = False
    examples: tuple[str, ...] = ()
    raised: bool = False


def _tested(rows: pd.Index, sample: np.ndarray, found: _Difference | None) -> Tested:
    if found is None:
        return Tested(len(rows), len(sample))
    return Tested(len(rows), len(sample), found.broken, found.batch_sensitive, found.examples)


def _cause(call: Call, inputs: Mapping[str, Any], expected: pd.DataFrame, found: _Difference) -> _Difference:
    """Tell a step that reads the clock, or is not deterministic, from one that looks at other rows."""
    still = _differs(call, inputs, expected, moved=False)
    if still is None or still.batch_sensitive:
        return _Difference("its result changes with the clock", examples=found.examples)
    if still.raised:
        return still
    again = call(inputs)
    twice = _differs(call, inputs, again, moved=False)
    if twice is not None and not twice.batch_sensitive:
        return _Difference("it gives different results for the same rows", examples=twice.examples)
    return still


def _sample(rows: pd.Index) -> np.ndarray:
    wanted = min(max(SMALLEST_SAMPLE, len(rows) // 100), LARGEST_SAMPLE, max(1, len(rows) // 2))
    if not len(rows):
        return rows.to_numpy()
    seed = int(np.bitwise_xor.reduce(rows.to_numpy())) & 0x7FFFFFFFFFFFFFFF
    return np.sort(np.random.default_rng(seed).choice(rows.to_numpy(), size=wanted, replace=False))


def _only(inputs: Mapping[str, Any], roles: set[str], sample: np.ndarray) -> dict[str, Any]:
    return {role: _rows(value, sample) if role in roles else value for role, value in inputs.items()}


def _rows(frame: pd.DataFrame, sample: np.ndarray) -> pd.DataFrame:
    """The rows of `sample` that `frame` holds, in id order; ids are ascending in both."""
    places = frame.index.searchsorted(sample)
    inside = places < len(frame)
    places, sample = places[inside], sample[inside]
    return frame.take(places[frame.index.to_numpy()[places] == sample])


def _differs(call: Call, inputs: Mapping[str, Any], expected: pd.DataFrame, *, moved: bool) -> _Difference | None:
    try:
        if moved:
            with time_machine.travel(datetime.datetime.now(datetime.UTC) + _LATER):
                got = call(inputs)
        else:
            got = call(inputs)
    except Exception as error:  # noqa: BLE001 - whatever a user's function raises on a part is the finding
        return _Difference(f"it raises on {len(expected)} rows alone: {type(error).__name__}: {error}", raised=True)
    return _compare(got, expected)


def _compare(got: pd.DataFrame, expected: pd.DataFrame) -> _Difference | None:
    if got.equals(expected):
        return None
    if not got.index.equals(expected.index):
        odd = got.index.symmetric_difference(expected.index)
        return _Difference("other rows stay when a sample runs alone", examples=tuple(f"row {row}" for row in odd))
    if list(got.columns) != list(expected.columns):
        odd = got.columns.symmetric_difference(expected.columns)
        return _Difference("other columns come out when a sample runs alone", examples=tuple(map(str, odd)))
    got = _typed_like(got, expected)
    if got.equals(expected):
        return None
    worst, examples = True, []
    for column in expected.columns:
        if got[column].dtype != expected[column].dtype:
            worst = False
            examples.append(f"{column}: {got[column].dtype} alone, {expected[column].dtype} among all")
        elif not got[column].equals(expected[column]):
            close, example = _close(got[column], expected[column])
            worst &= close
            examples.append(f"{column}: {example}")
    if worst:
        return _Difference(batch_sensitive=True, examples=tuple(examples))
    return _Difference("values differ when a sample runs alone", examples=tuple(examples))


def _typed_like(got: pd.DataFrame, expected: pd.DataFrame) -> pd.DataFrame:
    """Give `got` the dtypes of `expected`: a sample of nulls alone may have lost them."""
    other = {
        c: expected[c].dtype for c in expected.columns if got[c].dtype != expected[c].dtype and got[c].isna().all()
    }
    return got.astype(other) if other else got


def _close(got: pd.Series, expected: pd.Series) -> tuple[bool, str]:
    """Whether two columns differ in the last bits at most, and the first difference in words."""
    same = (got == expected).fillna(False).to_numpy(bool) | (got.isna() & expected.isna()).to_numpy()
    place = int(np.argmin(same))
    words = f"row {expected.index[place]} gives {got.iloc[place]!r} alone, {expected.iloc[place]!r} among all"
    if not pd.api.types.is_float_dtype(expected.dtype):
        return False, words
    numbers = got.to_numpy(float, na_value=np.nan), expected.to_numpy(float, na_value=np.nan)
    return bool(np.allclose(*numbers, rtol=RELATIVE, atol=ABSOLUTE, equal_nan=True)), words
