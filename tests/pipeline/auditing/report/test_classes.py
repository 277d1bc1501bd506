"""The section on classes: the worst is named first, with the cases it rests on and what it is taken for."""

from __future__ import annotations

from dataclasses import replace

from pipeline.artifacts.audit import EACH_CLASS, Audit, Confusion, Figure, Finding, Group, Judgement, Ruling
from pipeline.auditing.report.classes import classes
from tests.pipeline.auditing.report.test_page import AUDIT, text


def of_class(label: str, recall: float, n: int, *, precision: float = 0.5) -> Group:
    """A class: how much of it is found, and how many answers of it are right."""
    figures = tuple(
        Figure(metric=name, value=value, n=n, defined=n > 0, low=max(0.0, value - 0.05), high=value + 0.05)
        for name, value in (("precision", precision), ("recall", recall))
    )
    return Group(slice=EACH_CLASS, label=label, rows=n, share=n / 1000, figures=figures)


ACCURACY = Figure(metric="accuracy", value=0.9, n=1000, low=0.88, high=0.92)
AUDIT_OF_CLASSES: Audit = replace(
    AUDIT, metrics=("accuracy",), groups=(), baselines=(), positive="",
    overall=Group(slice="", label="all rows", rows=1000, share=1.0, figures=(ACCURACY,)),
    classes=(of_class("none", 0.95, 900), of_class("hernia", 0.2, 20, precision=0.8), of_class("mass", 0.6, 80)),
    confusion=Confusion(classes=("none", "hernia", "mass"), counts=((855, 0, 45), (13, 4, 3), (32, 0, 48))),
)


def test_a_rare_class_is_not_hidden_by_the_average() -> None:
    """90 % of all rows are answered rightly, and 20 % of 20 hernias: that is said first, with what it means."""
    assert (
        "By class Worst: hernia, recall 20.0 % (15.0 % to 25.0 %) of 20 cases – fewer than the 30 a gate needs. "
        "Over all rows 90.0 % are answered rightly: frequent classes decide that." in text(AUDIT_OF_CLASSES)
    )


def test_classes_stand_worst_first_with_what_they_are_taken_for() -> None:
    """By recall, which stands in the first column; 13 of 20 hernias are taken for none."""
    found = classes(AUDIT_OF_CLASSES)
    assert [(each["label"], each["answered"]) for each in found["groups"]] == [
        ("hernia", "13 of 20 taken for none"), ("mass", "32 of 80 taken for none"),
        ("none", "45 of 900 taken for mass"),
    ]
    assert found["metrics"] == ["recall", "precision"]
    assert [cell["value"] for cell in found["groups"][0]["cells"]] == ["20.0 %", "80.0 %"]


def test_the_metric_that_a_gate_asks_of_each_class_decides() -> None:
    """Where a gate asks for precision, the class with the worst precision is first."""
    ruling = Ruling(about="none", judgement=Judgement.PASS, why="the limit is kept")
    gate = Finding(gate="g", metric="precision", judgement=Judgement.PASS, rulings=(ruling,), slice=EACH_CLASS)
    found = classes(replace(AUDIT_OF_CLASSES, findings=(gate,)))
    assert found["told"].startswith("Worst: mass, precision 50.0 %") and found["hidden"] == ""
    assert [each["label"] for each in found["groups"]] == ["mass", "none", "hernia"]


def test_a_class_that_never_occurs_is_last() -> None:
    """Undefined is not 0: such a class is not the worst, and on the page as undefined."""
    audit = replace(AUDIT_OF_CLASSES, classes=(of_class("gone", 0.0, 0), *AUDIT_OF_CLASSES.classes))
    found = classes(audit)
    assert [each["label"] for each in found["groups"]][::3] == ["hernia", "gone"]
    assert classes(replace(audit, classes=audit.classes[:1]))["told"].startswith("Recall is undefined for every class")


def test_many_classes_are_folded_and_none_is_left_out() -> None:
    """Of fifteen the twelve worst stand open."""
    many = tuple(of_class(f"class {place}", place / 20, 50) for place in range(15))
    found = classes(replace(AUDIT_OF_CLASSES, classes=many, confusion=None))
    assert [each["label"] for each in found["groups"] + found["more"]] == [each.label for each in many]
    assert len(found["more"]) == 3


def test_no_classes_no_section() -> None:
    """With a positive class, or of numbers, there is no such section."""
    assert classes(AUDIT) is None and "By class" not in text(AUDIT)
