"""What each output of a run rested on: written with the run, asked by output or by input."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from lineage.encoding import json_text, json_value
from lineage.errors import MOST_EXAMPLES, Conflict
from lineage.records import BESIDE, Dependency, Effect, Known, Rule
from lineage.schema import artifacts, dependencies, names, outputs
from lineage.statements import plain_rows

STRENGTHS = {known: strength for strength, known in enumerate(Known)}
"""How dependencies are known, in numbers: 0 is the strongest."""

_TEXTS = {member: member.value for kind in (Rule, Effect, Known) for member in kind}

ADD = dependencies.insert()
COLUMNS = "output run input rule effect known detail"
"""What `written` writes, in the order of the table."""

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

ORDER = (_out_name.c.name, _out.c.digest, _in_name.c.name, _in.c.digest, dependencies.c.rule, dependencies.c.effect)

_RUN = sa.bindparam("run")
_OF_RUN = SELECT.where(
    dependencies.c.run == _RUN, dependencies.c.output.in_(sa.select(outputs.c.artifact).where(outputs.c.run == _RUN))
).order_by(*ORDER)


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
    names may rest on every input, unless it is only kept beside the others (its kind is one
    of `BESIDE`). Of two that say the same, the weaker knowledge stands.

    Raises:
        Conflict: a dependency is about an output that the run did not make.
    """
    said: dict[tuple[str, str, Rule, Effect], Dependency] = {}
    for one in given:
        key = (one.output, one.input, one.rule, one.effect)
        if key not in said or STRENGTHS[one.known] > STRENGTHS[said[key].known]:
            said[key] = one
    resting = {reference for reference in outputs if reference.partition("/")[0] not in BESIDE}
    told, named = {key[0] for key in said}, {key[1] for key in said}
    strangers = sorted(told.difference(outputs))
    if strangers:
        expected = ", ".join(sorted(outputs)[:MOST_EXAMPLES]) or "no output"
        raise Conflict(
            f"run {run} says what an output rests on that it did not make",
            expected=expected,
            found="others",
            examples=strangers,
        )
    if told.issuperset(resting) and named.issuperset(inputs):
        return list(said.values())
    widened = [
        Dependency(output=output, input=used, rule=Rule.EVERY_ROW, known=Known.ASSUMED)
        for output in sorted(resting)
        for used in sorted(inputs)
        if output not in told or used not in named
    ]
    return [*said.values(), *widened]


def written(one: Dependency, *, run: int, output: int, input: int) -> tuple[Any, ...]:
    """Write a dependency of `run`, between two artifacts' numbers, as a row for `ADD`."""
    return output, run, input, _TEXTS[one.rule], _TEXTS[one.effect], _TEXTS[one.known], json_text(one.detail)


def of_run(connection: Connection, run: int) -> tuple[Dependency, ...]:
    """Read what the outputs of one run rested on, in the order of output, then input."""
    return tuple(map(dependency, plain_rows(connection, _OF_RUN, run=run)))
