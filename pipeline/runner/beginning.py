"""What is known of a run before its step is called, and what production does not let begin."""

from __future__ import annotations

import functools
import os
import secrets
import socket
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import psutil

from lineage.records import Run, Use
from pipeline.code import Commit, Reach, commit
from pipeline.code.bundle import is_project_source
from pipeline.code.environment import fingerprint
from pipeline.code.own_modules import modules_of
from pipeline.code.reach import source_file
from pipeline.errors import PhaseRefused
from pipeline.runner.memo import plain
from pipeline.artifacts.occasion import Occasion
from pipeline.step import Step, claim_of

CODE, ENVIRONMENT = "code", "environment"


def begun(
    step: Step,
    occasion: Occasion,
    memo: str,
    *,
    reached: Reach | None = None,
    inputs: tuple[Use, ...] = (),
    several: tuple[str, ...] = (),
) -> Run:
    """The record of a run that begins now. `reached` is left out for one that will be reused.

    `several` are the input roles that arrive as lists.
    """
    run = {
        "id": f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(6)}",
        "step": step.name,
        "stage": step.stage,
        "dag": occasion.dag,
        "dag_run": occasion.dag_run,
        "task": occasion.task,
        "phase": occasion.phase,
        "started_at": datetime.now(UTC),
        "memo_key": memo,
        "host": _host(),
        "process": _this_process(os.getpid()),
        "parameters": plain(step.parameters),
        "airflow": {"url": occasion.airflow_url, "map_index": occasion.map_index, "try": occasion.try_number},
    }
    if reached is None:
        return Run(**run)
    at = _commit(step)
    users = is_project_source(source_file(step.function))
    return Run(
        **run,
        inputs=inputs,
        code_digest=reached.digest,
        git_commit=at.id,
        git_dirty=at.dirty,
        environment=fingerprint(),
        recipe={
            "function": "" if users else f"{step.function.__module__}:{step.function.__qualname__}",
            "parameters": plain(step.parameters),
            "context": sorted(step.context),
            "claim": plain(claim_of(step.function)) if step.claim else None,
            "several": list(several),
            "key": list(step.key),
            "depends": plain([asdict(each) for each in step.depends]),
        },
        facts={"libraries": sorted(reached.libraries), "clock": sorted(reached.clock)},
    )


def permit(step: Step, reached: Reach, occasion: Occasion) -> None:
    """Refuse in production what cannot be repeated.

    Raises `PhaseRefused` for a step whose files are not at a commit, or that reads the clock.
    """
    if not occasion.production:
        return
    at = _commit(step)
    if at.dirty or not at.id:
        raise PhaseRefused(
            f"step {step.name} cannot run in production",
            expected="the project's files at a git commit",
            found="changes that are not committed" if at.id else "no git commit",
            next_step='Commit them, or run with phase="poc".',
        )
    if reached.clock:
        raise PhaseRefused(
            f"step {step.name} reads the clock",
            expected="time as a parameter",
            examples=sorted(reached.clock),
            next_step="Take the time from a column or a parameter, so that the step can be repeated.",
        )


def is_alive(host: str, process: str) -> bool:
    """Whether the process that began a run still runs; one on another machine is taken to."""
    if host != _host():
        return True
    pid, _, started = process.partition(":")
    try:
        return f"{psutil.Process(int(pid)).create_time():.2f}" == started
    except (psutil.NoSuchProcess, ValueError):
        return False


@functools.cache
def _host() -> str:
    return socket.gethostname()


@functools.cache
def _this_process(pid: int) -> str:
    return f"{pid}:{psutil.Process(pid).create_time():.2f}"


def _commit(step: Step) -> Commit:
    file = source_file(step.function)
    if kept := modules_of(file):
        return kept.commit
    return commit(Path(file).resolve().parent if is_project_source(file) else Path.cwd())
