"""The list of flipped decisions as a table: one row for every prediction that was looked at."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from blake3 import blake3

from pipeline.artifacts.metric import REGRESSION
from pipeline.recall.affected import WrongTraining
from pipeline.recall.culprits import Found
from pipeline.recall.fate import Cause, Fate, Rescored
from pipeline.recall.scorer import Scorer, probability_of
from pipeline.schema import ROW
from pipeline.serving.predictor import Answer

COLUMNS = {
    "prediction": "str",
    "at": "datetime64[us, UTC]",
    "endpoint": "str",
    "release": "Int64",
    "table": "str",
    "row_id": "Int64",
    "outcome": "str",
    "why": "str",
    "before": "str",
    "after": "str",
    "before_probability": "float64",
    "after_probability": "float64",
    "change": "float64",
    "cause": "str",
    "own_rows": "Int64",
    "own_examples": "str",
    "training_rows": "Int64",
    "model": "str",
    "new_model": "str",
    "earlier": "boolean",
}
"""The table's columns. `before` and `after` are JSON, `own_examples` a JSON list as `Found` has it.

`table` and `row_id` are the row that the prediction was asked about. `own_rows` counts the wrong rows
that its own data comes from, where that is a cause; `training_rows` those among the rows that its model
was trained on, where the model is one.
"""

_LARGEST = 2**63


def line_of(
    one: Rescored, found: Found | None, *, scorer: Scorer, training: Mapping[str, WrongTraining]
) -> dict[str, Any]:
    """Tell what became of a prediction as a line of the table; `found` are the wrong rows its own data comes from."""
    logged, after = one.prediction, one.after
    line: dict[str, Any] = {
        **dict.fromkeys(COLUMNS),
        "prediction": logged.id,
        "at": logged.at,
        "endpoint": logged.endpoint,
        "release": logged.release,
        "outcome": one.fate.value,
        "why": one.why or None,
        "before": _written(logged.output.get("prediction")),
        "model": logged.model,
        "new_model": one.model or None,
        "earlier": one.earlier,
    }
    named = logged.rows[: len(logged.rows) - sum(told["row"] is not None for told in logged.looked_up)]
    if named:
        line["table"], line["row_id"] = named[0]
    if one.model:
        line |= _scored(one, scorer)
    if isinstance(after, Answer):
        line["after"] = _written(after.prediction)
    if one.cause is not None:
        line |= _blame(one, found, training)
    return line


def _scored(one: Rescored, scorer: Scorer) -> dict[str, Any]:
    """The probabilities, or by how much a number is another."""
    logged, after = one.prediction.output, one.after
    before = Answer(logged["prediction"], logged.get("probability"))
    told = {"before_probability": probability_of(before, scorer.manifest(one.prediction.model).positive)}
    if isinstance(after, Answer):
        told["after_probability"] = probability_of(after, scorer.manifest(one.model).positive)
        if one.problem == REGRESSION:
            told["change"] = after.prediction - before.prediction
    return told


def _blame(one: Rescored, found: Found | None, training: Mapping[str, WrongTraining]) -> dict[str, Any]:
    told: dict[str, Any] = {"cause": one.cause and one.cause.value}
    if one.cause is not Cause.MODEL and found is not None:
        told |= {"own_rows": found.count, "own_examples": json.dumps(list(found.examples), sort_keys=True)}
    if one.cause is not Cause.OWN:
        wrong = training[one.prediction.model]
        told["training_rows"] = None if wrong.wrong is None else wrong.wrong + (wrong.missing or 0)
    return told


def flips_table(lines: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Put lines into a table: each prediction's row is named by its id."""
    listed = list(lines)
    index = pd.Index([_row_of(line["prediction"]) for line in listed], dtype="int64", name=ROW)
    columns = {name: _column([line[name] for line in listed], kind) for name, kind in COLUMNS.items()}
    return pd.DataFrame(columns, index=index).sort_index()


def counts(table: pd.DataFrame) -> dict[str, Any]:
    """Count what became of the predictions of a table: by outcome, flips also by cause."""
    fates, flips = Counter(table["outcome"]), table[table["outcome"].isin([Fate.FLIPPED, Fate.GONE])]
    causes = Counter(flips["cause"])
    unscored = fates[Fate.NOT_REPRODUCED] + fates[Fate.NOT_RESCORABLE]
    return {
        "predictions": len(table),
        "rescored": len(table) - unscored,
        "flipped": fates[Fate.FLIPPED],
        "gone": fates[Fate.GONE],
        "by_cause": {cause.value: causes[cause] for cause in Cause},
        "not_reproduced": fates[Fate.NOT_REPRODUCED],
        "not_rescorable": fates[Fate.NOT_RESCORABLE],
        "by_earlier_models": int(flips["earlier"].sum()),
    }


def _column(values: Sequence[Any], kind: str) -> Any:
    if kind == "float64":
        return np.array([np.nan if value is None else value for value in values], dtype="float64")
    if kind.startswith("datetime"):
        return pd.DatetimeIndex(pd.to_datetime(values, utc=True)).as_unit("us")
    return pd.array(values, dtype=kind)


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _row_of(prediction: str) -> int:
    """The row id of a prediction: its own id where that is a number of 64 bits, else its digest."""
    digits = prediction.isdecimal() and prediction.isascii() and len(prediction) < 20
    if digits and int(prediction) < _LARGEST and str(int(prediction)) == prediction:
        return int(prediction)
    return int.from_bytes(blake3(prediction.encode()).digest(length=8), "little", signed=True)
