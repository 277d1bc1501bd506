"""What a run of a DAG gave, from the store alone: the same for Airflow's runs and for those in one process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from lineage.errors import NotRecorded
from lineage.records import Artifact, Outcome, Run
from pipeline.artifacts.charter import Charter
from pipeline.cli.record import release_to_json, seconds_of

if TYPE_CHECKING:
    from lineage.store import Store
    from pipeline.storage import Storage

_ALL = 1_000_000
_CHAIN = "chain"
_LOOKS = (1, 10, 1_000)
_MADE = (Outcome.SUCCEEDED, Outcome.REUSED)


def summary(store: Store, storage: Storage, *, dag: str, dag_run: str) -> dict[str, Any]:
    """Tell what a run of a DAG gave, as a JSON object.

    `outcome` is `succeeded`, `failed` (then `errors` says why) or `running`; `steps` are in the
    order of the work, a step tried again told by its last run; `stages` sum their seconds;
    `sources`, `quarantined` and all `datasets` count rows; `candidates` have their metrics on train, dev and
    in cross-validation, the chosen one first; `model`, `audit` (the judgement, each gate, each
    group of rows), `report` (where its pages lie), `signature` (who signed the audit, `by` null where somebody has
    to) and `release` are null where the run did not come so far.

    Raises:
        NotRecorded: the DAG run left nothing in the store.
        ArtifactMissing: a document that is told here is gone.
        ArtifactCorrupt: a document that is told here is not what was recorded.
    """
    runs = _last_of_each(run for run in store.runs(dag, dag_run, limit=_ALL) if run.stage != _CHAIN)
    if not runs:
        raise NotRecorded(f"no run {dag_run!r} of DAG {dag!r} is recorded", next_step="See `headwater runs`.")
    made = [(run, use.artifact) for run in runs if run.outcome in _MADE for use in run.outputs]
    return {
        "dag": dag,
        "dag_run": dag_run,
        "phase": runs[0].phase,
        "outcome": _outcome(runs),
        "errors": [{"step": run.step, "run": run.id, "error": run.error} for run in runs if run.error],
        "seconds": _wall_seconds(runs),
        "steps": [_step(run) for run in runs],
        "stages": _stages(runs),
        "sources": [_rows(artifact) for _, artifact in made if _is_source(artifact)],
        "datasets": [_rows(artifact) for _, artifact in made if artifact.kind == "dataset"],
        "quarantined": [_rows(use.artifact) for run in runs for use in run.outputs if use.role == "quarantined"],
        "candidates": _candidates(made, storage),
        "model": next((_model(run, artifact) for run, artifact in made if artifact.kind == "model"), None),
        "audit": next((_audit(artifact, storage) for _, artifact in made if artifact.kind == "audit"), None),
        "report": _report(storage, made),
        "signature": _signature(store, storage, made),
        "release": _release(store, storage, made=made),
    }


def last_dag_run(store: Store, dag: str | None) -> tuple[str, str]:
    """Name the newest run of a DAG, or of any, as (DAG, DAG run).

    Raises:
        NotRecorded: there is none.
    """
    for count in _LOOKS:
        for run in store.runs(dag, limit=count):
            if run.dag_run and run.stage != _CHAIN:
                return run.dag, run.dag_run
    raise NotRecorded(f"no run of DAG {dag!r} is recorded" if dag else "no run is recorded",
                      next_step="See `headwater dags`, then `headwater run DAG`.")


def _last_of_each(newest_first: Iterable[Run]) -> list[Run]:
    """The last run of every step in every task, in the order they began."""
    last: dict[tuple[object, ...], Run] = {}
    for run in newest_first:
        last.setdefault((run.task, run.airflow.get("map_index", -1), run.step), run)
    return sorted(last.values(), key=lambda run: (run.started_at, run.id))


def _outcome(runs: Sequence[Run]) -> str:
    outcomes = {run.outcome for run in runs}
    if outcomes & {Outcome.FAILED, Outcome.INTERRUPTED}:
        return "failed"
    return "running" if Outcome.RUNNING in outcomes else "succeeded"


def _wall_seconds(runs: Sequence[Run]) -> float:
    ends = [run.ended_at for run in runs if run.ended_at]
    return (max(ends) - runs[0].started_at).total_seconds() if ends else 0.0


def _step(run: Run) -> dict[str, Any]:
    return {
        "step": run.step, "stage": run.stage, "task": run.task, "run": run.id, "outcome": run.outcome.value,
        "reused": run.outcome is Outcome.REUSED, "seconds": seconds_of(run), "error": run.error,
    }


def _stages(runs: Iterable[Run]) -> list[dict[str, Any]]:
    """Seconds, steps and how many of them were reused, per stage, in the order of the work."""
    stages: dict[str, dict[str, Any]] = {}
    for run in runs:
        one = stages.setdefault(run.stage, {"stage": run.stage, "seconds": 0.0, "steps": 0, "reused": 0})
        one["seconds"] += seconds_of(run) or 0.0
        one["steps"] += 1
        one["reused"] += run.outcome is Outcome.REUSED
    return list(stages.values())


def _is_source(artifact: Artifact) -> bool:
    return artifact.kind == "dataset" and artifact.facts.get("source") == artifact.name


def _rows(artifact: Artifact) -> dict[str, Any]:
    return {"name": artifact.name, "rows": artifact.rows, "reference": artifact.reference}


def _candidates(made: Sequence[tuple[Run, Artifact]], storage: Storage) -> list[dict[str, Any]]:
    """Every candidate with its scores, in the order of the choice."""
    choice = next((storage.load(one) for _, one in made if one.kind == "selection"), None)
    ranking = [entry["candidate"] for entry in choice["ranking"]] if choice else []
    scores = [storage.load(one) for _, one in made if one.kind == "scores"]
    scores.sort(key=lambda one: (ranking.index(one["candidate"]) if one["candidate"] in ranking else len(ranking),
                                 one["candidate"]))
    return [{**one, "chosen": bool(choice) and one["candidate"] == choice["chosen"]} for one in scores]


def _model(run: Run, artifact: Artifact) -> dict[str, Any]:
    return {"reference": artifact.reference, "mlflow_run_id": run.mlflow_run_id, **artifact.facts}


def _audit(artifact: Artifact, storage: Storage) -> dict[str, Any]:
    from pipeline.artifacts.audit import Audit

    found = Audit.from_json(storage.load(artifact))
    groups = [found.overall, *found.groups, *found.classes]
    return {
        "reference": artifact.reference,
        "judgement": found.judgement.value,
        "gates": [{"gate": each.gate, "metric": each.metric, "slice": each.slice, "judgement": each.judgement.value,
                   "binding": each.binding,
                   "about": {ruling.about: ruling.judgement.value for ruling in each.rulings}}
                  for each in found.findings],
        "groups": [{"slice": each.slice, "label": each.label, "rows": each.rows,
                    "metrics": {figure.metric: figure.value if figure.defined else None for figure in each.figures}}
                   for each in groups],
        "unsliced": dict(found.unsliced),
    }


def _report(storage: Storage, made: Sequence[tuple[Run, Artifact]]) -> dict[str, str] | None:
    """Where the audit's page and the model's card lie: a path or an address each."""
    pages = {artifact.name.rpartition(".")[2]: artifact for run, artifact in made if run.stage == "auditing"}
    found = {role: f"{storage.root}/{pages[role].place}" for role in ("page", "card_page") if role in pages}
    return found or None


def _signature(store: Store, storage: Storage, made: Sequence[tuple[Run, Artifact]]) -> dict[str, Any] | None:
    """The newest signature under the run's audit; one by nobody where its charter asks for one."""
    from pipeline.auditing.sign_off import newest

    audit = next((artifact for _, artifact in made if artifact.kind == "audit"), None)
    if audit is None:
        return None
    if signature := newest(store, audit.reference):
        return {"reference": signature, **storage.load(store.artifact(signature))}
    charter = storage.load(audit)["policy"].get("charter")
    asked = charter is not None and Charter.from_json(charter).needs_signature
    return {"audit": audit.reference, "by": None} if asked else None


def _release(store: Store, storage: Storage, *, made: Sequence[tuple[Run, Artifact]]) -> dict[str, Any] | None:
    """The ledger's entry that stands for what the run decided; `live` says whether it answers now."""
    for decision in _decisions(made, storage):
        entries = store.releases(decision["endpoint"])
        entry = next((one for one in entries if (one.model, one.role) == (decision["model"], decision["role"])), None)
        if entry:
            live = store.live(entry.endpoint)
            return {**release_to_json(entry), "live": live is not None and live.number == entry.number}
    return None


def _decisions(made: Sequence[tuple[Run, Artifact]], storage: Storage) -> Iterator[dict[str, Any]]:
    yield from (storage.load(artifact) for _, artifact in made[::-1] if artifact.kind == "release")
