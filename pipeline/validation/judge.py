"""The two steps of validation: judge a dataset, then let its rows pass, set them aside, or refuse it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.artifacts.verdict import Check, Verdict
from pipeline.errors import DatasetRejected
from pipeline.step import Made
from pipeline.validation.engine import hold
from pipeline.validation.expectations import Expectation
from pipeline.validation.page import page


def judge(data: pd.DataFrame, *, expectations: Sequence[Mapping[str, Any]], title: str) -> dict[str, Made]:
    """Hold a dataset against expectations; give the verdict, and a page that shows it to people.

    Raises:
        Misuse: Great Expectations has no such expectation, or it does not take such arguments.
    """
    declared = [Expectation(**each) for each in expectations]
    verdict = Verdict(rows=len(data), checks=hold(data, declared))
    facts = {
        "passed": verdict.passed,
        "checks": len(verdict.checks),
        "refusing": [check.title for check in verdict.refusing],
        "warnings": [check.title for check in verdict.warnings],
        "quarantined": len(verdict.quarantined),
    }
    shown = page(verdict, title=title)
    return {"verdict": Made("verdict", verdict.to_json(), facts=facts), "page": Made("page", shown, facts=facts)}


def carry_out(data: pd.DataFrame, *, verdict: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Made]:
    """Carry out a verdict: the rows that pass, and those set aside, if any, as a dataset of their own.

    `names` are the references of both inputs, for the letter to the reader.

    Raises:
        DatasetRejected: the verdict refuses the dataset, or leaves no row of it.
    """
    told = Verdict.from_json(verdict)
    if not told.passed:
        raise _rejected(told, names=names)
    aside = data.index.isin(told.quarantined)
    passing = {"data": Made("dataset", data[~aside])}
    return passing | ({"quarantined": Made("dataset", data[aside])} if aside.any() else {})


def _rejected(verdict: Verdict, *, names: Mapping[str, str]) -> DatasetRejected:
    see = f"See what was found: headwater show {names['verdict']}"
    if not verdict.refusing:
        return DatasetRejected(
            f"{names['data']}: all {verdict.rows} rows would be set aside",
            examples=[check.title for check in verdict.checks if check.severity == "quarantine" and check.failing],
            next_step=see,
        )
    rows = [_row(example) for check in verdict.refusing for example in check.examples]
    return DatasetRejected(
        f"{names['data']} failed {len(verdict.refusing)} of {len(verdict.checks)} expectations",
        found="; ".join(f"{check.title}: {_found(check)}" for check in verdict.refusing[:5]),
        examples=rows,
        count=max(len({row for check in verdict.refusing for row in check.failing}), min(len(rows), 5)),
        next_step=see,
    )


def _found(check: Check) -> str:
    limit = f", and at most {check.at_most:.4g} of all rows may be set aside" if check.severity == "quarantine" else ""
    return check.found + (limit if not check.error else "")


def _row(example: Mapping[str, Any]) -> str:
    values = ", ".join(f"{column}={value}" for column, value in example.items() if column != "row")
    return f"row {example['row']} ({values})" if values else f"row {example['row']}"
