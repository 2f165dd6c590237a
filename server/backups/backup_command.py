"""`./run backup`: as an operator, or a timer, calls it."""

import argparse
import sys

from machine.caller_paths import path_of_caller
from machine.sockets.closed_pipes import ended
from machine.terminals.progress import Tell
from schema.text.counted_nouns import counted
from server.backups import command_output
from server.backups.command_output import EndWords
from server.backups.dumping import BackupReport, back_up
from server.commands.command_failures import message_and_exit_code
from server.commands.database_of_command import database_of
from server.settings.command_line_options import add_config, add_option, options_of
from server.settings.reading import read_settings

DESCRIPTION = """
Write a backup of the database of DATABASE_URL, or of the embedded one of --data, into a directory:
a dump of pg_dump's custom format and a manifest that says what is in it, both of one moment. Nodes
may run meanwhile. Log in as the owner of the tables.
"""

EPILOG = """
A backup that fails leaves nothing that looks like one, and deletes none. Files are readable by you
alone: they hold what the database holds. Exit codes: 0 done, 1 refused or failed, 2 not called
rightly.
"""


def main() -> int:
    """Exit 0 when it is on the disk."""
    arguments = _parser().parse_args()

    end_words = EndWords()

    async def work(tell: Tell) -> int:
        report = await back_up(url, arguments.to, arguments.keep, tell, end_words)
        if arguments.json:
            command_output.say_json(_report(report))
        else:
            _print_made(report)
        for why in report.unreadable:
            command_output.fail("backup", f"not counted and not deleted: {why}", 0)
        return 0

    try:
        with database_of(read_settings(options_of(arguments))) as url:
            return command_output.run("backup", work, end_words, is_for_eyes=not arguments.json)
    except Exception as error:
        return command_output.fail("backup", *message_and_exit_code(error))


def _report(report: BackupReport) -> dict[str, object]:
    manifest = report.backup.manifest
    return {
        "file": str(report.backup.dump),
        "bytes": manifest.bytes,
        "sha256": manifest.sha256,
        "seconds": manifest.seconds,
        "projects": manifest.contents.projects.count,
        "deltas": manifest.contents.projects.deltas,
        "deleted": report.deleted,
        "is_noted": report.is_noted,
    }


def _print_made(report: BackupReport) -> None:
    manifest = report.backup.manifest
    projects = manifest.contents.projects
    command_output.say(
        f"backed up {counted(projects.count, 'project')} with"
        f" {counted(projects.deltas, 'delta')} in {manifest.seconds:.1f} s:"
        f" {report.backup.dump} ({manifest.bytes / 1e6:,.1f} MB)"
    )
    for name in report.deleted:
        command_output.say(f"deleted {name}")
    if not report.is_noted:
        command_output.say(
            "nodes cannot tell its age: the database is read-only or older than this Prime"
            " (prime_backup_age_seconds)"
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run backup", description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument(
        "--to",
        type=path_of_caller,
        required=True,
        metavar="DIR",
        help="the directory; made if it is not there, in one that is",
    )
    parser.add_argument(
        "--keep",
        type=_count,
        metavar="N",
        help="then delete all but the newest N of this database (default: delete none)",
    )
    add_option(parser, "data")
    add_config(parser)
    command_output.add_json(parser, "say what was done")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a number of backups, 1 or more")
    return int(text)


if __name__ == "__main__":
    sys.exit(ended(main))
