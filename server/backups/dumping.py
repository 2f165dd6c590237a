"""A backup is made: a dump and its manifest, both of one snapshot of the database."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from machine.postgres_programs import PostgresProgram, address, find, run
from machine.terminals.progress import Tell
from persistence.backups import backup_runs
from persistence.backups.backup_runs import BackupRun
from persistence.backups.contents import Contents, Snapshot, snapshot
from persistence.errors import PersistenceError
from server.backups import backup_directory
from server.backups.backup_directory import Backup, Manifest, NotKept
from server.backups.command_output import EndWords
from server.version import VERSION


@dataclass(frozen=True, slots=True)
class BackupReport:
    """`deleted`: names of older ones; `unreadable`: of others, why.

    `is_noted`: nodes will tell its age.
    """

    backup: Backup
    deleted: list[str]
    unreadable: list[str]
    is_noted: bool


async def back_up(
    url: str, directory: Path, keep: int | None, tell: Tell, end_words: EndWords | None = None
) -> BackupReport:
    """Write one, then delete all but the newest `keep` (None: none are deleted).

    `end_words` says so once it is whole.

    Raises `NotKept`, `PersistenceError`, `NoProgram` and `ProgramFailed`; nothing is left then.
    """
    with backup_directory.locked(directory):
        begun_at = backup_directory.free_moment(directory)
        moment = backup_directory.stamp(begun_at)
        try:
            backup_made = await _write(url, directory, begun_at, tell)
        except OSError as error:
            raise NotKept(f"{directory}: {error.strerror}; no backup was made") from error
        finally:
            backup_directory.discard(directory, moment)
        (end_words or EndWords()).words = f"{backup_made.dump} is whole"
        deleted = (
            backup_directory.forget(directory, keep, backup_made.manifest)
            if keep is not None
            else []
        )
        unreadable = backup_directory.unreadable_in(directory)
    manifest = backup_made.manifest
    run = BackupRun("backup", manifest.file, manifest.seconds, manifest.bytes)
    return BackupReport(backup_made, deleted, unreadable, await _note_run(url, run))


async def _write(url: str, directory: Path, begun_at: datetime, tell: Tell) -> Backup:
    part = directory / f"prime-{backup_directory.stamp(begun_at)}.dump.part"
    async with snapshot(url) as database_snapshot:
        server, program = database_snapshot.server, find("pg_dump", database_snapshot.server.major)
        backup_directory.begin(part)
        contents = await _dump_and_read(url, part, program, database_snapshot, tell)
    schema = contents.migrations[-1][:4] if contents.migrations else "0000"
    dump = directory / f"prime-{backup_directory.stamp(begun_at)}-{schema}.dump"
    sha256, size = backup_directory.hashed(part, tell), part.stat().st_size
    manifest = Manifest(
        backup_directory.FORMAT,
        dump.name,
        sha256,
        size,
        begun_at.isoformat(timespec="milliseconds"),
        datetime.now(UTC).isoformat(timespec="milliseconds"),
        VERSION,
        Path(program.path).name,
        program.major,
        server,
        contents,
    )
    backup_directory.finish(part, dump, manifest)
    return Backup(dump, manifest)


async def _dump_and_read(
    url: str, part: Path, program: PostgresProgram, database_snapshot: Snapshot, tell: Tell
) -> Contents:
    """Both at once: each takes about as long."""
    at = address(url)
    options = [
        "--format=custom",
        "--no-password",
        "--verbose",
        f"--snapshot={database_snapshot.name}",
    ]
    options += ["--no-unlogged-table-data", f"--file={part}", f"--dbname={at.url}"]
    reading_task = asyncio.create_task(database_snapshot.read())
    try:
        await run(program, options, at.environment, lambda line: tell(_sized(line, part)))
        tell("counting rows and reckoning their digests")
        return await reading_task
    finally:
        reading_task.cancel()
        await asyncio.gather(reading_task, return_exceptions=True)


def _sized(line: str, part: Path) -> str:
    return f"{part.stat().st_size / 1e6:,.1f} MB: {line}"


async def _note_run(url: str, run: BackupRun) -> bool:
    """A backup that is made stays made, whatever becomes of this."""
    try:
        return await backup_runs.note(url, run)
    except PersistenceError:
        return False
