"""The occasion of a run: which DAG, which run of it, which task, under which rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.errors import Misuse

PHASES = ("poc", "production")
RECORDED, TODAY = CODES = ("recorded", "today")


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Where a task stands: the same fields whether Airflow or this process runs it.

    `phase` is `poc` (tolerates a dirty git tree, missing provenance, widened rules, and records
    them) or `production` (refuses them). `map_index` is -1 for a task that is not mapped.
    `airflow_url` is a link to this task in Airflow's UI, "" outside Airflow. `recall` is the recall that
    this DAG run rebuilds after, "" for any other; it then runs the code `recorded` or that of `today`.
    """

    dag: str
    dag_run: str
    task: str = ""
    map_index: int = -1
    try_number: int = 1
    phase: str = "poc"
    as_of: datetime | None = None
    airflow_url: str = ""
    recall: str = ""
    code: str = RECORDED

    def __post_init__(self) -> None:
        if self.phase not in PHASES:
            raise Misuse(f"dag {self.dag} has phase {self.phase!r}", expected="one of " + ", ".join(PHASES))
        if self.code not in CODES:
            raise Misuse(f"a rebuild by the code {self.code!r}", expected="one of " + ", ".join(CODES))

    @property
    def production(self) -> bool:
        """Whether production's rules hold."""
        return self.phase == "production"
