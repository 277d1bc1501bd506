"""Balancing parts by the target: as few rows as can be change place, so that each class is spread by the shares.

Rows have their parts before the target is looked at. Then, class by class, the rows by which a
part has too many go where there are too few. A row whose label is corrected therefore keeps its
place, and of two classes at most one other row leaves any part, and at most one enters it.
"""

from __future__ import annotations

import numpy as np


def balanced(part: np.ndarray, *, classes: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Give each row its part anew, `(n_rows,)`: parts keep their sizes, classes are spread over them evenly.

    `part` and `classes` are codes from 0; `order` ranks the rows that may have to move. A class of
    `n` rows gets `n * size / rows` of each part, less than one row more or fewer: exactly that
    wherever those are whole numbers.
    """
    result, left = part.copy(), np.bincount(part)
    for code in np.unique(classes)[:0:-1]:
        rows = np.flatnonzero(classes == code)
        wanted = spread(len(rows), over=left)
        result[rows] = _moved(part[rows], wanted=wanted, order=order[rows])
        left = left - wanted
    rows = np.flatnonzero(classes == classes.min())
    result[rows] = _moved(part[rows], wanted=left, order=order[rows])
    return result


def spread(n: int, *, over: np.ndarray) -> np.ndarray:
    """Divide `n` of all seats in proportion to the seats each part has, `(n_parts,)`; one more of `n` adds one seat.

    The largest part comes first and rounds to the nearest; the others divide what it leaves in
    the same way. Halves are rounded up.
    """
    given, seats, rest = np.zeros_like(over), int(over.sum()), n
    for part in np.argsort(-over, kind="stable"):
        if seats:
            given[part] = (2 * rest * int(over[part]) + seats) // (2 * seats)
        rest, seats = rest - int(given[part]), seats - int(over[part])
    return given


def _moved(part: np.ndarray, *, wanted: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Move the first rows in `order` out of each part that has too many, to the parts that have too few."""
    change = wanted - np.bincount(part, minlength=len(wanted))
    if not change.any():
        return part
    leaving = np.concatenate(
        [_first(np.flatnonzero(part == j), order=order, count=-change[j]) for j in np.flatnonzero(change < 0)]
    )
    result = part.copy()
    result[leaving] = np.repeat(np.arange(len(wanted)), change.clip(min=0))
    return result


def _first(rows: np.ndarray, *, order: np.ndarray, count: int) -> np.ndarray:
    return rows[np.argsort(order[rows], kind="stable")[:count]]
