"""What an audit policy accepts, refuses, and says in words."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from pipeline.auditing.baseline import AnsweredBy, Level
from pipeline.auditing.constraint import Constraint
from pipeline.auditing.gate import Gate
from pipeline.auditing.important import MustBeRight
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.slice import Slice
from pipeline.errors import Misuse

FULL = AuditPolicy(
    slices=[
        Slice("sex", column="male", labels={1: "men", 0: "women"}),
        Slice("both", columns=["male", "race"]),
        Slice("age", column="age", bins=(30, 60)),
        Slice("young women", where="age < 25 and male == 0"),
    ],
    metrics=["recall", "f1"],
    gates=[
        Gate(metric="recall", minimum=0.5, slice="sex", groups=["men"]),
        Gate(metric="accuracy", baseline="human", slice="sex", min_gain=-0.01),
    ],
    baselines=[
        "naive",
        Level("human", metric="accuracy", slice="sex", per_slice={"men": (0.9, 40), "women": None}, source="a study"),
        AnsweredBy("inspectors", columns=["ann", "bob"]),
    ],
    must_be_right=[MustBeRight("navigational", column="query", values=["reddit", "maps"])],
    constraint=Constraint(latency_ms=50, size_mb=10),
    owner="me",
)
SEX = Slice("sex", column="male")
HUMAN = Level("human", metric="accuracy", value=0.95, n=400, source="a study")
ADS = Level("human", metric="accuracy")


def test_policy_survives_json() -> None:
    """A policy read back from JSON text equals the one that was declared, labels of numbers included."""
    assert AuditPolicy.from_json(json.loads(json.dumps(FULL.to_json()))) == FULL


def is_young(rows: object) -> object:
    """A function of rows."""
    return rows


def test_a_function_goes_into_json_by_name() -> None:
    """JSON cannot carry code: a policy read back knows a slice's function by name, and is the same JSON again."""
    policy = AuditPolicy(slices=[Slice("young", function=is_young)])
    text = json.dumps(policy.to_json())
    assert AuditPolicy.from_json(json.loads(text)).slices[0].function == "is_young"
    assert json.dumps(AuditPolicy.from_json(json.loads(text)).to_json()) == text


def test_each_class_can_be_gated() -> None:
    """A gate may speak about each class without a slice declared for it; no slice may take the name."""
    AuditPolicy(gates=[Gate(metric="recall", minimum=0.5, slice="each class")])
    with pytest.raises(Misuse, match="that one is taken"):
        AuditPolicy(slices=[Slice("each class", column="x")])


@pytest.mark.parametrize(
    ("gate", "sentence"),
    [
        (Gate(metric="recall", minimum=0.4), "recall at least 40 %"),
        (
            Gate(metric="mae", maximum=9.5, slice="area", certain=True),
            "MAE at most 9.5 in each group of area, with certainty",
        ),
        (
            Gate(metric="selection_rate", max_gap=0.1, slice="race", groups=("a", "b")),
            "selection rate differs by at most 10 points between the groups of race (a, b)",
        ),
        (Gate(metric="f1", baseline="naive", min_gain=0.05), "F1 better than the naive baseline by at least 0.05"),
        (
            Gate(metric="recall", baseline="human", min_gain=-0.02, slice="race"),
            "recall not worse than the human baseline by more than 2 points in each group of race",
        ),
    ],
)
def test_gate_as_sentence(gate: Gate, sentence: str) -> None:
    """A gate reads as a sentence a product owner understands."""
    assert gate.sentence == sentence


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"minimum": 0.5, "maximum": 0.9},
        {"minimum": float("nan")},
        {"max_gap": 0.1},
        {"max_gap": -0.1, "slice": "race"},
        {"minimum": 0.5, "groups": ("a",)},
        {"minimum": 0.5, "min_gain": 0.1},
        {"minimum": float("inf")},
        {"maximum": float("-inf")},
        {"baseline": "naive", "min_gain": float("inf")},
        {"minimum": 80},
    ],
)
def test_gate_refuses(wrong: dict) -> None:
    """A gate has exactly one finite limit, and every part of it makes sense with the others."""
    with pytest.raises(Misuse):
        Gate(metric="recall", **wrong)


def test_unknown_metric_is_named_with_its_neighbour() -> None:
    """A gate on a metric that does not exist says which was meant."""
    with pytest.raises(Misuse, match="recal'.*Did you mean recall"):
        Gate(metric="recal", minimum=0.5)


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (
            {"gates": [Gate(metric="recall", minimum=0.5, slice="sx")], "slices": [Slice("sex", column="male")]},
            "Did you mean 'sex'",
        ),
        ({"baselines": ["naive"], "gates": [Gate(metric="recall", baseline="previous")]}, "previous"),
        ({"baselines": ["nave"]}, "Did you mean 'naive'"),
        ({"baselines": [0.9]}, "no baseline.*a Level or an AnsweredBy"),
        ({"gates": [Gate(metric="recall", baseline="nave")]}, "used by a gate: 'nave'.*Did you mean 'naive'"),
        ({"baselines": [HUMAN, "naive"], "gates": [Gate(metric="accuracy", baseline="humans")]}, "'human'"),
        ({"baselines": [HUMAN], "gates": [Gate(metric="recall", baseline="human")]}, "expected one on accuracy"),
        (
            {"baselines": [HUMAN], "slices": [SEX], "gates": [Gate(metric="accuracy", baseline="human", slice="sex")]},
            "expected one over all rows",
        ),
        ({"baselines": [ADS], "gates": [Gate(metric="accuracy", baseline="human")]}, 'found "n/a"'),
        ({"baselines": [HUMAN, AnsweredBy("human", column="ann")]}, "names a baseline twice"),
        (
            {"baselines": [AnsweredBy("human", column="ann")], "gates": [Gate(metric="auc", baseline="human")]},
            "no probabilities",
        ),
        (
            {"baselines": [Level("human", metric="accuracy", slice="sx", per_slice={"men": 0.9}, source="us")]},
            "slices, used by a baseline: 'sx'",
        ),
        ({"gates": [Gate(metric="recall", minimum=0.9), Gate(metric="recall", maximum=0.8)]}, "contradict each other"),
        ({"must_be_right": [MustBeRight("a", column="x", value=1), MustBeRight("a", column="y", value=1)]}, "twice"),
        ({"confidence": 95}, "0 < confidence < 1"),
        ({"min_count": 0}, "min_count"),
        ({"slices": [Slice("a", column="x"), Slice("a", column="y")]}, "twice"),
        ({"metrics": ["acuracy"]}, "accuracy"),
        ({"metrics": "accuracy"}, "metrics that is no list"),
        ({"slices": SEX}, "slices that is no list; expected a list of Slice"),
        ({"gates": ["recall"]}, "gates of another kind; expected Gate: .*recall"),
        ({"baselines": "naive"}, "baselines that is no list"),
        ({"charter": "who pays back"}, "charter of another kind"),
        ({"fairness": ("sex",)}, r"fairness of another kind; expected Fairness\(…\)"),
        ({"constraint": 50}, "constraint of another kind"),
    ],
)
def test_policy_refuses(wrong: dict, text: str) -> None:
    """A policy that refers to what it does not hold, or is out of range, is refused when it is declared."""
    with pytest.raises(Misuse, match=text):
        AuditPolicy(**wrong)


def test_limits_that_do_not_meet_are_no_contradiction() -> None:
    """A minimum under a maximum, and limits on other groups or other metrics, stand side by side."""
    AuditPolicy(
        slices=[SEX],
        gates=[
            Gate(metric="recall", minimum=0.9, slice="sex", groups=["men"]),
            Gate(metric="recall", maximum=0.8, slice="sex", groups=["women"]),
            Gate(metric="precision", maximum=0.8),
            Gate(metric="recall", maximum=0.9, slice="sex"),
        ],
    )


def test_limit_in_per_cent_is_pointed_out() -> None:
    """80 for a share says that 0.8 was meant."""
    with pytest.raises(Misuse, match="Did you mean 0.8"):
        Gate(metric="recall", minimum=80)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "a"},
        {"name": "", "column": "x"},
        {"name": "a", "column": "x", "bins": (3, 2)},
        {"name": "a", "columns": ["x", "y"], "bins": (1,)},
        {"name": "a"},
        {"name": "a", "where": "x.mean() > 3"},
        {"name": "a", "column": "x", "where": "x > 3"},
        {"name": "a", "where": "x > 3", "bins": (1,)},
        {"name": "a", "function": 3},
    ],
)
def test_slice_refuses(wrong: dict) -> None:
    """A slice needs a name, one way to part rows, and cut points that ascend within one column."""
    with pytest.raises(Misuse):
        Slice(**wrong)


def test_repr_is_stable_and_import_is_light() -> None:
    """Declaring a policy loads no data library, and its text is the same in another process."""
    code = (
        "import sys; from pipeline.auditing import AuditPolicy, Gate, Slice;"
        "print(repr(AuditPolicy(slices=[Slice('a', column='b')], gates=[Gate(metric='f1', minimum=.5)])));"
        "print(sorted({'pandas', 'numpy', 'sklearn', 'jinja2', 'mlflow', 'airflow'} & set(sys.modules)))"
    )
    lines = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()
    assert lines == [repr(AuditPolicy(slices=[Slice("a", column="b")], gates=[Gate(metric="f1", minimum=0.5)])), "[]"]


def test_a_gate_on_each_class_reads_as_people_say_it() -> None:
    """"Each class" is no slice with groups: the sentence names it as it is."""
    gates = [
        Gate(metric="recall", minimum=0.6, slice="each class"),
        Gate(metric="recall", minimum=0.6, slice="each class", groups=("a", "b")),
        Gate(metric="recall", max_gap=0.1, slice="each class"),
    ]
    assert [gate.sentence for gate in gates] == [
        "recall at least 60 % in each class", "recall at least 60 % in each class (a, b)",
        "recall differs by at most 10 points between the classes",
    ]
