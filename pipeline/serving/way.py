"""The way from a source row to the estimator's features, as training's rows went it.

First the user's row-wise functions, each from the source text kept with the model; then every
fitted transform, applied by the function that applied it in training. What only chose rows (a
split, a quarantine) changes no value and has no part in it.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import pandas as pd

from lineage.store import Store
from pipeline.artifacts.model import Model
from pipeline.code import load
from pipeline.errors import Misuse, RequestRejected
from pipeline.schema import conform, normalised
from pipeline.step import Made
from pipeline.storage import Storage


class Stretch(Protocol):
    """One part of the way: a frame in, the same rows out."""

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Take the rows of `frame` one step on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A recorded step, called again on other rows.

    `role` is the argument that takes the rows; `given` are its other arguments; `dtypes` are
    those its output had in training ({} if not known).
    """

    step: str
    function: Callable[..., Any]
    role: str
    given: Mapping[str, Any] = field(default_factory=dict)
    dtypes: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Call the step, which may write into `frame`.

        Raises:
            RequestRejected: it leaves a row out, or cannot take one.
        """
        try:
            result = self._called(frame)
            if not result.index.equals(frame.index):
                result = self._in_order(result, frame)
            return self._typed(normalised(result))
        except RequestRejected:
            raise
        except Exception as error:  # a user's function may raise anything; the request is what it could not take
            raise RequestRejected(
                f"step {self.step} cannot take these rows",
                found=f"{type(error).__name__}: {str(error).partition(chr(10))[0]:.300}",
                next_step="Look for a value that is null or unlike those it was written for.",
            ) from error

    def _called(self, frame: pd.DataFrame) -> pd.DataFrame:
        result = self.function(**{self.role: frame}, **self.given)
        if isinstance(result, Mapping):
            result = next(iter(result.values()))
        return result.value if isinstance(result, Made) else result

    def _in_order(self, result: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
        left_out = frame.index.difference(result.index)
        if len(left_out):
            raise RequestRejected(
                f"step {self.step} leaves rows out: the model has no answer for them",
                examples=[f"row {place}" for place in left_out[:5]],
                count=len(left_out),
            )
        return result.loc[frame.index]

    def _typed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Give columns of nulls alone the dtype they had in training."""
        other = {
            name: dtype
            for name, dtype in self.dtypes.items()
            if name in frame.columns and str(frame[name].dtype) != dtype and frame[name].isna().all()
        }
        if not other:
            return frame
        return conform(frame, {name: other.get(name, str(dtype)) for name, dtype in frame.dtypes.items()})


def way_of(manifest: Model, *, store: Store, storage: Storage) -> list[Stretch]:
    """Load every function and transform on a model's way, in order.

    Raises:
        LineageError: a part is not recorded, or the store cannot be reached.
        ArtifactMissing: bytes are gone.
        ArtifactCorrupt: bytes are not what was recorded.
        Misuse: a function cannot be found.
    """
    functions = [_function(entry, store=store, storage=storage) for entry in manifest.path]
    return [*functions, *_transforms(manifest, store=store, storage=storage)]


def _function(entry: Mapping[str, Any], *, store: Store, storage: Storage) -> Stretch:
    if entry.get("code"):
        bundled = storage.load(store.artifact(entry["code"]))
        function = _loaded(entry["step"], lambda: load(bundled))
    else:
        function = function_at(entry["step"], entry["function"])
    given = entry["parameters"]
    role = next(name for name in inspect.signature(function).parameters if name not in given)
    return Call(step=entry["step"], function=function, role=role, given=given, dtypes=entry.get("columns") or {})


def _loaded(step: str, loading: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
    try:
        return loading()
    except Exception as error:  # running a user's file may raise anything
        raise Misuse(
            f"the code of step {step} cannot be loaded",
            found=f"{type(error).__name__}: {error}",
            next_step="Install what it imports beside the inference server.",
        ) from error


def function_at(step: str, path: str) -> Callable[..., Any]:
    """Find the function that `step` recorded as `package.module:name`.

    Raises:
        Misuse: this installation has none there.
    """
    module, _, name = path.partition(":")
    return _loaded(step, lambda: getattr(importlib.import_module(module), name))


def _transforms(manifest: Model, *, store: Store, storage: Storage) -> list[Stretch]:
    """The one call that applies every transform, as it did in training; none where there are none."""
    if not manifest.transforms:
        return []
    fitted = [storage.load(store.artifact(reference)) for reference in manifest.transforms]
    function = function_at("fit", manifest.apply["function"])
    return [
        Call(step="fit", function=function, role="data", given={"transforms": fitted, **manifest.apply["parameters"]})
    ]
