"""A real server, its log in a file: signals, outages and faults, from its start to its end."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from server.running.first_signals import STOPS, others
from server.running.signals import Signals, Stopped, name_of
from tests.server.running.log_lines import lines_of

ROOT = Path(__file__).parents[3]
SOON = 60.0

FAULTY = """
import asyncio, sys, threading, warnings
from server import process
from server.__main__ import main
build = process.build_node
def build_and_fail(settings, foundation):
    node = build(settings, foundation)
    loop = asyncio.get_running_loop()
    async def task(): raise ValueError("in a task of ours")
    def fail(): raise ValueError("in a thread of ours")
    node.tasks.spawn(task())
    loop.call_soon(fail)
    threading.Thread(target=fail).start()
    warnings.warn("a library is old")
    print("somebody prints", file=sys.stderr)
    return node
process.build_node = build_and_fail
sys.exit(main())
"""
"""A server in which a task, a callback and a thread fail, somebody warns and somebody prints."""


@dataclass
class Served:
    """A server that runs, and its log."""

    process: "subprocess.Popen[str]"
    log: Path
    url: str = ""
    seen: int = field(default=0)
    """Lines of the log that were looked at."""

    def lines(self) -> list[dict[str, Any]]:
        """All there are so far."""
        return lines_of(self.log)

    async def until(self, event: str, **said: Any) -> dict[str, Any]:
        """The next line that says so."""
        async with asyncio.timeout(SOON):
            while True:
                lines = self.lines()
                for number, line in enumerate(lines[self.seen :], self.seen):
                    if line["event"] == event and line.items() >= said.items():
                        self.seen = number + 1
                        return line
                assert self.process.poll() is None, lines[-5:]
                await asyncio.sleep(0.05)

    def page(self, path: str) -> tuple[int, str]:
        """A plain GET."""
        where = self.url.replace("ws://", "http://").replace("/v1", path)
        try:
            with urllib.request.urlopen(where, timeout=SOON) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def child(self, name: str) -> psutil.Process:
        """A server that it has started."""
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if child.name().startswith(name))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    environment = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    log = tmp_path / "log"
    (tmp_path / "prime.toml").write_text("")
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                FAULTY,
                "--port",
                "0",
                "--data",
                str(tmp_path / "data"),
                "--config",
                str(tmp_path / "prime.toml"),
            ],
            cwd=ROOT,
            env=environment | {"DATABASE_URL": ""},
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            text=True,
        )
    yield Served(process, log)
    process.kill()
    process.wait()


async def outage(served: Served, child: str, began: str, over: str) -> None:
    """Kill what it has started, and see two lines."""
    first = len(served.lines())
    served.child(child).kill()
    await served.until(began)
    ended = await served.until(over)
    assert ended["seconds"] >= 0
    assert ended["times"] >= 1
    said = [line["event"] for line in served.lines()[first:]]
    assert (said.count(began), said.count(over)) == (1, 1)


@pytest.mark.node
@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.slow
async def test_a_server_goes_on_through_signals_and_outages_and_tells_each_once_as_json(
    served: Served, tmp_path: Path
) -> None:
    served.url = (await served.until("it serves"))["url"]
    (tmp_path / "prime.toml").write_text('registration = "closed"\nport = 1\n')
    served.process.send_signal(signal.SIGHUP)
    reloaded = await served.until("reloaded")
    assert reloaded["changed"] == ["PRIME_REGISTRATION"]
    for number in (signal.SIGUSR2, signal.SIGALRM, signal.SIGRTMIN + 3):
        served.process.send_signal(number)
    await served.until("a signal that means nothing here", signal="SIGUSR2")
    served.process.send_signal(signal.SIGUSR1)
    await served.until("drained")
    assert served.page("/readyz") == (503, "draining\n")
    served.process.send_signal(signal.SIGUSR1)
    await served.until("drains no longer")
    assert served.page("/readyz")[0] == 200
    await outage(served, "valkey", "the bus is down; other nodes are heard later", "the bus is up")
    await outage(
        served, "postgres", "the database is unavailable; what needs it waits", "it is back"
    )
    served.process.send_signal(signal.SIGQUIT)
    assert served.process.wait(SOON) == 0
    lines = served.lines()
    assert served.log.read_text().endswith("\n")
    assert all({"timestamp", "level", "event"} <= line.keys() for line in lines)
    events = [line["event"] for line in lines]
    assert "somebody prints" in events
    assert any(line.get("library") == "py.warnings" for line in lines)
    traced = [line["exception"] for line in lines if "of ours" in line.get("exception", "")]
    assert sorted(trace.splitlines()[-1] for trace in traced) == [
        "ValueError: in a task of ours",
        "ValueError: in a thread of ours",
        "ValueError: in a thread of ours",
    ]
    assert [line for line in lines if "connection floor" in line["event"]] == []


def test_each_signal_that_would_end_a_process_is_known() -> None:
    """Those that a process sends itself as it breaks, and the two that nobody can take, are not."""
    by_itself = {
        "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGSEGV", "SIGSYS", "SIGTRAP", "SIGIOT",
        "SIGPIPE", "SIGXFSZ",  # Python ignores them
    }  # fmt: skip
    harmless = {"SIGCHLD", "SIGCLD", "SIGCONT", "SIGURG", "SIGWINCH"}
    stopping = {"SIGTSTP", "SIGTTIN", "SIGTTOU"}  # a process goes on behind them
    known = {*STOPS, signal.SIGHUP, signal.SIGUSR1, *others()}
    missing = {each.name for each in signal.Signals if each not in known}
    assert missing - by_itself - harmless - stopping == {"SIGKILL", "SIGSTOP"}


def test_the_name_of_a_real_time_signal() -> None:
    assert name_of(signal.SIGHUP) == "SIGHUP"
    assert name_of(signal.SIGRTMIN + 3) == "SIGRTMIN+3"


async def test_a_second_signal_ends_at_once_and_a_second_quit_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inside: dict[int, Any] = {}
    outside: dict[int, Any] = {}

    def add(_loop: object, number: int, do: Any, *arguments: Any) -> None:
        inside[number] = partial(do, *arguments)

    monkeypatch.setattr(type(asyncio.get_running_loop()), "add_signal_handler", add)
    monkeypatch.setattr(signal, "signal", outside.__setitem__)
    again: list[int] = []
    stopped: list[bool] = []
    signals = Signals()
    with signals.held_behind():
        signals.take(lambda: stopped.append(True), again.append)
        for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGINT, signal.SIGTERM):
            inside[number]()
    assert (stopped, again) == ([True], [signal.SIGINT, signal.SIGTERM])
    outside[signal.SIGQUIT](signal.SIGQUIT, None)
    outside[signal.SIGHUP](signal.SIGHUP, None)
    with pytest.raises(SystemExit, match="143"):
        outside[signal.SIGTERM](signal.SIGTERM, None)


def test_F4_before_the_loop_the_first_that_stops_is_no_failure_and_the_second_ends_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outside: dict[int, Any] = {}
    monkeypatch.setattr(signal, "signal", outside.__setitem__)
    Signals()
    with pytest.raises(Stopped) as stopped:
        outside[signal.SIGINT](signal.SIGINT, None)
    assert stopped.value.code == 0
    outside[signal.SIGQUIT](signal.SIGQUIT, None)
    with pytest.raises(SystemExit, match="143"):
        outside[signal.SIGTERM](signal.SIGTERM, None)


def test_a_signal_is_told_though_what_it_interrupts_holds_a_lock_of_the_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    of_the_log, told = threading.Lock(), threading.Event()

    class Log:
        def info(self, *_: object, **__: object) -> None:
            if of_the_log.acquire(timeout=SOON):
                told.set()

    monkeypatch.setattr("server.running.signals.log", Log())
    with of_the_log:
        Signals(holds=False)._ignore(signal.SIGHUP, None)
    assert told.wait(SOON)
