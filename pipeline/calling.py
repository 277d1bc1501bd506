"""Calling a user's function as it claims to be called: the same way in a run, in training's checks and in serving."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.errors import ClaimBroken, Misuse
from pipeline.step import Claim, Rule, claim_of


def call(
    function: Callable[..., Any], frame: pd.DataFrame, *, role: str, given: Mapping[str, Any]
) -> tuple[Any, list[str] | None]:
    """Call `function` on `frame`, in its argument `role`, with the other arguments `given`.

    One that declares what it reads is given these columns alone. If it is row-wise, the others pass
    through in their order, for the rows it returns, and what it returns comes after them; the names of
    these columns are the second thing returned (None where nothing passes through). One that claims
    to go by key is not given rows with a null in the key.

    Raises:
        Misuse: a column that it declares is not there.
        ClaimBroken: it reads a column that it does not declare.
    """
    claim = claim_of(function)
    if claim is None or (claim.reads is None and claim.rule is not Rule.SAME_KEY):
        return function(**{role: frame}, **given), None
    name = getattr(function, "__qualname__", repr(function))
    _check_there([*claim.by, *(claim.reads or ())] if claim.rule is Rule.SAME_KEY else claim.reads, frame, step=name)
    result = _called(function, _seen(frame, claim), role=role, given=given, name=name, whole=frame)
    if claim.reads is None or claim.rule is not Rule.SAME_ROW or not isinstance(result, pd.DataFrame):
        return result, None
    return _with_passed(result, frame, reads=claim.reads), list(result.columns)


def _check_there(columns: Sequence[str], frame: pd.DataFrame, *, step: str) -> None:
    if absent := [name for name in columns if name not in frame.columns]:
        raise Misuse(
            f"step {step} declares columns that are not there",
            expected=f"some of {', '.join(map(str, frame.columns))}",
            examples=absent,
        )


def _seen(frame: pd.DataFrame, claim: Claim) -> pd.DataFrame:
    """What the function is to see of the frame."""
    if claim.rule is Rule.SAME_KEY and (null := frame[list(claim.by)].isna().to_numpy().any(axis=1)).any():
        frame = frame[~null]
    return frame if claim.reads is None else frame[list(claim.reads)]


def _called(
    function: Callable[..., Any],
    seen: pd.DataFrame,
    *,
    role: str,
    given: Mapping[str, Any],
    name: str,
    whole: pd.DataFrame,
) -> Any:
    try:
        return function(**{role: seen}, **given)
    except (KeyError, AttributeError) as error:
        undeclared = [each for each in whole.columns if each not in seen.columns and repr(each) in str(error)]
        if not undeclared:
            raise
        raise ClaimBroken(
            f"step {name} reads columns that it does not declare",
            expected=f"reads={tuple(seen.columns)!r}",
            examples=undeclared,
            next_step="Add them to reads, or leave reads out.",
        ) from error


def _with_passed(result: pd.DataFrame, frame: pd.DataFrame, *, reads: Sequence[str]) -> pd.DataFrame:
    """The columns that were not read and not made anew, for the rows of `result`, then those of `result`."""
    passed = [name for name in frame.columns if name not in reads and name not in result.columns]
    if not passed or not result.index.isin(frame.index).all():
        return result
    rest = frame[passed]
    if not result.index.equals(frame.index):
        rest = rest.take(frame.index.get_indexer(result.index))
    return pd.concat([rest.set_axis(result.index), result], axis="columns")
