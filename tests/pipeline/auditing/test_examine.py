"""The audit itself, on a table small enough to work by hand."""

from __future__ import annotations

import ast
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from pipeline.artifacts.audit import Audit
from pipeline.auditing.answers import answers
from pipeline.auditing.baseline import Level
from pipeline.auditing.constraint import Constraint
from pipeline.auditing.examine import examine
from pipeline.auditing.gate import Gate
from pipeline.auditing.important import MustBeRight
from pipeline.auditing.paired import newcombe
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.slice import Slice
from pipeline.errors import AuditRefused, Misuse

DIGEST = "0" * 32
REFERENCES = {
    "model": f"model/loans@{DIGEST}",
    "features": f"dataset/f@{DIGEST}",
    "rows": f"dataset/t@{DIGEST}",
    "trained_on": f"dataset/x@{DIGEST}",
}


class Threshold(ClassifierMixin, BaseEstimator):
    """Answers 1 where the score is at least one half."""

    classes_ = np.array([0, 1])

    def predict(self, matrix: pd.DataFrame) -> np.ndarray:
        """Answer."""
        return (matrix["score"].to_numpy() >= 0.5).astype(int)

    def predict_proba(self, matrix: pd.DataFrame) -> np.ndarray:
        """Take the score itself as the probability."""
        return np.column_stack([1 - matrix["score"], matrix["score"]])


class Echo(RegressorMixin, BaseEstimator):
    """Answers the score."""

    def predict(self, matrix: pd.DataFrame) -> np.ndarray:
        """Answer."""
        return matrix["score"].to_numpy()


def table() -> pd.DataFrame:
    """Women: 2 hits, 2 missed, 6 rightly no. Men: 6 hits, 1 missed, 1 false alarm, 2 rightly no."""
    truth = [1, 1, 1, 1, *[0] * 6, *[1] * 7, 0, 0, 0]
    score = [0.9, 0.8, 0.4, 0.3, *[0.1] * 6, *[0.9] * 6, 0.2, 0.7, 0.1, 0.1]
    return pd.DataFrame(
        {"score": score, "denied": pd.array(truth, dtype="Int64"), "sex": ["women"] * 10 + ["men"] * 10},
        index=pd.Index(range(100, 120), name="row"),
    )


def manifest(**changes: Any) -> dict:
    """A model's manifest."""
    return {
        "name": "loans",
        "candidate": "c",
        "problem": "classification",
        "target": "denied",
        "features": ["score"],
        "estimator": f"estimator/e@{DIGEST}",
        "transforms": [],
        "classes": [0, 1],
        "positive": 1,
        "source": f"dataset/s@{DIGEST}",
        "source_name": "s",
        "types": {},
        "required": [],
        "path": [],
        "apply": {},
        "selection": "",
        "trained_on": f"dataset/x@{DIGEST}",
        "trained_rows": 4,
        "metric": "f1",
        "metrics": {},
        **changes,
    }


def audited(policy: AuditPolicy, *, frame: pd.DataFrame | None = None, **given: Any) -> Audit:
    """Audit the table."""
    frame = table() if frame is None else frame
    given = {
        "model": manifest(),
        "rows": frame,
        "train": frame,
        "references": REFERENCES,
        "compared": {"model": "", "why_not": ""},
        **given,
    }
    asked = answers(model=given["model"], estimator=given.pop("estimator", Threshold()), features=frame)
    given = {"answers": asked, **given}
    return Audit.from_json(examine(policy=policy.to_json(), **given)["audit"].value)


def test_slices_by_hand() -> None:
    """Recall is 2 of 4 for women and 6 of 7 for men, 8 of 11 in all; precision 2 of 2 and 6 of 7."""
    audit = audited(AuditPolicy(slices=[Slice("sex", column="sex")], metrics=["recall", "precision"]))
    counted = {
        group.label: [(round(f.value * f.n), f.n) for f in group.figures] for group in (audit.overall, *audit.groups)
    }
    assert counted == {"all rows": [(8, 11), (8, 9)], "men": [(6, 7), (6, 7)], "women": [(2, 4), (2, 2)]}
    assert [(group.rows, group.share) for group in audit.groups] == [(10, 0.5), (10, 0.5)]


def test_confusion_by_hand() -> None:
    """True no: 8 answered no, 1 yes; true yes: 3 answered no, 8 yes."""
    assert audited(AuditPolicy()).confusion.counts == ((8, 1), (3, 8))


def test_judgement_is_bound_to_model_and_rows() -> None:
    """The audit names the very model, rows and features, the gate that failed, and the policy in full."""
    policy = AuditPolicy(gates=[Gate(metric="recall", minimum=0.8)], min_count=11)
    audit = audited(policy)
    assert (audit.model, audit.rows, audit.features) == tuple(
        REFERENCES[name] for name in ("model", "rows", "features")
    )
    assert (audit.judgement, audit.findings[0].rulings[0].value) == ("fail", pytest.approx(8 / 11))
    assert AuditPolicy.from_json(audit.policy) == policy


def test_no_gate_is_no_pass() -> None:
    """A policy without gates asks nothing, so nothing is passed."""
    assert audited(AuditPolicy()).judgement == "not enough evidence"


def test_slices_are_looked_up_by_row_id() -> None:
    """The test part's own order does not matter: groups are found by row id."""
    policy = AuditPolicy(slices=[Slice("sex", column="sex")], metrics=["recall"])
    assert audited(policy, rows=table().iloc[::-1]) == audited(policy)


def test_naive_baseline() -> None:
    """The commonest class of the training rows is 1 (11 of 20): right 11 times of 20, AUC one half.

    Ours: 8 positives are above all 9 negatives, 3 (0.4, 0.3, 0.2) above 8 of them: 96 of 99 pairs.
    """
    [naive] = audited(AuditPolicy(metrics=["accuracy", "auc"], baselines=["naive"])).baselines
    assert [each.theirs.value for each in naive.comparisons] == [0.55, 0.5]
    assert [each.ours.value for each in naive.comparisons] == [0.8, pytest.approx(96 / 99)]


def test_previous_is_compared_on_rows_it_never_saw() -> None:
    """An earlier model that always says no, asked about the women: both are measured on those 10 rows."""
    women = table().index[:10]
    earlier = pd.DataFrame({"answer": pd.array([0] * 10, dtype="Int64")}, index=women)
    audit = audited(
        AuditPolicy(metrics=["accuracy"]), earlier=earlier, compared={"model": REFERENCES["model"], "why_not": ""}
    )
    previous = audit.baseline("previous")
    assert (previous.rows, previous.of("accuracy").theirs.value, previous.of("accuracy").ours.value) == (10, 0.6, 0.8)
    assert previous.why_not == "10 of the 20 test rows were in its training and are left out"


def test_regression() -> None:
    """Errors of 1 and 3: MAE 2, RMSE √5; against the mean of training (10): 8 and 12 off."""
    frame = pd.DataFrame({"score": [3.0, 19.0], "price": [2.0, 22.0]}, index=pd.Index([1, 2], name="row"))
    given = {
        "model": manifest(problem="regression", target="price", classes=[], positive=None),
        "estimator": Echo(),
        "train": pd.DataFrame({"price": [8.0, 12.0]}),
    }
    audit = audited(AuditPolicy(metrics=["mae", "rmse"]), frame=frame, **given)
    assert [figure.value for figure in audit.overall.figures] == pytest.approx([2.0, 5**0.5])
    assert [each.theirs.value for each in audit.baselines[0].comparisons] == pytest.approx([10.0, 104**0.5])
    assert (audit.confusion, audit.lower_is_better) == (None, ("mae", "rmse"))


def test_column_not_stored() -> None:
    """A slice whose column is not stored is said so, its gate stays open, and the rest is audited."""
    audit = audited(
        AuditPolicy(slices=[Slice("zip", column="zip")], gates=[Gate(metric="recall", minimum=0.1, slice="zip")])
    )
    assert audit.unsliced == {"zip": "column 'zip' is not stored"}
    assert (audit.judgement, audit.overall.rows) == ("not enough evidence", 20)


def test_group_never_predicted() -> None:
    """A group without a positive has recall 0/0: undefined, and its gate is left open."""
    frame = table().assign(denied=pd.array([0] * 10 + [1] * 10, dtype="Int64"))
    policy = AuditPolicy(
        slices=[Slice("sex", column="sex")], gates=[Gate(metric="recall", minimum=0.1, slice="sex")], min_count=1
    )
    men, women = audited(policy, frame=frame).findings[0].rulings
    assert (men.about, women.about) == ("men", "women")
    assert (women.judgement, women.why) == ("not enough evidence", "recall is undefined here")
    assert men.judgement == "pass"


def test_text_classes() -> None:
    """Classes may be words of any length; a longer one is not cut."""

    class Words(Threshold):
        classes_ = np.array(["no", "refused"])

        def predict(self, matrix: pd.DataFrame) -> np.ndarray:
            return self.classes_[super().predict(matrix)]

    frame = table()
    frame["denied"] = pd.array(np.where(frame["denied"] == 1, "refused", "no"), dtype="str")
    audit = audited(
        AuditPolicy(metrics=["recall"], baselines=["naive"]),
        frame=frame,
        estimator=Words(),
        model=manifest(classes=["no", "refused"], positive="refused"),
    )
    recall = audit.baselines[0].of("recall")
    assert (recall.ours.value, recall.theirs.value) == (pytest.approx(8 / 11), 1.0)


def test_refusals() -> None:
    """Rows that are not in the test part, and a positive class that is none, are told apart."""
    frame = table()
    with pytest.raises(AuditRefused, match="not in the test part.*row 100"):
        audited(AuditPolicy(), rows=frame.iloc[1:])
    with pytest.raises(Misuse, match="positive class 'yes' is none.*0 or 1"):
        audited(AuditPolicy(positive="yes"))


def test_other_class_as_positive() -> None:
    """The policy may count the other class as positive: 8 of 9 true 0 are found."""
    audit = audited(AuditPolicy(metrics=["recall", "auc"], positive=0))
    assert audit.overall.figures[0].value == pytest.approx(8 / 9)
    assert audit.overall.figures[1].value == pytest.approx(
        audited(AuditPolicy(metrics=["auc"])).overall.figures[0].value
    )


COST = {"size_bytes": 2_000_000, "features": 1, "latency_ms": 60.0, "timed": 20, "low": 50.0, "high": 70.0}


def test_limits_bind_in_production_alone() -> None:
    """60 ms break a limit of 50: told where nothing is deployed, a fail where it is."""
    policy = AuditPolicy(
        gates=[Gate(metric="accuracy", minimum=0.5)], constraint=Constraint(latency_ms=50, size_mb=2), min_count=20
    )
    told, binding = (audited(policy, cost=COST, production=production) for production in (False, True))
    assert [(str(each.judgement), each.binding) for each in told.findings] == [
        ("pass", True), ("fail", False), ("pass", False),
    ]
    assert (told.judgement, binding.judgement) == ("pass", "fail")
    assert binding.cost.latency_ms == 60.0


def test_women_whose_application_matters_most() -> None:
    """Of the women 2 of 10 are answered wrongly, the rows 102 and 103; one wrong decides though 80 % are right."""
    policy = AuditPolicy(
        gates=[Gate(metric="accuracy", minimum=0.5)], min_count=20,
        must_be_right=[MustBeRight("women", column="sex", value="women")],
    )
    audit = audited(policy, rows=table().iloc[::-1])
    assert (audit.findings[0].judgement, audit.judgement) == ("pass", "fail")
    assert audit.findings[1].rulings[0].row_ids == (102, 103)


def test_a_gain_that_chance_may_explain_is_no_pass() -> None:
    """80 % against the naive 55 %: ours alone 8, theirs alone 3, both 8, neither 1: the interval reaches below 0."""
    audit = audited(AuditPolicy(gates=[Gate(metric="accuracy", baseline="naive")], min_count=20))
    [ruling] = audit.findings[0].rulings
    low, high = newcombe(8, 8, 3, 1)
    assert low < 0 < high
    assert (ruling.value, ruling.low, ruling.high) == (pytest.approx(0.25), low, high)
    assert (ruling.judgement, ruling.why) == (
        "not enough evidence", "80.0 % against 55.0 %: chance may explain it",
    )


def test_baselines_by_slice_and_declared() -> None:
    """A gate on each sex against the naive answer, and a declared human level beside its group."""
    human = Level("human", metric="accuracy", slice="sex", per_slice={"men": (0.9, 50)}, source="a study")
    policy = AuditPolicy(
        slices=[Slice("sex", column="sex")],
        metrics=["recall"],
        baselines=["naive", human],
        gates=[Gate(metric="accuracy", baseline="naive", slice="sex")],
        min_count=10,
    )
    audit = audited(policy)
    men, women = audit.findings[0].rulings
    assert (men.about, men.value, men.judgement) == ("men", pytest.approx(0.1), "not enough evidence")
    assert (women.about, women.value, women.n) == ("women", pytest.approx(0.4), 10)
    assert audit.metrics == ("recall", "accuracy")
    assert audit.baseline("human").of("accuracy", slice="sex", label="men").gain == pytest.approx(-0.1)
    assert audit.baseline("human").of("accuracy", slice="sex", label="women").theirs is None


def test_a_level_of_another_problem_is_refused() -> None:
    """A human level in MAE says nothing of a classification."""
    with pytest.raises(Misuse, match="measures mae.*metric of a classification"):
        audited(AuditPolicy(baselines=[Level("human", metric="mae", value=3.0, source="x")]))


def test_another_process_reuses_the_audit() -> None:
    """The code of an audit is told alike in every process, so that none is made again for nothing."""
    code = (
        "from pipeline.code import reach; from pipeline.auditing.examine import examine;"
        "from pipeline.auditing.costing import measure;"
        "print([(reach(each).digest, sorted(reach(each).clock | reach(each).unknown)) for each in (examine, measure)])"
    )
    told = {subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout for _ in range(2)}
    assert len(told) == 1 and ast.literal_eval(told.pop())[0][1] == []


def is_low(rows: pd.DataFrame) -> pd.Series:
    """Scores below 0.2."""
    return rows["score"] < 0.2


def test_slices_by_condition_and_function() -> None:
    """A condition's rows and a function's are groups of the slice's name; of the function the policy keeps the name."""
    policy = AuditPolicy(
        slices=[Slice("sure women", where='score >= 0.8 and sex == "women"'), Slice("low", function=is_low)],
        metrics=["accuracy"],
    )
    audit = audited(policy, functions={"low": is_low})
    assert [(group.slice, group.label, group.rows) for group in audit.groups] == [
        ("sure women", "sure women", 2),
        ("sure women", "all others", 18),
        ("low", "low", 8),
        ("low", "all others", 12),
    ]
    assert audit.policy["slices"][1]["function"] == "is_low"
    assert audited(policy).unsliced == {"low": "function is_low is not at hand"}


def test_queries() -> None:
    """Two queries of ten results, women and men: the first result of each is relevant, and a slice keeps them apart."""
    policy = AuditPolicy(slices=[Slice("sex", column="sex")], metrics=["first_right", "precision@2"], query="sex")
    audit = audited(policy)
    assert [(figure.value, figure.n) for figure in audit.overall.figures] == [(1.0, 2), (1.0, 2)]
    assert [group.figure("first_right").n for group in audit.groups] == [1, 1]
    with pytest.raises(Misuse, match="query column 'sx' is not stored.*Did you mean 'sex'"):
        audited(AuditPolicy(metrics=["mrr"], query="sx"))
    frame = table()
    frame.loc[103, "sex"] = None
    with pytest.raises(Misuse, match="name no query in 'sex'.*row 103"):
        audited(policy, frame=frame)


def test_each_class_where_none_is_positive() -> None:
    """Without a positive class each is set against the others: recall of 0 is 8 of 9, of 1 it is 8 of 11."""
    gate = Gate(metric="recall", minimum=0.8, slice="each class")
    audit = audited(AuditPolicy(metrics=["accuracy"], gates=[gate], min_count=5), model=manifest(positive=None))
    classes = {group.label: group.figure("recall") for group in audit.classes}
    assert {label: (round(figure.value * figure.n), figure.n) for label, figure in classes.items()} == {
        "0": (8, 9), "1": (8, 11),
    }
    assert audit.worst("recall", slice="each class").label == "1"
    assert [(ruling.about, str(ruling.judgement)) for ruling in audit.findings[0].rulings] == [
        ("0", "pass"), ("1", "fail"),
    ]
