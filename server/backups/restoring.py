"""A backup is restored into an empty database, and proved against its manifest."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from machine.postgres_programs import PostgresProgram, address, find, run
from machine.reading.plain_file import NotPlain, opened_plain
from machine.terminals.progress import Tell, tell_nobody
from persistence.backups import reset_after_restore, restore_target
from persistence.backups.contents import Contents, ServerFacts, differences, snapshot
from persistence.backups.reset_after_restore import OrdersBefore
from persistence.caller_role import ROLE
from persistence.journal.epochs import RenewedEpochs
from persistence.migrate import bring_up_to_date
from persistence.new_epochs import new_epochs
from server.backups import backup_directory
from server.backups.backup_directory import Manifest, NotKept
from server.backups.command_output import EndWords

BEGINNING = b"PGDMP"
"""Of a dump in pg_dump's custom format."""


BEGUN = re.compile(r'processing data for table "(?:[^"]*\.)?([^".]+)"')
"""What pg_restore says before the rows of a table."""

AGAIN = "start no node on it: drop {0} and restore again"

IN_ONE = (
    "all of its one transaction is most likely undone: restore again; if that says that {0} is not "
    "empty, drop it first"
)

HALF = f"half of the rows may be in {{0}}: {AGAIN}"

WITHOUT_PROOF = f"the rows are in {{0}}, not compared yet and WITHOUT new epochs: {AGAIN}"

OTHERS = "they are in {0}: start no node on it; drop it, and take another backup"

WITHOUT_EPOCHS = (
    "the rows are in {0} WITHOUT new epochs: start no node on it before ./run migrate and "
    "./run new-epochs are done there, or drop it and restore again"
)

DONE = "{0} is restored, with new epochs"


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """`is_proved`: all rows were compared with the manifest. `migrated`: names of migrations."""

    file: str
    database: str
    seconds: float
    is_proved: bool
    contents: Contents
    migrated: list[str]
    standing: OrdersBefore
    renewed: RenewedEpochs


def opened(dump: Path, tell: Tell = tell_nobody, *, is_proved: bool = True) -> Manifest | None:
    """The manifest of a dump whose bytes are as they were written; None: unproved on request.

    Raises `NotKept`.
    """
    try:
        with opened_plain(dump, follows=True) as (file, _):
            beginning = file.read(len(BEGINNING))
    except NotPlain as error:
        raise NotKept(f"{dump} {error}, and no dump; nothing was done") from None
    except OSError as error:
        raise NotKept(
            f"{dump}: {error.strerror}; nothing was done: name a dump of ./run backup"
        ) from None
    if beginning != BEGINNING:
        raise NotKept(f"{dump} is no dump in pg_dump's custom format (-Fc); nothing was done")
    if not is_proved:
        return None
    manifest = backup_directory.read(dump)
    backup_directory.verify(dump, manifest, tell)
    return manifest


async def restore(
    dump: Path,
    manifest: Manifest | None,
    url: str,
    jobs: int | None,
    tell: Tell,
    end_words: EndWords,
) -> RestoreReport:
    """All of it: rows, proof, migrations, new epochs. `end_words` says what is there meanwhile.

    Raises `NotKept`, `PersistenceError`, `NoProgram` and `ProgramFailed`.
    """
    began_at = time.monotonic()
    server, contents = await load(dump, manifest, url, jobs, tell, end_words)
    end_words.words = WITHOUT_EPOCHS.format(server.database)
    tell("migrating, where it is older than this Prime")
    migrated = await bring_up_to_date(url)
    standing_orders = await reset_after_restore.settle(url)
    tell("giving new epochs")
    renewed = await new_epochs(url, force=True)  # what is alive in it are rows of the dump
    end_words.words = DONE.format(server.database)
    return RestoreReport(
        dump.name,
        server.database,
        time.monotonic() - began_at,
        manifest is not None,
        contents,
        migrated.applied,
        standing_orders,
        renewed,
    )


async def load(
    dump: Path,
    manifest: Manifest | None,
    url: str,
    jobs: int | None,
    tell: Tell,
    end_words: EndWords,
    *,
    makes_roles: bool = False,
) -> tuple[ServerFacts, Contents]:
    """Rows and proof alone. `makes_roles`: on a server that is for a rehearsal alone."""
    roles = manifest.contents.roles if manifest else [ROLE]
    server = await restore_target.prepare(url, roles, makes_roles=makes_roles)
    program = _program(server, manifest)
    at = address(url)
    options = ["--no-owner", "--exit-on-error", "--no-password", "--verbose", f"--dbname={at.url}"]
    owner = await restore_target.owner_to_become(url)
    options += [f"--role={owner}"] if owner else []
    options += [f"--jobs={jobs}"] if jobs else ["--single-transaction"]
    end_words.words = (HALF if jobs else IN_ONE).format(server.database)
    await run(program, [*options, str(dump)], at.environment, _telling_rows(manifest, tell))
    end_words.words = WITHOUT_PROOF.format(server.database)
    rows = _RowsDone(manifest)
    tell("comparing all rows with the manifest", 0, rows.of)
    async with snapshot(url) as database_snapshot:
        contents = await database_snapshot.read(
            lambda table: tell(f"comparing rows of {table}", rows.before(table), rows.of)
        )
    differ = differences(manifest.contents, contents) if manifest else []
    if differ:
        and_more = f" and {len(differ) - 3} more" if len(differ) > 3 else ""
        end_words.words = OTHERS.format(server.database)
        raise NotKept(
            f"the rows are not those that were backed up: {'; '.join(differ[:3])}{and_more}"
        )
    return server, contents


class _RowsDone:
    """How many rows are done, table by table, of those that the manifest says; 0 of 0: of none."""

    def __init__(self, manifest: Manifest | None) -> None:
        tables = manifest.contents.tables if manifest else {}
        self._rows = {name: content.rows for name, content in tables.items()}
        self.of = sum(self._rows.values())
        self.done = 0
        self._under_way = ""

    def before(self, table: str) -> int:
        """This table is begun, so the one before it is done."""
        if table != self._under_way:
            self.done += self._rows.get(self._under_way, 0)
            self._under_way = table
        return self.done


def _telling_rows(manifest: Manifest | None, tell: Tell) -> Callable[[str], None]:
    """For each line of pg_restore; with more connections than one, tables overlap."""
    rows = _RowsDone(manifest)

    def on_line(line: str) -> None:
        begun = BEGUN.search(line)
        if begun:
            rows.before(begun[1])
        tell(line, rows.done, rows.of)

    return on_line


def _program(server: ServerFacts, manifest: Manifest | None) -> PostgresProgram:
    if manifest is None:
        return find("pg_restore", server.major)
    if server.major < manifest.server.major:
        raise NotKept(
            f"the backup is of PostgreSQL {manifest.server.major}, and this server is "
            f"{server.major}, which is older; nothing was done: restore into a server that is as "
            "new"
        )
    return find("pg_restore", max(server.major, manifest.program_major))
