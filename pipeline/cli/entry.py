"""Where `headwater` begins: which commands there are, and how whatever goes wrong is told.

Exit codes: 0 done; 1 refused or not possible, with one paragraph on stderr; 2 misuse; 70 a fault
of Headwater itself; 130 stopped by Ctrl-C; 141 the reader of the output went away.
"""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any

import click

from lineage.errors import Letter
from pipeline.cli.output import printable
from pipeline.errors import Misuse
from pipeline.settings import masked

COMMANDS = {
    "run": "pipeline.cli.run:run",
    "dags": "pipeline.cli.dags:dags",
    "runs": "pipeline.cli.runs:runs",
    "summary": "pipeline.cli.summarise:summarise",
    "show": "pipeline.cli.show:show",
    "graph": "pipeline.cli.graph:graph",
    "rows": "pipeline.cli.rows:rows",
    "labels": "pipeline.cli.labels:labels",
    "errors": "pipeline.cli.errors:errors",
    "tag": "pipeline.cli.tag:tag",
    "worklist": "pipeline.cli.worklist:worklist",
    "work-on": "pipeline.cli.worklist:work_on",
    "collect": "pipeline.cli.collect:collect",
    "predictions": "pipeline.cli.predictions:predictions",
    "trace": "pipeline.cli.trace:trace",
    "diff": "pipeline.cli.diff:diff",
    "impact": "pipeline.cli.impact:impact",
    "recall": "pipeline.cli.recall:recall",
    "recalls": "pipeline.cli.recalls:recalls",
    "rebuild": "pipeline.cli.rebuild:rebuild",
    "forget": "pipeline.cli.forget:forget",
    "flipped": "pipeline.cli.flipped:flipped",
    "verify": "pipeline.cli.verify:verify",
    "reproduce": "pipeline.cli.reproduce:reproduce",
    "sign": "pipeline.cli.sign:sign",
    "releases": "pipeline.cli.releases:releases",
    "rollback": "pipeline.cli.releases:rollback",
    "reinstate": "pipeline.cli.releases:reinstate",
    "serve": "pipeline.cli.serve:serve",
    "up": "pipeline.cli.up:up",
    "demo": "pipeline.cli.demo:demo",
    "story": "pipeline.cli.story:story",
}
"""Every command and where it is, in the order of the way from source to prediction."""

DONE, REFUSED, MISUSED, FAULT, STOPPED, UNREAD = 0, 1, 2, 70, 130, 141


class Commands(click.Group):
    """Finds commands by name and loads only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in their order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command; None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        return getattr(importlib.import_module(module), name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was called; a reader of its output who went away ends it in silence."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            ctx.exit(_unread())

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments begin with, or say which ones are near."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            raise click.exceptions.NoSuchCommand(error.command_name, possibilities=COMMANDS, ctx=ctx) from None


def _show_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if not asked:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        click.echo(f"headwater {version('headwater')}")
    except PackageNotFoundError:
        click.echo("headwater, run from its source and not installed")
    ctx.exit()


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Everything is kept under .headwater in the working directory, unless HEADWATER_HOME says otherwise.",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Say which it is."
)
def headwater() -> None:
    """ML pipelines on Airflow and MLflow in which every prediction can name its source rows."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line, then end the process with its exit code."""
    warnings.showwarning = _show_warning
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # None where the shell closed it
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.reconfigure(errors="backslashreplace")
    code = outcome(arguments)
    try:
        sys.stdout.flush()
    except OSError:
        code = _unread()
    sys.exit(code)


def outcome(arguments: Sequence[str] | None = None) -> int:
    """Run one command, tell on stderr what went wrong, and give the exit code."""
    try:
        code = headwater.main(args=arguments, prog_name="headwater", standalone_mode=False)
        return code if isinstance(code, int) else DONE
    except click.ClickException as error:
        error.show()
        return MISUSED
    except SystemExit as end:
        ended = Letter("a step ended the process", found=f"exit {end.code}")
        return DONE if end.code in (None, DONE) else _told(ended, REFUSED)
    except (KeyboardInterrupt, click.Abort):
        _complain("stopped")
        return STOPPED
    except Letter as error:
        return _told(error, MISUSED if isinstance(error, Misuse) else REFUSED)
    except OSError as error:
        return _told(error, REFUSED)
    except Exception as error:
        return _told(error, FAULT)


def _told(error: Exception, code: int) -> int:
    """Tell an error as one paragraph, or with its traceback where HEADWATER_DEBUG asks for it."""
    if os.environ.get("HEADWATER_DEBUG"):
        import traceback

        click.echo(masked("".join(traceback.format_exception(error))), err=True, nl=False)
    hint = "This is a fault of Headwater; HEADWATER_DEBUG=1 shows where." if code == FAULT else ""
    what = f"{type(error).__name__}: {error}. {hint}" if hint else str(error)
    _complain("\n".join([what, *getattr(error, "__notes__", ())]))
    return code


def _complain(text: str) -> None:
    click.echo(f"headwater: {printable(masked(text))}", err=True)


def _show_warning(message: Warning | str, category: type[Warning], *_: Any) -> None:
    _complain(f"warning: {message}" if category is UserWarning else f"warning ({category.__name__}): {message}")


def _unread() -> int:
    """Nobody reads the output any more: let nothing else be written to it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return UNREAD
