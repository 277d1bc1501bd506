"""`headwater story`: from wrong rows of a bought list to the decisions they flipped, by commands anybody can type."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click

from pipeline.cli.output import near, number, print_heading
from pipeline.errors import Misuse
from pipeline.settings import Settings

DAG, LIST = "job_seekers", "bad_addresses"
_MOST_ROWS = 2_000


@click.command(short_help="Tell how wrong rows are recalled: what they reached, rebuilt, and what flips.")
def story() -> None:
    """Make a model of job seekers, let it answer, and recall a list that turns out wrong.

    Accounts of two sites are cleaned of spammers by a bought list of addresses, merged into people,
    and a model says who is looking for a job. Months later the list is corrected: one command says
    what the wrong addresses reached, one rebuilds that alone, one lists the answers that flip.
    Everything is kept in a home of its own, story in .headwater, and begun anew every time.
    """
    Story(Settings.from_environment()).tell()


class Story:
    """The story, told in one home that holds nothing else."""

    def __init__(self, settings: Settings) -> None:
        """Look for the DAG that the story is about, before anything is begun.

        Raises:
            Misuse: its files are not there.
        """
        self.home = settings.home / "story"
        self.generator = settings.dags / "made_addresses.py"
        if not (settings.dags / f"{DAG}.py").exists() or not self.generator.exists():
            raise Misuse(
                f"the story needs {DAG}.py and {self.generator.name} in {settings.dags}",
                next_step="Run it in Headwater's own folder.",
            )

    def tell(self) -> None:
        """Tell it from the beginning.

        Raises: whatever the commands raise.
        """
        began = time.monotonic()
        shutil.rmtree(self.home, ignore_errors=True)
        os.environ["HEADWATER_HOME"] = str(self.home)
        click.echo(
            f"Everything is kept in {near(self.home)}: HEADWATER_HOME={near(self.home)} shows it to any command."
        )
        self._chapter("A model is made of users of two sites, cleaned by a bought list of bad addresses")
        _headwater("run", DAG)
        self._chapter("It answers")
        self._answers()
        self._chapter("Months later: some addresses were listed wrongly, and some are missing")
        corrected = self._corrected()
        _headwater(
            "recall",
            LIST,
            "--corrected",
            near(corrected),
            "--reason",
            "the supplier sent a corrected list",
            "--by",
            "abuse desk",
        )
        self._chapter("What they reached is made again, and nothing else")
        _headwater("rebuild", "r1", "--here")
        self._chapter("Which answers would now be others, and why")
        _headwater("flipped", "r1", "--csv", near(self.home / "flipped.csv"))
        click.echo(f"\nThe whole story took {time.monotonic() - began:.0f} s.")

    def _chapter(self, title: str) -> None:
        print_heading(title)

    def _answers(self) -> None:
        """Ask the inference server about every person, over HTTP as any client would."""
        from pipeline.services.group import Services
        from pipeline.services.inference import ask, start_inference

        settings = Settings.from_environment()
        asked = _people(settings)
        click.echo(f"$ headwater serve {DAG}")
        with Services(settings) as services:
            server = start_inference(services, endpoint=DAG)
            answers = [
                one
                for start in range(0, len(asked), _MOST_ROWS)
                for one in ask(server.url, asked[start : start + _MOST_ROWS])["predictions"]
            ]
        looking = sum(one["prediction"] == 1 for one in answers)
        click.echo(f"{number(len(answers))} people asked about, {number(looking)} are said to be looking for a job.")

    def _corrected(self) -> Path:
        """Let the generator write the corrected list, as a supplier would send it."""
        file = self.home / "corrected.csv"
        command = [sys.executable, near(self.generator), near(file)]
        click.echo(f"$ {shlex.join(['python', *command[1:]])}")
        subprocess.run(command, check=True)
        return file


def _people(settings: Settings) -> list[dict[str, Any]]:
    """A request for every row of the live model's entry: the columns it requires, and which row it is."""
    from lineage.store import Store
    from pipeline.artifacts.model import Model
    from pipeline.cell import to_json
    from pipeline.storage import Storage

    store = Store.open(settings.store_url)
    storage = Storage(settings.storage, store)
    manifest = Model.from_json(storage.load(store.artifact(store.live(DAG).model)))
    rows = storage.load(store.artifact(manifest.source))[list(manifest.required)]
    names = list(rows.columns)
    return [
        {"row": str(row), **{name: to_json(value) for name, value in zip(names, values, strict=True)}}
        for row, *values in rows.itertuples(name=None)
    ]


def _headwater(*arguments: str) -> None:
    """Show a command and run it in this process."""
    from pipeline.cli.entry import headwater

    click.echo(f"$ {shlex.join(['headwater', *arguments])}")
    headwater.main(args=list(arguments), prog_name="headwater", standalone_mode=False)
