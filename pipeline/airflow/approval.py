"""A task that asks a person in Airflow's UI, and does its work with the answer; a rejection fails it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from pipeline.airflow.declared import Declared
from pipeline.airflow.turn import carry_out, plain, runner_at

APPROVE, REJECT = "Approve", "Reject"
NAME, NOTE = "name", "note"


def approval(declared: Declared, *, references: Mapping[str, Any], doc_md: str) -> Any:
    """Make the task. Its form has fields for a name, which else is that of whoever is logged in, and for a note."""
    from airflow.sdk import Param

    fields = {
        NAME: Param("", type="string", title="Name", description="Who signs, if not the user who is logged in."),
        NOTE: Param("", type="string", title="Note", description="On what grounds."),
    }
    work = declared.work
    return _operator()(
        task_id=work.name, declared=declared, references=references, subject=work.asks, options=[APPROVE, REJECT],
        params=fields, doc_md=doc_md,
    )


def answered(event: Mapping[str, Any]) -> dict[str, Any]:
    """Read what was said in the UI: whether approved, by whom, with which note."""
    fields, user = event.get("params_input") or {}, event.get("responded_by_user") or {}
    by = str(fields.get(NAME) or "").strip() or str(user.get("name") or user.get("id") or "")
    approved = list(event["chosen_options"]) == [APPROVE]
    return {"approved": approved, "by": by, "note": str(fields.get(NOTE) or "").strip(), "via": "Airflow"}


@functools.cache
def _operator() -> Any:
    from airflow.providers.standard.operators.hitl import HITLOperator

    class AskOperator(HITLOperator):
        """Shows a person what is to be decided, waits for the answer, then does the task's work with it."""

        template_fields = (*HITLOperator.template_fields, "references")

        def __init__(self, *, declared: Declared, references: Mapping[str, Any], **options: Any) -> None:
            super().__init__(**options)
            self.declared, self.references = declared, references

        def execute(self, context: Any) -> Any:
            """Ask, unless somebody has answered before."""
            from pipeline.auditing.sign_off import is_answered, question

            runner, report = runner_at(context, self.declared), plain(self.references)["report"]
            if is_answered(runner, report["audit"]):
                return carry_out(self.declared, self.references)
            self.body = question(runner, report)
            return super().execute(context)

        def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
            """Take the answer and go on."""
            said = super().execute_complete(context, event)
            return carry_out(self.declared, self.references, answer=answered(said))

    return AskOperator
