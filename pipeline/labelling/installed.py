"""Whether the library that some of this stage needs is installed."""

from __future__ import annotations

from pipeline.errors import Misuse


def require_cleanlab(what: str) -> None:
    """Refuse `what` where the library cleanlab is missing.

    Raises:
        Misuse: it is; the letter names the extra that installs it.
    """
    try:
        import cleanlab  # noqa: F401 (whether it is there is the question)
    except ImportError as absent:
        raise Misuse(
            f"{what} needs the library cleanlab, which is not installed",
            next_step='Try: pip install "headwater[labels]"',
        ) from absent
