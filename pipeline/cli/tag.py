"""`headwater tag`: what people said of errors, taken in from a sheet."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.output import json_option, number, print_json, short
from pipeline.errors import AuditRefused, Misuse

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.artifacts.errortable import ErrorTable
    from pipeline.artifacts.source import Source
    from pipeline.runner import Runner


@click.command(short_help="Take in a sheet in which people tagged errors.")
@click.argument("name", metavar="MODEL|AUDIT")
@click.argument("sheet", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", required=True, metavar="NAME", help="Who tagged, where the sheet's tagged_by is blank.")
@click.option("--blank-is-no", is_flag=True, help="A blank cell says no; otherwise it says nothing.")
@json_option
def tag(name: str, sheet: Path, by: str, blank_is_no: bool, as_json: bool) -> None:
    """Take in SHEET, in which people said which errors have which tags, and count the errors anew.

    SHEET is what `headwater errors --export` wrote, filled in with yes and no; a new tag is a new column
    `tag: NAME`. Every judgement is a row of the source DAG_tags, known by error, tag and person: a sheet can be
    taken in again, several people can judge one error, and what somebody said wrongly can be recalled.
    """
    from pipeline.artifacts.errortable import ErrorTable
    from pipeline.auditing.errors.stage import again
    from pipeline.cli.error_table import error_table, working_runner

    if not by.strip():
        raise Misuse("--by names nobody", expected="the name of who tagged")
    runner = working_runner("tag")
    artifact = error_table(runner.store, name)
    table = ErrorTable.from_json(runner.value(artifact.reference))
    new = _read(runner, table, sheet, by=by.strip(), blank_is_no=blank_is_no)
    judgements = _taken_in(runner, artifact.name.partition(".")[0], new, sheet=sheet, by=by.strip())
    counted = again(runner, artifact.reference, judgements=judgements)
    people, rows = sorted(set(new["tagged_by"])), int(new["error_row"].nunique())
    if as_json:
        about = {"taken_in": len(new), "rows": rows, "by": people, "tags": sorted(set(new["tag"]))}
        print_json({"judgements": judgements, **about, **counted})
        return
    click.echo(f"{number(len(new))} judgements of {number(rows)} errors by {', '.join(people)}: {short(judgements)}")
    click.echo(f"Next: headwater errors {short(counted['errors'])}")


def _read(runner: Runner, table: ErrorTable, sheet: Path, *, by: str, blank_is_no: bool) -> pd.DataFrame:
    from pipeline.artifacts.errortable import BY_PEOPLE
    from pipeline.auditing.errors.sheet import read

    try:
        text = sheet.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AuditRefused(f"{sheet.name} is not UTF-8", next_step="Save it as CSV in UTF-8.") from error
    at = datetime.now(UTC).replace(microsecond=0)
    new = read(text, by=by, at=at, known=runner.value(table.tagged).index.tolist(), blank_is_no=blank_is_no)
    ruled = {line.tag for line in table.tags if line.made_by != BY_PEOPLE} & set(new["tag"])
    if ruled:
        raise AuditRefused(
            "the sheet judges tags that a rule gives", expected="tags that people give", examples=sorted(ruled),
            next_step="Give the column of the sheet another name.",
        )
    return new


def _taken_in(runner: Runner, dag: str, new: pd.DataFrame, *, sheet: Path, by: str) -> str:
    """Take judgements in as the next version of their source, over those of before; its reference.

    What somebody else took in meanwhile is put together with them, so that nobody's sheet is lost.
    """
    from xxhash import xxh3_128_hexdigest

    from pipeline.auditing.errors.judgements import merged
    from pipeline.auditing.errors.stage import tag_versions
    from pipeline.ingestion.ingest import taken_in

    about = {"file": sheet.name, "checksum": xxh3_128_hexdigest(sheet.read_bytes()), "by": by, "judgements": len(new)}
    seen = tag_versions(runner.store, dag)
    base = runner.value(seen[0]) if seen else None
    while True:
        reference = taken_in(runner, _source(dag, merged(base, new), owner=by))
        runner.annotate(runner.ran[-1].run, facts={"sheet": about})
        meanwhile = [one for one in tag_versions(runner.store, dag) if one not in (*seen, reference)]
        if not meanwhile:
            return reference
        for other in reversed(meanwhile):
            base = merged(base, runner.value(other))
        seen += [*meanwhile, reference]


def _source(dag: str, whole: pd.DataFrame, *, owner: str) -> Source:
    from pipeline.artifacts.source import Source
    from pipeline.auditing.errors.judgements import KEYS, TYPES
    from pipeline.auditing.errors.stage import tags_of
    from pipeline.ingestion.readers import Table

    def judgements() -> pd.DataFrame:
        return whole

    return Source(
        name=tags_of(dag), reader=Table(judgements), supplier=", ".join(sorted(set(whole["tagged_by"].astype(str)))),
        description=f"What people said of the errors of {dag}'s models", obtained="labelled", owner=owner,
        keys=KEYS, schema=TYPES,
    )
