"""Asking an inference server. The journeys ask a real one."""

import pytest

from pipeline.errors import ServiceUnavailable
from pipeline.services.inference import ask
from pipeline.services.ports import LOOPBACK, free_port


def test_a_server_that_is_not_there_is_named():
    """The error says which address does not answer."""
    url = f"http://{LOOPBACK}:{free_port()}"
    with pytest.raises(ServiceUnavailable, match=f"inference server at {url} does not answer"):
        ask(url, [{}])
