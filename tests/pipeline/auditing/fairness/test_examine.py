"""The step: what it finds, what it says of bad input, and that equal inputs give equal artifacts."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from pipeline.artifacts.fairness import FairnessAudit, FourFifths, Outcome
from pipeline.auditing.fairness.policy import Fairness
from pipeline.errors import AuditRefused, Misuse

SEX = Fairness(attributes=("sex",), min_count=10)
People = tuple[pd.DataFrame, pd.DataFrame]
Run = Callable[..., FairnessAudit]


def outcomes(found: FairnessAudit, attribute: str) -> dict[str, Outcome]:
    """The outcome of each definition."""
    return {each.definition: each.outcome for each in found.attribute(attribute).standings}


def test_by_hand(examined: Run, people: People) -> None:
    """Women are selected half as often, found less often, rightly as often; base rates 50 % and 60 % may be alike."""
    found = examined(*people, SEX)
    sex = found.attribute("sex")
    assert outcomes(found, "sex") == {
        "demographic parity": Outcome.DIFFERS,
        "equalised odds": Outcome.NOT_SHOWN,
        "equal opportunity": Outcome.DIFFERS,
        "predictive parity": Outcome.NOT_SHOWN,
    }
    assert [(group.label, group.rows, group.figure("base_rate").value) for group in sex.groups] == [
        ("men", 50, 0.6), ("women", 40, 0.5),
    ]
    assert sex.base_rates.outcome is Outcome.NOT_SHOWN
    assert {each.label: each.outcome for each in sex.selected} == {"men": FourFifths.KEPT, "women": FourFifths.BELOW}
    assert (found.n_rows, found.favourable, found.target) == (90, "1", "approved")


def test_the_other_class_may_be_the_favourable_one(examined: Run, people: People) -> None:
    """With 0 as the favourable answer men are selected less: 20 of 50 against 28 of 40."""
    found = examined(*people, Fairness(attributes=("sex",), favourable=0))
    rates = {each.label: each.rate for each in found.attribute("sex").selected}
    assert rates == {"men": pytest.approx(0.4), "women": pytest.approx(0.7)} and found.favourable == "0"


def test_equal_inputs_give_equal_artifacts(
    examined: Run, generated: Callable[..., People], manifest: dict
) -> None:
    """Twice the same, the lots of mitigation included."""
    (dev, dev_rows), (test, rows) = generated(1), generated(2)
    asked = Fairness(attributes=("race", "sex"), mitigate="equalized_odds")
    one, other = (examined(test, rows, asked, dev_answers=dev, dev_rows=dev_rows) for _ in range(2))
    assert json.dumps(one.to_json()) == json.dumps(other.to_json())
    assert [each.attribute for each in one.mitigations] == ["race", "sex"] and one.mitigations[1].learned_on == 4000
    assert one.attribute("race × sex").bands == () and one.attribute("race").bands


def test_a_column_that_is_not_stored(examined: Run, people: People) -> None:
    """Nothing is made up of it, and the others are examined; what is crossed with it is not known either."""
    found = examined(*people, Fairness(attributes=("race", "sex"), mitigate="equalized_odds", min_count=10))
    assert found.attribute("race").why_not == "column 'race' is not stored"
    assert found.attribute("race × sex").why_not and not found.attribute("sex").why_not
    assert [each.why_not != "" for each in found.mitigations] == [True, True]


def test_people_who_do_not_say(examined: Run, people: People) -> None:
    """Missing values are a group like any other, "not stated"."""
    answers, rows = people
    rows = rows.assign(sex=rows["sex"].mask(np.arange(90) % 3 == 0))
    assert [group.label for group in examined(answers, rows, SEX).attribute("sex").groups] == [
        "men", "women", "not stated",
    ]


def test_a_group_never_answered_yes(examined: Run, people: People) -> None:
    """Its selection rate and recall are 0, which is a finding; its precision is undefined, which is not."""
    answers, rows = people
    answers = answers.assign(answer=answers["answer"].where(rows["sex"] == "men", 0))
    found = examined(answers, rows, SEX).attribute("sex")
    women = found.groups[1]
    assert women.figure("selection_rate").value == 0.0 and women.figure("recall").value == 0.0
    assert not women.figure("precision").defined
    assert found.standing("predictive parity").outcome is Outcome.NOT_ENOUGH_EVIDENCE
    assert found.standing("predictive parity").left_out == {"women": "precision is undefined here: 0 cases"}
    assert found.standing("demographic parity").widest.ratio.value == 0.0


def test_a_group_without_positives(examined: Run, people: People) -> None:
    """Its recall is undefined, not 0, and equal opportunity is left open."""
    answers, rows = people
    answers = answers.assign(truth=answers["truth"].where(rows["sex"] == "men", 0))
    found = examined(answers, rows, SEX).attribute("sex")
    assert not found.groups[1].figure("recall").defined
    assert found.standing("equal opportunity").outcome is Outcome.NOT_ENOUGH_EVIDENCE
    assert found.standing("equalised odds").left_out == {"women": "recall is undefined here: 0 cases"}


def test_all_one_class(examined: Run, people: People) -> None:
    """Where every truth and every answer is no, what can be said is said and the rest is open, without a warning."""
    answers, rows = people
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = examined(answers.assign(truth=0, answer=0), rows, SEX)
    assert outcomes(found, "sex") == {
        "demographic parity": Outcome.NOT_SHOWN,
        "equalised odds": Outcome.NOT_ENOUGH_EVIDENCE,
        "equal opportunity": Outcome.NOT_ENOUGH_EVIDENCE,
        "predictive parity": Outcome.NOT_ENOUGH_EVIDENCE,
    }


def test_one_group_alone(examined: Run, people: People) -> None:
    """With nobody to compare with, nothing is shown."""
    answers, rows = people
    found = examined(answers, rows.assign(sex="women"), SEX)
    assert set(outcomes(found, "sex").values()) == {Outcome.NOT_ENOUGH_EVIDENCE}


def test_a_regression(examined: Run) -> None:
    """Women are answered 1 too low, men 1 too high: equal losses, unequal mean errors; nobody is selected."""
    random = np.random.default_rng(0)
    truth, sex = random.normal(10, 3, 200), np.repeat(["women", "men"], 100)
    answers = pd.DataFrame({"truth": truth, "answer": truth + np.where(sex == "men", 1.0, -1.0)}).rename_axis("row")
    answers["answer"] += random.normal(0, 0.1, 200)
    changes = {"problem": "regression", "classes": [], "positive": None}
    asked = Fairness(attributes=("sex",), mitigate="demographic_parity")
    found = examined(answers, pd.DataFrame({"sex": sex}).rename_axis("row"), asked, changes=changes)
    assert outcomes(found, "sex") == {
        "bounded group loss": Outcome.NOT_SHOWN, "equal mean error": Outcome.DIFFERS,
    }
    assert found.attribute("sex").selected == () and found.attribute("sex").base_rates is None
    assert found.attribute("sex").standing("equal mean error").widest.difference.value == pytest.approx(2, abs=0.1)
    assert found.mitigations[0].why_not == "thresholds per group can be set on a yes or no alone"


def test_three_classes(examined: Run, people: People) -> None:
    """One class of several can be the favourable one; without it there is no yes, and thresholds are not tried."""
    answers, rows = people
    changes = {"classes": [0, 1, 2], "positive": None}
    with pytest.raises(Misuse, match="no class counts as favourable"):
        examined(answers, rows, SEX, changes=changes)
    asked = Fairness(attributes=("sex",), favourable=1, mitigate="equalized_odds")
    found = examined(answers, rows, asked, changes=changes)
    assert found.attribute("sex").standing("demographic parity").widest.difference.value == pytest.approx(0.3)
    assert found.mitigations[0].why_not == "thresholds per group can be set on a yes or no alone"


def test_an_unknown_favourable_class(examined: Run, people: People) -> None:
    """It is told which classes there are."""
    with pytest.raises(Misuse, match="'yes' is none of its classes"):
        examined(*people, Fairness(attributes=("sex",), favourable="yes"))


def test_no_dev_part(examined: Run, generated: Callable[..., People]) -> None:
    """Mitigation that cannot be learned says so; the rest is found."""
    found = examined(*generated(3), Fairness(attributes=("sex",), mitigate="equalized_odds"))
    assert found.mitigations[0].why_not == "there are no answers to a dev part to choose thresholds on"
    assert found.attribute("sex").standings


def test_rows_are_matched_by_id(examined: Run, people: People) -> None:
    """Rows in another order give the same; a row that is not there refuses the audit and is named."""
    answers, rows = people
    assert examined(answers, rows.iloc[::-1], SEX) == examined(answers, rows, SEX)
    with pytest.raises(AuditRefused, match="row 89"):
        examined(answers, rows.iloc[:-1], SEX)
