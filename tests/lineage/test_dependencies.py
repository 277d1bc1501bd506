"""What a run leaves unsaid about its outputs is widened, never dropped."""

from __future__ import annotations

import pytest

from lineage.dependencies import complete
from lineage.errors import Conflict
from lineage.records import Dependency, Effect, Known, Rule


def rests(output: str, on: str, *, known: Known = Known.DECLARED, effect: Effect = Effect.DIRECT) -> Dependency:
    """Make a dependency of one row on the same row."""
    return Dependency(output=output, input=on, rule=Rule.SAME_ROW, effect=effect, known=known)


def assumed(output: str, on: str) -> Dependency:
    """Make the dependency that stands for what nobody said."""
    return Dependency(output=output, input=on, rule=Rule.EVERY_ROW, known=Known.ASSUMED)


def test_all_said_stays_as_said() -> None:
    """Where every input and every output is named, nothing is added, even for pairs that are not."""
    said = [rests("x/o1@1", "x/i1@1"), rests("x/o2@1", "x/i2@1")]
    assert complete(said, inputs=["x/i1@1", "x/i2@1"], outputs=["x/o1@1", "x/o2@1"], run="r") == said


def test_a_silent_input_may_be_in_every_output() -> None:
    """An input that is not named is assumed to be in all outputs."""
    said = [rests("x/o1@1", "x/i1@1"), rests("x/o2@1", "x/i1@1")]
    found = complete(said, inputs=["x/i1@1", "x/i2@1"], outputs=["x/o1@1", "x/o2@1"], run="r")
    assert found == [*said, assumed("x/o1@1", "x/i2@1"), assumed("x/o2@1", "x/i2@1")]


def test_a_silent_output_may_rest_on_every_input() -> None:
    """An output that is not named is assumed to rest on all inputs."""
    said = [rests("x/o1@1", "x/i1@1")]
    found = complete(said, inputs=["x/i1@1"], outputs=["x/o1@1", "x/o2@1"], run="r")
    assert found == [*said, assumed("x/o2@1", "x/i1@1")]


def test_what_is_kept_beside_the_outputs_rests_on_nothing() -> None:
    """Code and environment are outputs of no input."""
    said = [rests("x/o1@1", "x/i1@1")]
    outputs = ["x/o1@1", "code/step@1", "environment/here@1"]
    assert complete(said, inputs=["x/i1@1"], outputs=outputs, run="r") == said


def test_of_two_that_say_the_same_the_weaker_stands() -> None:
    """Knowing something twice makes it no surer than the weaker way; other effects stay apart."""
    weak, strong = rests("x/o@1", "x/i@1", known=Known.ASSUMED), rests("x/o@1", "x/i@1", known=Known.SAMPLED)
    decision = rests("x/o@1", "x/i@1", effect=Effect.DECISION)
    for order in ([weak, strong, decision], [strong, weak, decision]):
        assert complete(order, inputs=["x/i@1"], outputs=["x/o@1"], run="r") == [weak, decision]


def test_a_dependency_of_a_stranger_is_refused() -> None:
    """A run speaks of its own outputs only."""
    with pytest.raises(Conflict, match="run r .* found others: x/stranger@1"):
        complete([rests("x/stranger@1", "x/i@1")], inputs=["x/i@1"], outputs=["x/o@1"], run="r")
