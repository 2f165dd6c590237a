"""`./run demo`, `./run chaos` and `./run loadtest`: simulated musicians, with a report."""

import argparse
import asyncio
import json
import math
import sys
from typing import Any

import uvloop
from rich.console import Console

from files.broken_song import BrokenSong
from files.upload import UploadIncomplete
from loadtest import command_lines, command_lines_of_peers
from loadtest.argument_types import (
    MOST_NODES,
    at_least,
    not_negative,
    positive,
)
from loadtest.attack import command as attack_command
from loadtest.attack.raw_client import ConnectionClosed, NoHandshake
from loadtest.attack.target import Unusable
from loadtest.chaos import command as chaos_command
from loadtest.chaos.chaos import BROKEN
from loadtest.demo.demo import run_demo
from loadtest.drills import command as drill_command
from loadtest.load.saturating_writer import WriterFailed
from loadtest.nodes.child_programs import ChildFailed
from loadtest.people.settled_copies import NotSettled
from loadtest.recall import command as recall_command
from loadtest.scenarios.cursors import command as cursors_command
from loadtest.soak import command as soak_command
from machine.caller_paths import directory_of_caller, path_of_caller
from machine.children.child_program import ServerFailed
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
    *command_lines.EXPECTED,
)


def main() -> int:
    """Run a scenario; 0 when it kept its promises, 1 when not, 2 for a wrong command line."""
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
        return _complain("interrupted")
    raise error


def _first_error(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _complain(message: str) -> int:
    Console(stderr=True).print(f"prime: {message}", markup=False, highlight=False, soft_wrap=True)
    return 1


LOST_USES = ("lost_counts", "lost_uses")
"""Of Mixx Recall, in reports of `recall-demo` and of `demo`."""

WORDS_OF_RUN = {"demo", "chaos", "drill", "attack", "soak", "recall-demo"}
"""Scenarios that `./run` knows as words of their own."""


def _arguments() -> argparse.Namespace:
    prog = "./run" if set(sys.argv[1:2]) & WORDS_OF_RUN else "./run loadtest"
    parser = argparse.ArgumentParser(prog=prog, description=__doc__)
    subparsers = parser.add_subparsers(required=True, metavar="SCENARIO")
    _add_demo(subparsers.add_parser("demo", help="musicians on one song, and a proof at the end"))
    chaos_command.add_to(subparsers)
    drill_command.add_to(subparsers)
    soak_command.add_to(subparsers)
    attack_command.add_to(subparsers)
    recall_command.add_to(subparsers)
    command_lines.add_to(subparsers)
    cursors_command.add_to(subparsers)
    command_lines_of_peers.add_to(subparsers)
    return parser.parse_args()


def _add_demo(demo: argparse.ArgumentParser) -> None:
    length = demo.add_mutually_exclusive_group()
    length.add_argument("--seconds", type=positive, default=20.0, help="how long they play (20)")
    length.add_argument(
        "--stay",
        dest="seconds",
        action="store_const",
        const=math.inf,
        help="until Ctrl+C: time to take part in a browser, at the address that it prints",
    )
    demo.add_argument("--musicians", type=at_least(1), default=4, help="how many (4)")
    demo.add_argument("--project", type=path_of_caller, help="a song file (default: our own)")
    demo.add_argument(
        "--kill-every",
        type=not_negative,
        default=0.0,
        metavar="SECONDS",
        help="kill a server so often, and start it again (0: never)",
    )
    demo.add_argument(
        "--least-kills",
        type=at_least(0),
        default=0,
        help="play on until so many servers were killed, if --kill-every is given (0)",
    )
    demo.add_argument(
        "--nodes",
        type=at_least(1, MOST_NODES),
        default=1,
        help="nodes behind a balancer, 16 at most; a kill takes one (1)",
    )
    demo.add_argument(
        "--data", type=directory_of_caller, help="directory for the server (default: temporary)"
    )
    demo.add_argument("--seed", type=int, default=1, help="another number, other chances (1)")
    demo.add_argument("--json", action="store_true", help="the report as one line on stdout")
    demo.set_defaults(run=run_demo)
