"""The work of a DAG as Airflow's tasks."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from pipeline import stages
from pipeline.airflow.approval import approval
from pipeline.airflow.declared import Declared
from pipeline.airflow.turn import carry_out
from pipeline.chain import Reference, Work, held


class Tasks:
    """Turns the work of a DAG, whose body is `function` and whose phase is `phase`, into Airflow tasks.

    `charters` are those that the audits among them declare, each once.
    """

    def __init__(self, *, function: Callable[[], Any], phase: str) -> None:
        self._of = {"function": function, "phase": phase}
        self.charters: list[Any] = []

    def group(self, name: str) -> AbstractContextManager[Any]:
        """A task group."""
        from airflow import sdk

        return sdk.TaskGroup(name)

    def task(self, work: Work) -> Reference:
        """A task, or with `over` a mapped one that shows its item's name, or with `asks` one that asks a person."""
        charter = getattr(work.declared.get("policy"), "charter", None)
        self.charters += [charter] if charter is not None and charter not in self.charters else []
        if work.asks:
            return self._asking(work)
        from airflow import sdk

        mapped = {"map_index_template": "{{ headwater_item }}"} if work.over is not None else {}
        make = sdk.task(task_id=work.name, multiple_outputs=False, doc_md=_doc(work), **mapped)(carry_out)
        over = held(work.over)
        declared = Declared(replace(work, references={}, over=None if over is None else ()), **self._of)
        given = {"declared": declared, "references": held(work.references)}
        return Reference(make(**given) if over is None else make.partial(**given).expand(item=over))

    def _asking(self, work: Work) -> Reference:
        declared = Declared(replace(work, references={}), **self._of)
        return Reference(approval(declared, references=held(work.references), doc_md=_doc(work)).output)


def _doc(work: Work) -> str:
    """What the UI says of a task: the docstring of the user's function, or of the stage."""
    described = work.declared.get("function") or getattr(stages, work.name, None)
    return inspect.getdoc(described) or f"Runs `{work.call}`."
