"""Two runs of one DAG at the same time, in two processes, from nothing."""

import subprocess
import sys

import pytest


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_runs_at_once_both_succeed_and_release_once(project):
    """Neither disturbs the other in the store, in MLflow or on disk; one model waits for one signature, for both."""
    project.dag("loan_approval")
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", "run", "loan_approval"]
    told = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}

    def both(code):
        runs = [subprocess.Popen(command, cwd=project.folder, env=project.environment(), **told) for _ in range(2)]
        said = [process.communicate(timeout=500)[0] for process in runs]
        assert [process.returncode for process in runs] == [code, code], said

    both(1)
    project.headwater("sign", "audit/loan_approval.audit", "--by", "ann")
    both(0)
    assert len(project.json("releases")) == 1 and project.json("runs", "--outcome", "failed") == []
    project.headwater("verify")
