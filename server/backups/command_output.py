"""What the commands of backups have in common: progress for eyes, one line and a code for ends."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import msgspec

from machine.postgres_programs import NoProgram, ProgramFailed
from machine.terminals.progress import Tell, progress_shown, tell_nobody
from schema.text.one_line import one_line
from server.backups.backup_directory import NotKept
from server.commands.command_failures import message_and_exit_code

NOTHING = "nothing was left half done"
ENDS = {
    signal.SIGINT: "interrupted",
    signal.SIGTERM: "ended by SIGTERM",
    signal.SIGHUP: "ended by SIGHUP",
}
"""Signals that end a command in order, and how it says so: SIGHUP is a terminal that closes."""

Work = Callable[[Tell], Awaitable[int]]


class EndWords:
    """What there is by now. `words` are told by whatever ends the command; empty: nothing."""

    def __init__(self) -> None:
        self.words = ""


class EndedBySignal(Exception):
    """A signal: what was begun is cleared away first."""

    def __init__(self, number: signal.Signals) -> None:
        super().__init__(ENDS[number])
        self.code = 128 + number


def run(
    word: str, work: Work, end_words: EndWords | None = None, *, is_for_eyes: bool = True
) -> int:
    """The exit code: 0 done, 1 refused or failed, 2 not called rightly; errors are one line.

    `work` is given what shows its progress if it is for eyes, and keeps `end_words` true.
    """
    end_words = end_words or EndWords()
    try:
        return asyncio.run(_watched(work, is_for_eyes))
    except EndedBySignal as error:
        return fail(word, f"{error}; {end_words.words or NOTHING}", error.code)
    except (NotKept, NoProgram, ProgramFailed) as error:
        text, code = str(error), 1
    except (Exception, KeyboardInterrupt) as error:
        text, code = message_and_exit_code(error)
    return fail(word, f"{text}; {end_words.words}" if end_words.words else text, code)


async def _watched(work: Work, is_for_eyes: bool) -> int:
    """The first signal ends it in order; more of them do not disturb that."""
    task = asyncio.ensure_future(_run_with_progress(work) if is_for_eyes else work(tell_nobody))
    signals_received: list[signal.Signals] = []

    def end(number: signal.Signals) -> None:
        if not signals_received:
            task.cancel()
        signals_received.append(number)

    with suppress(NotImplementedError):
        for number in ENDS:
            if signal.getsignal(number) != signal.SIG_IGN:  # as nohup does
                asyncio.get_running_loop().add_signal_handler(number, end, number)
    try:
        return await task
    except asyncio.CancelledError:
        if signals_received:
            raise EndedBySignal(signals_received[0]) from None
        raise


async def _run_with_progress(work: Work) -> int:
    with progress_shown() as tell:
        tell("beginning")
        return await work(tell)


def add_json(parser: argparse.ArgumentParser, what_it_says: str) -> None:
    """The option of each of these commands; what fails is told to programs as it is to people."""
    parser.add_argument(
        "--json",
        action="store_true",
        help=f"{what_it_says} as JSON on stdout, and nothing there where that fails: why is one"
        " line on stderr",
    )


def say(text: str) -> None:
    """To stdout."""
    sys.stdout.write(f"{text}\n")


def say_json(report: Any) -> None:
    """A dataclass or a struct as one line of JSON on stdout."""
    say(json.dumps(msgspec.to_builtins(report)))


def fail(word: str, text: str, code: int) -> int:
    """In one line on stderr, where that is still read."""
    with suppress(OSError):
        sys.stderr.write(f"{word}: {one_line(text)}\n")
    return code
