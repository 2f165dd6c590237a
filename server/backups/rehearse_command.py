"""`./run rehearse`: whether the newest backup can be restored, tried out."""

import argparse
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import msgspec

from machine.caller_paths import path_of_caller
from machine.postgres_programs import has_password
from machine.settings.sources import COMMAND_LINE
from machine.sockets.closed_pipes import ended
from machine.terminals.progress import Tell
from persistence.backups import backup_runs
from persistence.backups.backup_runs import BackupRun
from persistence.backups.contents import close, connect, server_of
from persistence.database_url import named_by
from persistence.errors import PersistenceError
from persistence.sqlstates import own_errors
from schema.text.counted_nouns import counted
from server.backups import backup_directory, command_output
from server.backups.backup_directory import Backup
from server.backups.command_output import EndWords
from server.backups.rehearsing import EMBEDDED, MOST_TOLD, SERVER, RehearsalReport, rehearse
from server.commands.command_failures import message_and_exit_code
from server.commands.database_of_command import database_of
from server.settings.command_line_options import add_config, add_option, options_of
from server.settings.reading import read_settings
from server.settings.settings import Settings

DESCRIPTION = """
Restore the newest backup of a directory into a database that is made for it and dropped again;
compare every row with the manifest, and replay the journal of every project. The database in use,
that of DATABASE_URL or the embedded one of --data, only remembers that it was done.
"""

EPILOG = """
Exit codes: 0 the backup is good, 1 it is not, or could not be tried, 2 not called rightly.
"""


def main() -> int:
    """Exit 0 when a restore of it would be right."""
    parser = _parser()
    arguments = parser.parse_args()
    if has_password(arguments.on):
        parser.error(
            "--on holds a password, which others on this machine can read; leave it out, and set "
            "PGPASSWORD or PGPASSFILE"
        )

    end_words = EndWords()

    async def work(tell: Tell) -> int:
        began_at, newest = time.monotonic(), _backup_at(arguments.from_)
        with named_by(None if arguments.on in (SERVER, EMBEDDED) else "--on"):
            rehearsal = await rehearse(newest, arguments.on, url, arguments.jobs, tell, end_words)
        if url is not None and not rehearsal.problems:
            await _note_run(url, newest, time.monotonic() - began_at)
        if arguments.json:
            command_output.say_json(msgspec.to_builtins(rehearsal))
        else:
            _print_done(rehearsal)
        return 1 if rehearsal.problems else 0

    try:
        with _database_in_use(read_settings(options_of(arguments))) as url:
            return command_output.run("rehearse", work, end_words, is_for_eyes=not arguments.json)
    except Exception as error:
        return command_output.fail("rehearse", *message_and_exit_code(error))


def _database_in_use(settings: Settings) -> AbstractContextManager[str | None]:
    """That of DATABASE_URL or --data, which remembers the rehearsal; None: there is none."""
    is_said = settings.database_url is not None or settings.where("data") == COMMAND_LINE
    if is_said or (settings.data / "postgres").is_dir():
        return database_of(settings)
    return nullcontext()


def _backup_at(path: Path) -> Backup:
    return (
        Backup(path, backup_directory.read(path))
        if path.is_file()
        else backup_directory.newest(path)
    )


async def _note_run(url: str, newest: Backup, seconds: float) -> None:
    run = BackupRun("rehearsal", newest.dump.name, seconds, newest.manifest.bytes)
    try:
        if await _is_of_another(newest, url):
            text = "the backup is good, and of another database: this one does not remember it"
            command_output.fail("rehearse", text, 0)
        else:
            await backup_runs.note(url, run)
    except PersistenceError as error:
        command_output.fail(
            "rehearse", f"the backup is good; nodes cannot tell so: {error.in_full}", 0
        )


async def _is_of_another(backup: Backup, url: str) -> bool:
    """False also where one of the two does not say which it is."""
    connection = await connect(url)
    try:
        with own_errors():
            server = await server_of(connection)
    finally:
        await close(connection)
    backed_up = backup.manifest.server
    if None in (server.system, backed_up.system):
        return False
    return (server.system, server.database) != (backed_up.system, backed_up.database)


def _print_done(rehearsal: RehearsalReport) -> None:
    command_output.say(
        f"restored {rehearsal.file} on {rehearsal.on} in {rehearsal.restore_seconds:.1f} s: "
        f"{rehearsal.rows:,} rows of {rehearsal.tables} tables are as they were backed up"
    )
    replayed = (
        f"replayed {counted(rehearsal.projects, 'project')}, {counted(rehearsal.deltas, 'delta')}"
    )
    if not rehearsal.problems:
        command_output.say(
            f"{replayed}, in {rehearsal.audit_seconds:.1f} s: all agree; it is dropped again"
        )
        return
    command_output.say(f"{replayed}: {len(rehearsal.problems):,} problems:")
    command_output.say("\n".join(rehearsal.problems[:MOST_TOLD]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run rehearse", description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument(
        "--from",
        dest="from_",
        type=path_of_caller,
        required=True,
        metavar="DIR",
        help="the directory of backups, or one of its dumps",
    )
    parser.add_argument(
        "--on",
        default=SERVER,
        metavar="WHERE",
        help=f"{SERVER}: a database beside that of DATABASE_URL or --data, which takes CREATEDB"
        f" (the default); {EMBEDDED}: a server for it alone; or the URL of another server, without"
        " a password",
    )
    add_option(parser, "data")
    parser.add_argument(
        "--jobs", type=int, choices=range(1, 65), metavar="N", help="connections at once"
    )
    add_config(parser)
    command_output.add_json(parser, "say what was found")
    return parser


if __name__ == "__main__":
    sys.exit(ended(main))
