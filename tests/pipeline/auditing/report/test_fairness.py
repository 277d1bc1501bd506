"""The section on fairness: the verdict first, in words, with every figure's count and interval."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from jinja2 import DictLoader, Environment, StrictUndefined

from pipeline.artifacts.fairness import FairnessAudit
from pipeline.auditing.fairness.examine import fairness as examine
from pipeline.auditing.fairness.policy import Fairness
from pipeline.auditing.report.fairness import fairness, summary
from pipeline.auditing.report.page import templates

DIGEST = "0" * 32
MODEL = {
    "name": "loans", "candidate": "c", "problem": "classification", "target": "approved", "features": ["score"],
    "estimator": f"estimator/e@{DIGEST}", "transforms": [], "classes": [0, 1], "positive": 1,
    "source": f"dataset/s@{DIGEST}", "source_name": "s", "types": {}, "required": [], "path": [], "apply": {},
    "selection": "", "trained_on": f"dataset/x@{DIGEST}", "trained_rows": 4, "metric": "f1", "metrics": {},
}


def answers() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Of 120 women 36 are selected, of 120 men 72, of 8 others 4; probabilities of 30 % and 80 %."""
    sex = ["women"] * 120 + ["men"] * 120 + ["others"] * 8
    answer = np.array([1] * 36 + [0] * 84 + [1] * 72 + [0] * 48 + [1, 0] * 4)
    truth = np.where(np.arange(248) % 5 == 0, 1 - answer, answer)
    said = np.where(answer == 1, 0.8, 0.3)
    table = {"truth": truth, "answer": answer, "probability of 0": 1 - said, "probability of 1": said}
    return pd.DataFrame(table).rename_axis("row"), pd.DataFrame({"sex": sex}).rename_axis("row")


def found(asked: Fairness, *, rows: pd.DataFrame | None = None, **given: Any) -> FairnessAudit:
    """What the step finds."""
    table, known = answers()
    references = {"model": f"model/loans@{DIGEST}", "rows": f"dataset/t@{DIGEST}"}
    known = known if rows is None else rows
    made = examine(model=MODEL, answers=table, rows=known, asked=asked.to_json(), references=references, **given)
    return FairnessAudit.from_json(json.loads(json.dumps(made["fairness"].value)))


def source(audit: FairnessAudit) -> str:
    """The section as HTML, alone."""
    environment = Environment(
        loader=DictLoader(templates()), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("fairness.html").render(fairness=fairness(audit))


def words(audit: FairnessAudit) -> str:
    """The section's words, tags and white space folded."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", source(audit))).replace("\u00a0", " ").split())


def test_the_verdict_is_the_first_thing() -> None:
    """By which definitions the groups differ stands before any figure."""
    said = words(found(Fairness(attributes=("sex",))))
    assert said.startswith("Fairness Sex: the groups differ by demographic parity")


def test_every_finding_has_its_groups_counts_and_intervals() -> None:
    """The two groups, how far they are apart at least, the measured difference and ratio with their intervals."""
    said = words(found(Fairness(attributes=("sex",))))
    assert "Selection rate 60.0 % for men, 30.0 % for women: at least 17.5 points apart." in said
    assert "Measured 30.0 points (17.5 to 41.2 points), of 120 and 120 cases; the lower is 50 % of the higher" in said
    assert "✕ below four fifths" in said and "men the highest" not in said.partition("four fifths")[0]


def test_small_groups_are_named_as_too_small() -> None:
    """Eight others are shown with their count, and nothing is concluded of them."""
    said = words(found(Fairness(attributes=("sex",))))
    assert "Fewer than 30 rows, so nothing can be said of them: others (8)." in said
    assert "others: selection rate rests on 8 cases, 30 are needed" in said
    assert "too small to say anything of: others (8)." in said
    assert "≠ differs 1 of 3 groups have too few cases" in said


def test_base_rates_and_what_follows() -> None:
    """The base rates that were found are stated, and that not everything can hold at once if they differ."""
    said = words(found(Fairness(attributes=("sex",))))
    assert "Base rates. Sex: base rate" in said and "no model that errs can keep demographic parity" in said


def test_limits_of_each_definition() -> None:
    """Each definition says when it is right and when it misleads; four fifths says that it is a rule of thumb."""
    said = words(found(Fairness(attributes=("sex",))))
    assert said.count("Right when") == said.count("Misleads when") == 5 and "rule of thumb" in said


def test_what_is_not_stored_is_said() -> None:
    """A missing column is on the page, in the summary as well."""
    audit = found(Fairness(attributes=("race",)))
    assert summary(audit) == ["Race: not known, column 'race' is not stored."]
    assert "? not stored column 'race' is not stored." in words(audit)


def test_before_and_after() -> None:
    """What fairness gains and accuracy costs stand side by side; what could not be tried says why."""
    table, rows = answers()
    asked = Fairness(attributes=("sex",), mitigate="demographic_parity")
    said = words(found(asked, dev_answers=table, dev_rows=rows))
    assert "What if: equal selection rates by sex" in said and "the gap in selection rate narrows by" in said
    assert "Gap in selection rate what was to be equalised; 248 rows 30.0 points" in said
    assert "Kept their answers – others: 8 dev rows, 30 are needed." in said
    assert "? not tried there are no answers to a dev part" in words(found(asked))


def test_nothing_comes_from_elsewhere_and_nothing_runs() -> None:
    """No script, no address; a group's name is shown as written."""
    rows = answers()[1].replace({"sex": {"women": "<script>alert(1)</script>"}})
    page = source(found(Fairness(attributes=("sex",)), rows=rows))
    assert not re.search(r"<script|<link|<img|@import|url\(|https?:|\son[a-z]+=", page) and "&lt;script&gt;" in page


def test_a_regression_has_its_own_words() -> None:
    """Errors are told in units of the target, too high or too low; no four fifths."""
    table, rows = answers()
    numbers = pd.DataFrame({"truth": 10.0, "answer": np.where(rows["sex"] == "men", 12.0, 9.5)}, index=table.index)
    numbers["answer"] += np.arange(248) % 2 * 0.1
    references = {"model": f"model/loans@{DIGEST}", "rows": f"dataset/t@{DIGEST}"}
    model = {**MODEL, "problem": "regression", "classes": [], "positive": None}
    asked = Fairness(attributes=("sex",)).to_json()
    made = examine(model=model, answers=numbers, rows=rows, asked=asked, references=references)
    said = words(FairnessAudit.from_json(made["fairness"].value))
    assert "Answers are 2.05 too high for men, 0.45 too low for women: at least" in said
    assert "four fifths" not in said.lower() and "favourable answer" not in said


@pytest.mark.parametrize("make", [lambda t: t.assign(truth=0, answer=0), lambda t: t[["truth", "answer"]]])
def test_what_is_undefined_is_written_so(make: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """All one class, or no probabilities: the section is whole all the same."""
    table, rows = answers()
    references = {"model": f"model/loans@{DIGEST}", "rows": f"dataset/t@{DIGEST}"}
    asked = Fairness(attributes=("sex",)).to_json()
    made = examine(model=MODEL, answers=make(table), rows=rows, asked=asked, references=references)
    said = words(FairnessAudit.from_json(made["fairness"].value))
    assert ("undefined 0 of 0" in said) == bool((make(table)["truth"] == 0).all())
