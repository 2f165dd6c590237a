"""The newest backup is restored beside, proved, and thrown away again."""

import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from machine.children.child_process import NotInstalled, ServerUnavailable
from machine.embedded_postgres import EmbeddedPostgres, package_root
from machine.terminals.progress import Tell
from persistence.backups import restore_target
from persistence.backups.contents import snapshot
from persistence.database_url import checked
from persistence.errors import PersistenceError, Unavailable
from persistence.migrate import bring_up_to_date
from persistence.pool import Database
from server.backups import restoring
from server.backups.backup_directory import Backup, NotKept
from server.backups.command_output import EndWords
from server.states.journal_audit import audit_in

EMBEDDED = "embedded"
SERVER = "server"
MOST_TOLD = 20
"""Problems; how many there are is told in any case."""


@dataclass(frozen=True, slots=True)
class RehearsalReport:
    """`restore_seconds`: how long a restore takes, proof of its rows included. `problems`: none."""

    file: str
    on: str
    restore_seconds: float
    audit_seconds: float
    tables: int
    rows: int
    projects: int
    deltas: int
    problems: list[str]


async def rehearse(
    backup: Backup, target: str, url: str | None, jobs: int | None, tell: Tell, end_words: EndWords
) -> RehearsalReport:
    """`target`: `server` (that of `url`), `embedded`, or an address of one.

    Raises what a restore raises; the database that it made is gone then, unless `end_words` names
    it.
    """
    manifest = restoring.opened(backup.dump, tell)
    tell("making a database for it")
    async with _empty_database(target, url, end_words) as (rehearsal_dsn, options):
        began_at = time.monotonic()
        server, contents = await restoring.load(
            backup.dump,
            manifest,
            rehearsal_dsn,
            jobs,
            tell,
            EndWords(),
            makes_roles=target == EMBEDDED,
        )
        restored = time.monotonic()
        tell("migrating, where it is older than this Prime")
        await bring_up_to_date(rehearsal_dsn)
        problems = await _audit_all(rehearsal_dsn, tell)
    return RehearsalReport(
        backup.dump.name,
        f"{options}, PostgreSQL {server.version}",
        restored - began_at,
        time.monotonic() - restored,
        len(contents.tables),
        sum(table.rows for table in contents.tables.values()),
        contents.projects.count,
        contents.projects.deltas,
        problems,
    )


async def _audit_all(url: str, tell: Tell) -> list[str]:
    """What is wrong, by replaying the journal of each project."""
    async with snapshot(url) as database_snapshot:
        heads = await database_snapshot.heads()
    problems: list[str] = []
    db = await Database.open(url, max_size=2, application_name="prime rehearse")
    try:
        replayed, deltas = 0, sum(heads.values())
        for number, (project, head) in enumerate(heads.items(), start=1):
            tell_deltas = _telling(tell, number, len(heads), replayed, deltas)
            tell_deltas(0)
            problems += [
                f"{project}: {why}" for why in await _audit(db, project, head, tell_deltas)
            ]
            replayed += head
    finally:
        await db.close()
    return problems


def _telling(
    tell: Tell, number: int, projects: int, before: int, deltas: int
) -> Callable[[int], None]:
    """For how many deltas of a project are replayed; `before`: those of the projects before it."""
    return lambda replayed: tell(
        f"replaying project {number:,} of {projects:,}", before + replayed, deltas
    )


async def _audit(
    db: Database, project: str, head: int, tell_deltas: Callable[[int], None]
) -> list[str]:
    try:
        report = await audit_in(db, project, digests=True, tell=tell_deltas)
    except PersistenceError as error:
        return [str(error)]
    return list(_problems(report, head))


def _problems(report: dict[str, Any], head: int) -> list[str]:
    problems = []
    if not report["gapless"]:
        problems.append("its journal has gaps")
    if report["head"] != head:
        problems.append(f"its journal ends at {report['head']}, and its row says {head}")
    if not report["checkpoint_ok"]:
        problems.append("its checkpoint is not what its journal comes to")
    unreadable = sum(snapshot["digest"] is None for snapshot in report["snapshots"])
    if unreadable:
        problems.append(f"{unreadable} of its snapshots cannot be read")
    return problems


@asynccontextmanager
async def _empty_database(
    target: str, url: str | None, end_words: EndWords
) -> AsyncIterator[tuple[str, str]]:
    """An empty database, and words for where it is; gone afterwards."""
    if target == EMBEDDED:
        with _embedded() as rehearsal_dsn:
            yield rehearsal_dsn, "an embedded server"
        return
    if target == SERVER and url is None:
        raise NotKept(_which_server())
    dsn = checked(url or "") if target == SERVER else checked(target, "--on")
    name = f"{restore_target.REHEARSAL}{secrets.token_hex(6)}"
    await restore_target.clear(dsn)
    end_words.words = f"the database {name} may be left: the next rehearsal there drops it"
    try:
        async with restore_target.new_database(dsn, name) as rehearsal_dsn:
            yield rehearsal_dsn, f"the database {name}"
    finally:
        await restore_target.drop(dsn, name)
        end_words.words = ""


def _which_server() -> str:
    """What can be said here: a package has no embedded servers."""
    try:
        package_root()
    except NotInstalled:
        return "which server? set DATABASE_URL, or --on the URL of one"
    return (
        "which server? set DATABASE_URL, --data of the embedded one, --on the URL of one, or"
        f" --on {EMBEDDED} for one of its own"
    )


@contextmanager
def _embedded() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="prime-rehearsal-") as directory:
        Path(directory).chmod(0o755)  # a server that root starts runs as another user
        postgres = EmbeddedPostgres(Path(directory) / "data")
        try:
            yield postgres.start().replace("//prime@", "//postgres@", 1)  # it makes roles there
        except NotInstalled:
            raise NotKept(
                "there is no PostgreSQL to start here (the package embedded-postgres is not"
                " installed): leave out --on, or give it the URL of another server"
            ) from None
        except ServerUnavailable as error:
            raise Unavailable(str(error)) from error
        finally:
            postgres.stop()
