"""What Airflow's REST API says, as we read it. The journeys ask a real Airflow."""

import pytest

from pipeline.errors import ServiceUnavailable
from pipeline.services.airflow_api import AirflowApi, _log_lines, _task_run
from pipeline.services.ports import LOOPBACK, free_port

INSTANCE = {
    "task_id": "train.candidate", "map_index": 1, "rendered_map_index": "forest", "state": "success", "try_number": 1,
    "duration": 2.5, "end_date": "2026-01-01T00:00:00Z",
}


def test_a_mapped_task_is_called_by_its_item():
    """People read the item's name, not its number; a number stands where there is no name."""
    assert _task_run(INSTANCE).name == "train.candidate[forest]"
    assert _task_run({**INSTANCE, "rendered_map_index": "1"}).name == "train.candidate[1]"
    assert _task_run({**INSTANCE, "map_index": -1, "rendered_map_index": None}).name == "train.candidate"


def test_a_task_that_has_not_begun_has_no_figures():
    """What Airflow does not know yet is zero or empty."""
    waiting = _task_run({**INSTANCE, "state": None, "duration": None, "end_date": None, "try_number": None})
    assert (waiting.state, waiting.seconds, waiting.ended_at, waiting.try_number) == ("waiting", 0.0, "", 0)


def test_a_traceback_shows_the_users_frames_only():
    """Of an error the log keeps the user's own lines, and what was raised."""
    frames = [{"filename": pytest.__file__, "lineno": 1, "name": "inner"},
              {"filename": "pandas/_libs/index.pyx", "lineno": 2, "name": "get"},
              {"filename": __file__, "lineno": 7, "name": "ratios"}]
    entry = {"event": "Task failed", "error_detail": [{"exc_type": "ValueError", "exc_value": "bad", "frames": frames}]}
    assert _log_lines(entry) == ["Task failed", f"  {__file__}:7 in ratios", "ValueError: bad"]


def test_an_airflow_that_is_not_there_is_named():
    """The error says which address does not answer."""
    url = f"http://{LOOPBACK}:{free_port()}"
    with pytest.raises(ServiceUnavailable, match=f"Airflow at {url} does not answer GET /auth/token"):
        AirflowApi(url)
