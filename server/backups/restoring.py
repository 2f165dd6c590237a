"""`./run restore`: a backup into an empty database, proved against its manifest."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from machine.postgres_programs import PostgresProgram, address, find, run
from persistence.backups import target
from persistence.backups.contents import Contents, Server, differences, snapshot
from persistence.caller_role import ROLE
from persistence.errors import PersistenceError
from persistence.journal.epochs import Renewed
from persistence.journal.new_epochs import new_epochs
from persistence.migrate import bring_up_to_date
from server.backups import kept
from server.backups.kept import Manifest, NotKept

Tell = Callable[[str], None]

BEGINNING = b"PGDMP"
"""Of a dump in pg_dump's custom format."""


@dataclass(frozen=True, slots=True)
class Restored:
    """`proved`: all rows were compared with the manifest. `migrated`: names of migrations."""

    file: str
    database: str
    seconds: float
    is_proved: bool
    contents: Contents
    migrated: list[str]
    renewed: Renewed


def opened(dump: Path, *, is_proved: bool = True) -> Manifest | None:
    """The manifest of a dump whose bytes are as they were written; None: unproved on request.

    Raises `NotKept`.
    """
    try:
        with dump.open("rb") as file:
            beginning = file.read(len(BEGINNING))
    except OSError as error:
        raise NotKept(f"{dump}: {error.strerror}; nothing was done") from None
    if beginning != BEGINNING:
        raise NotKept(f"{dump} is no dump in pg_dump's custom format (-Fc); nothing was done")
    if not is_proved:
        return None
    manifest = kept.read(dump)
    kept.verify(dump, manifest)
    return manifest


async def restore(
    dump: Path, manifest: Manifest | None, url: str, jobs: int | None, tell: Tell
) -> Restored:
    """All of it: rows, proof, migrations, new epochs.

    Raises `NotKept`, `PersistenceError`, `NoProgram` and `ProgramFailed`.
    """
    began = time.monotonic()
    server, contents = await load(dump, manifest, url, jobs, tell)
    try:
        tell("migrating, where it is older than this Prime")
        done = await bring_up_to_date(url)
        tell("giving new epochs")
        renewed = await new_epochs(url, force=True)  # what is alive in it are rows of the dump
    except PersistenceError as error:
        raise NotKept(
            f"{error}; the rows are restored, and have no new epochs yet: mend that, then "
            "./run migrate and ./run new-epochs, before a node starts"
        ) from error
    seconds = time.monotonic() - began
    is_proved = manifest is not None
    return Restored(dump.name, server.database, seconds, is_proved, contents, done.applied, renewed)


async def load(
    dump: Path,
    manifest: Manifest | None,
    url: str,
    jobs: int | None,
    tell: Tell,
    *,
    makes_roles: bool = False,
) -> tuple[Server, Contents]:
    """Rows and proof alone. `makes_roles`: on a server that is for a rehearsal alone."""
    roles = manifest.contents.roles if manifest else [ROLE]
    server = await target.prepare(url, roles, makes_roles=makes_roles)
    program = _program(server, manifest)
    at = address(url)
    words = ["--no-owner", "--exit-on-error", "--no-password", "--verbose", f"--dbname={at.url}"]
    owner = await target.owner_to_become(url)
    words += [f"--role={owner}"] if owner else []
    words += [f"--jobs={jobs}"] if jobs else ["--single-transaction"]
    await run(program, [*words, str(dump)], at.environment, tell)
    tell("comparing all rows with the manifest")
    async with snapshot(url) as taken:
        found = await taken.read()
    differ = differences(manifest.contents, found) if manifest else []
    if differ:
        more = f" and {len(differ) - 3} more" if len(differ) > 3 else ""
        raise NotKept(
            f"what was restored is not what was backed up: {'; '.join(differ[:3])}{more}; start "
            f"no node on it: drop {server.database}, and take another backup"
        )
    return server, found


def _program(server: Server, manifest: Manifest | None) -> PostgresProgram:
    if manifest is None:
        return find("pg_restore", server.major)
    if server.major < manifest.server.major:
        raise NotKept(
            f"the backup is of PostgreSQL {manifest.server.major}, and this server is "
            f"{server.major}, which is older; nothing was done: restore into a server that is as "
            "new"
        )
    return find("pg_restore", max(server.major, manifest.program_major))
