import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from machine.terminals.progress import Tell
from persistence.errors import BadSetting
from server.backups import command_output
from server.backups.backup_directory import NotKept
from server.backups.command_output import EndWords


@pytest.fixture(autouse=True)
def begun_from_a_terminal() -> Iterator[None]:
    """Also where the suite runs behind `nohup`, or in the background of a shell."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    before_interrupt = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGHUP, before)
    signal.signal(signal.SIGINT, before_interrupt)


def send(*numbers: signal.Signals) -> None:
    for number in numbers:
        os.kill(os.getpid(), number)


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (signal.SIGTERM, 143, "ended by SIGTERM"),
        (signal.SIGHUP, 129, "ended by SIGHUP"),
        (signal.SIGINT, 130, "interrupted"),
    ],
)
@pytest.mark.parametrize("words", ["", "the rows are in it"])
def test_a_signal_says_what_there_is_by_then(
    number: signal.Signals, code: int, said: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    left = EndWords()

    async def work(_tell: Tell) -> int:
        left.words = words
        send(number)
        return await asyncio.Event().wait()

    assert command_output.run("restore", work, left) == code
    told = words or "nothing was left half done"
    assert capsys.readouterr().err == f"restore: {said}; {told}\n"


def test_more_signals_do_not_end_the_clearing_up() -> None:
    cleared = []

    async def work(_tell: Tell) -> int:
        try:
            send(signal.SIGHUP)
            return await asyncio.Event().wait()
        finally:
            send(signal.SIGHUP, signal.SIGTERM, signal.SIGINT)
            for _ in range(10):
                await asyncio.sleep(0)
            cleared.append(True)

    assert command_output.run("rehearse", work) == 129
    assert cleared == [True]


def test_a_terminal_that_closes_does_not_end_what_nohup_has_begun() -> None:
    async def work(_tell: Tell) -> int:
        send(signal.SIGHUP)
        for _ in range(10):
            await asyncio.sleep(0)
        return 0

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert command_output.run("backup", work) == 0
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("error", [NotKept("no"), OSError(5, "no"), BadSetting("no")])
def test_an_error_says_what_there_is_by_then(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    left = EndWords()

    async def work(_tell: Tell) -> int:
        left.words = "the rows are in it"
        raise error

    assert command_output.run("restore", work, left) in {1, 2}
    assert capsys.readouterr().err == "restore: no; the rows are in it\n"


@pytest.mark.parametrize("is_for_eyes", [True, False])
def test_how_far_it_is_is_shown_to_eyes_alone(
    is_for_eyes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, int, int]] = []

    def tell(text: str, done: int = 0, of: int = 0, /) -> None:
        told.append((text, done, of))

    async def work(given: Tell) -> int:
        given("replaying", 1, 2)
        return 0

    monkeypatch.setattr(command_output, "progress_shown", lambda: nullcontext(tell))
    assert command_output.run("rehearse", work, is_for_eyes=is_for_eyes) == 0
    assert told == ([("beginning", 0, 0), ("replaying", 1, 2)] if is_for_eyes else [])
