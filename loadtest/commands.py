"""`./run demo`, `./run chaos` and `./run loadtest`: simulated musicians, with a report."""

import argparse
import asyncio
import importlib
import json
import sys
from collections.abc import Iterable
from typing import Any

import uvloop
from rich.console import Console

from loadtest.broken_promises import BROKEN
from machine.nearest_words import command_parser
from machine.starting import INTERRUPTED


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
    if isinstance(error, KeyboardInterrupt | asyncio.CancelledError):
        return _complain("interrupted", INTERRUPTED)
    from loadtest.expected_failures import EXPECTED, NO_ANSWER  # which load all scenarios

    if url and isinstance(error, NO_ANSWER):
        why = getattr(error, "strerror", None) or str(error) or "no answer in time"
        return _complain(f"{url}: {why}")
    if isinstance(error, EXPECTED):
        return _complain(str(error) or type(error).__name__)
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

COMMANDS = {
    "demo": "loadtest.demo.command",
    "chaos": "loadtest.chaos.command",
    "drill": "loadtest.drills.command",
    "soak": "loadtest.soak.command",
    "attack": "loadtest.attack.command",
    "recall-demo": "loadtest.recall.command",
}
"""Scenarios that `./run` knows as words of their own, and the module of each."""

SCENARIOS = (
    "loadtest.scenarios.command",
    "loadtest.scenarios.cursors.command",
    "loadtest.scenarios.beside_peers.command",
)
"""Modules of the other words."""


def _arguments() -> argparse.Namespace:
    """To load all of them takes half a second: the one that is asked for, where there is one."""
    word = next(iter(sys.argv[1:]), "")
    parser, words = _parser([COMMANDS[word]] if word in COMMANDS else SCENARIOS)
    if word not in words:
        parser, _ = _parser([*COMMANDS.values(), *SCENARIOS])
    return parser.parse_args()


def _parser(modules: Iterable[str]) -> tuple[argparse.ArgumentParser, Iterable[str]]:
    """With the words of some modules, and which those are."""
    prog = "./run" if set(sys.argv[1:2]) & COMMANDS.keys() else "./run loadtest"
    parser = command_parser(prog, description=__doc__)
    subparsers = parser.add_subparsers(required=True, metavar="SCENARIO")
    for module in modules:
        importlib.import_module(module).add_to(subparsers)
    return parser, subparsers.choices
