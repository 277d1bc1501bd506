"""The test of a claim: rows, groups or parents, run alone, must come out as they did among all.

What is drawn runs with the clock moved by more than a year, so a function that reads the clock is
found too. Of a sample one that was kept and one that was not also run quite alone, as a request to
the inference server will. `pipeline.runner.sample` says what a sample can and can't catch.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import time_machine

from pipeline.runner.compare import Unlike, differs
from pipeline.runner.sample import Tables, drawn

Call = Callable[[Mapping[str, Any]], pd.DataFrame]
_LATER = datetime.timedelta(days=403, hours=7, minutes=11)


@dataclass(frozen=True, slots=True)
class Tested:
    """What the test found: of how many rows, groups or parents how many were drawn.

    `broken` says how the claim fails ("" if it holds).
    """

    of: int
    sampled: int
    broken: str = ""
    batch_sensitive: bool = False
    examples: tuple[str, ...] = ()


def check_claim(call: Call, tables: Tables, *, share: float = 0.0) -> Tested:
    """Run a sample of the units of `tables` again, alone, and compare with what was made of them among all.

    `call` runs the step on inputs by role and returns the output as it is kept. `share`, 0 to 1,
    raises the sample; with 1 every unit is tested, in batches. The same units are drawn every time.
    """
    units = tables.units.words
    parts = [tables.only(chosen) for chosen in drawn(units, share=share)]
    found: Unlike | None = None
    for part in parts:
        found = _first(found, _run(call, part, moved=True))
        if found is not None and found.broken:
            found = _cause(call, part, found)
            break
        for alone in _singles(part) if len(parts) == 1 else []:
            found = _first(found, _run(call, part.only(alone), moved=False))
    sampled = sum(len(part.units.words) for part in parts)
    found = found or Unlike()
    return Tested(len(units), sampled, found.broken, found.batch_sensitive, found.examples)


def _first(found: Unlike | None, next_one: Unlike | None) -> Unlike | None:
    """What counts of two findings: the earlier, unless the later breaks the claim."""
    return next_one if found is None or (next_one is not None and next_one.broken and not found.broken) else found


def _singles(part: Tables) -> list[np.ndarray]:
    """One drawn unit that the step kept and one that it left out: each will be run quite alone."""
    units = part.units.words
    kept = pd.Index(units).isin(part.output_units.words)
    return [chosen[:1] for chosen in (units[kept], units[~kept]) if len(chosen)]


def _cause(call: Call, part: Tables, found: Unlike) -> Unlike:
    """Tell a step that reads the clock, or is not deterministic, from one that looks beyond what it was given."""
    still = _run(call, part, moved=False)
    if still is None or still.batch_sensitive:
        return Unlike("its result changes with the clock", examples=found.examples)
    if still.raised:
        return still
    twice = differs(call(part.inputs), call(part.inputs))
    if twice is not None and not twice.batch_sensitive:
        return Unlike("it gives different results for the same rows", examples=twice.examples)
    return still


def _run(call: Call, part: Tables, *, moved: bool) -> Unlike | None:
    try:
        if not moved:
            return differs(call(part.inputs), part.output)
        with time_machine.travel(datetime.datetime.now(datetime.UTC) + _LATER):
            got = call(part.inputs)
    except Exception as error:  # noqa: BLE001 - whatever a user's function raises on a part is the finding
        rows = len(part.inputs[part.role])
        return Unlike(f"it raises on {rows} rows alone: {type(error).__name__}: {error}", raised=True)
    return differs(got, part.output)
