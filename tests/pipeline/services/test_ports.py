"""Ports on loopback."""

import socket

from pipeline.services.ports import LOOPBACK, free_port


def test_a_free_port_that_is_preferred_is_given():
    """Nobody listens: the wish is granted."""
    free = free_port()
    assert free_port(free) == free


def test_a_port_that_is_taken_is_replaced():
    """Somebody listens: another port is given, which can be bound."""
    with socket.socket() as taken, socket.socket() as other:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = free_port(taken.getsockname()[1])
        other.bind((LOOPBACK, port))
        assert port != taken.getsockname()[1]


def test_a_port_taken_on_all_interfaces_is_replaced():
    """A listener on every interface takes loopback's port too."""
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        assert free_port(taken.getsockname()[1]) != taken.getsockname()[1]
