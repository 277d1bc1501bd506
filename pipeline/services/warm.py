"""Airflow's scheduler with the libraries of tasks loaded: tasks are forked from it and find them there.

Loading them costs each task some five seconds of a processor; the scheduler pays this once. Started as
`python -m pipeline.services.warm ARGUMENTS…`, where `airflow ARGUMENTS…` would be.
"""

from __future__ import annotations

import importlib
import runpy
import sys
from collections.abc import Iterable

LIBRARIES = (
    "pandas", "pyarrow.parquet", "sklearn.ensemble", "sklearn.linear_model", "mlflow.sklearn", "great_expectations",
    "skops.io", "matplotlib.pyplot", "airflow.sdk.execution_time.task_runner", "sqlalchemy.dialects.sqlite",
    "time_machine",
)
"""What is loaded: only libraries, never this project's or its users' modules, so that an edit is seen."""


def load(libraries: Iterable[str] = LIBRARIES) -> None:
    """Load `libraries`; one that is not installed is left to the task that wants it."""
    for name in libraries:
        try:
            importlib.import_module(name)
        except ImportError as error:
            print(f"{name} is not loaded ahead: {error}", file=sys.stderr)


if __name__ == "__main__":
    load()
    sys.argv[0] = "airflow"
    runpy.run_module("airflow", run_name="__main__", alter_sys=True)
