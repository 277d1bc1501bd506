"""`headwater summary`: what a run of a DAG gave, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from pipeline.cli.output import (
    json_option, near, number, print_facts, print_heading, print_json, print_table, short,
)

_MARKS = {"pass": "pass", "fail": "FAIL", "not enough evidence": "not enough evidence"}


@click.command("summary", short_help="Tell what a run of a DAG gave.")
@click.argument("dag_run", required=False)
@click.option("--dag", metavar="NAME", help="The DAG whose run it is; needed where two DAGs have a run of that name.")
@json_option
def summarise(dag_run: str | None, dag: str | None, as_json: bool) -> None:
    """Tell what DAG_RUN gave (default: the newest): rows, candidates, audit, release, time, and what was reused."""
    from pipeline.cli.opened import opened_storage, opened_store
    from pipeline.cli.summary import last_dag_run, summary

    store = opened_store()
    if dag_run is None:
        dag, dag_run = last_dag_run(store, dag)
    told = summary(store, opened_storage(store), dag=dag or _dag_of(store, dag_run), dag_run=dag_run)
    if as_json:
        print_json(told)
    else:
        print_summary(told)


def print_summary(told: Mapping[str, Any]) -> None:
    """Print what `summary` gave: its parts in the order of the way from source to release."""
    print_heading(f"{told['dag']}, run {told['dag_run']}: {told['outcome']} in {told['seconds']:.1f} s")
    print_facts({
        **{f"source {one['name']}": f"{number(one['rows'])} rows" for one in told["sources"]},
        "quarantined": ", ".join(f"{number(one['rows'])} rows" for one in told["quarantined"]),
        "dataset": "" if told["model"] else _dataset(told["datasets"]),
        "model": short(told["model"]["reference"]) if told["model"] else "",
        "audit": _audited(told["audit"]),
        "report": near(told["report"]["page"]) if told["report"] else "",
        "signed": _signed(told["signature"]),
        "release": _released(told["release"]),
        "reused": _reused(told["stages"]),
    })
    for error in told["errors"]:
        print_facts({f"{error['step']} failed": error["error"]})
    _print_candidates(told["candidates"])
    _print_audit(told["audit"])
    _print_stages(told["stages"])


def _dag_of(store: Any, dag_run: str) -> str:
    """The one DAG that has a run of that name."""
    from lineage.errors import Ambiguous, NotRecorded

    dags = sorted({run.dag for run in store.runs(dag_run=dag_run, limit=1_000_000)})
    if not dags:
        raise NotRecorded(f"no run {dag_run!r} of any DAG is recorded", next_step="See `headwater runs`.")
    if len(dags) > 1:
        raise Ambiguous(f"several DAGs have a run {dag_run!r}", examples=dags, next_step="Add --dag NAME.")
    return dags[0]


def _dataset(datasets: list[Mapping[str, Any]]) -> str:
    """The last one that was made."""
    return f"{short(datasets[-1]['reference'])}, {number(datasets[-1]['rows'])} rows" if datasets else ""


def _audited(audit: Mapping[str, Any] | None) -> str:
    if audit is None:
        return ""
    binding = [gate for gate in audit["gates"] if gate["binding"]]
    kept = sum(gate["judgement"] == "pass" for gate in binding)
    return f"{_MARKS[audit['judgement']]}: {kept} of {len(binding)} gates kept, {short(audit['reference'])}"


def _signed(signature: Mapping[str, Any] | None) -> str:
    if signature is None:
        return ""
    if signature["by"] is None:
        return f"by nobody yet: headwater sign {short(signature['audit'])} --by NAME --note TEXT, then run again"
    note = f": {signature['note']}" if signature["note"] else ""
    return f"{'by' if signature['approved'] else 'turned down by'} {signature['by']}, via {signature['via']}{note}"


def _released(release: Mapping[str, Any] | None) -> str:
    if release is None:
        return ""
    state = "live" if release["live"] else "no longer live" if release["role"] == "live" else release["role"]
    return f"number {release['number']} of endpoint {release['endpoint']}, {state} ({release['reason']})"


def _reused(stages: list[Mapping[str, Any]]) -> str:
    steps, reused = (sum(one[name] for one in stages) for name in ("steps", "reused"))
    if not reused:
        return f"none of {steps} steps"
    return f"all {steps} steps: nothing had changed" if reused == steps else f"{reused} of {steps} steps"


def _print_candidates(candidates: list[Mapping[str, Any]]) -> None:
    if not candidates:
        return
    name = candidates[0]["metric"]
    print_heading(f"candidates, by {name}")
    print_table(("candidate", "train", "dev", "cross-validation", ""), [
        (one["candidate"], *(_score(one.get(part), name) for part in ("train", "dev")), _folds(one.get("cv")),
         "chosen" if one["chosen"] else "")
        for one in candidates
    ])


def _score(part: Mapping[str, Any] | None, name: str) -> str:
    return number(part[name]["value"]) if part and part[name]["defined"] else ""


def _folds(cv: Mapping[str, Any] | None) -> str:
    return f"{number(cv['mean'])} ± {number(cv['sd'])} over {len(cv['folds'])} folds" if cv else ""


def _print_audit(audit: Mapping[str, Any] | None) -> None:
    if audit is None:
        return
    print_heading("audit, on the test part")
    metrics = list(audit["groups"][0]["metrics"])
    print_table(("rows of", "rows", *metrics, "verdict"), [
        (f"{one['slice']}: {one['label']}" if one["slice"] else one["label"], one["rows"],
         *(number(one["metrics"].get(metric)) for metric in metrics), _verdict(audit["gates"], one))
        for one in audit["groups"]
    ])
    click.echo()
    print_table(("gate", "verdict"), [(gate["gate"], _marked(gate)) for gate in audit["gates"]],
                empty="No gate was declared.")


def _marked(gate: Mapping[str, Any]) -> str:
    return _MARKS[gate["judgement"]] + ("" if gate["binding"] else " (not binding)")


def _verdict(gates: list[Mapping[str, Any]], group: Mapping[str, Any]) -> str:
    """The worst that any gate said of this very group."""
    said = {gate["about"].get(group["label"]) for gate in gates if gate["slice"] == group["slice"]}
    return next((_MARKS[mark] for mark in ("fail", "not enough evidence", "pass") if mark in said), "")


def _print_stages(stages: list[Mapping[str, Any]]) -> None:
    print_heading("time")
    print_table(("stage", "seconds", "steps", "reused"), [
        (one["stage"], f"{one['seconds']:.2f}", one["steps"], one["reused"]) for one in stages
    ])
