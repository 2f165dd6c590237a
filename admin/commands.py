"""`./run admin`: what an operator does to a server that runs, and looks at in it."""

import argparse
import json
import os
import re
import sys
from collections.abc import Sequence

from admin.call_door import CallDoor
from admin.door import Door, NotDone, Result
from admin.socket_door import SocketDoor
from admin.subcommands import SUBCOMMANDS, Subcommand
from machine.caller_paths import path_of_caller, resolved
from machine.nearest_words import command_parser
from machine.sockets.admin_sockets import directories_of_units, directory_of
from machine.terminals.consoles import console_of
from schema.text.counted_nouns import counted
from schema.text.one_line import one_line

DESCRIPTION = """
What an operator does to a server that runs, and looks at in it. It asks a node of this machine by
its socket, and that one asks all others; --url asks a server of any machine. Each change is in the
audit, with who, why and what was before, and has its opposite.
"""

EPILOG = """
Exit codes: 0 done, 1 refused or nobody answers, 2 not called rightly, 130 not confirmed.
"""

SOCKETS = "PRIME_ADMIN_SOCKET"

DATA = "PRIME_DATA"

CALL = re.compile(r"\boperator\.[a-z_]+")

PARAMETER = re.compile(r"`\$\.(\w+)`|\bparams\.(\w+)(?=[:.\[])")
"""As messages about a parameter of another type name it."""

UNBROKEN = 1_000
"""Columns where there is no terminal: no id is broken that a program looks for."""

TYPED_OF_CALL = {
    subcommand.method: f"./run admin {subcommand.name}" for subcommand in reversed(SUBCOMMANDS)
}
"""Of two subcommands of one call the first."""


def main(words: Sequence[str] | None = None) -> int:
    """Exit 0 when done, 1 when refused, 2 for arguments, 130 where it was not confirmed."""
    arguments = parser().parse_args(words)
    subcommand: Subcommand = arguments.subcommand
    try:
        door = door_of(arguments)
        if subcommand.asks and not is_confirmed(subcommand.asks, by_option=arguments.yes):
            return _fail("not confirmed; nothing was done (--yes goes on without asking)", 130)
        result = door.ask(subcommand.method, subcommand.params(arguments))
    except NotDone as error:
        return _fail(as_typed(str(error)), error.exit_code)
    except OSError as error:
        return _fail(f"{error.filename or 'the server'}: {error.strerror or error}", 1)
    except (KeyboardInterrupt, EOFError):
        return _fail("interrupted; whether it was done, `audit` says", 130)
    if arguments.json:
        print(json.dumps(result))
    else:
        console = console_of(sys.stdout, UNBROKEN)
        for renderable in subcommand.show(result):
            console.print(renderable, markup=not isinstance(renderable, str))
    unheard_text = unheard(result) if subcommand.asks else ""
    return _fail(unheard_text, 1) if unheard_text else 0


def as_typed(text: str) -> str:
    """What a server says of its calls and their parameters, in what is typed here."""

    def typed(match: re.Match[str]) -> str:
        return TYPED_OF_CALL.get(match[0], match[0])

    return PARAMETER.sub(r"`\1\2`", CALL.sub(typed, text))


def unheard(result: Result) -> str:
    """Which nodes do not do what was said; empty: all do."""
    warnings = []
    if connections := result.get("unknown", 0):
        warnings.append(
            f"{counted(connections, 'connection')} of nodes that do not know of this word: update"
            " or stop them"
        )
    if silent := result.get("silent"):
        warnings.append(f"these nodes say nothing, and may go on as before: {', '.join(silent)}")
    return "not everywhere: " + "; ".join(warnings) if warnings else ""


def door_of(arguments: argparse.Namespace) -> Door:
    """The one that was asked for; raises `NotDone`."""
    if arguments.url is not None:
        if not arguments.email:
            raise NotDone("--url needs --as: the e-mail address of an operator's account", 2)
        return CallDoor(arguments.url, arguments.email)
    if arguments.email:
        raise NotDone("--as goes with --url; by the socket nobody logs in", 2)
    socket_option = arguments.socket or os.environ.get(SOCKETS) or None
    data = arguments.data or path_of_caller(os.environ.get(DATA) or ".data")
    socket_path = None if socket_option is None else path_of_caller(socket_option)
    looked_in = directory_of(socket_path, resolved(data), os.environ)
    return SocketDoor(looked_in, directories_of_units() if socket_path is None else ())


def is_confirmed(question: str, *, by_option: bool) -> bool:
    """Asked on a terminal; elsewhere nobody could answer, and `--yes` says it. Raises `NotDone`."""
    if by_option:
        return True
    if sys.stdin is None or not sys.stdin.isatty():
        sentence = question.removesuffix(" Go on?")
        raise NotDone(f"{sentence} There is no terminal to ask at: say --yes. Nothing was done.", 2)
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline(100).strip().lower() in ("y", "yes")


def parser() -> argparse.ArgumentParser:
    """What can be typed behind `./run admin`."""
    top_parser = command_parser("./run admin", description=DESCRIPTION, epilog=EPILOG)
    subparsers = top_parser.add_subparsers(required=True, metavar="WORD")
    for subcommand in SUBCOMMANDS:
        subparser = subparsers.add_parser(
            subcommand.name,
            help=subcommand.meaning,
            description=subcommand.meaning,
            epilog=f"For example: ./run admin {subcommand.example}",
        )
        subparser.set_defaults(subcommand=subcommand)
        for name, options in subcommand.takes:
            subparser.add_argument(name, **options)  # type: ignore[arg-type]
        _add_doors(subparser)
    return top_parser


def _add_doors(subparser: argparse.ArgumentParser) -> None:
    subparser.add_argument("--json", action="store_true", help="the answer as JSON on stdout")
    subparser.add_argument(
        "--yes", action="store_true", help="do it without asking; needed without a terminal"
    )
    subparser.add_argument(
        "--socket", metavar="PLACE", help=f"the directory of the sockets, or one ({SOCKETS})"
    )
    subparser.add_argument(
        "--data", type=path_of_caller, help="the server's data directory (.data), to find them"
    )
    subparser.add_argument("--url", metavar="URL", help="ask this server, as wss://example.org/v1")
    subparser.add_argument(
        "--as",
        dest="email",
        metavar="EMAIL",
        help="with --url: as this operator; the password, and the code of a second factor, are"
        " typed, or are lines of standard input",
    )


def _fail(text: str, code: int) -> int:
    sys.stderr.write(f"admin: {one_line(text)}\n")
    return code
