"""The way recorded with a model, taken again by other rows: its row-wise steps, called one after the other.

An entry of a recorded way is what `pipeline.runner.path` lists: a user's function, kept as source
text, or a function of ours, named by its module; with what it was given, and what it looked up in.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from pipeline.calling import call
from pipeline.code import load
from pipeline.errors import Misuse
from pipeline.keyed import Keyed
from pipeline.schema import conform, normalised
from pipeline.step import Made

REFERENCE = "reference"


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

    def __call__(self, frame: pd.DataFrame, **further: Any) -> pd.DataFrame:
        """Call the step, which may write into `frame`, and bring what it gives to the dtypes of a dataset.

        Raises: whatever the function raises; `StepRefused` for what cannot be kept.
        """
        result, _ = call(self.function, frame, role=self.role, given={**self.given, **further})
        if isinstance(result, Mapping):
            result = next(iter(result.values()))
        return self._typed(normalised(result.value if isinstance(result, Made) else result))

    def _typed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Give columns of nulls alone the dtype they had in training."""
        kinds = {name: str(dtype) for name, dtype in zip(frame.columns, frame.dtypes, strict=True)}
        other = {
            name: self.dtypes[name]
            for name, kind in kinds.items()
            if self.dtypes.get(name, kind) != kind and frame[name].isna().all()
        }
        return conform(frame, {**kinds, **other}) if other else frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """A recorded lookup, done again by other rows: the same function, given only the rows they have the keys of.

    `keys` are the columns of the rows that are compared with those the table is `keyed` by.
    """

    calling: Call
    keyed: Keyed
    keys: Sequence[str]

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Look the rows of `frame` up: `places`, then `at`."""
        return self.at(frame, self.places(frame))

    def places(self, frame: pd.DataFrame) -> np.ndarray:
        """Give where in the table the row is that each row of `frame` has the key of, as `Keyed.places` does."""
        return self.keyed.places(frame, by=self.keys)

    def at(self, frame: pd.DataFrame, places: np.ndarray) -> pd.DataFrame:
        """Give `frame` with what the rows of the table at `places`, as it is keyed, say of them."""
        return self.calling(frame, **{REFERENCE: self.keyed.rows(places)})


def called(entry: Mapping[str, Any], code: Mapping[str, Any] | None = None, *, kind: type[Call] = Call) -> Call:
    """Make the call of an entry, a user's from its kept `code`, one of ours by its name; `kind` is its class.

    Raises:
        Misuse: its code cannot be loaded, or this installation has no such function.
    """
    function = (
        loaded(entry["step"], lambda: load(dict(code))) if code else function_at(entry["step"], entry["function"])
    )
    given = entry["parameters"]
    role = next(name for name in inspect.signature(function).parameters if name not in given)
    return kind(step=entry["step"], function=function, role=role, given=given, dtypes=entry.get("columns") or {})


def lookup(entry: Mapping[str, Any], reference: pd.DataFrame, *, kind: type[Call] = Call) -> Lookup:
    """Make the lookup of an entry in the table `reference`; `kind` is the class of its call.

    Raises:
        Misuse: this installation has no such function, or the table lacks columns.
        StepRefused: the table has a key twice.
    """
    if absent := [name for name in entry["reads"] or () if name not in reference.columns]:
        raise Misuse(f"step {entry['step']} looks up columns that the table lacks", examples=absent)
    table = reference if entry["reads"] is None else reference[list(entry["reads"])]
    keyed = Keyed(table, by=entry["on"]["input"])
    return Lookup(calling=called(entry, kind=kind), keyed=keyed, keys=tuple(entry["on"]["output"]))


def way(
    path: Sequence[Mapping[str, Any]],
    *,
    code: Iterable[Mapping[str, Any]] = (),
    references: Iterable[pd.DataFrame] = (),
) -> list[Callable[[pd.DataFrame], pd.DataFrame]]:
    """Make all of a recorded way: `code` and `references` in the order of the entries that have them.

    Raises:
        Misuse: a function cannot be found or loaded.
    """
    bundles, tables = iter(code), iter(references)
    return [
        lookup(entry, next(tables)) if REFERENCE in entry else called(entry, next(bundles) if entry["code"] else None)
        for entry in path
    ]


def parts(path: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """List what a recorded way stands on by role, as `way` takes it: references of `code` and `references`."""
    listed = {
        "code": [entry["code"] for entry in path if entry["code"]],
        "references": [entry[REFERENCE] for entry in path if REFERENCE in entry],
    }
    return {role: each for role, each in listed.items() if each}


def function_at(step: str, path: str) -> Callable[..., Any]:
    """Find the function that `step` recorded as `package.module:name`.

    Raises:
        Misuse: this installation has none there.
    """
    module, _, name = path.partition(":")
    return loaded(step, lambda: getattr(importlib.import_module(module), name))


def loaded(step: str, loading: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
    """Give what `loading` gives, the code of `step`.

    Raises:
        Misuse: it raised anything.
    """
    try:
        return loading()
    except Exception as error:  # running a user's file may raise anything
        raise Misuse(
            f"the code of step {step} cannot be loaded",
            found=f"{type(error).__name__}: {error}",
            next_step="Install what it imports beside the inference server.",
        ) from error
