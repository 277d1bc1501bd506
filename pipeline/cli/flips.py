"""A list of flipped decisions for programs: as JSON values, and as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.recall.flipped import Flipped

_FLIPS, _UNSCORED = ("flipped", "gone"), ("not reproduced", "not rescorable")


def flipped_to_json(answer: Flipped) -> dict[str, Any]:
    """A list of flipped decisions as JSON values; ids of rows and predictions are strings."""
    from pipeline.recall.scorer import PARITY

    table = answer.table.sort_values(["at", "prediction"])
    lines = {name: [_line(one) for one in _records(table, name)] for name in (*_FLIPS, *_UNSCORED)}
    models = {
        model: {"wrong_training_rows": one.wrong, "missing_training_rows": one.missing, "training_rows": one.of}
        for model, one in answer.models.items()
    }
    return {
        "recall": answer.recall,
        "dataset": answer.reference or None,
        "reused": answer.reused,
        "tolerance": answer.tolerance,
        "parity": PARITY,
        "counts": answer.counts,
        "models": models,
        "dag_runs": list(answer.dag_runs),
        "causes": list(answer.causes),
        "also": list(answer.also),
        "complete": not answer.missing,
        "missing": list(answer.missing),
        "flips": sorted(lines["flipped"] + lines["gone"], key=lambda line: (line["at"], line["prediction"])),
        "not_judged": lines["not reproduced"] + lines["not rescorable"],
    }


def _records(table: Any, outcome: str) -> list[dict[str, Any]]:
    some = table[table["outcome"] == outcome]
    return [dict(zip(some.columns, row, strict=True)) for row in some.itertuples(index=False, name=None)]


def _line(record: Mapping[str, Any]) -> dict[str, Any]:
    from pipeline.cell import to_json

    plain = {name: to_json(value) for name, value in record.items()}
    read = {name: None if plain[name] is None else json.loads(plain[name]) for name in ("before", "after")}
    row = plain.pop("row_id")
    return (
        plain
        | read
        | {"row": None if row is None else str(row), "own_examples": json.loads(plain["own_examples"] or "[]")}
    )


def write_csv(file: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    """Write lines as CSV, all of them or no file."""
    from pipeline.recall.flips import COLUMNS
    from pipeline.storage.files import LocalFiles

    text = io.StringIO()
    names = ["row" if name == "row_id" else "rows_to_blame" if name == "own_examples" else name for name in COLUMNS]
    writer = csv.DictWriter(text, names, extrasaction="ignore")
    writer.writeheader()
    for line in lines:
        writer.writerow({**line, "rows_to_blame": "; ".join(map(culprit, line["own_examples"]))})
    LocalFiles(str(file.parent)).write(file.name, text.getvalue().encode())


def culprit(one: Mapping[str, Any]) -> str:
    """Tell of a wrong row what it was and is."""
    key = ", ".join(f"{name}={value}" for name, value in one["key"].items())
    change = ", ".join(
        f"{name} {_word(was)} → {_word(now)}" for name, (was, now) in one["cells"].items() if name not in one["key"]
    )
    how = {"came": "was missing", "went": "should not be there"}.get(one["change"], change)
    return f"{one['source']} {key or one['row']}: {how}"


def _word(value: Any) -> str:
    return "null" if value is None else str(value)
