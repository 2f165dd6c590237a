"""`./run restore`: a backup into an empty database."""

import argparse
import sys

from machine.caller_paths import path_of_caller
from machine.postgres_programs import has_password
from machine.sockets.closed_pipes import ended
from machine.terminals.progress import Tell
from persistence.database_url import checked, chosen, named_by
from persistence.errors import BadSetting
from schema.text.counted_nouns import counted
from server.backups import command_output, restoring
from server.backups.command_output import EndWords
from server.backups.restoring import RestoreReport
from server.settings.command_line_options import add_config

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

    end_words = EndWords()

    async def work(tell: Tell) -> int:
        url = _url(arguments.to, arguments.config)
        manifest = restoring.opened(arguments.file, tell, is_proved=not arguments.without_manifest)
        with named_by("--to" if arguments.to else None):
            restored = await restoring.restore(
                arguments.file, manifest, url, arguments.jobs, tell, end_words
            )
        if arguments.json:
            command_output.say_json(_report(restored))
        else:
            _print_done(restored)
        return 0

    return command_output.run("restore", work, end_words, is_for_eyes=not arguments.json)


def _url(target_url: str | None, config: str | None) -> str:
    url = checked(target_url, "--to") if target_url else chosen(None, config)
    if url is None:
        raise BadSetting("into which database? name an empty one: --to postgresql://.../NAME")
    return url


def _report(restored: RestoreReport) -> dict[str, object]:
    return {
        "file": restored.file,
        "database": restored.database,
        "seconds": round(restored.seconds, 2),
        "is_proved": restored.is_proved,
        "projects": restored.contents.projects.count,
        "deltas": restored.contents.projects.deltas,
        "migrated": restored.migrated,
        "read_only": restored.standing.message,
        "closed_rooms": restored.standing.closed_rooms,
        "new_epochs": {
            "projects": restored.renewed.projects,
            "snapshots": restored.renewed.snapshots,
        },
    }


def _print_done(restored: RestoreReport) -> None:
    projects = restored.contents.projects
    proof_words = (
        "every row is as it was backed up" if restored.is_proved else "UNPROVED: no manifest"
    )
    command_output.say(
        f"restored {restored.file} into {restored.database} in {restored.seconds:.1f} s:"
        f" {counted(projects.count, 'project')} with {counted(projects.deltas, 'delta')}; "
        f"{proof_words}"
    )
    for name in restored.migrated:
        command_output.say(f"applied {name}")
    command_output.say(f"gave new epochs to {counted(restored.renewed.projects, 'project')}")
    if restored.standing.message is not None:
        command_output.say(
            f"it is READ-ONLY, as it was backed up ({restored.standing.message}): once a node "
            "runs, ./run admin read-write ends that"
        )
    if restored.standing.closed_rooms:
        command_output.say(
            f"{counted(restored.standing.closed_rooms, 'room')} closed by an operator, as backed "
            "up: ./run admin closed-rooms"
        )
    command_output.say(
        "what next: let DATABASE_URL of every node name this database, and start them (where it is"
        " an embedded one: stop it, and start ./run on its --data, without DATABASE_URL); if"
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
    command_output.add_json(parser, "say what was done")
    return parser


if __name__ == "__main__":
    sys.exit(ended(main))
