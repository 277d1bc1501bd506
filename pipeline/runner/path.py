"""The way a row goes to a dataset from its entry: the row-wise steps on it, in order.

The inference server takes a request the same way, so every row must come from one row of one input.
The *entry* is where that begins: the ingested source, or the first dataset above that is no row-wise
image of one input, as an aggregate's, a join's or an opaque step's output is. Steps that only
choose rows (validation, a split, the removal of duplicates) change no value and are left out; so
are people's corrections of labels, which a request has none of.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lineage.records import Dependency, Effect, Outcome, Rule, Run
from lineage.store import Store
from pipeline.artifacts.occasion import Occasion

INGESTION, LABELLING = "ingestion", "labelling"

Maker = Callable[[str], Run | None]


def makers(store: Store, occasion: Occasion) -> Maker:
    """Who made an artifact, asked on an occasion: the run of this DAG run, else the first that made it.

    Two runs can make the same content from different inputs; a chain means its own.
    """
    here: dict[str, Run] = {}
    for run in store.runs(occasion.dag, occasion.dag_run, limit=10_000):
        if run.outcome in (Outcome.SUCCEEDED, Outcome.REUSED):
            for use in run.outputs:
                here.setdefault(use.artifact.reference, run)

    def maker(reference: str) -> Run | None:
        run = here.get(reference) or store.producer(reference)
        return store.run(run.reused_from) if run and run.reused_from else run

    return maker


def path(maker: Maker, reference: str) -> tuple[str, list[dict[str, Any]]]:
    """Walk from `reference` up to its entry, which is `reference` itself where no step above is row-wise.

    Returns the entry's reference and the steps from there down, each with `step`, `stage`, `code` (a
    reference; None for a function of ours), `function` (None: it is in the code), `parameters` and
    the dtypes of its `columns`. A lookup also has the `reference` looked up, the name of that one's
    own entry (`origin`), the keys that are compared (`on`) and the columns it `reads` there (None: all).
    """
    steps: list[dict[str, Any]] = []
    while (run := maker(reference)) is not None and run.stage != INGESTION:
        own = [d for d in run.dependencies if d.output == reference and d.effect is Effect.DIRECT]
        rows = {d.input for d in own if d.rule is Rule.SAME_ROW}
        looked_up = [d for d in own if _is_lookup(run, d)]
        passed_by = [d for d in own if d.rule is Rule.SAME_ROW or _only_chooses(d) or _is_correction(run, d)]
        others = [d for d in own if d not in passed_by and d not in looked_up]
        if len(rows) != 1 or others or len(looked_up) > 1:
            break
        entry = _entry(reference, run)
        if looked_up:
            steps.append({**entry, **_lookup(maker, run, looked_up[0])})
        elif entry["code"] or any(d.detail.get("gives") for d in own if d.rule is Rule.SAME_ROW):
            steps.append(entry)
        reference = rows.pop()
    return reference, steps[::-1]


def _is_lookup(run: Run, dependency: Dependency) -> bool:
    """Whether a step of ours gives the rows columns of the one row of another table that has their key."""
    keyed = dependency.rule is Rule.SAME_KEY and not _is_correction(run, dependency)
    return keyed and bool(run.recipe["function"]) and not _only_chooses(dependency)


def _is_correction(run: Run, dependency: Dependency) -> bool:
    """Whether labels are corrected by what people said of their rows."""
    return run.stage == LABELLING and dependency.rule is Rule.SAME_KEY


def _only_chooses(dependency: Dependency) -> bool:
    return dependency.detail.get("gives") == []


def _entry(reference: str, run: Run) -> dict[str, Any]:
    columns = next(use.artifact.facts["columns"] for use in run.outputs if use.artifact.reference == reference)
    return {
        "step": run.step,
        "stage": run.stage,
        "code": next((use.artifact.reference for use in run.outputs if use.role == "code"), None),
        "function": run.recipe["function"] or None,
        "parameters": dict(run.recipe["parameters"]),
        "columns": dict(columns),
    }


def _lookup(maker: Maker, run: Run, dependency: Dependency) -> dict[str, Any]:
    detail = dependency.detail
    return {
        "reference": dependency.input,
        "origin": _origin(maker, dependency.input),
        "on": {side: list(columns) for side, columns in detail["on"].items()},
        "reads": list(detail["reads"]) if "reads" in detail else None,
    }


def _origin(maker: Maker, reference: str) -> str:
    """Name the source, or the dataset made from sources, that the rows of a dataset are each a row of."""
    entry = path(maker, reference)[0]
    if (run := maker(entry)) is None:
        return entry.partition("/")[2].rpartition("@")[0]
    artifact = next(use.artifact for use in run.outputs if use.artifact.reference == entry)
    return str(artifact.facts.get("source", artifact.name))
