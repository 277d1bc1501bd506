"""A condition on rows, written as text: `race == "black" and income > 100`, `not (late or city is None)`.

It speaks of a row's own values and of constants alone, so that which rows it holds for never depends on
other rows. A column whose name is no Python name stands in backticks, or, beside a constant, in quotes;
`row` is the row's id. This is the one language in which slices, expectations, rules for labels and
recalls say which rows they mean.
"""

from __future__ import annotations

import ast
import keyword
import re
from functools import lru_cache

from pipeline.condition import Absence, Arithmetic, Column, Comparison, Condition, Constant, Junction, Membership
from pipeline.condition import Negation, Value
from pipeline.errors import Misuse

_COMPARED = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_COMPUTED = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%"}
_NULL_TESTS = {"isna": True, "isnull": True, "notna": False, "notnull": False}
_TEXT_OR_BACKTICKS = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`([^`]+)`""")


class _Unread(ValueError):
    """A part of the text that belongs to no condition."""


@lru_cache(maxsize=1024)
def parse(text: str) -> Condition:
    """Read a condition; nothing of it is evaluated.

    Raises:
        Misuse: the text is none.
    """
    try:
        return _condition(_tree(text))
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
        raise Misuse(
            f"where={text!r} is no condition",
            expected="columns compared with constants or with each other, and, or, not, in, is None: "
            'race == "black" and income > 100, town in ["A", "B"], hours is not None, `loan amount` > 5',
            found=str(error),
        ) from error


def columns_of(condition: str) -> list[str]:
    """Name the columns a condition reads, each once, in its order; `row` among them where it reads the row's id.

    Raises:
        Misuse: the text is no condition.
    """
    return list(dict.fromkeys(_names(parse(condition))))


def written(column: str) -> str:
    """Write a column's name as a condition has it."""
    return column if column.isidentifier() and not keyword.iskeyword(column) else f"`{column}`"


def _names(node: Condition | Value) -> list[str]:
    match node:
        case Column(name):
            return [name]
        case Comparison(left, _, right) | Arithmetic(left, _, right):
            return _names(left) + _names(right)
        case Membership(value, _) | Absence(value) | Negation(value):
            return _names(value)
        case Junction(_, parts):
            return [name for part in parts for name in _names(part)]
    return []


def _tree(text: str) -> ast.expr:
    """The text as Python's parser reads it, names in backticks as the columns they are."""
    stand_in = "_"
    while stand_in in text:
        stand_in += "_"
    quoted: list[str] = []

    def named(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0]
        quoted.append(found[1])
        return f" {stand_in}{len(quoted) - 1} "

    tree = ast.parse(_TEXT_OR_BACKTICKS.sub(named, text).strip(), mode="eval").body
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id.startswith(stand_in):
            node.id = quoted[int(node.id.removeprefix(stand_in))]
    return tree


def _condition(node: ast.expr) -> Condition:
    match node:
        case ast.BoolOp(op=op, values=parts):
            return Junction("and" if isinstance(op, ast.And) else "or", tuple(map(_condition, parts)))
        case ast.BinOp(op=(ast.BitAnd() | ast.BitOr()) as op, left=left, right=right):
            return Junction("and" if isinstance(op, ast.BitAnd) else "or", (_condition(left), _condition(right)))
        case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=part):
            return Negation(_condition(part))
        case ast.Call(func=ast.Attribute(value=value, attr=name), args=[], keywords=[]) if name in _NULL_TESTS:
            absent = Absence(_column(value))
            return absent if _NULL_TESTS[name] else Negation(absent)
        case ast.Compare(left=first, ops=operators, comparators=others):
            sides = [first, *others]
            parts = tuple(_comparison(*sides[at : at + 2], operator=each) for at, each in enumerate(operators))
            return Junction("and", parts) if len(parts) > 1 else parts[0]
        case ast.Name(id=name):
            return Column(name)
    raise _Unread(repr(ast.unparse(node)))


def _comparison(left: ast.expr, right: ast.expr, *, operator: ast.cmpop) -> Condition:
    match operator:
        case ast.In() | ast.NotIn():
            found: Condition = Membership(_column(left), _listed(right))
        case ast.Is() | ast.IsNot():
            if not isinstance(right, ast.Constant) or right.value is not None:
                raise _Unread(f"is {ast.unparse(right)}")
            found = Absence(_column(left))
        case _:
            return _compared(_value(left), _COMPARED[type(operator)], _value(right))
    return Negation(found) if isinstance(operator, (ast.NotIn, ast.IsNot)) else found


def _compared(left: Value, operator: str, right: Value) -> Comparison:
    """Two values compared; of a text and another constant, the text (the left one of two) names a column."""
    if not _names(left) and not _names(right):
        if isinstance(left, Constant) and isinstance(left.value, str):
            left = Column(left.value)
        elif isinstance(right, Constant) and isinstance(right.value, str):
            right = Column(right.value)
        else:
            raise _Unread(f"no column on either side of {operator!r}")
    return Comparison(left, operator, right)


def _column(node: ast.expr) -> Value:
    """A value that hangs on the row; a text is the name of a column."""
    found = _value(node)
    if isinstance(found, Constant) and isinstance(found.value, str):
        return Column(found.value)
    if not _names(found):
        raise _Unread(f"{ast.unparse(node)!r} where a column belongs")
    return found


def _value(node: ast.expr) -> Value:
    match node:
        case ast.Name(id=name):
            return Column(name)
        case ast.Constant(value=str() | int() | float() as value):
            return Constant(value)
        case ast.UnaryOp(op=(ast.USub() | ast.UAdd()) as sign, operand=part):
            number = _number(part)
            if isinstance(number, Constant):
                return Constant(-number.value if isinstance(sign, ast.USub) else number.value)
            return Arithmetic(Constant(0), "-" if isinstance(sign, ast.USub) else "+", number)
        case ast.BinOp(op=op, left=left, right=right) if type(op) in _COMPUTED:
            return Arithmetic(_number(left), _COMPUTED[type(op)], _number(right))
        case ast.Constant(value=None):
            raise _Unread("None where a value belongs; write: column is None")
    raise _Unread(f"{ast.unparse(node)!r} where a value belongs")


def _number(node: ast.expr) -> Value:
    found = _value(node)
    if isinstance(found, Constant) and isinstance(found.value, str):
        raise _Unread(f"{found.value!r} where a number belongs")
    return found


def _listed(node: ast.expr) -> tuple[str | float | bool, ...]:
    if not isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        raise _Unread(f"in {ast.unparse(node)}, which is no list")
    found = [_value(each) for each in node.elts]
    if odd := [ast.unparse(each) for each, one in zip(node.elts, found) if not isinstance(one, Constant)]:
        raise _Unread(f"{odd[0]!r} where a constant belongs")
    return tuple(sorted((each.value for each in found), key=repr))
