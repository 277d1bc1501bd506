"""Raw columns under a declared or pinned schema, and the schema of a source that declares none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.artifacts.source import Source
from pipeline.errors import SourceRejected, StepRefused
from pipeline.ingestion.raw import Raw
from pipeline.parsed import parsed
from pipeline.parsing import FALSE_WORDS, NULL_WORDS, TRUE_WORDS, fits, parsed_value
from pipeline.schema import normalised

_INFERRED = {"Int64": "integer", "float64": "number", "boolean": "boolean", "str": "text", "category": "category"}
_BOOLEAN_WORDS = sorted({*TRUE_WORDS, *FALSE_WORDS} - {"0", "1", "0.0", "1.0", "y", "n", "t", "f"})
_DATE = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?$"


@dataclass(frozen=True, slots=True)
class Typed:
    """Columns under their types, and the names of those left out because the schema lacks them."""

    frame: pd.DataFrame
    dropped: tuple[str, ...]


def typed(raw: Raw, types: Mapping[str, str], *, source: Source) -> Typed:
    """Bring raw columns under `types`; further columns are kept unless the source declares its schema.

    Raises:
        SourceRejected: there are no rows, columns are missing, or values are not of their types.
    """
    frame = raw.frame
    if not len(frame):
        raise SourceRejected(f"{raw.name} has no rows", expected="at least one")
    _refuse_missing(list(frame.columns), types, raw=raw)
    extra = [name for name in frame.columns if name not in types]
    columns, problems = {}, []
    for name, kind in types.items():
        values, wrong = _column(frame[name], kind, missing=source.missing.get(name, ()))
        problems += [f"{name} at {_place(raw, row, source)}: {frame[name].iloc[row]!r:.60}" for row in _first(wrong)]
        columns[name] = (values, int(wrong.sum()))
    if problems:
        _refuse_values(columns, types, problems=problems, source=source)
    kept = {name: values for name, (values, _) in columns.items()}
    if source.schema:
        return Typed(pd.DataFrame(kept, index=frame.index, copy=False), tuple(extra))
    more = {name: kind for name, kind in inferred([raw], source=source, only=extra).items()}
    for name in extra:
        kept[name] = _column(frame[name], more[name], missing=())[0] if name in more else frame[name]
    return Typed(_normal(pd.DataFrame(kept, index=frame.index, copy=False), raw=raw), ())


def inferred(raws: Iterable[Raw], *, source: Source, only: Iterable[str] | None = None) -> dict[str, str]:
    """Find the types of columns: the narrowest that holds every value of all files.

    A column whose values have no declared type (a list, a decimal) is left out.

    Raises:
        SourceRejected: a column holds values of several kinds.
    """
    found: dict[str, set[str]] = {}
    for raw in raws:
        for name in raw.frame.columns if only is None else only:
            kind = _kind(raw.frame[name], missing=source.missing.get(name, ()), raw=raw)
            found.setdefault(name, set()).add(kind)
    merged = {name: _widest(kinds - {"nothing"}) for name, kinds in found.items()}
    return {name: kind for name, kind in merged.items() if kind}


def _widest(kinds: set[str]) -> str:
    if len(kinds) <= 1:
        return next(iter(kinds), "text")
    return "number" if kinds == {"integer", "number"} else "text"


def _kind(column: pd.Series, *, missing: tuple[object, ...], raw: Raw) -> str:
    """Name the type of one raw column, "nothing" if it has only nulls, "" if none fits."""
    if raw.is_text:
        return _kind_of_text(_without(column, missing))
    plain = _normal(column.to_frame(), raw=raw).iloc[:, 0]
    if plain.isna().all():
        return "nothing"
    dtype = str(plain.dtype)
    if dtype.startswith("datetime64"):
        return "datetime"
    is_texts = dtype != "category" or str(plain.cat.categories.dtype) == "str"
    return _INFERRED.get(dtype, "") if is_texts else ""


def _kind_of_text(column: pd.Series) -> str:
    texts = pc.utf8_trim_whitespace(pa.array(column, from_pandas=True))
    texts = texts.filter(pc.invert(pc.is_in(texts, value_set=pa.array([*NULL_WORDS, None], pa.large_string()))))
    if not len(texts):
        return "nothing"
    if pc.all(pc.is_in(pc.utf8_lower(texts), value_set=pa.array(_BOOLEAN_WORDS, pa.large_string()))).as_py():
        return "boolean"
    values = pd.Series(texts.to_pandas(), dtype="str")
    if pc.all(pc.match_substring_regex(texts, r"^[+-]?[0-9]+$")).as_py():
        leading_zero = pc.any(pc.match_substring_regex(texts, r"^[+-]?0[0-9]")).as_py()
        return "text" if leading_zero or parsed(values, "integer").wrong.any() else "integer"
    if not parsed(values, "number").wrong.any():
        return "number"
    if pc.all(pc.match_substring_regex(texts, _DATE)).as_py() and not parsed(values, "datetime").wrong.any():
        return "datetime"
    return "text"


def _column(column: pd.Series, kind: str, *, missing: tuple[object, ...]) -> tuple[pd.Series, np.ndarray]:
    result = parsed(_without(column, missing), kind)
    known = [value for marker in missing if fits(value := parsed_value(marker, kind)) and value is not None]
    values = result.values.mask(result.values.isin(known)) if known else result.values
    return values, result.wrong


def _without(column: pd.Series, missing: tuple[object, ...]) -> pd.Series:
    """Make the values that stand for "not known" null, however they are written."""
    if not missing:
        return column
    texts = column.astype(object).map(lambda value: str(value).strip(), na_action="ignore")
    return column.mask(texts.isin([str(marker) for marker in missing]))


def _place(raw: Raw, row: int, source: Source) -> str:
    return raw.label(row).removeprefix(f"{source.name}: ")


def _first(wrong: np.ndarray) -> np.ndarray:
    return np.flatnonzero(wrong)[:5]


def _normal(frame: pd.DataFrame, *, raw: Raw) -> pd.DataFrame:
    try:
        return normalised(frame)
    except StepRefused as error:
        raise SourceRejected(
            f"{raw.name}: {error.what}",
            expected=error.expected,
            examples=[re.sub(r"^row (\d+)", lambda found: raw.label(int(found[1])), text) for text in error.examples],
            next_step="Declare a schema, or correct the source.",
        ) from error


def _refuse_missing(found: list[str], types: Mapping[str, str], *, raw: Raw) -> None:
    missing = [name for name in types if name not in found]
    if not missing:
        return
    near = {name: get_close_matches(name, [column for column in found if column not in types], 1) for name in missing}
    raise SourceRejected(
        f"{raw.name} lacks columns",
        expected=f"{len(types)} columns",
        found=f"{len(found)}",
        examples=[f"{name} (did you mean {near[name][0]}?)" if near[name] else name for name in missing],
        count=len(missing),
        next_step="If a column was renamed at its source, declare the new name in the schema.",
    )


def _refuse_values(
    columns: Mapping[str, tuple[pd.Series, int]], types: Mapping[str, str], *, problems: list[str], source: Source
) -> None:
    counts = {name: wrong for name, (_, wrong) in columns.items() if wrong}
    raise SourceRejected(
        f"{source.name} holds values of the wrong type",
        expected=", ".join(f"{name}: {types[name]}" for name in list(counts)[:5]),
        found=f"{sum(counts.values())} values in {len(counts)} columns",
        examples=problems,
        count=sum(counts.values()),
        next_step="Correct the source, widen the schema, or declare what stands for missing (missing={…}).",
    )
