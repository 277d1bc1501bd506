"""The choice: candidates ranked by one metric on the rows kept from them, and the manifest of the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.artifacts.metric import Score, metric as metric_named
from pipeline.artifacts.model import Model
from pipeline.errors import TrainingRefused
from pipeline.step import Depends, Effect, Made, Rule, Step
from pipeline.training.entry import entry_of
from pipeline.training.required import required_step


def select(runner: Any, *, ready: Mapping[str, Any], estimators: Sequence[Mapping[str, str]], metric: str) -> str:
    """Choose the best of the trained candidates; give the model's reference, registered in MLflow.

    `estimators` are what training each candidate gave. The metric on dev decides, or the mean of
    the cross-validation where there is no dev part; equal figures are decided by name.

    Raises:
        TrainingRefused: no candidates, none whose metric is defined, or features that no request can state.
        StepRefused: no single row can go the way to the features.
        ServiceUnavailable: MLflow does not answer; the task can be tried again.
    """
    from pipeline.tracking import register

    trained = {each["candidate"]: each for each in estimators}
    if not trained:
        raise TrainingRefused("there are no candidates to choose from", next_step="Declare some in the DAG file.")
    chosen = runner.run(_choice(metric), {"scores": [trained[name]["scores"] for name in sorted(trained)]})
    selection = chosen.outputs["selection"]
    first = trained[runner.value(selection)["chosen"]]
    model = _manifest(runner, ready=ready, first=first, selection=selection)
    if not model.mlflow_run_id:
        version = register(runner, model=model.outputs["model"], mlflow_run_id=first["mlflow_run_id"])
        runner.annotate(model.run, mlflow_run_id=first["mlflow_run_id"], facts={"mlflow_version": version})
    return model.outputs["model"]


def _choice(metric: str) -> Step:
    return Step(
        name="select",
        stage="training",
        function=rank,
        parameters={"metric": metric},
        depends=(Depends("scores", Rule.EVERY_ROW, Effect.DECISION),),
    )


def rank(*, scores: Sequence[Mapping[str, Any]], metric: str) -> dict[str, Made]:
    """Rank candidates by their scores, the best first.

    Raises:
        TrainingRefused: the metric is defined for none of them.
    """
    on = "dev" if all("dev" in each for each in scores) else "cv"
    ranking = sorted(
        ((each["candidate"], _score(each, metric=metric, on=on)) for each in scores),
        key=lambda entry: (metric_named(metric).order(entry[1]), entry[0]),
    )
    if not ranking[0][1].defined:
        raise TrainingRefused(
            f"{metric} is not defined on {on} for any candidate",
            expected="rows of every class" if on == "dev" else "a dev part, or cross-validation",
            next_step="Choose another metric, or split so that dev holds what the metric counts.",
        )
    selection = {
        "metric": metric,
        "on": on,
        "ranking": [{"candidate": name, **score.to_json()} for name, score in ranking],
        "chosen": ranking[0][0],
    }
    return {"selection": Made("selection", selection, facts={"chosen": ranking[0][0], "metric": metric})}


def _score(scores: Mapping[str, Any], *, metric: str, on: str) -> Score:
    if on == "dev":
        return Score.from_json(scores["dev"][metric])
    cv = scores.get("cv")
    return Score(cv["mean"], cv["defined"], len(cv["folds"])) if cv else Score(0.0, False, 0)


def _manifest(runner: Any, *, ready: Mapping[str, Any], first: Mapping[str, str], selection: str) -> Any:
    train = ready["features"]["train"]
    fields = _fields(runner, ready=ready, first=first, selection=selection)
    way = required_step(
        fields["path"],
        source=fields["source"],
        types=runner.describe(fields["source"]).facts.get("types"),
        features=ready["apply"]["parameters"]["features"],
        target=fields["target"],
    )
    inputs = {
        "estimator": first["estimator"], "scores": first["scores"], "selection": selection,
        "columns": runner.run(*way).outputs["columns"], "train": train, "transforms": list(ready["transforms"]),
    }
    depends = [Depends(role, Rule.EVERY_ROW, Effect.MODEL) for role in ("estimator", "transforms", "train")]
    depends += [Depends(role, Rule.EVERY_ROW, Effect.DECISION) for role in ("scores", "selection", "columns")]
    inputs = {role: reference for role, reference in inputs.items() if reference}
    step = Step(
        name="model",
        stage="training",
        function=assemble,
        parameters={"manifest": fields},
        depends=tuple(each for each in depends if each.input in inputs),
    )
    return runner.run(step, inputs)


def _fields(runner: Any, *, ready: Mapping[str, Any], first: Mapping[str, str], selection: str) -> dict[str, Any]:
    """Everything of the manifest that the artifacts' records know."""
    train = ready["features"]["train"]
    fitted = runner.describe(first["estimator"]).facts
    source = entry_of(runner, train=train)
    origin = runner.describe(source)
    return {
        "name": runner.occasion.dag,
        **{name: fitted[name] for name in ("candidate", "problem", "target", "features", "classes", "positive")},
        "estimator": first["estimator"],
        "transforms": list(ready["transforms"]),
        "source": source,
        "source_name": origin.facts.get("source", origin.name),
        "path": runner.path(train),
        "apply": ready["apply"],
        "selection": selection,
        "trained_on": train,
        "trained_rows": fitted["rows"],
    }


def assemble(
    *,
    selection: Mapping[str, Any],
    scores: Mapping[str, Any],
    columns: Mapping[str, Any],
    manifest: Mapping[str, Any],
    **_: Any,
) -> dict[str, Made]:
    """Write the manifest of the chosen model.

    Raises:
        Misuse: what was recorded does not make a legal model.
    """
    metrics = {part: scores[part] for part in ("train", "dev", "cv") if part in scores}
    chosen = {"metric": selection["metric"], "metrics": metrics}
    model = Model.from_json({**manifest, **columns, **chosen})
    facts = {name: manifest[name] for name in ("candidate", "problem", "target", "source_name", "trained_rows")}
    return {"model": Made("model", model.to_json(), facts=facts, name=model.name)}
