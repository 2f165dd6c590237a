"""`./run demo`, `./run chaos` and `./run loadtest`: simulated musicians, with a report."""

import argparse
import asyncio
import json
import sys
from typing import Any

import uvloop
from rich.console import Console

from files.broken_song import BrokenSong
from files.upload import UploadIncomplete
from loadtest.attack import command as attack_command
from loadtest.attack.raw_client import ConnectionClosed, NoHandshake
from loadtest.attack.target import Unusable
from loadtest.chaos import command as chaos_command
from loadtest.chaos.chaos import BROKEN
from loadtest.demo import command as demo_command
from loadtest.drills import command as drill_command
from loadtest.load.saturating_writer import WriterFailed
from loadtest.nodes.child_programs import ChildFailed
from loadtest.people.settled_copies import NotSettled
from loadtest.recall import command as recall_command
from loadtest.scenarios import command as scenarios_command
from loadtest.scenarios.beside_peers import command as peers_command
from loadtest.scenarios.cursors import command as cursors_command
from loadtest.soak import command as soak_command
from machine.children.child_program import ServerFailed
from machine.nearest_words import command_parser
from machine.starting import INTERRUPTED
from prime_client.failures import CallFailed, CannotConnect, ConnectionOver, RoomClosed

EXPECTED = (
    BrokenSong,
    CallFailed,
    CannotConnect,
    ChildFailed,
    ConnectionClosed,
    ConnectionOver,
    ServerFailed,
    NoHandshake,
    NotSettled,
    OSError,
    RoomClosed,
    Unusable,
    UploadIncomplete,
    WriterFailed,
    *scenarios_command.EXPECTED,
)


def main() -> int:
    """Run a scenario: 0 when it kept its promises, 1 when not, 2 for a wrong command line.

    130 where somebody interrupted it.
    """
    arguments = _arguments()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            report: dict[str, Any] = runner.run(arguments.run(arguments))
    except BaseException as error:
        return _failed(_first_error(error), getattr(arguments, "url", ""))
    if arguments.json:
        print(json.dumps(report))
    broken = [report.get(name) for name in (*BROKEN, *LOST_USES)]
    return 0 if not any(broken) and report.get("converged", True) else 1


def _failed(error: BaseException, url: str) -> int:
    """In one line; `url`: of the server named on the command line, which did not do its part."""
    if url and isinstance(error, (ConnectionClosed, NoHandshake, OSError)):
        why = getattr(error, "strerror", None) or str(error) or "no answer in time"
        return _complain(f"{url}: {why}")
    if isinstance(error, EXPECTED):
        return _complain(str(error) or type(error).__name__)
    if isinstance(error, KeyboardInterrupt | asyncio.CancelledError):
        return _complain("interrupted", INTERRUPTED)
    raise error


def _first_error(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _complain(message: str, exit_code: int = 1) -> int:
    Console(stderr=True).print(f"prime: {message}", markup=False, highlight=False, soft_wrap=True)
    return exit_code


LOST_USES = ("lost_counts", "lost_uses")
"""Of Mixx Recall, in reports of `recall-demo` and of `demo`."""

WORDS_OF_RUN = {"demo", "chaos", "drill", "attack", "soak", "recall-demo"}
"""Scenarios that `./run` knows as words of their own."""


def _arguments() -> argparse.Namespace:
    prog = "./run" if set(sys.argv[1:2]) & WORDS_OF_RUN else "./run loadtest"
    parser = command_parser(prog, description=__doc__)
    subparsers = parser.add_subparsers(required=True, metavar="SCENARIO")
    demo_command.add_to(subparsers)
    chaos_command.add_to(subparsers)
    drill_command.add_to(subparsers)
    soak_command.add_to(subparsers)
    attack_command.add_to(subparsers)
    recall_command.add_to(subparsers)
    scenarios_command.add_to(subparsers)
    cursors_command.add_to(subparsers)
    peers_command.add_to(subparsers)
    return parser.parse_args()
