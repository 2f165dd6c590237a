"""A process steps back also where Linux gives each session the same share of a core."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from machine import niceness

WAITS = "import sys; sys.stdin.read()"

needs_groups = pytest.mark.skipif(
    not Path("/proc/self/autogroup").exists(), reason="sessions are no groups here"
)


@contextmanager
def _child(*, leads: bool) -> Iterator[int]:
    """Its process id. `leads`: it leads a session of its own."""
    with subprocess.Popen(
        [sys.executable, "-c", WAITS], stdin=subprocess.PIPE, start_new_session=leads
    ) as child:
        yield child.pid


def _step_back(pid: int) -> None:
    """As often as Linux wants to be asked."""
    while not niceness.step_back(pid, 5):
        pass


@needs_groups
def test_who_leads_a_session_takes_it_along() -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    with _child(leads=True) as pid:
        assert niceness.session_niceness(pid) == 0
        _step_back(pid)
        assert niceness.session_niceness(pid) == 5
        assert os.getpriority(os.PRIO_PROCESS, pid) == min(own + 5, niceness.LAST)


def test_who_is_one_of_a_session_steps_back_alone() -> None:
    own, session = os.getpriority(os.PRIO_PROCESS, 0), niceness.session_niceness(os.getpid())
    with _child(leads=False) as pid:
        _step_back(pid)
        assert os.getpriority(os.PRIO_PROCESS, pid) == min(own + 5, niceness.LAST)
        assert niceness.session_niceness(pid) == session


def test_where_sessions_are_no_groups_niceness_is_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(niceness, "_group", lambda _: tmp_path / "none" / "autogroup")
    own = os.getpriority(os.PRIO_PROCESS, 0)
    with _child(leads=True) as pid:
        assert niceness.step_back(pid, 5)
        assert os.getpriority(os.PRIO_PROCESS, pid) == min(own + 5, niceness.LAST)
        assert niceness.session_niceness(pid) == 0


def test_the_session_of_the_first_process_is_no_group(monkeypatch: pytest.MonkeyPatch) -> None:
    class First:
        def read_text(self) -> str:
            return ""

        def write_text(self, _: str) -> None:
            raise OSError(22, "Invalid argument")

    monkeypatch.setattr(niceness, "_group", lambda _: First())
    own = os.getpriority(os.PRIO_PROCESS, 0)
    with _child(leads=True) as pid:
        assert niceness.step_back(pid, 5)
        assert os.getpriority(os.PRIO_PROCESS, pid) == min(own + 5, niceness.LAST)
        assert niceness.session_niceness(pid) == 0


def test_linux_that_wants_to_be_asked_later_is_asked_later(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Busy:
        def write_text(self, _: str) -> None:
            raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(niceness, "_group", lambda _: Busy())
    own = os.getpriority(os.PRIO_PROCESS, 0)
    with _child(leads=True) as pid:
        assert not niceness.step_back(pid, 5)
        assert os.getpriority(os.PRIO_PROCESS, pid) == own


@needs_groups
def test_a_session_that_was_stepped_back_is_given_back() -> None:
    program = (
        "import os; from machine.niceness import session_niceness\n"
        "from machine.niceness import stepped_back\n"
        "with stepped_back(10): print(session_niceness(os.getpid()))\n"
        "print(session_niceness(os.getpid()))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        check=True, capture_output=True, text=True, start_new_session=True,
    )  # fmt: skip
    assert ran.stdout.split() == ["10", "0"]
