"""The stages a DAG body chains, from source to release: each call is a task, or a group of them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.artifacts.metric import metric as known_metric
from pipeline.chain import Reference, Work, conductor, is_conducted
from pipeline.errors import Misuse

if TYPE_CHECKING:
    from pipeline.artifacts.source import Source
    from pipeline.auditing.policy import AuditPolicy
    from pipeline.deployment.plan import ReleasePlan
    from pipeline.labelling.rules import Rule
    from pipeline.preprocessing.transforms import Transform
    from pipeline.training.candidates import Candidate
    from pipeline.validation.expectations import Expectation

SIZES = {"train": 0.6, "dev": 0.2, "test": 0.2}


def ingest(source: Source, *, name: str = "ingest") -> Reference:
    """Read a source into a dataset; partitions are read side by side as mapped tasks."""
    return _ingest(source, name)


def validate(data: Reference, expectations: Sequence[Expectation], *, name: str = "validate") -> Reference:
    """Hold a dataset against expectations: fail, quarantine the rows, or warn, as each says."""
    return _task(name, "pipeline.validation.validate:validate", {"expectations": tuple(expectations)}, data=data)


def preprocess(data: Reference, steps: Sequence[Callable[..., Any]], *, name: str = "preprocess") -> Reference:
    """Run plain functions of DataFrames one after the other; those that claim a row rule keep row lineage."""
    return _task(name, "pipeline.preprocessing.preprocess:preprocess", {"steps": tuple(steps)}, data=data)


def lookup(
    data: Reference,
    reference: Reference,
    *,
    on: str | Sequence[str] | Mapping[str, str],
    columns: Sequence[str] | None = None,
    found: str | None = None,
    name: str = "lookup",
) -> Reference:
    """Give every row the columns of the one row of a reference with its key; `found` says whether there is one."""
    declared = {"on": on, "columns": columns, "found": found}
    return _task(name, "pipeline.preprocessing.lookup:lookup", declared, data=data, reference=reference)


def join(
    left: Reference, right: Reference, *, on: str | Sequence[str] | Mapping[str, str], name: str = "join"
) -> Reference:
    """Pair every row of one dataset with every row of another that has its key."""
    return _task(name, "pipeline.preprocessing.join:join", {"on": on}, left=left, right=right)


def stack(tables: Sequence[Reference], *, name: str = "stack") -> Reference:
    """Put the rows of several datasets under one another, with their ids."""
    return _task(name, "pipeline.preprocessing.stack:stack", {}, tables=list(tables))


def split(
    data: Reference,
    *,
    target: str | None = None,
    balance: Sequence[str] = (),
    group: str | None = None,
    time: str | None = None,
    sizes: Mapping[str, float] = SIZES,
    boundaries: Sequence[Any] = (),
    seed: int = 0,
    name: str = "split",
) -> Reference:
    """Cut a dataset into train, dev and test by seeded hash rank within each stratum, by group or by time."""
    policy = {
        "target": target,
        "balance": tuple(balance),
        "group": group,
        "time": time,
        "sizes": dict(sizes),
        "boundaries": tuple(boundaries),
        "seed": seed,
    }
    return _task(name, "pipeline.preprocessing.split:split", policy, data=data)


def fit(parts: Reference, transforms: Sequence[Transform], *, features: Sequence[str], name: str = "fit") -> Reference:
    """Fit transforms on train only and apply them to every part; what is fitted is an artifact."""
    declared = {"transforms": tuple(transforms), "features": tuple(features)}
    return _task(name, "pipeline.preprocessing.fit:fit", declared, parts=parts)


def train(
    ready: Reference, candidates: Sequence[Candidate], *, metric: str, folds: int = 5, name: str = "train"
) -> Reference:
    """Train candidates side by side, after each has shown that it can fit a tiny set, and choose one by `metric`."""
    known_metric(metric)
    if len({candidate.name for candidate in candidates}) != len(candidates):
        raise Misuse("two candidates have one name", examples=[candidate.name for candidate in candidates])
    by_name = {candidate.name: candidate for candidate in candidates}
    with conductor().group(name):
        gate = _task("overfit", "pipeline.training.overfit:overfit", {"candidates": tuple(candidates)}, ready=ready)
        work = Work(
            name="candidate",
            call="pipeline.training.train:train_candidate",
            over=list(by_name),
            items=by_name,
            item="candidate",
            declared={"metric": metric, "folds": folds},
            references={"ready": ready, "gate": gate},
        )
        estimators = conductor().task(work)
        return _task(
            "select", "pipeline.training.select:select", {"metric": metric}, ready=ready, estimators=estimators
        )


def audit(model: Reference, ready: Reference, policy: AuditPolicy, *, name: str = "audit") -> Reference:
    """Measure a model on slices of the test part, against baselines, and hold it against the policy's gates."""
    return _task(name, "pipeline.auditing.audit:audit", {"policy": policy}, model=model, ready=ready)


def sign_off(report: Reference, policy: AuditPolicy, *, name: str = "sign_off") -> Reference:
    """Ask a person to look at an audit and sign, where the charter's risk tier asks for it; give the report, signed.

    Under Airflow the task waits for the answer in the UI; a rejection fails it. Elsewhere `headwater sign` is
    the answer.
    """
    if policy.charter is None:
        raise Misuse("sign_off without a charter", expected="AuditPolicy(charter=Charter(…))")
    call = "pipeline.auditing.sign_off:sign_off"
    asks = f"Release what {policy.charter.owner} answers for?" if policy.charter.needs_signature else ""
    declared = {"charter": policy.charter}
    return conductor().task(Work(name=name, call=call, declared=declared, references={"report": report}, asks=asks))


def deploy(model: Reference, report: Reference, plan: ReleasePlan, *, name: str = "deploy") -> Reference:
    """Release a model whose audit lets it pass, as the plan says."""
    return _task(name, "pipeline.deployment.deploy:deploy", {"plan": plan}, model=model, report=report)


def agreement(
    labels: Reference,
    *,
    item: str,
    label: str,
    by: str,
    unclear: Any = None,
    level: str = "nominal",
    rounds: str = "",
    kind: str = "unstructured",
    name: str = "agreement",
) -> Reference:
    """Measure how far the people agree who labelled the same items, one row for each label."""
    declared = {"item": item, "label": label, "by": by, "unclear": unclear}
    declared |= {"level": level, "rounds": rounds, "kind": kind}
    return _task(name, "pipeline.labelling.agree:agreement", declared, data=labels)


def consensus(
    labels: Reference,
    *,
    item: str,
    label: str,
    by: str,
    how: str = "majority",
    unclear: Any = None,
    probabilities: Reference | None = None,
    name: str = "consensus",
) -> Reference:
    """Make one label of what several people say of each item, by majority or weighted by how reliable each is."""
    declared = {"item": item, "label": label, "by": by, "how": how, "unclear": unclear}
    further = {} if probabilities is None else {"probabilities": probabilities}
    return _task(name, "pipeline.labelling.consensus:consensus", declared, data=labels, **further)


def relabel(
    data: Reference, *, label: str, rules: Sequence[Rule], by: str, reason: str, name: str = "relabel"
) -> Reference:
    """Change labels by rules, in somebody's name; which changed, from what to what, is kept beside."""
    declared = {"label": label, "rules": tuple(rules), "by": by, "reason": reason}
    return _task(name, "pipeline.labelling.relabel:relabel", declared, data=data)


def correct(
    data: Reference,
    corrections: Reference,
    *,
    on: str | Sequence[str],
    label: str,
    to: str = "label",
    by: str = "by",
    when: str = "",
    rule: str = "",
    unknown: str = "refuse",
    name: str = "correct",
) -> Reference:
    """Give rows the labels that people's corrections of their key say; which changed, and by whom, is kept beside."""
    declared = {"on": on, "label": label, "to": to, "by": by, "when": when, "rule": rule, "unknown": unknown}
    return _task(name, "pipeline.labelling.correct:correct", declared, data=data, corrections=corrections)


def human_level(
    data: Reference,
    *,
    truth: str,
    answer: str,
    by: str = "",
    slices: Sequence[str] = (),
    name: str = "human_level",
) -> Reference:
    """Measure how often people are right, over all rows and in the groups of some columns."""
    declared = {"truth": truth, "answer": answer, "by": by, "slices": tuple(slices)}
    return _task(name, "pipeline.labelling.human:human_level", declared, data=data)


def label_errors(
    data: Reference, *, label: str = "truth", most: int = 300, name: str = "label_errors"
) -> Reference:
    """List the labels most likely wrong, by what a model that did not learn from them makes of the rows."""
    return _task(name, "pipeline.labelling.suspects:label_errors", {"label": label, "most": most}, data=data)


def task(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a step of one's own: in a DAG body, a task on the datasets it is given; elsewhere, the plain function.

    Every argument that is a reference arrives as a DataFrame; others are recorded parameters.
    """

    @functools.wraps(function)
    def call(*arguments: Any, name: str = "", **named: Any) -> Any:
        if not is_conducted():
            return function(*arguments, **named)
        bound = inspect.signature(function).bind(*arguments, **named).arguments
        references = {key: value for key, value in bound.items() if isinstance(value, Reference)}
        parameters = {key: value for key, value in bound.items() if key not in references}
        declared = {"function": function, "parameters": parameters, "name": name or function.__name__}
        return _task(declared["name"], "pipeline.preprocessing.custom:custom", declared, inputs=references)

    return call


def _ingest(source: Source, name: str) -> Reference:
    call, declared = "pipeline.ingestion.ingest", {"source": source}
    if not source.reader.is_partitioned:
        return _task(name, f"{call}:ingest", declared)
    with conductor().group(name):
        partitions = _task("partitions", f"{call}:pin_partitions", declared)
        work = Work(name="read", call=f"{call}:read_partition", over=partitions, item="partition", declared=declared)
        return _task("combine", f"{call}:combine", declared, partitions=conductor().task(work))


def _task(name: str, call: str, declared: Mapping[str, Any], **references: Any) -> Reference:
    return conductor().task(Work(name=name, call=call, declared=declared, references=references))
