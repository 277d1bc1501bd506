"""Whether the library that some of this stage needs is installed."""

from __future__ import annotations

import importlib.util

from pipeline.errors import Misuse


def require_cleanlab(what: str) -> None:
    """Refuse `what` where the library cleanlab is missing.

    Raises:
        Misuse: it is; the letter names the extra that installs it.
    """
    if importlib.util.find_spec("cleanlab") is None:
        raise Misuse(
            f"{what} needs the library cleanlab, which is not installed",
            next_step='Try: pip install "headwater[labels]"',
        )
