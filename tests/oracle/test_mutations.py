"""The oracle notices each rule when it is broken: in what is told of an impact, and in what is made again in part."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st

from lineage.brought import NONE
from lineage.idsets import NO_IDS
from pipeline.runner import scope
from tests.oracle.check import World, missed, tried, unequal
from tests.oracle.world import Chain, corrections, tables

pytestmark = pytest.mark.slow

MOST = settings(
    max_examples=400,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
    derandomize=True,
)


@st.composite
def cases(draw, steps):
    """One chain over random tables, with a random correction."""
    given = draw(tables(Chain(steps)))
    return Chain(steps), given, draw(corrections(given))


def is_noticed(folder, *steps):
    """Whether any of several hundred cases of a chain shows a row that was missed, or a table made otherwise."""
    world = World.at(folder)

    def shows(case):
        done = tried(world, *case)
        return bool(missed(done) or unequal(done))

    return find(cases(steps), shows, settings=MOST) is not None


@pytest.mark.parametrize(
    ("rule", "steps"),
    [
        ("same_row", ("positive",)),
        ("same_key", ("look_up",)),
        ("same_key", ("per_key",)),
        ("paired", ("explode",)),
        ("paired", ("join",)),
        ("_every_row", ("centred",)),
    ],
)
def test_a_rule_that_says_nothing_is_noticed(tmp_path, monkeypatch, rule, steps):
    """Without one of the rules by which impact spreads, a changed row is missed."""
    monkeypatch.setattr(f"lineage.spread.{rule}", lambda *_: NONE)
    assert is_noticed(tmp_path, *steps)


def test_linkage_that_says_nothing_is_noticed(tmp_path, monkeypatch):
    """Whoever leaves a person gives it another name for the others: without the rule of clusters that is missed."""
    monkeypatch.setattr("lineage.spread.clustered", lambda *_: NONE)
    world, alike = World.at(tmp_path), {"k": 1, "g": "a", "x": 1, "t": "a;b"}
    people = {number: dict(alike) for number in range(3)}
    corrected = [{number: row for number, row in people.items() if number != gone} for gone in people]
    assert any(missed(tried(world, Chain(("linked",)), {"people": people}, {"people": one})) for one in corrected)


def test_a_row_that_goes_and_is_told_by_its_key_alone_is_noticed(tmp_path, monkeypatch):
    """Of two rows, the one without a key gets the other's: if it has to go, what was made of it is missed."""
    monkeypatch.setattr("lineage.progress.Progress.going", lambda *_: NO_IDS)
    world, one = World.at(tmp_path), {"k": 1, "g": "a", "x": 1, "t": "a;b"}
    people = [{0: one, 1: {**one, "k": None}}, {0: {**one, "k": None}, 1: one}]
    alike = {"people": {0: one, 1: one}}
    chain = Chain(("dedupe_k", "explode"))
    assert any(missed(tried(world, chain, {"people": each}, alike)) for each in people)


def _without_changes(touched):
    return {role: replace(one, changed={}) for role, one in touched.items()}


@pytest.mark.parametrize(
    ("rule", "steps"),
    [("_by_row", ("moved",)), ("_by_row", ("look_up",)), ("_by_key", ("per_key",)), ("_by_key", ("join",)),
     ("_by_parent", ("letters",))],
)  # fmt: skip
def test_changed_cells_left_out_are_noticed(tmp_path, monkeypatch, rule, steps):
    """A step that runs again only on rows that came or went leaves rows as they were."""
    whole = getattr(scope, rule)

    def broken(*rules, new, touched, **given):
        return whole(*rules, new=new, touched=_without_changes(touched), **given)

    monkeypatch.setattr(scope, rule, broken)
    assert is_noticed(tmp_path, *steps)


@pytest.mark.parametrize(
    ("side", "steps"),
    [(side, (step,)) for side in ("old", "new") for step in ("look_up", "per_key", "join")] + [("new", ("dedupe_k",))],
)
def test_keys_of_one_version_alone_are_noticed(tmp_path, monkeypatch, side, steps):
    """A touched row counts under the key it had and under the one it has: without either, something is missed.

    A row that dedupe runs again on comes with its group as that is now, so there the key it had is all to be told.
    """
    whole = scope._touched_words

    def broken(rule, *, old, new, touched):
        frames = old if side == "old" else new
        return whole(rule, old=frames, new=frames, touched=touched)

    monkeypatch.setattr(scope, "_touched_words", broken)
    assert is_noticed(tmp_path, *steps)
