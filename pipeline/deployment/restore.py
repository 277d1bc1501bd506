"""Going back: the release before is live again with one call, and nothing undoes that but a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lineage.records import Release
from pipeline.deployment.barred import barred, on_record, told
from pipeline.deployment.decision import recall_refusal
from pipeline.deployment.ledger import LIVE, oldest_first
from pipeline.deployment.retreat import last_untouched
from pipeline.errors import Misuse, ReleaseRefused, ServiceUnavailable
from pipeline.storage.tables import StoredTables


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """The ledger's new entry. `trouble` says why MLflow's alias does not follow it yet, "" if it does."""

    release: Release
    trouble: str = ""


def rollback(runner: Any, *, endpoint: str, by: str, reason: str, override: str = "") -> Restored:
    """Make the release before the live one live again; the inference server follows by itself.

    The model that was live is withdrawn: a rerun of its DAG does not bring it back. MLflow that does
    not answer hinders nothing, since calling again would go back one release further. `override` is
    the person who answers for it that recalls which bar the model are overridden.

    Raises:
        Misuse: nobody, or no reason, is given.
        NotRecorded: nothing is live, or nothing was before it.
        ReleaseRefused: a recall bars the model that was live before, and nobody answers for it.
        Conflict: somebody else released meanwhile.
    """
    _signed(endpoint, by=by, reason=reason)
    back = runner.store.released_before(endpoint)
    facts = _permitted(runner, back, override=override, reason=reason)
    return _followed(runner, runner.store.rollback(endpoint, by=by, reason=reason, to=back.number, facts=facts))


def reinstate(runner: Any, *, endpoint: str, model: str, by: str, reason: str, override: str = "") -> Restored:
    """Make a model live again that was released at the endpoint before, rolled back or not.

    `override` is the person who answers for it that recalls which bar the model are overridden.

    Raises:
        Misuse: nobody, or no reason, is given.
        NotRecorded: there is no such model.
        ReleaseRefused: it was never live there, so no audit has let it pass, or it is live now, or a
            recall bars it, and nobody answers for it.
    """
    _signed(endpoint, by=by, reason=reason)
    reference = runner.store.artifact(model).reference
    entries = [entry for entry in oldest_first(runner.store.releases(endpoint)) if entry.role == LIVE]
    earlier = [entry for entry in entries if entry.model == reference]
    if not earlier or entries[-1] is earlier[-1]:
        raise ReleaseRefused(
            f"{reference} cannot be reinstated at {endpoint}",
            expected="a model that was live there and is not now",
            found="it is live" if earlier else "it never was",
            next_step="" if earlier else f"Run its DAG: headwater run {endpoint}.",
        )
    permitted = _permitted(runner, earlier[-1], override=override, reason=reason)
    facts = {name: value for name, value in earlier[-1].facts.items() if name in ("owner", "mitigation", "lookups")}
    entry = Release(
        endpoint=endpoint,
        model=reference,
        audit=earlier[-1].audit,
        verdict=earlier[-1].verdict,
        by=by,
        reason=reason,
        run=earlier[-1].run,
        facts={**facts, **permitted, "reinstated": earlier[-1].number},
    )
    return _followed(runner, runner.store.release(entry))


def _signed(endpoint: str, *, by: str, reason: str) -> None:
    if not by.strip() or not reason.strip():
        raise Misuse(
            f"the live release of {endpoint} is changed by a person, for a reason",
            expected="both by and reason",
            found=f"by={by!r}, reason={reason!r}",
        )


def _permitted(runner: Any, entry: Release, *, override: str, reason: str) -> dict[str, Any]:
    """What the new release of an entry's model keeps of overridden recalls.

    Raises:
        ReleaseRefused: a recall bars the model, and nobody answers for it.
    """
    found = barred(runner, model=entry.model, audit=entry.audit)
    if refused := told(found):
        if not override.strip():
            raise recall_refusal(entry.model, refused, next_step=_instead(runner, entry))
        for recall in refused:
            runner.store.override_recall(recall, model=entry.model, by=override, reason=reason)
        found = barred(runner, model=entry.model, audit=entry.audit)
    return on_record(found)


def _instead(runner: Any, entry: Release) -> str:
    """What to do where a recall bars the model of an entry."""
    tables = StoredTables(runner.store, runner.storage)
    untouched = last_untouched(runner.store, tables, entry.endpoint)
    answer = "Or let a named person answer for it: --override-recall NAME."
    if untouched is None:
        return f"No release of {entry.endpoint} is untouched. {answer}"
    return f"Untouched is release {untouched.number}: headwater reinstate {entry.endpoint} {untouched.model}. {answer}"


def _followed(runner: Any, release: Release) -> Restored:
    from pipeline.tracking import promote

    try:
        promote(runner, model=release.model)
    except ServiceUnavailable as unreachable:
        return Restored(release=release, trouble=str(unreachable))
    return Restored(release=release)
