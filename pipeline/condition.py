"""A condition on the columns of a table, as people write it: `income > 1000 and race == "a"`, `ip.isna()`."""

from __future__ import annotations

import ast
import re

import numpy as np
import pandas as pd

from pipeline.errors import Misuse
from pipeline.schema import ROW

_QUOTED = re.compile(r"`[^`]*`")
_SHOWN = 40
_NULL_TESTS = ("isna", "notna", "isnull", "notnull")
_PLAIN = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.Invert, ast.USub, ast.UAdd, ast.Compare,
    ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.BinOp, ast.BitAnd, ast.BitOr, ast.Add,
    ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Name, ast.Load, ast.Constant, ast.List, ast.Tuple,
)  # fmt: skip


def holding(table: pd.DataFrame, condition: str) -> np.ndarray:
    """Say of every row whether a condition on its columns holds, shape (n_rows,), bool; one that is null does not.

    Columns whose names are no words stand in backticks.

    Raises:
        Misuse: it cannot be read, or speaks of more than columns and constants.
    """
    _require_plain(table, condition)
    try:
        answer = table.eval(condition.strip(), engine="python", local_dict={}, global_dict={})
    except Exception as error:
        raise _unreadable(table, condition, found=f"{type(error).__name__}: {error}") from error
    if not isinstance(answer, pd.Series) or not pd.api.types.is_bool_dtype(answer.dtype):
        raise _unreadable(table, condition, found="no answer of true or false for each row")
    return answer.fillna(False).to_numpy(bool)


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
