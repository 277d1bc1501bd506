"""Libraries loaded ahead of tasks."""

import sys

from pipeline.services.warm import LIBRARIES, load


def test_a_library_that_is_missing_is_left_to_the_task(capsys):
    """A missing library is named on stderr, and the others are loaded all the same."""
    sys.modules.pop("colorsys", None)
    load(["no_such_library", "colorsys"])
    assert "no_such_library is not loaded ahead" in capsys.readouterr().err
    assert "colorsys" in sys.modules


def test_nothing_of_the_project_is_loaded_ahead():
    """An edit to this project or to a DAG's modules is seen by the next task."""
    assert not [name for name in LIBRARIES if name.startswith(("pipeline", "lineage", "dags"))]
