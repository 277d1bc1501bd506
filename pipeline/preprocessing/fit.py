"""The fit stage: the parts of a split in, features for each part out, with what was fitted on train between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.errors import Misuse
from pipeline.preprocessing.transforms import Transform
from pipeline.step import Depends, Effect, Rule, Step

STAGE = "preprocessing"


def fit(
    runner: Any, *, parts: Mapping[str, Any], transforms: Sequence[Transform], features: Sequence[str], seed: int = 0
) -> dict[str, Any]:
    """Fit transforms on train only and apply them to every part.

    Gives `parts` again, with `features` (the references of the transformed parts, by name),
    `transforms` (the references of what was fitted, in order) and `apply`: the path and the
    parameters of the function that makes features of rows.

    Raises:
        Misuse: no such column, class or parameter, the target among the features, or a name twice.
        StepRefused: a transform cannot be fitted to the data, or cannot take a part's rows.
    """
    target = runner.describe(parts["split"]).facts["target"]
    chosen = _checked(features, target=target)
    _check_names(transforms)
    name = runner.occasion.task or "fit"
    fitted: list[str] = []
    if transforms:
        step = _fitting(name, transforms, given={"features": chosen, "target": target, "seed": seed})
        outputs = runner.run(step, {"train": parts["parts"]["train"]}).outputs
        fitted = [outputs[each.name] for each in transforms]
    specs = [{"name": each.name, "columns": list(each.columns)} for each in transforms]
    given = {"specs": specs, "features": chosen, "target": target}
    made = {
        part: runner.run(_applying(f"{name}.{part}", given), _inputs(data, fitted)).outputs["data"]
        for part, data in parts["parts"].items()
    }
    function = "pipeline.preprocessing.fitted:apply_transforms"
    return {**parts, "features": made, "transforms": fitted, "apply": {"function": function, "parameters": given}}


def _inputs(data: str, fitted: Sequence[str]) -> dict[str, Any]:
    return {"data": data, "transforms": list(fitted)} if fitted else {"data": data}


def _fitting(name: str, transforms: Sequence[Transform], *, given: Mapping[str, Any]) -> Step:
    from pipeline.preprocessing.fitted import fit_transforms

    return Step(
        name=name,
        stage=STAGE,
        function=fit_transforms,
        parameters={"transforms": [each.to_json() for each in transforms], **given},
        depends=(Depends("train", Rule.EVERY_ROW, Effect.MODEL, detail={"reads": _read(given)}),),
    )


def _applying(name: str, given: Mapping[str, Any]) -> Step:
    from pipeline.preprocessing.fitted import apply_transforms

    own = {"reads": _read(given), "decides": []}
    return Step(
        name=name,
        stage=STAGE,
        function=apply_transforms,
        parameters=given,
        depends=(Depends("data", Rule.SAME_ROW, detail=own), Depends("transforms", Rule.EVERY_ROW, Effect.MODEL)),
        claim=True,
    )


def _read(given: Mapping[str, Any]) -> list[str]:
    """The columns that features and truth are taken from."""
    return [*given["features"], *([given["target"]] if given["target"] else [])]


def _checked(features: Sequence[str], *, target: str | None) -> list[str]:
    chosen = [] if isinstance(features, str) else list(features)
    if not chosen or len(set(chosen)) != len(chosen):
        raise Misuse(f"features={features!r}", expected="a list of column names, each once")
    if target in chosen:
        raise Misuse(
            f"the target {target!r} is among the features", next_step="Leave it out: a model must not see its answer."
        )
    return chosen


def _check_names(transforms: Sequence[Transform]) -> None:
    names = [each.name for each in transforms]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Misuse("transforms share a name", examples=twice, next_step="Give each a name of its own.")
