"""Whole lines, and a log that cannot be written ends nobody."""

import errno
import json
import os

import pytest

from server.health.log_writer import LONGEST_STRAY, LogWriter, StrayText


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
    *_, lost, third = b"".join(written).decode().splitlines()
    assert json.loads(lost)["count"] == 2
    assert third == "third"


def test_what_is_no_text_for_a_file_is_written_all_the_same() -> None:
    reading, writing = os.pipe()
    LogWriter(writing).warning("half a pair: \ud800")
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
