"""Fitting transforms to train, and applying what was fitted to any rows: the same functions that serving calls."""

from __future__ import annotations

import difflib
import importlib
import inspect
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.errors import Misuse, StepRefused
from pipeline.step import Made, rowwise

Column = pd.Series | np.ndarray
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
    columns, made = _chosen(train, features), {}
    truth = None if target is None else _plain(train[target])
    for declared in transforms:
        name, own = declared["name"], list(declared["columns"])
        _check_present(own, columns, where=f"transform {name}")
        estimator = _built(declared, seed=seed)
        given = _given(estimator, [columns[each] for each in own])
        try:
            estimator.fit(given, truth)
        except (ValueError, TypeError) as error:
            raise StepRefused(f"transform {name} cannot be fitted to {len(train)} rows", found=_line(error)) from error
        columns = _applied(estimator, columns, own=own, name=name)
        facts = {"columns": own, "estimator": declared["estimator"], "parameters": dict(declared["parameters"])}
        made[name] = Made("transform", estimator, facts=facts)
    return made


@rowwise
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
    columns = _chosen(data, features)
    for estimator, spec in zip(transforms, specs, strict=True):
        columns = _applied(estimator, columns, own=list(spec["columns"]), name=spec["name"])
    if target is not None and target in data.columns:
        columns[target] = data[target]
    return pd.DataFrame(columns, index=data.index)


def _chosen(data: pd.DataFrame, features: Sequence[str]) -> dict[str, Column]:
    """The features by name, numbers as float64: a null's going changes no type."""
    _check_present(features, data.columns, where="features")
    return {name: _plain(data[name]) if _is_number(data[name].dtype) else data[name] for name in features}


def _is_number(dtype: Any) -> bool:
    if isinstance(dtype, pd.CategoricalDtype):
        return False
    return pd.api.types.is_bool_dtype(dtype) or pd.api.types.is_numeric_dtype(dtype)


def _plain(column: Column) -> np.ndarray:
    """Numbers and booleans as float64, text and categories as objects; NaN for null."""
    if isinstance(column, np.ndarray):
        return column
    if _is_number(column.dtype):
        return column.to_numpy(dtype="float64", na_value=np.nan)
    values = column.to_numpy(dtype=object, copy=True)
    values[column.isna().to_numpy()] = np.nan
    return values


def _given(estimator: Any, columns: Sequence[Column]) -> np.ndarray:
    """The columns as the estimator takes them: a matrix, or one text column alone with "" for null."""
    plain = [_plain(column) for column in columns]
    if not type(estimator).__module__.startswith(_TEXT):
        return np.column_stack(plain) if len(plain) > 1 else plain[0].reshape(-1, 1)
    if len(plain) != 1:
        raise Misuse(f"{type(estimator).__name__} reads one text column", found=f"{len(plain)} columns")
    return np.array(["" if text is np.nan else text for text in plain[0]], dtype=object)


def _applied(estimator: Any, columns: Mapping[str, Column], *, own: list[str], name: str) -> dict[str, Column]:
    """The columns with what the estimator makes of its own in the place of the first of them."""
    _check_present(own, columns, where=f"transform {name}")
    made = _made(estimator, [columns[each] for each in own], own=own, name=name)
    kept = [each for each in columns if each not in own]
    if twice := sorted(made.keys() & set(kept)):
        raise Misuse(f"transform {name} makes columns that are there already", examples=twice)
    place = sum(each not in own for each in list(columns)[: list(columns).index(own[0])])
    before, after = kept[:place], kept[place:]
    return {each: columns[each] for each in before} | made | {each: columns[each] for each in after}


def _made(estimator: Any, columns: Sequence[Column], *, own: Sequence[str], name: str) -> dict[str, np.ndarray]:
    given = _given(estimator, columns)
    try:
        made = estimator.transform(given)
    except (ValueError, TypeError) as error:
        raise StepRefused(f"transform {name} cannot take these {len(columns[0])} rows", found=_line(error)) from error
    values = made.toarray() if hasattr(made, "toarray") else np.asarray(made)
    values = values.reshape(len(columns[0]), -1)
    if values.dtype != object:
        values = values.astype("float64", copy=False)
    made_columns = dict(zip(_names(estimator, values.shape[1], own=own, name=name), values.T, strict=True))
    return {each: _narrowed(column) if values.dtype == object else column for each, column in made_columns.items()}


def _narrowed(column: np.ndarray) -> np.ndarray:
    """A column of objects that are all numbers, as numbers: an imputer of mixed columns gives objects."""
    return column.astype("float64") if all(isinstance(value, (int, float)) for value in column) else column


def _names(estimator: Any, count: int, *, own: Sequence[str], name: str) -> list[str]:
    """The estimator's own names for what it makes: `race_1`, not `race_1.0`; else the transform's, numbered."""
    if type(estimator).__module__.startswith(_TEXT):
        return [f"{name}_{word}" for word in estimator.get_feature_names_out()]
    if hasattr(estimator, "get_feature_names_out"):
        names = [re.sub(r"\.0$", "", str(each)) for each in estimator.get_feature_names_out(list(own))]
        if len(set(names)) == count:
            return names
    return [f"{name}_{number}" for number in range(count)]


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


def _check_present(columns: Sequence[str], known: Collection[str], *, where: str) -> None:
    absent = [column for column in columns if column not in known]
    if absent:
        raise Misuse(
            f"{where}: columns that are not there",
            examples=absent,
            next_step=_near(absent[0], [str(column) for column in known]),
        )


def _near(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(near)}?" if near else ""


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
