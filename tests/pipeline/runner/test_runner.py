"""The runner runs any step, records it whatever happens, and runs nothing twice."""

import os
import signal
import subprocess
import sys
import textwrap
import warnings
from datetime import datetime

import pandas as pd
import pytest

from lineage.errors import StoreUnreachable
from lineage.records import Known, Outcome, Rule
from pipeline.code.git import asked
from pipeline.errors import ClaimBroken, Misuse, PhaseRefused, StepFailed, StepRefused
from pipeline.step import Made, Step


def doubled(data, factor=2):
    """A row-wise step."""
    print("called")
    return data.assign(pay=data["pay"] * factor)


def centred(data):
    """Claims to be row-wise, and is not."""
    return data.assign(pay=data["pay"] - data["pay"].mean())


def stamped(data):
    """Reads the clock."""
    return data.assign(at=datetime.now().year)


def hidden_clock(data):
    """Reads the clock where reading the code does not show it."""
    return data.assign(at=getattr(datetime, "no" + "w")().year)


def broken(data):
    """Raises."""
    return data["no such column"]


def emptied(data):
    """Leaves no row."""
    return data[data["pay"] < 0]


def unindexed(data):
    """Drops the index."""
    return data.reset_index(drop=True)


def nothing(data):
    """Returns None."""
    data["pay"] = 0


def repeated(data):
    """Returns rows twice."""
    return pd.concat([data, data])


def grown(data):
    """Adds a column, in place, to the frame it was given."""
    data["more"] = 1
    return data


def asking(data, url):
    """Would ask a database, and fails."""
    raise ConnectionError(f"cannot reach {url}")


def verdict(data):
    """Makes a document and a table."""
    return {"verdict": Made("verdict", {"ok": True}), "data": Made("dataset", data.head(3))}


def peeking(data, path):
    """Reads a file that is no input."""
    with open(path) as file:
        return data.assign(extra=len(file.read()))


def test_a_step_is_recorded_with_its_code_inputs_and_rule(runner, source, rowwise_step):
    """A run says what it read, what it made, by which code and by which row rule."""
    ran = runner.run(rowwise_step(doubled), {"data": source})
    run = runner.store.run(ran.run)
    [rests_on] = runner.store.dependencies(ran.outputs["data"])
    assert (run.outcome, run.inputs[0].artifact.reference, bool(run.code_digest)) == (Outcome.SUCCEEDED, source, True)
    assert (rests_on.input, rests_on.rule, rests_on.known) == (source, Rule.SAME_ROW, Known.SAMPLED)


def test_the_same_step_is_reused(opened, source, rowwise_step, capsys):
    """Same code, parameters and inputs: the function is not called again, and the run says so."""
    first = opened().run(rowwise_step(doubled), {"data": source})
    assert "called" in capsys.readouterr().out
    again = opened(dag_run="r2").run(rowwise_step(doubled), {"data": source})
    assert (again.outputs, again.reused, capsys.readouterr().out) == (first.outputs, True, "")


def test_other_parameters_are_other_work(runner, source, rowwise_step):
    """A changed parameter runs the step again."""
    first = runner.run(rowwise_step(doubled), {"data": source})
    other = runner.run(rowwise_step(doubled, parameters={"factor": 3}), {"data": source})
    assert not other.reused and other.outputs != first.outputs


def test_lost_bytes_are_made_again(runner, source, rowwise_step, settings):
    """A result whose file is gone is not reused but made again."""
    ran = runner.run(rowwise_step(doubled), {"data": source})
    (settings.home / "artifacts" / runner.describe(ran.outputs["data"]).place).unlink()
    again = runner.run(rowwise_step(doubled), {"data": source})
    assert (again.reused, again.outputs) == (False, ran.outputs)


def test_a_function_that_raises_is_a_failed_run(runner, source, rowwise_step):
    """The error names the step and the line, and the store keeps a failed run without outputs."""
    with pytest.raises(StepFailed, match=r"step broken raised KeyError at test_runner.py:\d+"):
        runner.run(rowwise_step(broken), {"data": source})
    [run] = runner.store.runs(outcome=Outcome.FAILED)
    assert (run.step, run.outputs, "KeyError" in run.error) == ("broken", (), True)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (emptied, "returned no rows"),
        (unindexed, "not in its input"),
        (nothing, "NoneType"),
        (repeated, "more than once"),
    ],
)
def test_what_cannot_be_kept_is_refused(runner, source, rowwise_step, function, says):
    """No rows, no index, no frame, rows twice: each is refused, and nothing is kept."""
    with pytest.raises(StepRefused, match=says):
        runner.run(rowwise_step(function), {"data": source})
    assert runner.store.runs(outcome=Outcome.FAILED)[0].outputs == ()


def test_a_false_claim_is_refused_in_production(opened, source, rowwise_step, monkeypatch):
    """A step that claims rows and subtracts the column's mean does not run in production."""
    monkeypatch.setenv("HEADWATER_GIT_COMMIT", "c0ffee")
    with pytest.raises(ClaimBroken, match="values differ when a sample runs alone: pay: row"):
        opened(phase="production").run(rowwise_step(centred), {"data": source})


def test_a_false_claim_widens_the_rule_in_a_proof_of_concept(runner, source, rowwise_step):
    """A proof of concept warns, and records that every row depends on every row."""
    with pytest.warns(UserWarning, match="Recorded as every row"):
        ran = runner.run(rowwise_step(centred), {"data": source})
    [rests_on] = runner.store.dependencies(ran.outputs["data"])
    assert (rests_on.rule, rests_on.known) == (Rule.EVERY_ROW, Known.ASSUMED)


def test_a_clock_found_only_by_moving_it(runner, source, rowwise_step):
    """The claim's test moves the clock, and so finds a reading that the code hides."""
    with pytest.warns(UserWarning, match="changes with the clock"):
        runner.run(rowwise_step(hidden_clock), {"data": source})


def test_a_step_that_reads_the_clock_is_not_reused(runner, source, rowwise_step):
    """In a proof of concept it runs again every time."""
    step = rowwise_step(stamped, claim=False)
    runner.run(step, {"data": source})
    assert not runner.run(step, {"data": source}).reused


def test_production_refuses_the_clock(opened, source, rowwise_step, monkeypatch):
    """Production wants time as a parameter."""
    monkeypatch.setenv("HEADWATER_GIT_COMMIT", "c0ffee")
    with pytest.raises(PhaseRefused, match="reads the clock.*datetime.now"):
        opened(phase="production").run(rowwise_step(stamped), {"data": source})


def test_production_wants_a_commit(opened, source, rowwise_step, tmp_path, monkeypatch):
    """What is at no commit cannot be repeated, so production refuses it; committed, it runs."""
    (tmp_path / "committed.py").write_text("def kept(data):\n    return data\n")
    monkeypatch.syspath_prepend(tmp_path)
    import committed

    git = ["git", "-C", str(tmp_path), "-c", "user.name=n", "-c", "user.email=e"]
    subprocess.run([*git, "init", "-q"], check=True)
    with pytest.raises(PhaseRefused, match="no git commit"):
        opened(phase="production").run(rowwise_step(committed.kept), {"data": source})
    subprocess.run([*git, "add", "committed.py"], check=True)
    subprocess.run([*git, "commit", "-qm", "step"], check=True)
    asked.cache_clear()
    ran = opened(phase="production").run(rowwise_step(committed.kept), {"data": source})
    assert len(opened().store.run(ran.run).git_commit) == 40


def test_undeclared_files_are_seen(opened, source, rowwise_step, tmp_path, monkeypatch):
    """A file that is no input is recorded and bars reuse; production refuses it."""
    (tmp_path / "list.txt").write_text("four")
    step = rowwise_step(peeking, claim=False, parameters={"path": str(tmp_path / "list.txt")})
    ran = opened().run(step, {"data": source})
    assert opened().store.run(ran.run).facts["reads"] == [f"file {tmp_path / 'list.txt'}"]
    assert not opened().run(step, {"data": source}).reused
    monkeypatch.setenv("HEADWATER_GIT_COMMIT", "c0ffee")
    with pytest.raises(PhaseRefused, match="list.txt"):
        opened(phase="production").run(step, {"data": source})


def test_a_function_may_change_its_argument(runner, source, rowwise_step):
    """A step that writes into the frame it was given does not change the artifact it came from."""
    runner.run(rowwise_step(grown), {"data": source})
    assert "more" not in runner.value(source).columns


def test_several_outputs_have_names_of_their_own(runner, source):
    """Outputs are named after DAG, step and role."""
    outputs = runner.run(Step(name="check", stage="validation", function=verdict), {"data": source}).outputs
    assert sorted(reference.partition("@")[0] for reference in outputs.values()) == [
        "dataset/trial.check",
        "verdict/trial.check",
    ]


def test_a_password_in_a_parameter_is_never_kept(runner, source, rowwise_step, settings):
    """Neither the parameters of a run nor its error hold it, anywhere under the home."""
    password = "".join(reversed("terc3s"))  # this file's text is kept, as the step's code
    step = rowwise_step(asking, claim=False, parameters={"url": f"postgresql://me:{password}@host/db"})
    with pytest.raises(StepFailed):
        runner.run(step, {"data": source})
    assert runner.store.runs(outcome=Outcome.FAILED)[0].parameters == {"url": "postgresql://me:***@host/db"}
    files = [file for file in settings.home.rglob("*") if file.is_file()]
    assert [file for file in files if password.encode() in file.read_bytes()] == []


def test_a_lambda_is_misuse(runner, source, rowwise_step):
    """A step must be found again by name, or its result could never be reproduced."""
    with pytest.raises(Misuse, match="top level"):
        runner.run(rowwise_step(lambda data: data), {"data": source})


def test_a_store_that_is_gone_stops_the_step_before_it_runs(settings, runner, source, rowwise_step, capsys):
    """Nothing is called, nothing half recorded; once the store is back the step can run."""
    database = settings.home / "lineage.db"
    runner.store.close()
    hidden = database.rename(settings.home / "away.db")
    database.mkdir()
    with pytest.raises(StoreUnreachable):
        runner.run(rowwise_step(doubled), {"data": source})
    database.rmdir()
    hidden.rename(database)
    runner.store.close()
    assert capsys.readouterr().out == ""
    assert not runner.run(rowwise_step(doubled), {"data": source}).reused


KILLED = """
    import os, signal, sys
    sys.path[:0] = {path!r}
    from pipeline.runner import Occasion, Runner
    from pipeline.settings import Settings
    from pipeline.step import Step
    import test_steps
    runner = Runner.open(Settings.from_environment({{"HEADWATER_HOME": {home!r}}}), Occasion(dag="trial", dag_run="r1"))
    runner.run(Step(name="killed", stage="preprocessing", function=test_steps.killed), {{"data": {source!r}}})
"""


def test_a_killed_task_is_interrupted_and_can_be_retried(opened, source, settings, tmp_path):
    """After SIGKILL in the middle of a step no run looks finished, and a retry runs it whole."""
    (tmp_path / "test_steps.py").write_text(
        "import os, signal\ndef killed(data):\n    os.kill(os.getpid(), signal.SIGKILL)\n    return data\n"
    )
    code = KILLED.format(path=[str(tmp_path), os.getcwd()], home=str(settings.home), source=source)
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    with warnings.catch_warnings():
        runner = opened(try_number=2)
    [run] = [run for run in runner.store.runs() if run.step == "killed"]
    assert (run.outcome, run.outputs) == (Outcome.INTERRUPTED, ())
