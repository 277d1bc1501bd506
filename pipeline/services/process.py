"""One service as a process: started, watched, stopped, with all it says in a log file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.errors import ServiceUnavailable

_KEEPER = Path(__file__).with_name("keeper.py")
_TAIL_BYTES = 64_000


class Process:
    """A running service. It ends when it is stopped, or with the process that started it, however that ends."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        log: Path,
        grace_s: float = 5.0,
        held: Sequence[int] = (),
    ) -> None:
        """Start `command`; what it writes goes to `log`, and what was there is kept as `<log>.before`.

        `grace_s` is how long the service may take to end when asked. `held` are file descriptors
        (of locks) that stay open for as long as anything of the service runs.
        """
        self.name, self.log = name, log
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists():
            log.replace(log.with_name(log.name + ".before"))
        with log.open("ab") as out:
            self._keeper = subprocess.Popen(
                [sys.executable, "-P", str(_KEEPER), str(grace_s), *command],
                stdin=subprocess.PIPE, stdout=out, stderr=out, env=dict(environment),
                start_new_session=True, pass_fds=tuple(held),
            )

    @property
    def status(self) -> int | None:
        """The exit status; None while it runs."""
        return self._keeper.poll()

    def wait(self) -> None:
        """Wait until the service ends by itself."""
        self._keeper.wait()
        self.ask_to_stop()

    def ask_to_stop(self) -> None:
        """Let go of the service, without waiting: from here on it ends by itself."""
        if self._keeper.stdin and not self._keeper.stdin.closed:
            self._keeper.stdin.close()

    def stop(self) -> None:
        """End the service and all that it started, and wait until it is gone."""
        self.ask_to_stop()
        self._keeper.wait()

    def said(self, *, lines: int = 15) -> str:
        """The last lines of the log."""
        with self.log.open("rb") as log:
            log.seek(max(0, log.seek(0, 2) - _TAIL_BYTES))
            text = log.read().decode("utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def check(self) -> None:
        """Make sure that the service still runs.

        Raises:
            ServiceUnavailable: it has ended; the last lines of its log say why.
        """
        if self.status is not None:
            raise ServiceUnavailable(
                f"{self.name} ended with status {self.status}",
                found="its last lines:\n" + self.said(),
                next_step=f"The rest is in {self.log}.",
            )
