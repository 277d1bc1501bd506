"""An artifact can be made again from its record alone."""

import importlib
import sys

from pipeline.runner.reproduce import reproduce
from pipeline.step import Step

FIRST = "def shifted(data, by):\n    return data.assign(pay=data['pay'] + by)\n"


def test_the_recorded_code_is_what_runs(runner, source, rowwise_step, tmp_path, monkeypatch):
    """After the file was edited, the old version still comes out equal: its own code makes it."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "shifting.py").write_text(FIRST)
    shifting = importlib.import_module("shifting")
    made = runner.run(rowwise_step(shifting.shifted, parameters={"by": 5}), {"data": source}).outputs["data"]
    (tmp_path / "shifting.py").write_text(FIRST.replace("+ by", "- by"))
    sys.modules.pop("shifting")
    again = reproduce(runner, made)
    assert (again.equal, again.sources, [step.step for step in again.steps]) == (True, (source,), ["shifted"])


def random_pay(data):
    """A step that is not deterministic."""
    import numpy as np

    return data.assign(pay=np.random.default_rng().random(len(data)))


def test_what_is_not_deterministic_is_named(runner, source):
    """A step that comes out otherwise is found, with both digests."""
    made = runner.run(Step(name="random_pay", stage="preprocessing", function=random_pay), {"data": source})
    again = reproduce(runner, made.outputs["data"])
    assert not again.equal and again.steps[0].found != again.steps[0].reference.rpartition("@")[2]
