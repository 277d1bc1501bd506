"""Services started and stopped together."""

import os
import signal
import sys
import time

import psutil
import pytest

from pipeline.errors import ServiceUnavailable
from pipeline.services.group import Services, answer
from pipeline.services.ports import LOOPBACK, free_port
from pipeline.settings import Settings


@pytest.fixture
def settings(tmp_path):
    """Settings of an installation in a folder of its own."""
    return Settings.from_environment({"HEADWATER_HOME": str(tmp_path / "home"), "HEADWATER_DAGS": str(tmp_path)})


def children():
    """The process ids of all that this process started, and that run."""
    return {child.pid for child in psutil.Process().children() if child.status() != "zombie"}


@pytest.fixture
def keepers():
    """Give the process ids of services started since; other tests of this process may have left others."""
    before = children()
    return lambda: children() - before


def test_leaving_the_block_ends_everything(settings, keepers):
    """No service runs after the block, also when it is left by an error."""
    with pytest.raises(ZeroDivisionError), Services(settings) as services:
        services.start("one", ["sleep", "60"])
        services.start("two", ["sleep", "60"])
        assert len(keepers()) >= 2
        raise ZeroDivisionError
    assert keepers() == set()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_leave_the_block_as_ctrl_c_does(settings, keepers, number):
    """Whoever ends us politely ends our services with us; afterwards signals do what they did before."""
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), Services(settings) as services:
        services.start("one", ["sleep", "60"])
        os.kill(os.getpid(), number)
        time.sleep(5)
    assert keepers() == set()
    assert signal.getsignal(number) == before


def test_waiting_ends_when_a_service_ends(settings):
    """A service that dies while it is waited for is told at once, not after the patience is over."""
    began = time.monotonic()
    with pytest.raises(ServiceUnavailable, match="one ended with status 4"), Services(settings) as services:
        services.start("one", [sys.executable, "-c", "raise SystemExit(4)"])
        services.wait_until(lambda: False, what="it", patience_s=60)
    assert time.monotonic() - began < 30


def test_waiting_ends_with_the_patience(settings):
    """What never becomes ready is named, with the folder of logs."""
    late = pytest.raises(ServiceUnavailable, match="the tide is not ready after 0 s.*logs")
    with late, Services(settings) as services:
        services.wait_until(lambda: False, what="the tide", patience_s=0.1)


def test_a_program_run_to_its_end_is_no_service_any_more(settings):
    """A program that is expected to end does so without alarm; one that fails is told."""
    with Services(settings) as services:
        services.run("good", ["true"])
        services.check()
        with pytest.raises(ServiceUnavailable, match="bad ended with status 1"):
            services.run("bad", ["false"])
        services.check()


def test_services_see_our_settings_and_their_own(settings):
    """A service's environment names our home, and what was given for it alone."""
    show = "import os; print(os.environ['HEADWATER_HOME'], os.environ['EXTRA'])"
    with Services(settings) as services:
        services.run("show", [sys.executable, "-c", show], extra={"EXTRA": "yes"})
    assert (settings.home / "logs" / "show.log").read_text() == f"{settings.home} yes\n"


def test_two_groups_do_not_share_a_home(settings):
    """A second group is refused while the first runs; beside it, it takes nothing."""
    with Services(settings):
        with pytest.raises(ServiceUnavailable, match="already run"), Services(settings):
            pass
        with Services(settings, beside=True) as beside:
            beside.run("quick", ["true"])


def test_nobody_answers_at_a_port_where_nobody_listens():
    """A connection refused is an answer of nobody, not an error."""
    assert answer(f"http://{LOOPBACK}:{free_port()}/") is None
