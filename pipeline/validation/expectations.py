"""An expectation: what is demanded of a dataset, and what happens to it or to its rows when it is not met."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import Misuse
from pipeline.where import parse

SEVERITIES = ("fail", "quarantine", "warn")
_NAMES_ROWS = re.compile(
    r"expect_(column_values?|column_pair_values|compound_columns|multicolumn|select_column_values)_"
)
_BY_TYPE = ("expect_column_values_to_be_of_type", "expect_column_values_to_be_in_type_list")
_BY_OTHERS = (
    "expect_column_values_to_be_unique", "expect_column_values_to_be_increasing",
    "expect_column_values_to_be_decreasing", "expect_column_value_z_scores_to_be_less_than",
    "expect_column_values_to_not_be_outliers", "expect_compound_columns_to_be_unique",
    "expect_multicolumn_values_to_be_unique",
)
_OWN = ("kind", "severity", "where", "at_most")


@dataclass(frozen=True, init=False, repr=False)
class Expectation:
    """A demand in Great Expectations' terms, declared in a DAG file.

    `kind` is the name of one of its expectations (`expect_column_values_to_be_between`) and
    `arguments` are that expectation's own. `severity` says what unmet means: `fail` refuses the
    dataset, `quarantine` sets the failing rows aside, `warn` only says so. `where` limits the
    check to rows (see `pipeline.where`). `at_most` is the share of all rows, 0 to
    1, that may be set aside before the dataset is refused after all.
    """

    kind: str
    severity: str = "fail"
    where: str | None = None
    at_most: float = 1.0
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def __init__(
        self, kind: str, *, severity: str = "fail", where: str | None = None, at_most: float = 1.0, **arguments: Any
    ) -> None:
        values = {"kind": kind, "severity": severity, "where": where, "at_most": at_most}
        for name, value in {**values, "arguments": _as_json(arguments, kind=kind)}.items():
            object.__setattr__(self, name, value)
        self._check()

    def _check(self) -> None:
        if not re.fullmatch(r"expect_[a-z_]+", self.kind or ""):
            raise Misuse(f"expectation {self.kind!r}", expected='a name such as "expect_column_values_to_not_be_null"')
        if self.severity not in SEVERITIES:
            raise Misuse(f"{self.kind}: severity={self.severity!r}", expected="one of " + ", ".join(SEVERITIES))
        if self.where is not None:
            parse(self.where)
        if "row_condition" in self.arguments:
            raise Misuse(f"{self.kind}: row_condition=", expected='where="age > 3", the same language everywhere')
        self._check_quarantine()

    def _check_quarantine(self) -> None:
        if not isinstance(self.at_most, (int, float)) or not 0 <= self.at_most <= 1:
            raise Misuse(f"{self.kind}: at_most={self.at_most!r}", expected="a share of rows from 0 to 1")
        if self.severity != "quarantine" and self.at_most != 1:
            raise Misuse(f"{self.kind}: at_most goes with severity=\"quarantine\"", found=repr(self.severity))
        if self.severity == "quarantine" and not self.names_rows:
            raise Misuse(
                f"{self.kind} cannot quarantine: it judges the table, and names no rows",
                next_step='Use severity="fail" or "warn".',
            )
        if self.severity == "quarantine" and "mostly" in self.arguments:
            raise Misuse(
                f"{self.kind}: mostly does not go with quarantine, which sets aside each failing row",
                next_step="To refuse a dataset with too many of them, say at_most=0.05.",
            )

    @property
    def names_rows(self) -> bool:
        """Whether the check says which rows fail; otherwise it judges the table as a whole."""
        return bool(_NAMES_ROWS.match(self.kind)) and self.kind not in _BY_TYPE

    @property
    def is_rowwise(self) -> bool:
        """Whether a row's own values alone decide if it fails, whatever the other rows hold."""
        return self.names_rows and self.kind not in _BY_OTHERS

    def to_json(self) -> dict[str, Any]:
        """Give the declaration as a JSON object; `Expectation(**it)` reads it back."""
        return {**{name: getattr(self, name) for name in _OWN}, **self.arguments}

    def __repr__(self) -> str:
        shown = [repr(self.kind)]
        shown += [f"{key}={value!r}" for key, value in self.arguments.items()]
        shown += [f"severity={self.severity!r}"] if self.severity != "fail" else []
        shown += [f"where={self.where!r}"] if self.where is not None else []
        shown += [f"at_most={self.at_most!r}"] if self.at_most != 1 else []
        return f"Expectation({', '.join(shown)})"


def _as_json(arguments: Mapping[str, Any], *, kind: str) -> dict[str, Any]:
    """Give the arguments as JSON carries them, in the order of their names."""
    try:
        return json.loads(json.dumps(arguments, allow_nan=False, sort_keys=True))
    except (TypeError, ValueError) as error:
        raise Misuse(
            f"{kind} has an argument that JSON cannot carry",
            expected="finite numbers, text, booleans, None, lists and dicts; times as ISO text",
            found=str(error),
        ) from error
