"""Row identity: a 64-bit id from a source's name, its secret and the row's key, the same in every version.

The id is taken over canonical values under the declared types, so that 1, 1.0 and "1" of an
integer column meet, and neither an inferred dtype nor a new column renumbers anything. The
mixing is keyed with the source's secret, so nobody guesses a key from an id. A source without
key columns is keyed by content: its columns in order of name, and for rows that are equal in
all of them the number of the occurrence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from blake3 import blake3

from pipeline.errors import Misuse, SourceRejected
from pipeline.parsed import parsed
from pipeline.parsing import DTYPES

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


Label = Callable[[int], str]


def row_ids(
    frame: pd.DataFrame,
    *,
    source: str,
    secret: bytes,
    key: Sequence[str],
    types: Mapping[str, str],
    label: Label | None = None,
) -> np.ndarray:
    """Compute the id of every row, in the frame's order, shape (n_rows,), int64.

    `key` are the columns that name a row; empty keys by the content of all columns in `types`.
    `types` are the declared types of at least the key columns. `label` names a row by its position in
    errors (`loans.csv line 17`); without it the frame's index does.

    Raises:
        Misuse: a key column has no declared type, or is not in the frame.
        SourceRejected: a key is null, is there twice or does not fit its type, or two different
            rows come to one id.
    """
    names = list(key) or sorted(types)
    if absent := [name for name in names if name not in types or name not in frame.columns]:
        raise Misuse(f"source {source}: columns that rows are known by", expected="in frame and types", examples=absent)
    label = label or (lambda position: f"row {frame.index[position]}")
    salt = _Salt(source, secret)
    lanes = _lanes(frame, {name: types[name] for name in names}, source=source, salt=salt, label=label)
    mixed = _mixed(lanes, salt=salt, rows=len(frame))
    if key:
        _refuse_null_keys(frame, key, source=source, label=label)
        _refuse_twice(mixed, lanes, frame=frame[names], source=source, label=label)
        return mixed.view(np.int64)
    return _numbered(mixed, lanes, source=source, salt=salt).view(np.int64)


def keyed_ids(
    frame: pd.DataFrame, *, source: str, secret: bytes, key: Sequence[str], types: Mapping[str, str]
) -> np.ndarray:
    """Compute again the ids of rows that `row_ids` gave ids by their key, shape (n_rows,), int64.

    That every key is there, and once, was found then.

    Raises:
        SourceRejected: a key does not fit its type.
    """
    salt, named = _Salt(source, secret), {name: types[name] for name in key}
    lanes = _lanes(frame, named, source=source, salt=salt, label=lambda position: f"row {position}")
    return _mixed(lanes, salt=salt, rows=len(frame)).view(np.int64)


def row_id(
    values: Mapping[str, Any], *, source: str, secret: bytes, key: Sequence[str], types: Mapping[str, str]
) -> int:
    """Compute the id of the one row that has these key values, given in any form its declared types can read.

    Raises:
        Misuse: the source has no key columns, or a key column is not among the values.
        SourceRejected: a value is null or does not fit its declared type.
    """
    if not key:
        raise Misuse(f"source {source} knows its rows by content, not by key", next_step="Give the row id instead.")
    if absent := [name for name in key if name not in values]:
        raise Misuse(f"source {source}: the key lacks columns", expected=", ".join(key), examples=absent)
    frame = pd.DataFrame({name: pd.Series([values[name]], dtype=object) for name in key})
    return int(row_ids(frame, source=source, secret=secret, key=key, types=types)[0])


class _Salt:
    """Keys for mixing, derived from a source's name and secret."""

    def __init__(self, source: str, secret: bytes) -> None:
        stream = blake3(source.encode(), key=blake3(secret).digest()).digest(length=48)
        words = np.frombuffer(stream, dtype="<u8")
        self.start, self.step, self.null, self.end, self.occurrence = (np.uint64(word) for word in words[:5])
        self.text_key = stream[40:].hex()


def _lanes(
    frame: pd.DataFrame, types: Mapping[str, str], *, source: str, salt: _Salt, label: Label
) -> list[np.ndarray]:
    return [_lane(frame[name], kind=kind, source=source, salt=salt, label=label) for name, kind in types.items()]


def _lane(column: pd.Series, *, kind: str, source: str, salt: _Salt, label: Label) -> np.ndarray:
    """Give one word of 64 bits per row for the canonical value of a column."""
    values = column
    if str(column.dtype) != DTYPES[kind] or kind == "category":
        read = parsed(column, "text" if kind == "category" else kind)
        if read.wrong.any():
            raise SourceRejected(
                f"{source}: key column {column.name}",
                expected=kind,
                examples=[f"{label(row)}: {column.iloc[row]!r:.80}" for row in np.flatnonzero(read.wrong)[:5]],
                count=int(read.wrong.sum()),
            )
        values = read.values
    null = values.isna().to_numpy()
    words = _words(values, kind=kind, salt=salt)
    return np.where(null, salt.null, words) if null.any() else words


def _words(values: pd.Series, *, kind: str, salt: _Salt) -> np.ndarray:
    if kind in ("text", "category"):
        return pd.util.hash_array(values.to_numpy(object), encoding="utf8", hash_key=salt.text_key, categorize=False)
    if kind == "number":
        return (values.to_numpy("float64") + 0.0).view(np.uint64)
    if kind == "datetime":
        return values.dt.tz_convert(None).to_numpy("datetime64[us]").view(np.uint64)
    return values.to_numpy("int64", na_value=0).view(np.uint64)


def _mixed(lanes: list[np.ndarray], *, salt: _Salt, rows: int) -> np.ndarray:
    """Mix the words of every row; for a single word this is a bijection, so integers cannot collide."""
    state = np.full(rows, salt.start, dtype=np.uint64) if not lanes else lanes[0] ^ salt.start
    _stir(state)
    for position, lane in enumerate(lanes[1:], 1):
        with np.errstate(over="ignore"):
            state += lane ^ (salt.start + np.uint64(position) * salt.step)
        _stir(state)
        state ^= lane
        _stir(state)
    return state ^ salt.end


def _stir(words: np.ndarray) -> None:
    """Apply the finaliser of splitmix64 in place."""
    shifted = np.empty_like(words)
    words += _GOLDEN
    for shift, factor in ((np.uint64(30), _FIRST), (np.uint64(27), _SECOND)):
        np.right_shift(words, shift, out=shifted)
        words ^= shifted
        words *= factor
    np.right_shift(words, np.uint64(31), out=shifted)
    words ^= shifted


def _repeated(ids: np.ndarray, lanes: Sequence[np.ndarray] = ()) -> np.ndarray:
    """Give the ids that are there more than once; rows in order of their one word, as most tables are, cannot be."""
    if len(lanes) == 1 and (lanes[0][1:] > lanes[0][:-1]).all() or pd.Index(ids).is_unique:
        return ids[:0]
    ordered = np.sort(ids)
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])


def _refuse_null_keys(frame: pd.DataFrame, key: Sequence[str], *, source: str, label: Label) -> None:
    for name in key:
        if (null := frame[name].isna()).any():
            raise SourceRejected(
                f"{source}: key column {name} is blank",
                expected="a value in every row",
                examples=[label(row) for row in np.flatnonzero(null)[:5]],
                count=int(null.sum()),
                next_step="Correct the source, or declare a key that every row has.",
            )


def _refuse_twice(
    mixed: np.ndarray, lanes: list[np.ndarray], *, frame: pd.DataFrame, source: str, label: Label
) -> None:
    if not len(repeated := _repeated(mixed, lanes)):
        return
    where = np.flatnonzero(np.isin(mixed, repeated))
    where = where[np.argsort(mixed[where], kind="stable")]
    _refuse_collision(mixed, lanes, where=where, source=source)
    examples = []
    for group in (where[mixed[where] == one] for one in repeated[:5]):
        values = ", ".join(f"{name}={frame[name].iloc[group[0]]!s:.60}" for name in frame.columns)
        examples.append(f"{values} in " + ", ".join(label(row) for row in group[:5]))
    raise SourceRejected(
        f"{source}: keys are there more than once",
        expected=f"one row for each {', '.join(frame.columns)}",
        found=f"{len(repeated)} keys shared by {len(where)} rows",
        examples=examples,
        count=len(repeated),
        next_step="Correct the source, or declare keys that name one row each.",
    )


def _refuse_collision(mixed: np.ndarray, lanes: list[np.ndarray], *, where: np.ndarray, source: str) -> None:
    """Refuse rows that differ and yet come to one id; `where` lists rows in order of their ids."""
    same_id = mixed[where][1:] == mixed[where][:-1]
    differ = np.any([lane[where][1:] != lane[where][:-1] for lane in lanes], axis=0)
    if (collided := same_id & differ).any():
        raise SourceRejected(
            f"{source}: different rows come to one id",
            examples=mixed[where][1:][collided].view(np.int64),
            next_step="Give the source another name, which mixes its ids anew.",
        )


def _numbered(mixed: np.ndarray, lanes: list[np.ndarray], *, source: str, salt: _Salt) -> np.ndarray:
    """Tell rows of equal content apart by the number of their occurrence; the first keeps the content's id."""
    if not len(repeated := _repeated(mixed, lanes)):
        return mixed
    where = np.flatnonzero(np.isin(mixed, repeated))
    where = where[np.argsort(mixed[where], kind="stable")]
    _refuse_collision(mixed, lanes, where=where, source=source)
    ordered = mixed[where]
    first = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    occurrence = np.arange(len(where)) - np.maximum.accumulate(np.where(first, np.arange(len(where)), 0))
    later = occurrence > 0
    fresh = ordered[later] ^ (occurrence[later].astype(np.uint64) * (salt.occurrence | np.uint64(1)))
    _stir(fresh)
    numbered = mixed.copy()
    numbered[where[later]] = fresh
    if len(again := _repeated(numbered)):
        raise SourceRejected(f"{source}: different rows come to one id", examples=again.view(np.int64))
    return numbered
