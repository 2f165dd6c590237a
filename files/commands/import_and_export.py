"""`./run import` and `./run export`: project files into Prime and out of it."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rich.console import Console

from files.broken_song import BrokenSong
from files.commands.begun_project import whole_or_archived
from files.commands.reports import report_export, report_import
from files.commands.server_of_command import WrongUse, ask_password, server_of
from files.dawproject.export import write_dawproject
from files.exporting.named_project import NoSuchProject, id_or_beginning, whole_id
from files.exporting.whole_project import NotWhole, whole_state
from files.importing import read_song
from files.losses import Loss
from files.midi.export import write_midi
from files.prime_file import write_prime
from files.upload import UploadIncomplete, upload
from files.whole_file import NotWritten, problem_with_target
from machine.caller_paths import path_of_caller
from machine.children.child_program import ServerFailed
from machine.nearest_words import command_parser
from machine.terminals.progress import progress_shown
from prime_client.copy.state_ops import State
from prime_client.failures import (
    CallFailed,
    CannotConnect,
    ConnectionOver,
    DeltaRefused,
    RoomClosed,
)
from schema.limits import MAX_NAME_LENGTH
from schema.text.id_beginnings import FEWEST
from schema.text.text_rules import nearest_name

BROKEN_FILE = BROKEN_USAGE = 2
FAILED = 1
DATA_HELP = "directory of a server of our own, without --url (%(default)s)"
FAILURES = (
    CallFailed,
    CannotConnect,
    ConnectionOver,
    DeltaRefused,
    NoSuchProject,
    ServerFailed,
    NotWhole,
    NotWritten,
    RoomClosed,
    UploadIncomplete,
    OSError,
)


def main() -> int:
    """Run a command: 0 when it was done, 1 when it failed, 2 for a file or usage that is broken.

    Ended by a signal it is 128 and its number.
    """
    arguments = _arguments()
    received: list[signal.Signals] = []
    try:
        ask_password(arguments)
        return asyncio.run(_ended_by_signals(arguments, received))
    except BrokenSong as error:
        return _complain(str(error), BROKEN_FILE)
    except WrongUse as error:
        return _complain(str(error), BROKEN_USAGE)
    except FAILURES as error:
        return _complain(str(error) or type(error).__name__, FAILED)
    except (KeyboardInterrupt, asyncio.CancelledError):
        return _complain("interrupted", 128 + (received or [signal.SIGINT])[0])


async def _ended_by_signals(arguments: argparse.Namespace, received: list[signal.Signals]) -> int:
    """What Ctrl-C does others do as well, also where that is ignored, as behind a script's `&`."""
    task = asyncio.current_task()
    assert task is not None

    def end(number: signal.Signals) -> None:
        received.append(number)
        task.cancel()

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup does
            asyncio.get_running_loop().add_signal_handler(number, end, number)
    status: int = await arguments.run(arguments)
    return status


async def import_song(arguments: argparse.Namespace) -> int:
    """Read all of the file, and only then create a project and fill it."""
    if arguments.archive:
        return await archive_project(arguments)
    with progress_shown() as tell:
        tell("reading the file")
        song = read_song(arguments.file)
    name = _project_name(arguments.name, song.name, arguments.file.stem)
    song.be_called(name)
    async with server_of(arguments) as server, server.client() as client:
        with progress_shown() as tell:
            tell("making the project")
            async with whole_or_archived(server, client, name, song.in_list) as project:
                room = await client.join(project)
                deltas = await upload(room, song.to_ops(), partial(tell, "saving the song"))
    report_import(arguments, song, name, project, deltas)
    return 0


async def archive_project(arguments: argparse.Namespace) -> int:
    """What an import has left, as it said."""
    async with server_of(arguments) as server, server.client() as client:
        project = await whole_id(client, arguments.archive)
        await client.projects.archive(project=project)
    print(f"the project {project} was archived", file=sys.stderr)
    return 0


def _project_name(*texts: str | None) -> str:
    """The first that a project can be called by, as near to it as may be (rule E8)."""
    names = (nearest_name(text, MAX_NAME_LENGTH) for text in texts if text)
    return next(filter(None, names), "Song")


async def export_project(arguments: argparse.Namespace) -> int:
    """Write all that was acknowledged before, or fail."""
    path = arguments.file
    write = _writer_for(path)
    if problem := problem_with_target(path):
        raise WrongUse(problem)
    async with server_of(arguments) as server, server.client() as client:
        with progress_shown() as tell:
            tell("reading the project")
            project = await whole_id(client, arguments.project)
            state = await whole_state(client, project)
    with progress_shown() as tell:
        tell("writing the file")
        losses = write(path, state)
    report_export(arguments, path, project, state, losses)
    return 0


def _writer_for(path: Path) -> Callable[[Path, State], list[Loss]]:
    """By the file's name; what is written, and what the format could not hold."""
    if path.name.endswith(".dawproject"):
        return write_dawproject
    if path.name.endswith((".mid", ".midi")):
        return write_midi
    if path.name.endswith(".prime.json"):
        return write_prime
    why = "is no format that Prime writes: name it .dawproject (for DAWs), .mid or .prime.json"
    raise BrokenSong(path, "", why)


def _project_id(text: str) -> str:
    try:
        return id_or_beginning(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r}: this is no project id, nor its first {FEWEST} characters or more"
        ) from None


def _arguments() -> argparse.Namespace:
    parser = command_parser("./run", description=__doc__)
    subparsers = parser.add_subparsers(required=True, metavar="import|export")
    imports = subparsers.add_parser("import", help="make a project out of a file")
    what = imports.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "file",
        type=path_of_caller,
        nargs="?",
        help=".dawproject, .mmp, .mmpz, .mid or .prime.json",
    )
    what.add_argument(
        "--archive",
        type=_project_id,
        metavar="PROJECT",
        help="archive what an import has left, by its id, and import nothing",
    )
    imports.add_argument("--name", default="", help="name of the project (default: the song's)")
    imports.set_defaults(run=import_song)
    exports = subparsers.add_parser(
        "export", help="write a project to a .dawproject, .mid or .prime.json file"
    )
    exports.add_argument("project", type=_project_id, help="its id, or the beginning of it")
    exports.add_argument(
        "file", type=path_of_caller, help=".dawproject (for DAWs), .mid or .prime.json"
    )
    exports.set_defaults(run=export_project)
    for word in (imports, exports):
        word.add_argument("--url", default=os.environ.get("PRIME_URL", ""), help="ws://.../v1")
        word.add_argument(
            "--email",
            default=os.environ.get("PRIME_EMAIL", ""),
            help="with --url: of your account (PRIME_EMAIL)",
        )
        word.add_argument("--password", default="", help="better: PRIME_PASSWORD, or be asked")
        word.add_argument("--data", type=path_of_caller, default=".data", help=DATA_HELP)
        word.add_argument("--json", action="store_true", help="one JSON object on stdout")
    return parser.parse_args()


def _complain(message: str, status: int) -> int:
    Console(stderr=True).print(f"prime: {message}", markup=False, highlight=False, soft_wrap=True)
    return status
