"""A server that is told to stop before it serves ends with 0, and leaves nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from server.running.first_signals import DRAINS, RELOADS, STOPS, others

ROOT = Path(__file__).parents[3]
SOON = 60.0

pytestmark = [pytest.mark.node, pytest.mark.postgres]

NODES = pytest.mark.parametrize("nodes", [1, 2])
STOPPED = pytest.mark.parametrize("number", STOPS, ids=lambda number: number.name)


@dataclass
class Starting:
    """A server that has just been started, and what it writes."""

    process: "subprocess.Popen[bytes]"
    data: Path
    log: Path

    def until(self, is_so: Callable[[], bool]) -> None:
        """Ask until it is, or fail."""
        end = time.monotonic() + SOON
        while not is_so():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.001)

    def has(self, number: int, what: str) -> bool:
        """Whether the process does so with a signal, by the kernel: SigCgt takes it, SigIgn not."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        mask = next(line for line in status.splitlines() if line.startswith(what))
        return bool(int(mask.split()[1], 16) >> (number - 1) & 1)

    def ends_in_order(self, number: int) -> None:
        """Told to stop now, it ends with 0, says nothing wrong, and leaves no process."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(number)
        self.was_in_order(children)

    def was_in_order(self, children: "list[psutil.Process]") -> None:
        assert self.process.wait(SOON) == 0, self.log.read_text()
        assert "Traceback" not in self.log.read_text()
        assert '"critical"' not in self.log.read_text()
        _, alive = psutil.wait_procs(children, SOON)
        assert alive == []


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Starting]]:
    started: list[Starting] = []

    def begin(nodes: int, held: "tuple[signal.Signals, ...]" = ()) -> Starting:
        log = tmp_path / "log"
        words = ["--port", "0", "--data", str(tmp_path / "data"), "--nodes", str(nodes)]

        def hold() -> None:
            signal.pthread_sigmask(signal.SIG_BLOCK, held)

        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "server", *words],
                cwd=ROOT,
                env=os.environ | {"DATABASE_URL": "", "REDIS_URL": ""},
                stdout=output,
                stderr=output,
                preexec_fn=hold,
            )
        started.append(Starting(process, tmp_path / "data", log))
        return started[-1]

    yield begin
    for each in started:
        each.process.kill()
        each.process.wait()


@STOPPED
@NODES
def test_F4_right_behind_exec(start: Callable[..., Starting], nodes: int, number: int) -> None:
    """It was sent before the interpreter had begun: whoever starts us has held it so long."""
    starting = start(nodes, held=(number,))
    starting.process.send_signal(number)
    starting.was_in_order([])


@STOPPED
def test_F4_while_it_is_loaded(start: Callable[..., Starting], number: int) -> None:
    starting = start(1)
    starting.until(lambda: starting.has(signal.SIGRTMAX, "SigIgn"))  # the last it says
    starting.ends_in_order(number)


@STOPPED
@NODES
def test_F4_at_the_first_byte_of_its_log(
    start: Callable[..., Starting], nodes: int, number: int
) -> None:
    starting = start(nodes)
    starting.until(lambda: starting.log.stat().st_size > 0)
    starting.ends_in_order(number)


@NODES
def test_F4_while_its_database_is_made(start: Callable[..., Starting], nodes: int) -> None:
    starting = start(nodes)
    starting.until(lambda: next(starting.data.glob("postgres*"), None) is not None)
    starting.ends_in_order(signal.SIGTERM)


def test_F4_while_its_nodes_begin(start: Callable[..., Starting]) -> None:
    starting = start(2)
    starting.until(lambda: (starting.data / "node-2.log").exists())
    starting.ends_in_order(signal.SIGTERM)


def test_no_other_signal_ends_it_while_it_is_loaded(start: Callable[..., Starting]) -> None:
    starting = start(1)
    starting.until(lambda: starting.has(signal.SIGRTMAX, "SigIgn"))
    for number in (RELOADS, DRAINS, *others()):
        starting.process.send_signal(number)
    starting.until(lambda: '"it serves"' in starting.log.read_text())
    starting.ends_in_order(signal.SIGTERM)
