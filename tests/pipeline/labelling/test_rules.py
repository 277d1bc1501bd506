"""Rules as a DAG file declares them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from pipeline.errors import Misuse
from pipeline.labelling.rules import Borderline, LabelRule, Merge, Standardise, check_rules
from pipeline.step import rowwise

LONG = "a scratch over 0.3 mm is a defect"


@rowwise
def by_length(rows):
    """A scratch over 0.3 mm is a defect."""
    return rows


ALL = [
    Standardise({"umm": "um"}, normal=("punctuation", "case")),
    Merge(("scratch", "dent"), "damage"),
    Borderline(between=("damage", "ok"), where="length > 0.25 and length < 0.35"),
    LabelRule(LONG, where="length > 0.3", then="damage", otherwise="ok"),
    LabelRule("by hand", function=by_length),
]


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: type(rule).__name__)
def test_a_rule_is_json_and_says_itself(rule):
    """What is recorded survives JSON; the text names what was declared, which a DAG's version goes by."""
    told = rule.to_json()
    assert json.loads(json.dumps(told)) == told and told["name"] == rule.name
    assert repr(rule).startswith(type(rule).__name__) and "0x" not in repr(rule)


def test_rules_have_names_in_words():
    """They stand in the list of what changed."""
    assert [rule.name for rule in ALL] == [
        "standardise: punctuation, case, 'umm' is 'um'", "merge: scratch, dent become damage",
        "borderline: between damage and ok where length > 0.25 and length < 0.35", LONG, "by hand",
    ]


@pytest.mark.parametrize(
    ("declare", "words"),
    [
        (lambda: Standardise(), "says nothing"),
        (lambda: Standardise(normal="accents"), "blanks, case, punctuation"),
        (lambda: Standardise({0.5: "half"}), "text, whole numbers or booleans"),
        (lambda: Merge((), "a"), "classes, each once"),
        (lambda: Merge(("a", "a"), "b"), "classes, each once"),
        (lambda: Borderline(between=("a",), where="x > 1"), "two classes"),
        (lambda: Borderline(between=("a", "b"), where=" "), "is no condition"),
        (lambda: LabelRule("r", where="x.max() > 1", then=1), "is no condition"),
        (lambda: LabelRule("", where="x > 1", then=1), "without words"),
        (lambda: LabelRule("r", where="x > 1"), "where=… with then=…"),
        (lambda: LabelRule("r", where="x > 1", then=1, function=by_length), "where=… with then=…"),
        (lambda: check_rules([]), "rules, each once"),
        (lambda: check_rules([ALL[0], ALL[0]]), "rules, each once"),
        (lambda: check_rules(["merge"]), "takes rules"),
        (lambda: check_rules([Merge(("a", "b"), "c"), Merge(("b",), "d")]), "'b' becomes two classes"),
        (lambda: check_rules([Standardise({"b": "x"}), Merge(("b",), "d")]), "'b' becomes two classes"),
    ],
)
def test_what_cannot_be_meant_is_misuse(declare, words):
    """At the declaration, before any row is seen."""
    with pytest.raises(Misuse, match=words):
        declare()


def test_declaring_rules_loads_no_data_library():
    """A DAG file costs milliseconds to read."""
    code = "import sys; from pipeline import Merge; Merge(('a',), 'b'); print({'pandas', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
