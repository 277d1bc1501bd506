"""`headwater errors`: what kinds of mistakes a model makes, and a sheet of them to be read by people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.output import json_option, number, print_facts, print_heading, print_json, print_table, short
from pipeline.errors import Misuse

if TYPE_CHECKING:
    from pipeline.artifacts.errortable import ErrorTable, TagLine
    from pipeline.artifacts.share import Share
    from pipeline.runner import Runner

_COLUMNS = ("tag", "by", "of the errors", "of its rows wrong", "of all rows", "people", "priority", "at most")


@click.command(short_help="Show what kinds of mistakes a model makes, and export them to be read.")
@click.argument("name", metavar="MODEL|AUDIT")
@click.option("--export", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write the sampled errors as a sheet (CSV) that people fill in.")
@click.option("--tag", "added", multiple=True, metavar="NAME", help="With --export: another tag to ask people about.")
@click.option("--with-tags", is_flag=True, help="With --export: fill in what people said so far.")
@json_option
def errors(name: str, export: Path | None, added: tuple[str, ...], with_tags: bool, as_json: bool) -> None:
    """Show the errors of a model by their tags: how many have it, how often its rows go wrong, what there is to gain.

    MODEL|AUDIT is a model, an audit, or the table of errors itself. Tags overlap. The priority is the gap to
    people's level times the share of the data, in points of accuracy over all rows, and n/a where no such level is
    known; "at most" is what would be gained if no error with the tag were left.
    """
    from pipeline.artifacts.errortable import ErrorTable
    from pipeline.cli.error_table import error_table, working_runner

    runner = working_runner("errors")
    artifact = error_table(runner.store, name)
    table = ErrorTable.from_json(runner.value(artifact.reference))
    if export is None and (added or with_tags):
        raise Misuse("--tag and --with-tags say what a sheet has", expected="--export FILE beside them")
    written = _export(runner, table, export, added=added, with_tags=with_tags) if export else None
    if as_json:
        print_json({"reference": artifact.reference, **table.to_json(), "exported": written})
    elif written:
        click.echo(f"{number(written['rows'])} errors in {written['file']}. Fill in yes or no, then:")
        click.echo(f"headwater tag {short(artifact.reference)} {written['file']} --by NAME")
    else:
        _print(table, reference=artifact.reference)


def _export(
    runner: Runner, table: ErrorTable, file: Path, *, added: tuple[str, ...], with_tags: bool
) -> dict[str, Any]:
    """Write a sheet where no file is yet."""
    from pipeline.artifacts.errortable import BY_PEOPLE
    from pipeline.auditing.errors.sheet import written
    from pipeline.storage.files import LocalFiles

    tags = list(dict.fromkeys([*(line.tag for line in table.tags if line.made_by == BY_PEOPLE), *added]))
    if not tags:
        raise Misuse("there is no tag to ask people about", next_step="Name one: --tag NAME, as often as needed.")
    if file.exists():
        raise Misuse(f"{file} is there already, and may hold what people filled in", next_step="Name another file.")
    sample = runner.value(table.sample)
    said = runner.value(table.judgements) if with_tags and table.judgements else None
    text = written(sample, tags=tags, show=_shown(runner, table), judgements=said)
    LocalFiles(str(file.parent)).write(file.name, text.encode("utf-8-sig"))
    return {"file": str(file), "rows": len(sample), "tags": tags}


def _shown(runner: Runner, table: ErrorTable) -> list[str]:
    made = runner.store.producer(table.sample)
    return list(made.parameters["asked"]["show"]) if made else []


def _print(table: ErrorTable, *, reference: str) -> None:
    from pipeline.auditing.errors.worklist import told
    from pipeline.auditing.report.errors import notes as told_of

    print_facts({
        "model": short(table.model), "errors": told(table.errors), "an error": table.criterion,
        "to be read": number(table.sampled), "read by": ", ".join(table.people), "table": short(reference),
    })
    print_heading("tags, which may overlap")
    print_table(_COLUMNS, map(_cells, table.tags), empty="No tag is declared, and nobody gave one.")
    unknown = [f"{line.tag}: {line.why_not}." for line in table.tags if line.why_not]
    if notes := [*unknown, *(note for line in table.tags for note in told_of(line))]:
        click.echo()
        click.echo("\n".join(notes))
    if table.sampled:
        click.echo(f"Next: headwater errors {short(reference)} --export sheet.csv")


def _cells(line: TagLine) -> tuple[Any, ...]:
    level = "n/a" if line.human_level is None else f"{100 * line.human_level:.1f} %"
    priority = "n/a" if line.priority is None else f"{100 * line.priority:.2f} points"
    most = "n/a" if line.ceiling is None else f"{100 * line.ceiling:.2f} points"
    shares = (_share(line.of_errors), _share(line.wrong), _share(line.of_data))
    return line.tag, line.made_by, *shares, level, priority, most


def _share(share: Share | None) -> str:
    if share is None or share.value is None:
        return "n/a"
    return f"{100 * share.value:.1f} % of {share.of:,} ({100 * share.low:.1f} to {100 * share.high:.1f})"
