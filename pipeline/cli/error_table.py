"""The table of an error analysis that a name on the command line means, and a runner for work on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.errors import NotRecorded
from pipeline.errors import Misuse

if TYPE_CHECKING:
    from lineage.records import Artifact
    from lineage.store import Store
    from pipeline.runner import Runner

KIND = "errors"


def error_table(store: Store, name: str) -> Artifact:
    """Find the newest error table of a model or of an audit, or the very table that is named.

    Raises:
        NotRecorded: nothing answers to the name, or its errors were not analysed.
        ArtifactErased: it was erased by request, and its table with it.
        Ambiguous: several artifacts answer to it.
    """
    from pipeline.cli.naming import named_artifact
    from pipeline.storage.erased import require_there

    found = named_artifact(store, name)
    if found.kind == KIND:
        return found
    model = found.reference if found.kind == "model" else found.facts.get("model", "")
    tables = [table for table in store.artifacts(KIND) if model and table.facts.get("model") == model]
    if not tables:
        require_there(store, found.reference)
        raise NotRecorded(
            f"the errors of {found.reference} were not analysed",
            expected="a model or an audit whose policy analyses errors",
            next_step="Declare it: AuditPolicy(…, errors=ErrorAnalysis(tags=[…])), and run the DAG.",
        )
    versions = store.versions(KIND, tables[-1].name)
    return next(table for table in versions if table.facts.get("model") == model)


def working_runner(about: str) -> Runner:
    """Open a runner for work that belongs to no run of a DAG: what it makes is named by its steps alone.

    Raises:
        NotRecorded: there is no store yet.
        StoreUnreachable: it cannot be read.
    """
    from pipeline.artifacts.occasion import Occasion
    from pipeline.cli.opened import opened_runner

    return opened_runner(about).at(Occasion(dag="", dag_run="", task=about))


def dags_with_worklists(runner: Runner, dag: str | None) -> list[str]:
    """Name the DAG that is asked for, or all, whose audits made worklists.

    Raises:
        NotRecorded: there is none.
    """
    from difflib import get_close_matches

    from pipeline.auditing.errors.ledger import dags_with_work

    found = dags_with_work(runner.store)
    if dag in found:
        return [dag]
    if found and dag is None:
        return found
    near = get_close_matches(dag or "", found, n=1)
    raise NotRecorded(
        f"no audit of {dag} made a worklist" if dag else "no audit made a worklist",
        expected="an audit whose policy analyses errors",
        next_step=f"Did you mean {near[0]}?" if near else "Declare it: AuditPolicy(…, errors=ErrorAnalysis(tags=[…])).",
    )


def only_dag(runner: Runner, dag: str | None) -> str:
    """Name the one DAG that is meant: the one asked for, or the only one whose audits made worklists.

    Raises:
        NotRecorded: there is none.
        Misuse: several have one, and none is named.
    """
    found = dags_with_worklists(runner, dag)
    if len(found) > 1:
        raise Misuse("several DAGs have a worklist", examples=found, next_step="Say which: --dag NAME.")
    return found[0]
