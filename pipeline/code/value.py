"""A value that code closes over, as text that changes when the value does."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import hashlib
import pickle
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import PurePath

_PLAIN = (
    type(None),
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    PurePath,
    re.Pattern,
    range,
    datetime.date,
    datetime.time,
    datetime.timedelta,
    datetime.tzinfo,
)


def text_of(value: object, *, walk: Callable[[object], str | None]) -> str:
    """Describe `value` completely: equal text, equal value.

    `walk` is asked first and answers for functions, classes and modules. Raises `TypeError` for a
    value that cannot be described (an open file, a lock): whoever holds it cannot be reused.
    """
    if (walked := walk(value)) is not None:
        return walked
    if isinstance(value, _PLAIN):
        return f"{type(value).__name__}:{value!r}"
    if isinstance(value, enum.Enum):
        return f"{type(value).__qualname__}.{value.name}"
    if isinstance(value, Mapping):
        items = sorted((text_of(k, walk=walk), text_of(v, walk=walk)) for k, v in value.items())
        return f"{type(value).__name__}{items}"
    if isinstance(value, (set, frozenset)):
        return f"set{sorted(text_of(item, walk=walk) for item in value)}"
    if isinstance(value, (list, tuple)):
        return f"{type(value).__name__}{[text_of(item, walk=walk) for item in value]}"
    if dataclasses.is_dataclass(value):
        fields = [(f.name, text_of(getattr(value, f.name), walk=walk)) for f in dataclasses.fields(value)]
        return f"{walk(type(value))}{fields}"
    return _data(value)


def _data(value: object) -> str:
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if pandas is not None and isinstance(value, (pandas.DataFrame, pandas.Series, pandas.Index)):
        hashed = pandas.util.hash_pandas_object(value).to_numpy().tobytes()
        return f"{type(value).__name__}:{getattr(value, 'dtypes', '')}:{hashlib.sha256(hashed).hexdigest()}"
    if numpy is not None and isinstance(value, numpy.ndarray) and value.dtype != object:
        return f"array:{value.dtype}:{value.shape}:{hashlib.sha256(value.tobytes()).hexdigest()}"
    try:
        return f"{type(value).__qualname__}:{hashlib.sha256(pickle.dumps(value, protocol=4)).hexdigest()}"
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise TypeError(f"a value of type {type(value).__qualname__} has no content to compare ({error})") from error
