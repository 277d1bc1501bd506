"""Fitting transforms to train, and applying what was fitted to any rows: the same functions that serving calls."""

from __future__ import annotations

import difflib
import importlib
import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.errors import Misuse, StepRefused
from pipeline.step import Made

_TEXT = "sklearn.feature_extraction.text"


def fit_transforms(
    train: pd.DataFrame,
    *,
    transforms: Sequence[Mapping[str, Any]],
    features: Sequence[str],
    target: str | None = None,
    seed: int = 0,
) -> dict[str, Made]:
    """Fit each transform to what those before it make of `train`; give them by name.

    `transforms` are `Transform.to_json()`; `seed` goes wherever a `random_state` was left open.

    Raises:
        Misuse: no such column, class or parameter.
        StepRefused: a transform cannot be fitted to the data.
    """
    frame, made = _chosen(train, features), {}
    truth = None if target is None else _truth(train[target])
    for declared in transforms:
        columns = list(declared["columns"])
        _check_present(columns, frame, where=f"transform {declared['name']}")
        estimator = _built(declared, seed=seed)
        try:
            estimator.fit(_given(estimator, frame[columns]), truth)
        except (ValueError, TypeError) as error:
            raise StepRefused(
                f"transform {declared['name']} cannot be fitted to {len(frame)} rows", found=_line(error)
            ) from error
        frame = _applied(estimator, frame, columns=columns, name=declared["name"])
        facts = {"columns": columns, "estimator": declared["estimator"], "parameters": dict(declared["parameters"])}
        made[declared["name"]] = Made("transform", estimator, facts=facts)
    return made


def apply_transforms(
    data: pd.DataFrame,
    transforms: Sequence[Any] = (),
    *,
    specs: Sequence[Mapping[str, Any]] = (),
    features: Sequence[str],
    target: str | None = None,
) -> pd.DataFrame:
    """Make features of rows: choose `features`, then apply each fitted transform to its columns.

    `specs` name each of `transforms` and its columns: `{"name": …, "columns": […]}`. The target is
    the last column where `data` has it; a request to the inference server does not. Each row's
    features come from that row and what was fitted alone.

    Raises:
        Misuse: a column is not there.
        StepRefused: a transform cannot take these rows.
    """
    frame = _chosen(data, features)
    for estimator, spec in zip(transforms, specs, strict=True):
        frame = _applied(estimator, frame, columns=list(spec["columns"]), name=spec["name"])
    if target is not None and target in data.columns:
        frame[target] = data[target]
    return frame


def _chosen(data: pd.DataFrame, features: Sequence[str]) -> pd.DataFrame:
    _check_present(features, data, where="features")
    return pd.DataFrame({column: _numeric(data[column]) for column in features}, index=data.index)


def _numeric(column: pd.Series) -> pd.Series:
    """Nullable numbers and booleans as float64 with NaN for null, so that a null's going changes no type."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column
    if pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_numeric_dtype(column.dtype):
        return column.astype("float64")
    return column


def _given(estimator: Any, frame: pd.DataFrame) -> Any:
    """The columns as the estimator takes them: text as objects with NaN for null; one text alone as a series."""
    texts = [c for c in frame.columns if frame[c].dtype == "str" or isinstance(frame[c].dtype, pd.CategoricalDtype)]
    frame = frame.astype(dict.fromkeys(texts, object))
    frame = frame.assign(**{column: frame[column].where(frame[column].notna(), np.nan) for column in texts})
    if not type(estimator).__module__.startswith(_TEXT):
        return frame
    if len(frame.columns) != 1:
        raise Misuse(f"{type(estimator).__name__} reads one text column", examples=list(frame.columns))
    return frame.iloc[:, 0].fillna("")


def _applied(estimator: Any, frame: pd.DataFrame, *, columns: list[str], name: str) -> pd.DataFrame:
    """The frame with what the estimator makes in the place of its columns."""
    _check_present(columns, frame, where=f"transform {name}")
    made = _made(estimator, frame[columns], name=name)
    place = list(frame.columns).index(columns[0])
    before = [column for column in frame.columns[:place] if column not in columns]
    after = [column for column in frame.columns[place:] if column not in columns]
    result = pd.concat([frame[before], made, frame[after]], axis=1)
    if twice := sorted(set(result.columns[result.columns.duplicated()])):
        raise Misuse(f"transform {name} makes columns that are there already", examples=twice)
    return result


def _made(estimator: Any, frame: pd.DataFrame, *, name: str) -> pd.DataFrame:
    try:
        made = estimator.transform(_given(estimator, frame))
    except (ValueError, TypeError) as error:
        raise StepRefused(f"transform {name} cannot take these {len(frame)} rows", found=_line(error)) from error
    values = made.toarray() if hasattr(made, "toarray") else np.asarray(made)
    values = values.reshape(len(frame), -1)
    if values.dtype != object:
        values = values.astype("float64")
    result = pd.DataFrame(values, index=frame.index, columns=_names(estimator, values.shape[1], name=name))
    return result.infer_objects() if values.dtype == object else result


def _names(estimator: Any, count: int, *, name: str) -> list[str]:
    """The estimator's own names for what it makes: `race_1`, not `race_1.0`; else the transform's, numbered."""
    if hasattr(estimator, "get_feature_names_out"):
        own = [re.sub(r"\.0$", "", str(each)) for each in estimator.get_feature_names_out()]
        own = [f"{name}_{each}" for each in own] if type(estimator).__module__.startswith(_TEXT) else own
        if len(own) == count:
            return own
    return [f"{name}_{number}" for number in range(count)]


def _truth(target: pd.Series) -> np.ndarray:
    numeric = _numeric(target)
    return numeric.to_numpy(dtype=object if numeric.dtype != "float64" else "float64")


def _built(declared: Mapping[str, Any], *, seed: int) -> Any:
    kind = _class(declared["estimator"], name=declared["name"])
    known = list(inspect.signature(kind).parameters)
    parameters = dict(declared["parameters"])
    if unknown := [each for each in parameters if each not in known]:
        raise Misuse(
            f"transform {declared['name']}: {declared['estimator']} takes no such parameter",
            examples=unknown, next_step=_near(unknown[0], known),
        )
    if "sparse_output" in known:
        parameters["sparse_output"] = False
    estimator = kind(**parameters)
    open_seeds = [
        each for each, value in estimator.get_params().items()
        if (each == "random_state" or each.endswith("__random_state")) and value is None
    ]
    return estimator.set_params(**dict.fromkeys(open_seeds, seed)) if open_seeds else estimator


def _class(path: str, *, name: str) -> Any:
    module_name, _, class_name = path.rpartition(".")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise Misuse(
            f"transform {name}: {path!r} cannot be imported", found=str(error), next_step="Is its package installed?"
        ) from error
    found = getattr(module, class_name, None)
    if inspect.isclass(found) and all(hasattr(found, each) for each in ("fit", "transform", "get_params")):
        return found
    raise Misuse(
        f"transform {name}: {module_name} has no transformer {class_name!r}",
        expected="a scikit-learn-compatible class with fit and transform",
        next_step=_near(class_name, [each for each in dir(module) if not each.startswith("_")]),
    )


def _check_present(columns: Sequence[str], frame: pd.DataFrame, *, where: str) -> None:
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise Misuse(
            f"{where}: columns that are not there",
            examples=absent,
            next_step=_near(absent[0], [str(column) for column in frame.columns]),
        )


def _near(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(near)}?" if near else ""


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
