"""Which part each row goes to: by seeded hash rank within strata, by whole groups, or by time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.split import Policy
from pipeline.errors import Misuse, StepRefused
from pipeline.preprocessing.balance import balanced
from pipeline.preprocessing.places import labels, places, seats, text_hashes
from pipeline.rank import ranks

MOST_CLASSES = 20


def parts_of(data: pd.DataFrame, policy: Policy) -> np.ndarray:
    """Give each row the number of its part, `(n_rows,)`, in the order of `policy.sizes`.

    Raises:
        Misuse: a boundary is no time.
        StepRefused: a time is null, or a part would have no rows.
    """
    if policy.time is None:
        return _filled(_by_rank(data, policy, shares=list(policy.sizes.values())), policy, data=data)
    _refuse_nulls(data[policy.time])
    if not policy.boundaries:
        return _filled(_by_time(data[policy.time], shares=list(policy.sizes.values())), policy, data=data)
    return _filled(_by_boundaries(data, policy), policy, data=data)


def strata_of(data: pd.DataFrame, policy: Policy) -> list[str]:
    """The columns whose values make the strata; a target with more than 20 values is a quantity, and makes none."""
    named = [policy.target] if policy.target and data[policy.target].nunique() <= MOST_CLASSES else []
    return list(dict.fromkeys([*named, *policy.balance]))


def _by_rank(data: pd.DataFrame, policy: Policy, *, shares: Sequence[float]) -> np.ndarray:
    """Single rows by the strata of `balance`, then balanced by the target in each; groups by all strata at once."""
    columns = strata_of(data, policy)
    if policy.group is not None:
        return _along_line(data, policy, columns=columns, shares=shares)
    outer = [column for column in columns if column in policy.balance]
    part = _along_line(data, policy, columns=outer, shares=shares)
    if len(outer) == len(columns):
        return part
    return _balanced_within(data, policy, outer=outer, part=part)


def _balanced_within(data: pd.DataFrame, policy: Policy, *, outer: Sequence[str], part: np.ndarray) -> np.ndarray:
    strata, _ = labels(data, outer)
    classes, _ = labels(data, [policy.target])
    order = ranks(ranks(data.index.to_numpy(), seed=policy.seed).view(np.int64), seed=policy.seed)
    result = part.copy()
    for rows in np.split(np.argsort(strata, kind="stable"), np.cumsum(np.bincount(strata))[:-1]):
        result[rows] = balanced(part[rows], classes=classes[rows], order=order[rows])
    return result


def _along_line(data: pd.DataFrame, policy: Policy, *, columns: Sequence[str], shares: Sequence[float]) -> np.ndarray:
    """Spread each stratum evenly over a line, and cut it where the parts have their sizes."""
    codes, named = labels(data, columns)
    ids, members = _units(data, policy)
    stratum, weights = _of_units(codes, members, count=len(ids), kinds=len(named))
    order = ranks(ids, seed=policy.seed)
    offsets = _offsets(["\0".join(map(str, each.values())) for each in named], seed=policy.seed)
    line = np.lexsort((order, places(order, strata=stratum, offsets=offsets, weights=weights)))
    wanted = np.cumsum(seats(len(data), shares=shares))[:-1]
    cuts = _nearest(np.concatenate([[0], np.cumsum(weights[line])]), wanted)
    part = np.empty(len(ids), dtype=np.int64)
    part[line] = np.searchsorted(cuts, np.arange(len(ids)), side="right")
    return part[members]


def _units(data: pd.DataFrame, policy: Policy) -> tuple[np.ndarray, np.ndarray]:
    """The ids of what is ranked, and for each row the place of its own; a null group is one group."""
    if policy.group is None:
        return data.index.to_numpy(), np.arange(len(data))
    members, groups = labels(data, [policy.group])
    texts = [each[policy.group] for each in groups]
    return text_hashes("null" if text is None else f"={text}" for text in texts), members


def _of_units(codes: np.ndarray, members: np.ndarray, *, count: int, kinds: int) -> tuple[np.ndarray, np.ndarray]:
    """The stratum most of a unit's rows are in (the first of several), and its number of rows."""
    table = np.bincount(members * kinds + codes, minlength=count * kinds).reshape(count, kinds)
    return table.argmax(axis=1), table.sum(axis=1).astype(np.float64)


def _offsets(texts: Sequence[str], *, seed: int) -> np.ndarray:
    """A number for each stratum, well inside 0 to 1, that depends on its values and the seed alone."""
    return (ranks(text_hashes(texts), seed=seed) >> np.uint64(54)).astype(np.float64) / 1024 * 0.98 + 0.01


def _nearest(ends: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Of the ascending row counts at which a cut is possible, the places nearest to those wanted (ties: lower)."""
    above = np.searchsorted(ends, wanted).clip(1, len(ends) - 1)
    lower = wanted - ends[above - 1] <= ends[above] - wanted
    return np.where(lower, above - 1, above)


def _by_time(times: pd.Series, *, shares: Sequence[float]) -> np.ndarray:
    """Cut between two times, as near to the shares as can be: equal times are never parted."""
    codes, _ = pd.factorize(times, sort=True)
    wanted = np.cumsum(seats(len(times), shares=shares))[:-1]
    cuts = _nearest(np.concatenate([[0], np.cumsum(np.bincount(codes))]), wanted)
    return np.searchsorted(cuts, codes, side="right")


def _by_boundaries(data: pd.DataFrame, policy: Policy) -> np.ndarray:
    """Parts by the times at which the last of them begin; those before the first boundary share its rows by rank."""
    times = data[policy.time]
    first = [_as_time(boundary, times) for boundary in policy.boundaries]
    if any(later <= earlier for earlier, later in zip(first, first[1:], strict=False)):
        raise Misuse("boundaries are not in order", examples=policy.boundaries)
    shared = len(policy.sizes) - len(first)
    part = np.full(len(data), shared - 1, dtype=np.int64)
    for boundary in first:
        part += (times >= boundary).to_numpy(dtype=bool)
    early = part == shared - 1
    if shared > 1 and early.any():
        shares = np.array(list(policy.sizes.values())[:shared])
        part[early] = _by_rank(data[early], policy, shares=(shares / shares.sum()).tolist())
    return part


def _as_time(boundary: Any, times: pd.Series) -> Any:
    try:
        if pd.api.types.is_datetime64_any_dtype(times.dtype):
            boundary = pd.Timestamp(boundary)
            zone = times.dt.tz
            return boundary.tz_localize(zone) if zone is not None and boundary.tzinfo is None else boundary
        bool((times.iloc[:1] >= boundary).all())
    except (TypeError, ValueError) as error:
        raise Misuse(
            f"the boundary {boundary!r} cannot be compared with {times.name} ({times.dtype})", found=str(error)
        ) from error
    return boundary


def _refuse_nulls(times: pd.Series) -> None:
    if (null := times.isna()).any():
        raise StepRefused(
            f"the time {times.name!r} is null, so these rows come neither before nor after others",
            examples=[f"row {row}" for row in times.index[null.to_numpy()][:5]],
            count=int(null.sum()),
            next_step="Quarantine them with expect_column_values_to_not_be_null.",
        )


def _filled(part: np.ndarray, policy: Policy, *, data: pd.DataFrame) -> np.ndarray:
    counts = np.bincount(part, minlength=len(policy.sizes))
    empty = [name for name, count in zip(policy.sizes, counts, strict=True) if not count]
    if not empty:
        return part
    by = policy.time or policy.group
    raise StepRefused(
        f"split leaves no rows for {' and '.join(empty)}",
        expected=f"rows in each of {', '.join(policy.sizes)}",
        found=f"{len(data)} rows" + (f" with {data[by].nunique()} values of {by}" if by else ""),
        next_step="Give other sizes or boundaries, or leave the part out of sizes.",
    )
