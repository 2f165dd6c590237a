"""`./run import` and `./run export`: project files into Prime and out of it."""

import argparse
import asyncio
import contextlib
import getpass
import json
import os
import secrets
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from files.broken_song import BrokenSong
from files.dawproject.export import write_dawproject
from files.exporting.named_project import NoSuchProject, id_or_beginning, whole_id
from files.exporting.whole_project import NotWhole, whole_state
from files.imported_song import Song
from files.importing import read_song
from files.losses import Loss, printable
from files.midi.export import write_midi
from files.prime_file import write_prime
from files.upload import UploadIncomplete, upload
from machine.caller_paths import path_of_caller, problem_with_directory, problem_with_file
from machine.children.child_directory import DirectoryInUse, DirectoryLock
from machine.children.child_program import ServerFailed
from machine.local_node import LocalNode
from machine.nearest_words import command_parser
from machine.settings.sources import set_here
from prime_client.client import Client
from prime_client.copy.state_ops import State
from prime_client.failures import (
    CallFailed,
    CannotConnect,
    ConnectionOver,
    DeltaRefused,
    PrimeError,
    RoomClosed,
)
from schema.limits import MAX_NAME_LENGTH
from schema.text.id_beginnings import FEWEST
from schema.text.text_rules import nearest_name

BROKEN_FILE = BROKEN_USAGE = 2
FAILED = 1
LOCAL_EMAIL = "you@prime.local"
DATA_HELP = "directory of a server of our own, without --url (%(default)s)"
LAST_CALL_SECONDS = 10.0
"""How long a server may take to archive what failed, and to end our login."""

SHOWN_ITEMS = 5
"""Of each kind of loss, named on a terminal; --json names more."""
FAILURES = (
    CallFailed,
    CannotConnect,
    ConnectionOver,
    DeltaRefused,
    NoSuchProject,
    ServerFailed,
    NotWhole,
    RoomClosed,
    UploadIncomplete,
    OSError,
)


class WrongUse(Exception):
    """What was given does not say what to do, and nobody is there to ask."""


def main() -> int:
    """Run a command; 0 when it was done, 1 when it failed, 2 for a file or usage that is broken."""
    arguments = _arguments()
    try:
        status: int = asyncio.run(arguments.run(arguments))
        return status
    except BrokenSong as error:
        return _complain(str(error), BROKEN_FILE)
    except WrongUse as error:
        return _complain(str(error), BROKEN_USAGE)
    except FAILURES as error:
        return _complain(str(error) or type(error).__name__, FAILED)
    except KeyboardInterrupt:
        return _complain("interrupted", FAILED)


async def import_song(arguments: argparse.Namespace) -> int:
    """Read all of the file, and only then create a project and fill it."""
    song = read_song(arguments.file)
    async with _logged_in(arguments) as client:
        name = _project_name(arguments.name, song.name, arguments.file.stem)
        project = (await client.projects.create(name=name, **song.in_list))["id"]
        async with _whole_or_archived(client, project):
            room = await client.join(project)
            deltas = await upload(room, song.to_ops())
    report_import(arguments, song, project, deltas)
    return 0


@contextlib.asynccontextmanager
async def _whole_or_archived(client: Client, project: str) -> AsyncIterator[None]:
    """A project that could not be filled is archived, also if somebody interrupts us."""
    try:
        yield
    except (*FAILURES, asyncio.CancelledError):
        try:
            async with asyncio.timeout(LAST_CALL_SECONDS):
                await client.projects.archive(project=project)
        except (*FAILURES, TimeoutError):
            print(f"the project {project} holds a part of the song; archive it", file=sys.stderr)
        raise


def _project_name(*texts: str | None) -> str:
    """The first that a project can be called by, as near to it as may be (rule E8)."""
    names = (nearest_name(text, MAX_NAME_LENGTH) for text in texts if text)
    return next(filter(None, names), "Song")


async def export_project(arguments: argparse.Namespace) -> int:
    """Write all that was acknowledged before, or fail."""
    path = arguments.file
    write = _writer_for(path)
    if problem := problem_with_file(path):
        raise WrongUse(problem)
    async with _logged_in(arguments) as client:
        project = await whole_id(client, arguments.project)
        state = await whole_state(client, project)
    losses = write(path, state)
    sizes = {collection: len(entities) for collection, entities in state.items()}
    if arguments.json:
        report = {"project": project, "file": str(path), "entities": sum(sizes.values())}
        print(json.dumps(report | _as_json(losses)))
    else:
        console = Console(stderr=True)
        console.print(f"{sum(sizes.values()):,} entities written to {path}", highlight=False)
        _show(console, losses)
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


@contextlib.asynccontextmanager
async def _logged_in(arguments: argparse.Namespace) -> AsyncIterator[Client]:
    """A client of the server named, or of a node of our own for as long as this takes."""
    async with contextlib.AsyncExitStack() as stack:
        url = arguments.url
        _refuse_unclear(arguments)
        password = _password(arguments) if url else ""
        if not url:
            if problem := problem_with_directory(arguments.data):
                raise WrongUse(f"--data: {problem}")
            _refuse_in_use(arguments.data)
            node = await stack.enter_async_context(LocalNode(arguments.data, environment=_alone()))
            url = node.url
        client = Client(url, device="command line", on_login_needed=lambda why: client.give_up(why))
        await stack.enter_async_context(client)
        if arguments.url:
            await client.login(arguments.email, password)
        else:
            await _log_in_locally(client, arguments.data)
        stack.push_async_callback(_log_out, client)
        yield client


async def _log_out(client: Client) -> None:
    """No login is left behind, whatever happened; nor does this hide it."""
    with contextlib.suppress(PrimeError, TimeoutError):  # it was ended, or the server is gone
        async with asyncio.timeout(LAST_CALL_SECONDS):
            await client.logout()


def _alone() -> dict[str, str]:
    """For a server of our own: nobody else is there whom a large song could slow down."""
    own_limits = _set_here("PRIME_LIMITS")
    return {"PRIME_LIMITS": ",".join(filter(None, (own_limits, "ops_per_second=0")))}


def _set_here(variable: str) -> str:
    """What a server that we start would read; raises `WrongUse`."""
    try:
        setting = set_here(variable)
    except ValueError as error:
        raise WrongUse(str(error)) from None
    return setting.text if setting else ""


def _refuse_unclear(arguments: argparse.Namespace) -> None:
    """Raises `WrongUse` if the account or the database is not named."""
    if arguments.url and not arguments.email:
        raise WrongUse("--email is missing: it says whose account on the server of --url")
    if not arguments.url and _set_here("DATABASE_URL"):
        raise WrongUse(
            "DATABASE_URL is set, and this word works on --data: unset it, or name with --url "
            "a server of that database"
        )


def _refuse_in_use(data: Path) -> None:
    """A server that runs there has the database; raises `WrongUse`."""
    if not (data / "postgres.lock").exists():
        return
    try:
        with DirectoryLock(data / "postgres.lock"):
            pass
    except DirectoryInUse:
        raise WrongUse(
            f"a server runs on {data}: name it by --url, as ws://127.0.0.1:8787/v1 (it says its "
            "address when it starts), and your account by --email; or stop it first"
        ) from None


def _password(arguments: argparse.Namespace) -> str:
    """Given, or asked for; raises `WrongUse`."""
    if password := arguments.password or _set_here("PRIME_PASSWORD"):
        return str(password)
    if not sys.stdin.isatty():
        raise WrongUse("no password, and no terminal to ask at: set PRIME_PASSWORD")
    try:
        return getpass.getpass("password: ")
    except EOFError:
        raise WrongUse("no password was typed") from None


async def _log_in_locally(client: Client, directory: Path) -> None:
    account = _local_account(directory)
    try:
        await client.login(account["email"], account["password"])
    except CallFailed as failed:
        if failed.code != "auth_failed":
            raise
        await client.register(account["email"], "you", account["password"], "You")


def _local_account(directory: Path) -> dict[str, str]:
    path = directory / "cli-account.json"
    with contextlib.suppress(FileNotFoundError):
        account: dict[str, str] = json.loads(path.read_text())
        return account
    account = {"email": LOCAL_EMAIL, "password": secrets.token_urlsafe(24)}
    with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        json.dump(account, file)
    return account


def report_import(arguments: argparse.Namespace, song: Song, project: str, deltas: int) -> None:
    counts: dict[str, Any] = asdict(song.counts)
    if arguments.json:
        report = {"project": project, "name": song.name, "counts": counts, "deltas": deltas}
        print(json.dumps(report | _as_json(song.losses)))
        return
    console = Console(stderr=True)
    console.print(Text(printable(song.name)), highlight=False, soft_wrap=True)
    table = Table(show_header=False, box=None)
    for loss_text, count in counts.items():
        table.add_row(loss_text, f"{count:,}")
    console.print(table)
    _show(console, song.losses)
    print(project)


def _as_json(losses: list[Loss]) -> dict[str, Any]:
    problems = [str(loss) for loss in losses]
    return {"problems": problems, "losses": [asdict(loss) for loss in losses]}


def _show(console: Console, losses: list[Loss]) -> None:
    """The report of what is left out and what is changed; each line says which."""
    if losses:
        console.print("not kept, or changed:")
    for loss in losses:
        item_list = ", ".join(loss.items[:SHOWN_ITEMS])
        ellipsis = " ..." if len(loss.items) > SHOWN_ITEMS else ""
        text = (
            f"  {loss.count:,} \u00d7 {loss.what}{': ' if item_list else ''}{item_list}{ellipsis}"
        )
        console.print(text, markup=False, highlight=False, soft_wrap=True)


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
    imports.add_argument(
        "file", type=path_of_caller, help=".dawproject, .mmp, .mmpz, .mid or .prime.json"
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
