"""`headwater diff`: how two versions of a dataset differ, row by row and cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.output import json_option, number, print_heading, print_json, print_table, short

if TYPE_CHECKING:
    import pandas as pd

    from lineage.difference import Difference
    from lineage.records import Artifact

_EXAMPLES = 5


@click.command(short_help="Compare two versions of a dataset row by row.")
@click.argument("before")
@click.argument("after")
@click.option("--rows", "all_rows", is_flag=True, help="List the ids of all rows, not only examples.")
@json_option
def diff(before: str, after: str, all_rows: bool, as_json: bool) -> None:
    """Say which rows are in BEFORE or AFTER alone, which changed, and in which columns.

    A version is named SOURCE@DIGEST (the digest may be cut short), SOURCE for the latest, or
    SOURCE~1 for the one before the latest. Rows are the same where their ids are.
    """
    from lineage.difference import difference
    from pipeline.cli.opened import opened_storage, opened_store
    from pipeline.recall.versions import version_of

    store = opened_store()
    storage = opened_storage(store)
    old, new = version_of(store, before), version_of(store, after)
    tables = storage.load(old), storage.load(new)
    record = store.source(new.name)
    keys = [name for name in (record.key if record else ()) if all(name in table for table in tables)]
    found = difference(*tables)
    told = _told(found, *tables, keys=keys, all_rows=all_rows)
    if as_json:
        print_json({"before": old.reference, "after": new.reference, **told})
    else:
        _print(old, new, told)


def _told(
    found: Difference, old: pd.DataFrame, new: pd.DataFrame, *, keys: Sequence[str], all_rows: bool
) -> dict[str, Any]:
    """Tell a difference as a JSON object; ids of rows are strings."""
    ids = {"added": found.added, "removed": found.removed, "changed": _changed(found)}
    from_table = {"added": new, "removed": old}
    told: dict[str, Any] = {"rows": {"before": found.before, "after": found.after}}
    for what, rows in ids.items():
        told[what] = {"count": len(rows), **({"rows": [str(row) for row in rows]} if all_rows else {})}
    for what, table in from_table.items():
        told[what]["examples"] = _whole_rows(table, ids[what][:_EXAMPLES])
    told["changed"]["columns"] = {name: len(rows) for name, rows in found.changed.items()}
    told["changed"]["examples"] = _cells(found, old, new, keys=keys)
    return told


def _changed(found: Difference) -> Any:
    from lineage.idsets import joined

    return joined(*found.changed.values())


def _whole_rows(table: pd.DataFrame, rows: Iterable[int]) -> list[dict[str, Any]]:
    return [{"row": str(row), "values": _values(table, row, table.columns)} for row in rows]


def _cells(found: Difference, old: pd.DataFrame, new: pd.DataFrame, *, keys: Sequence[str]) -> list[dict[str, Any]]:
    """The first changed rows, each with its key and its changed cells before and after."""
    examples = []
    for row in _changed(found)[:_EXAMPLES]:
        names = [name for name, rows in found.changed.items() if row in rows]
        pairs = {name: {"before": _cell(old, row, name), "after": _cell(new, row, name)} for name in names}
        examples.append({"row": str(row), "key": _values(new, row, keys), "cells": pairs})
    return examples


def _values(table: pd.DataFrame, row: int, names: Iterable[str]) -> dict[str, Any]:
    return {name: _cell(table, row, name) for name in names}


def _cell(table: pd.DataFrame, row: int, name: str) -> Any:
    from pipeline.cell import to_json

    return to_json(table.at[row, name]) if name in table else None


def _print(old: Artifact, new: Artifact, told: dict[str, Any]) -> None:
    click.echo(f"{short(old.reference)}  {number(told['rows']['before'])} rows")
    click.echo(f"{short(new.reference)}  {number(told['rows']['after'])} rows")
    if not any(told[what]["count"] for what in ("added", "removed", "changed")):
        click.echo("No row differs.")
    for what in ("added", "removed"):
        if _print_head(told[what], what):
            print_table(
                ("row", *told[what]["examples"][0]["values"]),
                [(one["row"], *one["values"].values()) for one in told[what]["examples"]],
            )
    if _print_head(told["changed"], "changed"):
        print_table(("column", "rows"), [(name, number(count)) for name, count in told["changed"]["columns"].items()])
        click.echo()
        print_table(("row", "key", "column", "before", "after"), _lines(told["changed"]["examples"]))


def _print_head(part: dict[str, Any], what: str) -> bool:
    """Print how many rows were added, removed or changed, and their ids where all are asked for."""
    if part["count"]:
        cut = f", {_EXAMPLES} of them" if part["count"] > _EXAMPLES else ""
        print_heading(f"{number(part['count'])} {'row' if part['count'] == 1 else 'rows'} {what}{cut}")
        if "rows" in part:
            click.echo("\n".join(part["rows"]) + "\n")
    return bool(part["count"])


def _lines(examples: Iterable[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (one["row"], ", ".join(f"{name}={value}" for name, value in one["key"].items()), name, *cell.values())
        for one in examples
        for name, cell in one["cells"].items()
    ]
