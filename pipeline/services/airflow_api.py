"""Airflow's REST API, as much of it as is needed to run a DAG and to say how it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from urllib.parse import quote

import httpx

from pipeline.code.bundle import is_project_source
from pipeline.errors import ServiceUnavailable

AWAITING = "awaiting_input"
DONE = frozenset({"success", "failed", "upstream_failed", "skipped", "removed"})
_TIMEOUT_S = 60
_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRun:
    """One task of one DAG run as Airflow sees it.

    `map_index` is -1 for a task that is not mapped, `item` names what a mapped one was given;
    `seconds` it took; `ended_at` is an ISO time, "" while it has not ended.
    """

    task: str
    map_index: int
    item: str
    state: str
    try_number: int
    seconds: float
    ended_at: str

    @property
    def name(self) -> str:
        """The task's name, with its item if it is mapped."""
        return f"{self.task}[{self.item or self.map_index}]" if self.map_index >= 0 else self.task


class AirflowApi:
    """A client of the Airflow at `url` in which everybody on this machine is an admin; `with` closes it."""

    def __init__(self, url: str) -> None:
        """Sign in.

        Raises:
            ServiceUnavailable: it does not answer.
        """
        self.url = url
        self._client = httpx.Client(base_url=url, trust_env=False, timeout=_TIMEOUT_S)
        token = self._ask("GET", "/auth/token")["access_token"]
        self._client.headers["Authorization"] = f"Bearer {token}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def dag(self, dag: str) -> dict[str, Any] | None:
        """What Airflow knows of a DAG; None while it has not read it."""
        found = self._ask("GET", f"/api/v2/dags/{_in_path(dag)}", missing=True)
        return found or None

    def parsed_since(self, dag: str, since: datetime) -> bool:
        """Whether Airflow has read a DAG's file after `since`."""
        parsed = (self.dag(dag) or {}).get("last_parsed_time")
        return bool(parsed) and datetime.fromisoformat(parsed) > since

    def reread(self, dag: str) -> None:
        """Ask Airflow to read a DAG's file now."""
        if known := self.dag(dag):
            self._ask("PUT", f"/api/v2/parseDagFile/{known['file_token']}", missing=True)

    def import_errors(self) -> dict[str, str]:
        """The DAG files that could not be read: file name to traceback."""
        errors = self._ask("GET", "/api/v2/importErrors", query={"limit": _PAGE})["import_errors"]
        return {error["filename"]: error["stack_trace"] for error in errors}

    def trigger(self, dag: str, *, run: str, conf: Mapping[str, Any] | None = None) -> None:
        """Start a run of a DAG under the id `run`; its tasks can read `conf`."""
        body = {"logical_date": None, "dag_run_id": run, "conf": dict(conf or {})}
        self._ask("POST", f"/api/v2/dags/{_in_path(dag)}/dagRuns", body=body)

    def run_again(self, dag: str, run: str) -> None:
        """Let all tasks of a DAG run that has ended run once more, as the DAG's file reads now."""
        body = {"dry_run": False, "run_on_latest_version": True}
        self._ask("POST", f"{_run_path(dag, run)}/clear", body=body)

    def state(self, dag: str, run: str) -> str:
        """The state of a DAG run: queued, running, success or failed."""
        return str(self._ask("GET", f"{_run_path(dag, run)}")["state"])

    def known_state(self, dag: str, run: str) -> str:
        """The state of a DAG run; "" where Airflow has none of that id."""
        return str(self._ask("GET", _run_path(dag, run), missing=True).get("state", ""))

    def unfinished(self, dag: str) -> list[str]:
        """The ids of the DAG's runs that are queued or running."""
        query = {"limit": _PAGE, "state": ["queued", "running"]}
        runs = self._ask("GET", f"/api/v2/dags/{_in_path(dag)}/dagRuns", query=query)["dag_runs"]
        return [run["dag_run_id"] for run in runs]

    def give_up(self, dag: str, run: str) -> None:
        """Mark a DAG run as failed, so that nothing more of it is started."""
        self._ask("PATCH", _run_path(dag, run), body={"state": "failed"})

    def tasks(self, dag: str, run: str) -> list[TaskRun]:
        """Every task of a DAG run, each mapped one by itself, in order of task name and map index."""
        found: list[dict[str, Any]] = []
        while True:
            query = {"limit": _PAGE, "offset": len(found)}
            page = self._ask("GET", f"{_run_path(dag, run)}/taskInstances", query=query)
            found += page["task_instances"]
            if not page["task_instances"] or len(found) >= page["total_entries"]:
                return sorted(map(_task_run, found), key=lambda task: (task.task, task.map_index))

    def answer(self, dag: str, run: str, *, task: TaskRun, choice: str, fields: Mapping[str, Any]) -> None:
        """Answer what a task asks a person: the option chosen, and what was put into its fields."""
        path = f"{_run_path(dag, run)}/taskInstances/{_in_path(task.task)}/{task.map_index}/hitlDetails"
        self._ask("PATCH", path, body={"chosen_options": [choice], "params_input": dict(fields)})

    def log(self, dag: str, run: str, *, task: TaskRun) -> list[str]:
        """The lines a task wrote at its last try; an error's traceback as far as it was kept."""
        path = f"{_run_path(dag, run)}/taskInstances/{_in_path(task.task)}/logs/{max(task.try_number, 1)}"
        content = self._ask("GET", path, query={"map_index": task.map_index, "full_content": True}, missing=True)
        return [line for entry in content.get("content", []) for line in _log_lines(entry)]

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        missing: bool = False,
    ) -> dict[str, Any]:
        try:
            response = self._client.request(method, path, params=query, json=body)
        except httpx.TransportError as error:
            what = f"Airflow at {self.url} does not answer {method} {path}"
            raise ServiceUnavailable(what, found=repr(error)) from error
        if missing and response.status_code == 404:
            return {}
        if response.is_error:
            what = f"Airflow at {self.url} refused {method} {path}"
            raise ServiceUnavailable(what, found=f"{response.status_code} {response.text[:300]}")
        found = response.json() if response.content else {}
        return found if isinstance(found, dict) else {}


def _task_run(instance: Mapping[str, Any]) -> TaskRun:
    item = str(instance.get("rendered_map_index") or "")
    return TaskRun(
        task=instance["task_id"], map_index=instance["map_index"], item="" if item.isdigit() else item,
        state=instance["state"] or "waiting", try_number=instance["try_number"] or 0,
        seconds=instance["duration"] or 0.0, ended_at=instance["end_date"] or "",
    )


def _log_lines(entry: Any) -> list[str]:
    if not isinstance(entry, dict):
        return str(entry).splitlines()
    lines = str(entry.get("event", "")).splitlines()
    for error in entry.get("error_detail") or []:
        own = [frame for frame in error.get("frames") or [] if is_project_source(frame["filename"])]
        lines += [f'  {frame["filename"]}:{frame["lineno"]} in {frame["name"]}' for frame in own]
        lines.append(f'{error.get("exc_type")}: {error.get("exc_value")}')
    return lines


def _run_path(dag: str, run: str) -> str:
    return f"/api/v2/dags/{_in_path(dag)}/dagRuns/{_in_path(run)}"


def _in_path(text: str) -> str:
    return quote(text, safe="")
