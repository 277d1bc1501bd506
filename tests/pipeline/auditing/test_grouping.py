"""Groups of an audit: the slices, the rest, each class, and those of others' libraries."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sklearn
from sklearn.metrics import roc_auc_score

from pipeline.artifacts.audit import EACH_CLASS, Group
from pipeline.auditing.answered import Answered
from pipeline.auditing.grouping import Grouping
from pipeline.auditing.measures import Measures
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.slice import Slice

DATA = Path(os.environ.get("HEADWATER_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))


def grouping(rows: Answered, frame: pd.DataFrame, *slices: Slice, metrics: tuple[str, ...], **more: object) -> Grouping:
    """Rows with the columns of some slices."""
    policy = AuditPolicy(slices=slices, resamples=200)
    return Grouping(test=Measures(rows), rows=frame, metrics=metrics, policy=policy, **more)


def sliced(asked: Grouping) -> list[Group]:
    """The groups of the slices of a policy."""
    return [group for group in asked.measured(asked.parts()[0])[0] if group.slice != EACH_CLASS]


def binary(truth: list, answer: list) -> Answered:
    """Answers of two classes."""
    return Answered(
        problem="classification", truth=np.array(truth), answer=np.array(answer), positive=1, classes=(0, 1)
    )


def defects() -> Answered:
    """The course's table: 10,000 of each defect, and good parts, found and mistaken as often as it says."""
    names = ("scratch", "dent", "pit mark", "discolouration", "good")
    precision, recall = (0.821, 0.921, 0.853, 0.721), (0.992, 0.995, 0.987, 0.97)
    truth, answer = [], []
    for name, right, found in zip(names, precision, recall, strict=False):
        hits = round(10_000 * found)
        false = round(hits * (1 - right) / right)
        truth += [name] * 10_000 + ["good"] * false
        answer += [name] * hits + ["good"] * (10_000 - hits) + [name] * false
    truth += ["good"] * 90_000
    answer += ["good"] * 90_000
    return Answered(
        problem="classification", truth=np.array(truth, object), answer=np.array(answer, object), classes=names
    )


def figures(groups: list[Group], metric: str) -> dict[str, float]:
    """One metric by label, in per cent as the course prints it."""
    return {group.label: round(100 * group.figure(metric).value, 1) for group in groups}


def test_the_course_s_defects_by_class() -> None:
    """Scratch 89.8, dent 95.7, pit mark 91.5, discolouration 82.7, each with its own precision, recall and count."""
    rows = defects()
    groups, unlisted = grouping(rows, pd.DataFrame(index=range(len(rows))), metrics=("f1",)).classes()
    f1 = figures(groups, "f1")
    assert [f1[name] for name in ("scratch", "dent", "pit mark", "discolouration")] == [89.8, 95.7, 91.5, 82.7]
    assert figures(groups, "precision")["discolouration"] == 72.1
    assert figures(groups, "recall")["discolouration"] == 97.0
    assert (groups[3].slice, groups[3].rows, groups[3].figure("recall").n) == (EACH_CLASS, 10_000, 10_000)
    assert min(groups, key=lambda group: group.figure("f1").value).label == "discolouration" and not unlisted


def findings() -> Answered:
    """Effusion, oedema and mass, 3,300 cases each, found with AUC about .9, and 100 of hernia about .85."""
    names = ("effusion", "oedema", "mass", "hernia")
    truth = np.repeat(np.arange(4), [3300, 3300, 3300, 100])
    random = np.random.default_rng(0)
    marks = random.normal(size=(len(truth), 4))
    marks[np.arange(len(truth)), truth] += np.array([1.82, 2.03, 1.88, 1.3])[truth]
    table = np.exp(marks) / np.exp(marks).sum(axis=1, keepdims=True)
    return Answered(
        problem="classification", truth=np.array(names, object)[truth],
        answer=np.array(names, object)[table.argmax(axis=1)], probability=table, classes=names,
    )


def test_a_rare_class_is_flagged_however_good_the_average() -> None:
    """Hernia, 100 of 10,000, has an AUC of its own below all the others', with its own wider interval and count."""
    rows = findings()
    asked = grouping(rows, pd.DataFrame(index=range(len(rows))), metrics=("auc",))
    mean = asked.overall().figure("auc")
    auc = {group.label: group.figure("auc") for group in asked.classes()[0]}
    for place, name in enumerate(rows.classes):
        assert auc[name].value == pytest.approx(roc_auc_score(rows.truth == name, rows.probability[:, place]))
    assert min(auc, key=lambda name: auc[name].value) == "hernia" and mean.value > auc["hernia"].high
    assert (auc["hernia"].n, mean.n) == (100, 100)
    assert auc["hernia"].high - auc["hernia"].low > 3 * (auc["mass"].high - auc["mass"].low)


def test_difference_to_the_rest_by_hand() -> None:
    """Women 2 of 4, men 6 of 8: 25 points less than the rest, which is the men; and the other way round."""
    rows = binary([1] * 12, [1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0])
    frame = pd.DataFrame({"sex": ["f"] * 4 + ["m"] * 8})
    [women, men] = sliced(grouping(rows, frame, Slice("sex", column="sex"), metrics=("recall", "precision")))
    rest = women.figure("recall").rest
    assert (rest.value, rest.other, rest.n) == (-0.25, 0.75, 8)
    assert rest.low < -0.25 < rest.high and men.figure("recall").rest.value == 0.25
    assert (women.figure("precision").value, women.figure("precision").rest.value) == (1.0, 0.0)


def test_a_slice_of_one_group_has_no_rest() -> None:
    """Where every row is in the group there is nothing outside it; nor is there outside all rows."""
    asked = grouping(binary([1, 0], [1, 1]), pd.DataFrame({"sex": ["f", "f"]}), Slice("sex", column="sex"),
                     metrics=("recall",))
    assert sliced(asked)[0].figure("recall").rest is None
    assert asked.overall().figure("recall").rest is None


@pytest.mark.parametrize(
    ("truth", "answer", "undefined"),
    [
        ([1, 1, 1, 1], [1, 1, 0, 1], {"specificity", "balanced_accuracy", "auc"}),
        ([0, 0, 0, 0], [0, 0, 0, 0], {"precision", "recall", "f1", "balanced_accuracy", "auc"}),
        ([1, 0, 1, 0], [0, 0, 0, 0], {"precision"}),
    ],
)
def test_undefined_is_told_apart_from_zero(truth: list, answer: list, undefined: set[str]) -> None:
    """All of one class, or never answered yes: what is 0/0 is undefined, with no interval; the rest is as it is."""
    rows = Answered(
        problem="classification", truth=np.array([*truth, 1, 0]), answer=np.array([*answer, 1, 0]),
        probability=np.linspace(0.1, 0.9, 6), positive=1, classes=(0, 1),
    )
    frame = pd.DataFrame({"s": list("aaaabb")})
    names = ("accuracy", "precision", "recall", "f1", "specificity", "balanced_accuracy", "auc")
    group = sliced(grouping(rows, frame, Slice("s", column="s"), metrics=names))[0]
    assert {figure.metric for figure in group.figures if not figure.defined} == undefined
    assert all((figure.low is None) == (not figure.defined) for figure in group.figures)


def test_always_no_on_three_per_mille() -> None:
    """Where 0.3 % are defects, always 0 is right in 99.7 %, finds none of them, and its precision is 0/0."""
    rows = binary([1] * 3 + [0] * 997, [0] * 1000)
    whole = grouping(rows, pd.DataFrame(index=range(1000)), metrics=("accuracy", "recall", "precision")).overall()
    accuracy, recall, precision = whole.figures
    assert (accuracy.value, recall.value, recall.defined, precision.defined) == (0.997, 0.0, True, False)


@pytest.mark.slow
def test_ten_thousand_slices() -> None:
    """10,000 declared slices are each measured; those that cannot be made are each named with the reason."""
    random = np.random.default_rng(0)
    rows = binary(random.integers(0, 2, 400).tolist(), random.integers(0, 2, 400).tolist())
    frame = pd.DataFrame({"age": random.integers(18, 90, 400), "id": np.arange(400)})
    many = [Slice(f"over {age}", where=f"age > {age % 70 + 18}") for age in range(9_998)]
    asked = grouping(rows, frame, *many, Slice("zip", column="zip"), Slice("id", column="id"), metrics=("recall",))
    _, unsliced = asked.parts()
    assert {group.slice for group in sliced(asked)} == {each.name for each in many}
    assert unsliced.keys() == {"zip", "id"} and "not stored" in unsliced["zip"] and "400 different" in unsliced["id"]


def test_many_classes_are_not_listed() -> None:
    """A target of 300 classes has no table by class, and says so."""
    truth = np.arange(300)
    rows = Answered(problem="classification", truth=truth, answer=truth, classes=tuple(range(300)))
    groups, unlisted = grouping(rows, pd.DataFrame(index=range(300)), metrics=("accuracy",)).classes()
    assert groups == [] and "300 classes" in unlisted[EACH_CLASS]


def adult() -> tuple[Answered, pd.DataFrame]:
    """A third of the people, answered by a simple model trained on the others; skipped without the data."""
    from sklearn.linear_model import LogisticRegression

    if not (DATA / "adult/adult.csv").exists():
        pytest.skip("adult is not beside the project")
    people = pd.read_csv(DATA / "adult/adult.csv")
    truth = (people["income-per-year"].str.strip() == ">50K").astype(int).to_numpy()
    numbers = people[["age", "education-num", "hours-per-week"]].to_numpy(float)
    tested = np.arange(len(people)) % 3 == 0
    model = LogisticRegression(max_iter=500).fit(numbers[~tested], truth[~tested])
    rows = Answered(
        problem="classification", truth=truth[tested], answer=model.predict(numbers[tested]),
        probability=model.predict_proba(numbers[tested])[:, 1], positive=1, classes=(0, 1),
    )
    return rows, people[tested].reset_index(drop=True)


def test_figures_are_fairlearn_s_and_scikit_learn_s() -> None:
    """On real people, by race and by race and sex: every figure of every group is MetricFrame's."""
    from fairlearn import metrics as fairlearn

    rows, people = adult()
    theirs = {
        "accuracy": sklearn.accuracy_score, "balanced_accuracy": sklearn.balanced_accuracy_score,
        "precision": sklearn.precision_score, "recall": fairlearn.true_positive_rate, "f1": sklearn.f1_score,
        "selection_rate": fairlearn.selection_rate, "false_positive_rate": fairlearn.false_positive_rate,
        "false_negative_rate": fairlearn.false_negative_rate, "specificity": fairlearn.true_negative_rate,
    }
    slices = [Slice("race", column="race"), Slice("both", columns=("race", "sex"))]
    groups = sliced(grouping(rows, people, *slices, metrics=(*theirs, "auc")))
    stripped = people[["race", "sex"]].apply(lambda column: column.str.strip())
    for each, columns in (("race", ["race"]), ("both", ["race", "sex"])):
        frame = fairlearn.MetricFrame(
            metrics=theirs, y_true=rows.truth, y_pred=rows.answer, sensitive_features=stripped[columns]
        )
        ours = {group.label: group for group in groups if group.slice == each}
        assert len(ours) == len(frame.by_group)
        for key, expected in frame.by_group.iterrows():
            key = (key,) if isinstance(key, str) else key
            group, chosen = ours[" × ".join(key)], (stripped[columns] == list(key)).all(axis=1).to_numpy()
            for name in theirs:
                assert group.figure(name).value == pytest.approx(expected[name]), (key, name)
            auc = roc_auc_score(rows.truth[chosen], rows.probability[chosen])
            assert group.figure("auc").value == pytest.approx(auc)
