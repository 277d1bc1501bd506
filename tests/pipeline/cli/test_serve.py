"""`headwater serve`."""

import json
import signal
import socket
import urllib.request


def test_says_where_it_answers_and_stops_on_ctrl_c(lending):
    """A free port by default; the printed URL answers at once; Ctrl-C is exit 0 without a traceback."""
    server = lending.start("serve", "lending")
    url = server.stdout.readline().split(" at ")[1].strip()
    with urllib.request.urlopen(url.replace("/predict", "/health"), timeout=30) as answered:
        assert json.load(answered)["release"] == 1
    server.send_signal(signal.SIGINT)
    out, err = server.communicate(timeout=30)
    assert (server.returncode, out, err) == (0, "stopped\n", "")


def test_an_endpoint_without_a_release_is_refused(headwater, lending):
    """A mistyped endpoint does not become a server that never answers."""
    answer = headwater(lending, "serve", "lendign")
    assert answer.code == 1 and "nothing was released at endpoint 'lendign'" in answer.err and "lending" in answer.err


def test_a_port_that_is_taken_is_misuse(headwater, lending):
    """Exit code 2, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        answer = headwater(lending, "serve", "lending", "--port", str(taken.getsockname()[1]))
    assert answer.code == 2 and "cannot listen at 127.0.0.1" in answer.err and "--port" in answer.err
