"""Going back: the release before is live again with one call, and nothing undoes that but a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lineage.records import Release
from pipeline.errors import Misuse, ReleaseRefused, ServiceUnavailable

LIVE = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """The ledger's new entry. `trouble` says why MLflow's alias does not follow it yet, "" if it does."""

    release: Release
    trouble: str = ""


def rollback(runner: Any, *, endpoint: str, by: str, reason: str) -> Restored:
    """Make the release before the live one live again; the inference server follows by itself.

    The model that was live is withdrawn: a rerun of its DAG does not bring it back. MLflow that does
    not answer hinders nothing, since calling again would go back one release further.

    Raises:
        Misuse: nobody, or no reason, is given.
        NotRecorded: nothing is live, or nothing was before it.
    """
    _signed(endpoint, by=by, reason=reason)
    return _followed(runner, runner.store.rollback(endpoint, by=by, reason=reason))


def reinstate(runner: Any, *, endpoint: str, model: str, by: str, reason: str) -> Restored:
    """Make a model live again that was released at the endpoint before, rolled back or not.

    Raises:
        Misuse: nobody, or no reason, is given.
        NotRecorded: there is no such model.
        ReleaseRefused: it was never live there, so no audit has let it pass, or it is live now.
    """
    _signed(endpoint, by=by, reason=reason)
    reference = runner.store.artifact(model).reference
    entries = sorted(
        (entry for entry in runner.store.releases(endpoint) if entry.role == LIVE), key=lambda entry: entry.number
    )
    earlier = [entry for entry in entries if entry.model == reference]
    if not earlier or entries[-1] is earlier[-1]:
        raise ReleaseRefused(
            f"{reference} cannot be reinstated at {endpoint}",
            expected="a model that was live there and is not now",
            found="it is live" if earlier else "it never was",
            next_step="" if earlier else f"Run its DAG: headwater run {endpoint}.",
        )
    facts = {name: value for name, value in earlier[-1].facts.items() if name in ("owner", "mitigation")}
    entry = Release(
        endpoint=endpoint,
        model=reference,
        audit=earlier[-1].audit,
        verdict=earlier[-1].verdict,
        by=by,
        reason=reason,
        run=earlier[-1].run,
        facts={**facts, "reinstated": earlier[-1].number},
    )
    return _followed(runner, runner.store.release(entry))


def _signed(endpoint: str, *, by: str, reason: str) -> None:
    if not by.strip() or not reason.strip():
        raise Misuse(
            f"the live release of {endpoint} is changed by a person, for a reason",
            expected="both by and reason",
            found=f"by={by!r}, reason={reason!r}",
        )


def _followed(runner: Any, release: Release) -> Restored:
    from pipeline.tracking import promote

    try:
        promote(runner, model=release.model)
    except ServiceUnavailable as unreachable:
        return Restored(release=release, trouble=str(unreachable))
    return Restored(release=release)
