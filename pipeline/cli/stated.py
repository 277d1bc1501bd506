"""Which rows are wrong, as options of a command say it: by a condition, by id or key, by a corrected file."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.errors import Misuse

if TYPE_CHECKING:
    from pipeline.recall.corrected import Statement
    from pipeline.runner import Runner

_IDS = re.compile(r"[-+\d][-+\d,\s]*")

_OPTIONS = (
    click.option("--where", metavar="CONDITION", help="Rows for which it holds: 'ip == \"10.0.0.1\" and score > 3'."),
    click.option("--rows", multiple=True, metavar="ID,…|KEY=VALUE|@FILE", help="Rows by id or key, or a file of them."),
    click.option(
        "--corrected",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help="A file of the rows as they should have been.",
    ),
    click.option("--against", metavar="VERSION", help="Another version, in which the rows are right."),
    click.option("--patch", is_flag=True, help="FILE holds only the rows that are others."),
    click.option(
        "--version", metavar="VERSION", help="The version they are wrong in, by default the one last taken in."
    ),
    click.option("--every-version", is_flag=True, help="They are wrong in every version that holds them."),
)


def stating(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options by which wrong rows are stated."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def stated(runner: Runner, source: str, *, rows: Sequence[str], every_version: bool, **options: Any) -> Statement:
    """Find the rows that the options of `stating` mean; a corrected file is taken in as a version of the source.

    Raises:
        Misuse: the options cannot be read together, or name no rows.
        SourceRejected: the corrected file cannot be taken in.
        NotRecorded: there is no such source or version.
    """
    from pipeline.cli.dag_files import declared_source
    from pipeline.recall.corrected import statement

    name = source.partition("@")[0].partition("~")[0]
    declared = declared_source(runner.settings.dags, name) if options["corrected"] else None
    said = statement(runner, source, declared=declared, rows=named_rows(rows) or None, **options)
    return replace(said, version="") if every_version else said


def named_rows(given: Sequence[str]) -> list[str]:
    """Take apart what `--rows` was given: ids between commas, one key, or a file with one of them a line.

    Raises:
        Misuse: a file cannot be read.
    """
    names: list[str] = []
    for one in given:
        if one.startswith("@"):
            names += named_rows(_lines(Path(one[1:])))
        elif _IDS.fullmatch(one):
            names += [part.strip() for part in one.split(",") if part.strip()]
        else:
            names.append(one)
    return names


def _lines(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise Misuse(f"--rows @{path} cannot be read", found=str(error)) from error
