"""By which columns the rows of two datasets are matched, as a DAG file says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.errors import Misuse


def by_column(on: str | Sequence[str] | Mapping[str, str]) -> dict[str, str]:
    """Read `on` as a mapping from the left columns to the right ones, in the order given.

    Raises:
        Misuse: it names no columns, or one twice.
    """
    if isinstance(on, Mapping):
        named = dict(on)
    else:
        listed = [on] if isinstance(on, str) else list(on)
        named = dict(zip(listed, listed, strict=True))
        if len(named) != len(listed):
            raise Misuse(f"on={on!r}", expected="each column once")
    texts = [*named, *named.values()]
    if not named or not all(isinstance(each, str) for each in texts) or len(set(named.values())) != len(named):
        raise Misuse(f"on={on!r}", expected='a column, a list of columns, or {"left column": "right column"}')
    return named


def columns_of(runner: Any, inputs: Mapping[str, Any], *, step: str) -> dict[str, list[str]]:
    """List the columns of datasets by role.

    Raises:
        Misuse: an input is no dataset.
    """
    odd = [f"{role}={given!r:.80}" for role, given in inputs.items() if not _is_dataset(given)]
    if odd:
        raise Misuse(f"step {step} takes datasets", expected="what a stage that makes one dataset gave", examples=odd)
    return {role: list(runner.describe(given).facts["columns"]) for role, given in inputs.items()}


def _is_dataset(given: Any) -> bool:
    return isinstance(given, str) and given.startswith("dataset/")
