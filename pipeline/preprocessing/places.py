"""Places in a line: units (rows or groups) ordered by a seeded hash, each stratum spread evenly over it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd


def text_hashes(texts: Iterable[str]) -> np.ndarray:
    """Hash texts to int64 values that stay the same from run to run and machine to machine."""
    digests = [hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest() for text in texts]
    return np.frombuffer(b"".join(digests), dtype="<i8").astype(np.int64)


def places(order: np.ndarray, *, strata: np.ndarray, offsets: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Give each unit a place between 0 and 1, so that each stratum lies evenly along the line.

    `order` ranks the units of a stratum; `strata` are their codes, from 0; `offsets` is a number
    between 0 and 1 for each code; `weights` are rows per unit. Of a stratum with `n` rows, the
    unit of rank `i` (from 1, of one row each) lies at `(i - offset) / n`: cutting the line at a
    share `p` takes `floor(n * p + offset)` of it, which is exact where `n * p` is whole.
    """
    sorted_units = np.lexsort((order, strata))
    weight, stratum = weights[sorted_units], strata[sorted_units]
    totals = np.bincount(stratum, weights=weight, minlength=len(offsets))
    ends = np.cumsum(weight)
    before = (np.cumsum(totals) - totals)[stratum]
    place = np.empty(len(order))
    place[sorted_units] = (ends - before - offsets[stratum] * weight) / totals[stratum]
    return place


def seats(n: int, *, shares: Sequence[float]) -> list[int]:
    """Divide `n` rows by shares that sum to 1, by largest remainder; equal remainders go to the first."""
    ideal = [n * share for share in shares]
    whole = [int(np.floor(each + 1e-9)) for each in ideal]
    by_remainder = sorted(range(len(shares)), key=lambda i: (round(whole[i] - ideal[i], 9), i))
    for i in by_remainder[: n - sum(whole)]:
        whole[i] += 1
    return whole


def labels(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[np.ndarray, list[Mapping[str, str | None]]]:
    """Number the strata of `columns` in the order of their values as text, a null being a value of its own.

    Returns the code of each row, and what each code stands for.
    """
    codes, combined = np.zeros(len(frame), dtype=np.int64), [()]
    for column in columns:
        more, texts = _coded(frame[column])
        unique, codes = np.unique(codes * len(texts) + more, return_inverse=True)
        combined = [(*combined[code // len(texts)], texts[code % len(texts)]) for code in unique]
    return codes.reshape(-1).astype(np.int64), [dict(zip(columns, values, strict=True)) for values in combined]


def _coded(column: pd.Series) -> tuple[np.ndarray, list[str | None]]:
    """Codes in the order of the values' texts, null last."""
    codes, values = pd.factorize(column)
    texts = [str(value) for value in values]
    order = np.argsort(np.array(texts, dtype=object), kind="stable") if texts else np.array([], dtype=int)
    renumbered = np.empty(len(texts) + 1, dtype=np.int64)
    renumbered[order] = np.arange(len(texts))
    renumbered[-1] = len(texts)
    return renumbered[codes], [*(texts[i] for i in order), None]
