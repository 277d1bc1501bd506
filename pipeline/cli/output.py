"""How commands print: tables, labelled values and trees for people, JSON for programs.

On a terminal, tables fit its width; anywhere else a row is one line, never cut, however long.
"""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

SHORT = 12
"""How many digits of a digest or an id people are shown."""

_UNBOUNDED, _NARROWEST = 1_000_000, 24
_PROSE = 100
_NUMBER = re.compile(r"([-+]?[\d,]+(\.\d+)?(e[-+]?\d+)?)?")

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
"""The option of every command that reads."""


def print_json(value: Any) -> None:
    """Print a value as JSON with sorted keys, in ASCII; what JSON lacks is null (NaN) or text (times)."""
    click.echo(json.dumps(_plain(value), indent=2, sort_keys=True, allow_nan=False, default=_text))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str = "") -> None:
    """Print a table, or the sentence `empty` when it has no rows. Columns of numbers stand to the right."""
    kept = [list(row) for row in rows]
    if not kept:
        click.echo(empty)
        return
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for place, name in enumerate(columns):
        numbers = all(_NUMBER.fullmatch("" if row[place] is None else str(row[place])) for row in kept)
        table.add_column(_cell(name), justify="right" if numbers else "left", overflow="fold")
    for row in kept:
        table.add_row(*(_cell(cell) for cell in row))
    if _fits(table):
        _print(table)
    else:
        for row in kept:
            print_facts(dict(zip(columns, row, strict=True)))
            click.echo()


def print_facts(facts: Mapping[str, object]) -> None:
    """Print labelled values, one below the other; empty ones are left out."""
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in facts.items():
        if value not in ("", None, (), [], {}):
            grid.add_row(_cell(name), _cell(value))
    _print(grid)


def print_heading(text: str) -> None:
    """Print a line that begins a part of the answer."""
    click.echo()
    click.secho(printable(text), bold=True)


def print_paragraph(text: str) -> None:
    """Print text in lines of at most a hundred characters, or of what the terminal has."""
    width = min(_PROSE, shutil.get_terminal_size().columns)
    click.echo(textwrap.fill(printable(text), width, break_long_words=False, break_on_hyphens=False))


def print_tree(root: str, branches: Callable[[str], Sequence[tuple[str, str]]]) -> None:
    """Print a tree: `branches` gives, for a node, pairs of the next node and its line.

    A node that was printed before is named again, without what is beyond it. Any depth will do.
    """
    seen = {root}
    waiting = [(node, line, "", last) for node, line, last in _marked(branches(root))][::-1]
    while waiting:
        node, line, indent, last = waiting.pop()
        again = node in seen
        seen.add(node)
        beyond = () if again else branches(node)
        click.echo(f"{indent}{'└── ' if last else '├── '}{printable(line)}{'  (see above)' if again else ''}")
        deeper = indent + ("    " if last else "│   ")
        waiting += [(next_one, text, deeper, end) for next_one, text, end in _marked(beyond)][::-1]


def printable(text: object) -> str:
    """Text that cannot steer a terminal: control characters are shown, not obeyed."""
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in str(text))


def ago(moment: datetime | None) -> str:
    """A time as people read it: in UTC, to the second."""
    return "" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def near(path: Path | str) -> str:
    """A path as seen from the working directory, where it lies below it; else, or an address, as it is."""
    given = Path(path)
    return str(given.relative_to(Path.cwd())) if given.is_relative_to(Path.cwd()) else str(path)


def short(reference: str) -> str:
    """A reference with its digest cut to twelve digits, which is enough to find it again."""
    name, at, digest = reference.rpartition("@")
    return f"{name}{at}{digest[:SHORT]}"


def number(value: object) -> str:
    """A number as people read it: thousands apart, four significant digits behind the point."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "" if value is None else str(value)
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


def _marked(branches: Sequence[tuple[str, str]]) -> list[tuple[str, str, bool]]:
    return [(node, line, place == len(branches) - 1) for place, (node, line) in enumerate(branches)]


def _console() -> Any:
    from rich.console import Console

    is_watched = sys.stdout.isatty() or "COLUMNS" in os.environ
    width = max(_NARROWEST, shutil.get_terminal_size().columns) if is_watched else _UNBOUNDED
    return Console(width=width, markup=False, highlight=False, emoji=False, legacy_windows=False)


def _fits(table: Any) -> bool:
    """Whether the terminal is wide enough to show every column without breaking words."""
    from rich.measure import Measurement

    console = _console()
    return bool(Measurement.get(console, console.options.update(width=_UNBOUNDED), table).minimum <= console.width)


def _print(renderable: Any) -> None:
    """Print with rich, then let click write it, so that one stream has one owner."""
    console = _console()
    with console.capture() as captured:
        console.print(renderable, soft_wrap=False)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def _cell(value: object) -> Any:
    from rich.text import Text

    if isinstance(value, (Mapping, list, tuple)):
        value = json.dumps(_plain(value), default=_text, ensure_ascii=False)
    return Text(printable("" if value is None else value))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
