"""`headwater forget`: rows of a source erased from all that is kept, and a statement of what held them."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.artifacts.occasion import RECORDED, TODAY
from pipeline.cli.output import json_option, number, print_json, printable
from pipeline.cli.stated import named_rows
from pipeline.errors import Misuse, Refused

if TYPE_CHECKING:
    from pipeline.recall.forgotten import Forgotten


@click.command(short_help="Erase rows of a source from all that is kept.")
@click.argument("source")
@click.option("--rows", multiple=True, metavar="ID,…|KEY=VALUE|@FILE", help="Rows by id or key, or a file of them.")
@click.option("--where", metavar="CONDITION", help="Rows for which it holds in any version: 'email == \"a@b.org\"'.")
@click.option("--reason", required=True, metavar="TEXT", help="Why they are to be erased.")
@click.option("--by", required=True, metavar="WHO", help="Who asks for it.")
@click.option(
    "--code",
    type=click.Choice([RECORDED, TODAY]),
    default=RECORDED,
    show_default=True,
    help="Rebuild by the code that the DAG runs recorded, or that of today's files.",
)
@click.option("--here", "through", flag_value="here", help="Rebuild in this process, also where Airflow is up.")
@click.option("--airflow", "through", flag_value="airflow", help="Rebuild through Airflow, or not at all.")
@click.option("--unrebuilt", is_flag=True, help="Delete also what chains made that cannot be rebuilt.")
@click.option("--keep-serving", is_flag=True, help="WHO answers for it that what is live is kept for now.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write the statement there."
)
@json_option
def forget(
    source: str, rows: tuple[str, ...], where: str | None, reason: str, by: str, yes: bool, as_json: bool, **asked: Any
) -> None:
    """Erase rows of SOURCE for good: by id or key, or by a condition.

    The chains that stand on them are rebuilt without them. Then everything is deleted that held them,
    rows made of them or a state fitted on them, and values of theirs are blanked in records and
    logged predictions; a search of all bytes ends it. What comes out is a statement of all that; it is
    kept, and quotes nothing. Ingestion leaves the rows out from then on. What is live is never deleted:
    until a model that does not stand on the rows is live, the erasure is not finished, and exits with 1.
    Stopped anywhere, the same command finishes it.
    """
    from pipeline.cli.dag_files import find_dag
    from pipeline.cli.opened import opened_runner
    from pipeline.recall.forget import Way
    from pipeline.recall.forget import forget as forgotten
    from pipeline.recall.request import requested

    runner, out = opened_runner(source), asked.pop("out")
    request = requested(runner, source, rows=named_rows(rows), where=where)
    _confirm(f"{number(len(request.ids))} {'row' if len(request.ids) == 1 else 'rows'} of {source}", yes=yes)
    way = Way(find=partial(find_dag, runner.settings.dags), tell=None if as_json else _tell, **asked)
    done = forgotten(runner, request, reason=reason, by=by, way=way)
    _print(done, as_json=as_json, out=out)
    if not done.finished and not done.kept_by:
        raise Refused(
            f"erasure {done.recall} is not finished", examples=done.unfinished, next_step="Then forget again."
        )


def _confirm(what: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise Misuse(f"{what} would be erased for good", expected="--yes, as nobody can be asked here")
    click.confirm(f"Erase {what} for good, and all that was made of them?", abort=True, err=True)


def _tell(dag: str, task: str, seconds: float, what: str) -> None:
    """Print what became of one task."""
    click.echo(f"  {f'{dag} {task}':<44} {what:<10} {seconds:8.2f} s", err=True)


def _print(done: Forgotten, *, as_json: bool, out: Path | None) -> None:
    if out is not None:
        text = json.dumps(done.to_json(), indent=2, sort_keys=True) if as_json else str(done)
        out.write_text(f"{text}\n", encoding="utf-8")
    if as_json:
        print_json(done.to_json())
    else:
        click.echo(printable(done))
