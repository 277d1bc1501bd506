"""What a name on the command line means: an artifact or a run, or what it is near to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.errors import Ambiguous, LineageError, NotRecorded

if TYPE_CHECKING:
    from lineage.records import Artifact, Run
    from lineage.store import Store


def named_artifact(store: Store, name: str) -> Artifact:
    """Find the artifact that `name` means, or say which names are near.

    Raises:
        NotRecorded: nothing answers to it.
        Ambiguous: several artifacts do.
    """
    try:
        return store.artifact(name)
    except NotRecorded as missing:
        raise _nothing(store, name, missing=missing) from None


def named(store: Store, name: str) -> Artifact | Run:
    """Find the artifact or the run that `name` means.

    Raises:
        NotRecorded: nothing answers to it.
        Ambiguous: several things do.
    """
    run = _run(store, name)
    try:
        artifact = store.artifact(name)
    except NotRecorded as missing:
        if isinstance(run, NotRecorded):
            raise _nothing(store, name, missing=missing) from None
        return _or_raise(run)
    if isinstance(run, LineageError) or run.id == name:
        return artifact if isinstance(run, LineageError) else run
    raise Ambiguous(
        f"{name!r} can mean a run or an artifact", examples=[run.id, artifact.reference], next_step="Give more of it."
    )


def _run(store: Store, name: str) -> Run | NotRecorded | Ambiguous:
    try:
        return store.run(name)
    except (NotRecorded, Ambiguous) as error:
        return error


def _or_raise(run: Run | Ambiguous) -> Run:
    if isinstance(run, Ambiguous):
        raise run
    return run


def _nothing(store: Store, name: str, *, missing: NotRecorded) -> NotRecorded:
    from difflib import get_close_matches

    if "@" in name:
        return missing
    names = {artifact.name for artifact in store.artifacts()}
    near = get_close_matches(name.rpartition("/")[2], sorted(names), n=3)
    return NotRecorded(
        f"nothing is recorded as {name!r}",
        expected="a name, a reference, a digest, or the id of a run",
        next_step=f"Did you mean {' or '.join(near)}?" if near else "See `headwater runs`.",
    )
