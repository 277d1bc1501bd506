"""Datasets as MLflow shows them, under our own names and digests (MLflow's own digest skips most of the content)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipeline.tracking.links import lineage_command

if TYPE_CHECKING:
    from mlflow.entities import DatasetInput


def dataset_inputs(runner: Any, references: Mapping[str, str]) -> list[DatasetInput]:
    """Give each dataset, by reference, as an input of an MLflow run in its context (training, validation, …)."""
    from mlflow.entities import Dataset, DatasetInput, InputTag

    found = []
    for reference, context in references.items():
        record = runner.describe(reference)
        dataset = Dataset(
            name=record.name,
            digest=record.digest,
            source_type=_source_type(runner.settings.storage),
            source=json.dumps({"uri": _place(runner.settings.storage, record.place)}),
            schema=_schema(runner, reference),
            profile=json.dumps({"num_rows": record.rows, "reference": reference}),
        )
        tags = {"mlflow.data.context": context, "headwater.reference": reference,
                "headwater.lineage": lineage_command(reference, down=context == "source")}
        found.append(DatasetInput(dataset, [InputTag(name, value) for name, value in tags.items()]))
    return found


def _source_type(storage: str) -> str:
    scheme, _, rest = storage.partition("://")
    return scheme if rest and scheme != "file" else "local"


def _place(storage: str, place: str) -> str:
    return f"{storage.rstrip('/')}/{place}"


def _schema(runner: Any, reference: str) -> str:
    """The columns in the form MLflow's UI shows: declared types where it has them, else a plain description."""
    types = {"float64": "double", "Int64": "long", "boolean": "boolean", "str": "string"}
    columns = [
        {"type": types.get(str(dtype), "datetime" if str(dtype).startswith("datetime") else "string"),
         "name": str(name), "required": False}
        for name, dtype in runner.value(reference).dtypes.items()
    ]
    return json.dumps({"mlflow_colspec": columns})
