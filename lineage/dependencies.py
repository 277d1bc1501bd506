"""What each output of a run rested on: written with the run, asked by output or by input."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from lineage.encoding import json_text, json_value
from lineage.errors import Conflict
from lineage.records import Dependency, Effect, Known, Rule
from lineage.schema import artifacts, dependencies, names

STRENGTHS = {known: strength for strength, known in enumerate(Known)}
"""How dependencies are known, in numbers: 0 is the strongest."""

ADD = dependencies.insert()

_out, _in = artifacts.alias("made"), artifacts.alias("used")
_out_name, _in_name = names.alias("made_name"), names.alias("used_name")
SELECT = (
    sa.select(
        *(_out_name.c.kind, _out_name.c.name, _out.c.digest, _in_name.c.kind, _in_name.c.name, _in.c.digest),
        *(dependencies.c.rule, dependencies.c.effect, dependencies.c.known, dependencies.c.detail),
    )
    .join_from(dependencies, _out, _out.c.id == dependencies.c.output)
    .join(_out_name, _out_name.c.id == _out.c.name)
    .join(_in, _in.c.id == dependencies.c.input)
    .join(_in_name, _in_name.c.id == _in.c.name)
)
"""Every dependency, as `dependency` reads it."""


def dependency(row: Sequence[Any]) -> Dependency:
    """Read one row of `SELECT`."""
    return Dependency(
        output=f"{row[0]}/{row[1]}@{row[2]}",
        input=f"{row[3]}/{row[4]}@{row[5]}",
        rule=Rule(row[6]),
        effect=Effect(row[7]),
        known=Known(row[8]),
        detail=json_value(row[9]),
    )


def complete(
    given: Iterable[Dependency], *, inputs: Collection[str], outputs: Collection[str], run: str
) -> list[Dependency]:
    """Add what a run's dependencies leave unsaid, as resting on every row, assumed.

    An input that no dependency names may have gone into every output; an output that none
    names may rest on every input. Of two that say the same, the weaker knowledge stands.

    Raises:
        Conflict: a dependency is about an output that the run did not make.
    """
    said: dict[tuple[str, str, Rule, Effect], Dependency] = {}
    for one in given:
        key = (one.output, one.input, one.rule, one.effect)
        if key not in said or STRENGTHS[one.known] > STRENGTHS[said[key].known]:
            said[key] = one
    strangers = {one.output for one in said.values()} - set(outputs)
    if strangers:
        raise Conflict(
            f"run {run} says what an output rests on that it did not make",
            expected=", ".join(sorted(outputs)[:5]) or "no output",
            examples=sorted(strangers),
        )
    silent_inputs = set(inputs) - {one.input for one in said.values()}
    silent_outputs = set(outputs) - {one.output for one in said.values()}
    widened = [
        Dependency(output=output, input=used, rule=Rule.EVERY_ROW, known=Known.ASSUMED)
        for output in sorted(outputs)
        for used in sorted(inputs)
        if output in silent_outputs or used in silent_inputs
    ]
    return [*said.values(), *widened]


def written(one: Dependency, *, run: int, numbers: Mapping[str, int]) -> dict[str, object]:
    """Write a dependency of `run` as values for `ADD`; `numbers` has those of both its artifacts."""
    return {
        "output": numbers[one.output],
        "run": run,
        "input": numbers[one.input],
        "rule": one.rule.value,
        "effect": one.effect.value,
        "known": one.known.value,
        "detail": json_text(one.detail),
    }


def of_run(connection: Connection, run: int) -> tuple[Dependency, ...]:
    """Read what the outputs of one run rested on, in the order of output, then input."""
    return tuple(map(dependency, connection.execute(_OF_RUN, {"run": run})))


_ORDER = (_out_name.c.name, _out.c.digest, _in_name.c.name, _in.c.digest, dependencies.c.rule, dependencies.c.effect)
