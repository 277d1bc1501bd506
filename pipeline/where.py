"""A condition on rows, written as text: `race == "black" and income > 100`, `city is not None`.

Only a row's own values can be compared with constants, so that which rows a check looks at never
depends on other rows.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pipeline.errors import Misuse

_OPERATORS = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One column compared with a constant. `operator` is as in Python; `is` and `is not` go with None."""

    column: str
    operator: str
    value: Any


@lru_cache(maxsize=1024)
def parse(text: str) -> tuple[tuple[Comparison, ...], ...]:
    """Read a condition as alternatives, each a group of comparisons that must all hold.

    A column whose name is no Python name is written in quotes on the left: `"loan amount" > 5`.

    Raises:
        Misuse: the text is no condition of this kind.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise _misuse(text, f"what cannot be read ({error})") from error
    return tuple(_all_of(part, text=text) for part in _operands(tree, ast.Or))


def _operands(node: ast.expr, joined_by: type) -> list[ast.expr]:
    if isinstance(node, ast.BoolOp) and isinstance(node.op, joined_by):
        return [leaf for value in node.values for leaf in _operands(value, joined_by)]
    return [node]


def _all_of(node: ast.expr, *, text: str) -> tuple[Comparison, ...]:
    return tuple(each for part in _operands(node, ast.And) for each in _comparisons(part, text=text))


def _comparisons(node: ast.expr, *, text: str) -> list[Comparison]:
    """The comparisons of one chain: `0 < age <= 9` is two."""
    if not isinstance(node, ast.Compare):
        raise _misuse(text, f"{ast.unparse(node)!r}")
    sides = [node.left, *node.comparators]
    names = [_OPERATORS[type(operator)] for operator in node.ops]
    return [_comparison(*sides[i:i + 2], operator=name, text=text) for i, name in enumerate(names)]


def _comparison(left: ast.expr, right: ast.expr, *, operator: str, text: str) -> Comparison:
    if not _is_column(left) and _is_column(right) and operator in _MIRRORED:
        left, right, operator = right, left, _MIRRORED[operator]
    if not _is_column(left):
        raise _misuse(text, f"no column on the left of {operator!r}")
    return Comparison(_column(left), operator, _constant(right, operator=operator, text=text))


def _is_column(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _column(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.value


def _constant(node: ast.expr, *, operator: str, text: str) -> Any:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError) as error:
        raise _misuse(text, f"{ast.unparse(node)!r} where a constant belongs") from error
    listed, null = isinstance(value, (list, tuple, set)), value is None
    if listed != (operator in ("in", "not in")) or null != (operator in ("is", "is not")):
        raise _misuse(text, f"{operator} {ast.unparse(node)}")
    return sorted(value, key=repr) if listed else value


def _misuse(text: str, found: str) -> Misuse:
    return Misuse(
        f"where={text!r} is no condition",
        expected='columns compared with constants, joined by "and", then by "or": '
        'race == "black" and income > 100, town in ["A", "B"], hours is not None',
        found=found,
    )
