"""Whole lines, and a log that cannot be written ends nobody."""

import errno
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from server.logs.log_writer import FOR_LAST_WORDS, LONGEST_STRAY, LogWriter, StrayText

ROOT = Path(__file__).parents[3]
SOON = 30.0

WITH_A_LOG = """
import asyncio, os, select, signal, sys, threading
from server.logs import log_writer
from server.logs.log import ServerLog
from server.running.signals import Signals
import structlog
own = ServerLog(is_json=True)
log = structlog.get_logger()
"""

UNREAD = """
log_writer.END_SECONDS = 0.1
async def main():
    for number in range(30):
        for _ in range(50):
            log.info("x" * 1000)
        await asyncio.sleep(0)
    print("the loop went on")
asyncio.run(main())
sys.exit(own.fail("it cannot", 3))
"""

KILLED_TWICE = """
async def main():
    Signals().take(lambda: log.info("stopping"))
    for number in range(900):
        log.info("x" * 1000, number=number)
    os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.sleep(60)
asyncio.run(main())
"""

FATAL = """
for number in range(900):
    log.info("x" * 1000, number=number)
raise ValueError("the end")
"""

FORKING = """
for number in range(300):
    log.info("x" * 1000, number=number)
reading, writing = os.pipe()
if (child := os.fork()) == 0:
    os.read(reading, 1)  # the parent's lines are in the pipe of the log
    select.select([], [2], [])
    log.info("of the child", number=-1)
    os._exit(0)
structlog.get_config()["logger_factory"]().flush(60)
os.write(writing, b"x")
os.waitpid(child, 0)
log.info("of the parent", number=300)
"""


def run(program: str) -> tuple[int, list[dict[str, Any]]]:
    """Its code, and the lines of its log; they are read once nothing more fits into the pipe."""
    process = subprocess.Popen(
        [sys.executable, "-c", WITH_A_LOG + program], stderr=subprocess.PIPE, cwd=ROOT, text=True
    )
    _, log = process.communicate(timeout=SOON)
    return process.returncode, [json.loads(line) for line in log.splitlines()]


def test_the_loop_goes_on_and_the_process_ends_while_nobody_reads() -> None:
    reading, writing = os.pipe()
    done = subprocess.run(
        [sys.executable, "-c", WITH_A_LOG + UNREAD],
        stdout=subprocess.PIPE,
        stderr=writing,
        cwd=ROOT,
        timeout=SOON,
        check=False,
    )
    os.close(writing)
    os.close(reading)
    assert (done.returncode, done.stdout) == (3, b"the loop went on\n")


def test_what_waits_is_written_in_order_and_what_did_not_fit_is_counted() -> None:
    reading, writing = os.pipe()
    writer = LogWriter(writing)
    for number in range(3_000):
        writer.info(f'{{"number": {number}, "x": "{"x" * 1000}"}}')
    writer.critical('{"number": "last words"}')
    with open(reading, encoding="utf-8") as file:
        read: list[str] = []
        reader = threading.Thread(target=lambda: read.extend(file))
        reader.start()
        assert writer.flush(SOON)
        writer.info('{"number": "later"}')
        assert writer.flush(SOON)
        os.close(writing)
        reader.join(SOON)
    *lines, last_words, later = [json.loads(line) for line in read]
    assert (last_words["number"], later["number"]) == ("last words", "later")
    due = 0
    for line in lines:
        assert line.get("number", due) == due
        due += line.get("count", 1)
    assert due == 3_000
    assert len(lines) < 3_000


def test_last_words_fit_where_others_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading.Thread, "start", lambda _: None)
    monkeypatch.setattr("atexit.register", lambda _: None)
    writer = LogWriter(2)
    while not writer._lost_count:
        writer.info("x" * 1000)
    writer.critical("x" * (FOR_LAST_WORDS - 1))
    assert writer._lost_count == 0
    writer.critical("x" * 1000)
    assert writer._lost_count == 1


@pytest.mark.parametrize(
    ("program", "code", "last"),
    [
        (KILLED_TWICE, 128 + signal.SIGINT, "stopping"),
        (FATAL, 1, "it ends by a mistake of ours; report it"),
    ],
)
def test_what_waits_at_the_end_of_a_process_is_written(program: str, code: int, last: str) -> None:
    ended, lines = run(program)
    assert ended == code
    assert [line["number"] for line in lines[:-1]] == list(range(900))
    assert lines[-1]["event"] == last


def test_a_fork_writes_its_own_lines_and_none_of_its_parent() -> None:
    code, lines = run(FORKING)
    assert code == 0
    assert sorted(line["number"] for line in lines) == list(range(-1, 301))


def test_lines_that_cannot_be_written_are_lost_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk, seen by the writer: the first bytes of a line still fit."""
    written: list[bytes] = []
    room = [3, -1, -1]

    def write(_descriptor: int, data: bytes) -> int:
        if not room:
            written.append(data)
            return len(data)
        size = room.pop(0)
        if size < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(data[:size])
        return size

    monkeypatch.setattr(os, "write", write)
    writer = LogWriter(2)
    writer.info("first")  # three bytes of it are there
    writer.info("second")  # nothing, not even how many were lost
    writer.info("third")
    assert writer.flush(SOON)
    *_, lost, third = b"".join(written).decode().splitlines()
    assert json.loads(lost)["count"] == 2
    assert third == "third"


def test_what_is_no_text_for_a_file_is_written_all_the_same() -> None:
    reading, writing = os.pipe()
    writer = LogWriter(writing)
    writer.warning("half a pair: \ud800")
    assert writer.flush(SOON)
    os.close(writing)
    with open(reading, "rb") as file:
        assert file.read() == b"half a pair: \\ud800\n"


def test_what_others_write_is_told_line_by_line() -> None:
    lines: list[str] = []
    stray = StrayText(2, lines.append)
    print("one", "two", file=stray)
    stray.write("three\n\n  four")
    assert lines == ["one two", "three"]
    stray.write(" x\n" + "y" * (LONGEST_STRAY + 1))
    assert lines[2:] == ["  four x", "y" * LONGEST_STRAY]
    assert (stray.isatty(), stray.fileno(), stray.writable()) == (False, 2, True)


def test_what_two_threads_write_does_not_mix() -> None:
    lines: list[str] = []
    stray = StrayText(2, lines.append)
    stray.write("one ")
    other = threading.Thread(target=stray.write, args=("another\nand",))
    other.start()
    other.join()
    stray.write("two\n")
    assert lines == ["another", "one two"]
