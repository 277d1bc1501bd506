"""What was erased is told as such, and not as missing: only the store knows of the request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lineage.store import Store
from pipeline.errors import ArtifactErased, ArtifactMissing


def require_there(store: Store, reference: str) -> None:
    """Refuse an artifact that was deleted by request, whether or not its bytes were another's too.

    Raises:
        ArtifactErased: it was.
        NotRecorded: nothing answers to the reference.
        StoreUnreachable: the store cannot be read.
    """
    if reason := store.buried(reference):
        next_step = "It cannot be had again; a later version may be there."
        raise ArtifactErased(f"{reference}: {reason}", next_step=next_step)


@contextmanager
def telling_erased(store: Store, reference: str) -> Iterator[None]:
    """Within it, the missing bytes of an artifact that was deleted by request are told as erased.

    Raises:
        ArtifactErased: it was deleted by request.
        StoreUnreachable: the store cannot be read.
    """
    try:
        yield
    except ArtifactMissing:
        require_there(store, reference)
        raise
