"""Rows as people name them: by a condition on any columns, by id, or by key."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lineage.errors import MOST_EXAMPLES
from lineage.idsets import Ids, ids_of
from pipeline.errors import Misuse, SourceRejected
from pipeline.rows import row_id
from pipeline.schema import ROW

if TYPE_CHECKING:
    from lineage.records import SourceRecord

_QUOTED = re.compile(r"`[^`]*`")
_SHOWN = 40
_NULL_TESTS = ("isna", "notna", "isnull", "notnull")
_PLAIN = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.Invert, ast.USub, ast.UAdd, ast.Compare,
    ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.BinOp, ast.BitAnd, ast.BitOr, ast.Add,
    ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Name, ast.Load, ast.Constant, ast.List, ast.Tuple,
)  # fmt: skip


def rows_where(table: pd.DataFrame, condition: str) -> Ids:
    """Find the rows for which a condition on columns holds: `income > 1000 and race == "a"`, `ip.isna()`.

    Columns whose names are no words stand in backticks. A condition that is null does not hold.

    Raises:
        Misuse: it cannot be read, speaks of more than columns and constants, or holds for no row.
    """
    _require_plain(table, condition)
    try:
        answer = table.eval(condition.strip(), engine="python", local_dict={}, global_dict={})
    except Exception as error:
        raise _unreadable(table, condition, found=f"{type(error).__name__}: {error}") from error
    if not isinstance(answer, pd.Series) or not pd.api.types.is_bool_dtype(answer.dtype):
        raise _unreadable(table, condition, found="no answer of true or false for each row")
    holds = answer.fillna(False).to_numpy(bool)
    if not holds.any():
        raise Misuse(f"{condition!r} holds for none of {len(table)} rows", expected="at least one")
    return ids_of(np.sort(table.index.to_numpy()[holds]))


def rows_named(table: pd.DataFrame, names: Iterable[str], *, record: SourceRecord | None) -> Ids:
    """Find rows by id (`-7301…`) or by key (`ip=10.0.0.1`, or `origin=EWR,hour=7` where it has several columns).

    Raises:
        Misuse: one is neither, or the source's rows are not known by key.
        SourceRejected: a key does not fit its type, or the table has no such row.
    """
    ids = ids_named(names, record=record)
    absent = [name for name, row in ids.items() if row not in table.index]
    if absent:
        raise SourceRejected("there are no such rows", examples=absent[:MOST_EXAMPLES], count=len(absent))
    return ids_of(np.array(sorted(set(ids.values())), dtype=np.int64))


def ids_named(names: Iterable[str], *, record: SourceRecord | None) -> dict[str, int]:
    """Give the id that each name means, whether or not there is such a row.

    Raises:
        Misuse: one is neither id nor key, or the source's rows are not known by key.
        SourceRejected: a key does not fit its type.
    """
    return {name: _id(name, record) for name in names}


def keys_named(names: Iterable[str], *, record: SourceRecord | None) -> list[dict[str, str]]:
    """Give the key, by column, of each name that is one."""
    return [dict(_pairs(name, record.key)) for name in names if record is not None and "=" in name]


def _id(name: str, record: SourceRecord | None) -> int:
    if re.fullmatch(r"[+-]?\d{1,19}", name):
        return int(name)
    if "=" not in name:
        raise Misuse(f"{name!r} names no row", expected="an id, or column=value of its key")
    if record is None:
        raise Misuse(f"{name!r} is a key", expected="ids, as these are no rows of a source")
    values = dict(_pairs(name, record.key))
    return row_id(values, source=record.name, secret=record.secret, key=record.key, types=record.schema)


def _pairs(name: str, key: Sequence[str]) -> list[tuple[str, str]]:
    """The columns and values of a key; a comma parts them only where there are several."""
    parts = [name] if len(key) == 1 else name.split(",")
    return [(column.strip(), value) for column, _, value in (part.partition("=") for part in parts)]


def _require_plain(table: pd.DataFrame, condition: str) -> None:
    try:
        tree = ast.parse(_QUOTED.sub("quoted", condition).strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _unreadable(table, condition, found=str(error)) from error
    allowed = {id(part) for node in ast.walk(tree) if _is_null_test(node) for part in (node, node.func)}
    strange = [node for node in ast.walk(tree) if not isinstance(node, _PLAIN) and id(node) not in allowed]
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id != "quoted"]
    unknown = [name for name in names if name not in table.columns and name != ROW]
    if strange or unknown:
        found = [type(node).__name__.lower() for node in strange] + [f"no column {name}" for name in unknown]
        raise _unreadable(table, condition, found=", ".join(dict.fromkeys(found)))


def _is_null_test(node: ast.AST) -> bool:
    called = node.func if isinstance(node, ast.Call) and not node.args and not node.keywords else None
    return isinstance(called, ast.Attribute) and called.attr in _NULL_TESTS


def _unreadable(table: pd.DataFrame, condition: str, *, found: str) -> Misuse:
    return Misuse(
        f"the condition {condition!r} cannot be asked",
        expected="columns, constants, comparisons, and, or, not, in, and column.isna()",
        found=found[:200],
        next_step="The columns are "
        + ", ".join(table.columns[:_SHOWN])
        + (", …." if len(table.columns) > _SHOWN else "."),
    )
