"""`./run restore`: a backup into an empty database."""

import argparse
import sys
from collections.abc import Callable

from machine.caller_paths import path_of_caller
from machine.postgres_programs import has_password
from machine.sockets.closed_pipes import ended
from persistence.database_url import checked, chosen
from persistence.errors import BadSetting
from persistence.journal.epochs import counted
from server.backups import command_output, restoring
from server.backups.command_output import Left
from server.backups.restoring import Restored
from server.settings.options import add_config

DESCRIPTION = """
Restore a backup into an EMPTY database, prove its rows against the manifest beside it, bring its
schema up to date, and give every project a new epoch. Nothing is ever dropped or overwritten.
"""

EPILOG = """
A password goes into PGPASSWORD or a file named by PGPASSFILE, never on the command line. Exit
codes: 0 restored and proved, 1 refused or failed, 2 not called rightly.
"""


def main() -> int:
    """Exit 0 when what was restored is what was backed up."""
    parser = _parser()
    arguments = parser.parse_args()
    if arguments.to and has_password(arguments.to):
        parser.error(
            "--to holds a password, which others on this machine can read; leave it out, and set "
            "PGPASSWORD or PGPASSFILE"
        )

    end_words = Left()

    async def work(tell: Callable[[str], None]) -> int:
        url = _url(arguments.to, arguments.config)
        tell("checking the file")
        manifest = restoring.opened(arguments.file, is_proved=not arguments.without_manifest)
        done = await restoring.restore(
            arguments.file, manifest, url, arguments.jobs, tell, end_words
        )
        if arguments.json:
            command_output.say_json(_report(done))
        else:
            _print_done(done)
        return 0

    return command_output.run("restore", work, end_words)


def _url(to: str | None, config: str | None) -> str:
    url = checked(to, "--to") if to else chosen(None, config)
    if url is None:
        raise BadSetting("into which database? name an empty one: --to postgresql://.../NAME")
    return url


def _report(done: Restored) -> dict[str, object]:
    return {
        "file": done.file,
        "database": done.database,
        "seconds": round(done.seconds, 2),
        "is_proved": done.is_proved,
        "projects": done.contents.projects.count,
        "deltas": done.contents.projects.deltas,
        "migrated": done.migrated,
        "read_only": done.standing.message,
        "closed_rooms": done.standing.closed_rooms,
        "new_epochs": {"projects": done.renewed.projects, "snapshots": done.renewed.snapshots},
    }


def _print_done(done: Restored) -> None:
    projects = done.contents.projects
    proved = "every row is as it was backed up" if done.is_proved else "UNPROVED: no manifest"
    command_output.say(
        f"restored {done.file} into {done.database} in {done.seconds:.1f} s:"
        f" {counted(projects.count, 'project')} with {counted(projects.deltas, 'delta')}; {proved}"
    )
    for name in done.migrated:
        command_output.say(f"applied {name}")
    command_output.say(f"gave new epochs to {counted(done.renewed.projects, 'project')}")
    if done.standing.message is not None:
        command_output.say(
            f"it is READ-ONLY, as it was backed up ({done.standing.message}): once a node runs, "
            "./run admin read-write ends that"
        )
    if done.standing.closed_rooms:
        command_output.say(
            f"{counted(done.standing.closed_rooms, 'room')} closed by an operator, as backed up: "
            "./run admin closed-rooms"
        )
    command_output.say(
        "what next: let DATABASE_URL of every node name this database, and start them; if"
        " PRIME_SECRET was changed since the backup, with PRIME_SECRET_BEFORE = the secret of then;"
        " musicians whose login is younger than the backup log in again"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run restore", description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument("file", type=path_of_caller, metavar="FILE", help="prime-....dump")
    parser.add_argument(
        "--to",
        metavar="URL",
        help="of the empty database, without a password (default: DATABASE_URL)",
    )
    parser.add_argument(
        "--jobs",
        type=int,
        choices=range(1, 65),
        metavar="N",
        help="connections at once: faster, but a failure leaves half of it (default: all in one"
        " transaction)",
    )
    parser.add_argument(
        "--without-manifest",
        action="store_true",
        help="for a dump that pg_dump -Fc made: what it holds is not proved",
    )
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="say what was done as JSON on stdout")
    return parser


if __name__ == "__main__":
    sys.exit(ended(main))
