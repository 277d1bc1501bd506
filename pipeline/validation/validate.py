"""The validation stage: a dataset in, the dataset of its passing rows out, with a verdict and a page beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.step import Depends, Effect, Rule, Step
from pipeline.validation.expectations import Expectation

STAGE = "validation"
_OF_NO_COLUMN = ("expect_table_row_count_to_be_between", "expect_table_row_count_to_equal")


def validate(runner: Any, *, data: str, expectations: Sequence[Expectation]) -> str:
    """Validate the dataset `data`; give the reference of the dataset that passes.

    The verdict, its page and the rows set aside are recorded, the first two in MLflow also, and
    before a dataset is refused.

    Raises:
        DatasetRejected: an expectation with severity "fail" is not met, or too many rows are to be set aside.
        Misuse: Great Expectations has no such expectation, or it does not take such arguments.
        ServiceUnavailable: MLflow does not answer; the task can be tried again.
    """
    from pipeline.tracking import log_verdict

    name = runner.occasion.task or "validate"
    judged = runner.run(_judging(name, expectations, title=data.partition("@")[0].partition("/")[2]), {"data": data})
    verdict = judged.outputs["verdict"]
    log_verdict(runner, verdict=verdict, page=judged.outputs["page"])
    step = _carrying_out(name, expectations, names={"data": data, "verdict": verdict})
    return runner.run(step, {"data": data, "verdict": verdict}).outputs["data"]


def _judging(name: str, expectations: Sequence[Expectation], *, title: str) -> Step:
    from pipeline.validation.judge import judge

    return Step(
        name=f"{name}.verdict",
        stage=STAGE,
        function=judge,
        parameters={"expectations": [each.to_json() for each in expectations], "title": title},
        depends=(Depends("data", Rule.EVERY_ROW, Effect.DECISION, detail=_read(expectations)),),
    )


def _carrying_out(name: str, expectations: Sequence[Expectation], *, names: dict[str, str]) -> Step:
    """A row that passes is itself; that it passes was decided by its own data, or by other rows' too.

    That rows pass at all rests on the whole verdict.
    """
    from pipeline.validation.judge import carry_out

    aside = [each for each in expectations if each.severity == "quarantine"]
    own = {"reads": [], "decides": [], "passes": "*", "gives": []}
    rule = Rule.SAME_ROW if all(each.is_rowwise for each in aside) else Rule.EVERY_ROW
    return Step(
        name=name,
        stage=STAGE,
        function=carry_out,
        parameters={"names": names},
        depends=(
            Depends("data", Rule.SAME_ROW, detail=own),
            *([Depends("data", rule, Effect.DECISION, detail=_read(aside))] if aside else []),
            Depends("verdict", Rule.EVERY_ROW, Effect.DECISION),
        ),
    )


def _read(expectations: Sequence[Expectation]) -> dict[str, list[str]]:
    """The columns that expectations look at; nothing where one of them may look at any."""
    from pipeline.validation.columns import concerned

    if not all(concerned(each) or each.kind in _OF_NO_COLUMN for each in expectations):
        return {}
    return {"reads": list(dict.fromkeys(column for each in expectations for column in concerned(each)))}
