"""Where code reads the time: a result that does cannot be had again."""

from __future__ import annotations

import dis
import functools
import types

_READS = {"time", "time_ns", "localtime", "gmtime", "monotonic", "perf_counter", "now", "utcnow", "today"}
_HOLDERS = {"time", "datetime", "date", "Timestamp"}
_LOADS = {"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FAST", "LOAD_DEREF"}


def clock_reads(code: types.CodeType, space: dict[str, object]) -> set[str]:
    """The calls in `code` that read the time, such as `datetime.now`; `space` are the globals it sees."""
    return {
        ".".join(chain) for chain in _chains(code) if chain[-1] in _READS and _holder(chain[:-1], space) in _HOLDERS
    }


def called_clock(value: object) -> bool:
    """Whether `value` is itself a function of the time, as after `from time import time`."""
    return getattr(value, "__name__", "") in _READS and getattr(value, "__module__", "") == "time"


def nested(code: types.CodeType) -> list[types.CodeType]:
    """The code itself and the code of every function defined inside it."""
    inner = [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return [code, *(each for constant in inner for each in nested(constant))]


def _holder(chain: tuple[str, ...], space: dict[str, object]) -> str:
    """What the chain before the last name stands for: the name of the module or class, else its own."""
    value = space.get(chain[0])
    for name in chain[1:]:
        value = getattr(value, name, None) if isinstance(value, (types.ModuleType, type)) else None
    return value.__name__ if isinstance(value, (types.ModuleType, type)) else chain[-1]


@functools.lru_cache(maxsize=4096)
def _chains(code: types.CodeType) -> frozenset[tuple[str, ...]]:
    """Names followed by attributes, as they stand in the code: `pd.Timestamp.now` is one chain."""
    found: set[tuple[str, ...]] = set()
    for each in nested(code):
        chain: tuple[str, ...] = ()
        for step in dis.get_instructions(each):
            if step.opname.startswith(tuple(_LOADS)) and isinstance(step.argval, str):
                chain = (step.argval,)
            elif step.opname in ("LOAD_ATTR", "LOAD_METHOD") and chain:
                chain = (*chain, step.argval)
                found.add(chain)
            elif step.opname not in ("PRECALL", "CACHE", "PUSH_NULL"):
                chain = ()
    return frozenset(found)
