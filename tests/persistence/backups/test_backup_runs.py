from urllib.parse import urlsplit

import pytest

from persistence.backups import backup_runs
from persistence.backups.backup_runs import BackupRun
from persistence.pool import Database
from tests.databases import execute

pytestmark = pytest.mark.postgres


async def test_the_last_one_of_each_kind_is_remembered(
    database: Database, database_url: str
) -> None:
    assert await backup_runs.ages(database) == {}
    for kind in ("backup", "rehearsal", "backup"):
        assert await backup_runs.note(database_url, BackupRun(kind, "a.dump", 1.5, 10))
    await database.execute(
        "UPDATE backup_runs SET ended_at = now() - interval '1 hour' WHERE kind = 'backup'"
    )
    ages = await backup_runs.ages(database)
    assert (ages["backup"] >= 3_600, ages["rehearsal"] < 3_600) == (True, True)


async def test_where_it_cannot_be_it_is_not(empty_database_url: str, database_url: str) -> None:
    assert not await backup_runs.note(empty_database_url, BackupRun("backup", "a.dump", 1.5, 10))
    name = urlsplit(database_url).path[1:]
    await execute(database_url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    try:
        assert not await backup_runs.note(database_url, BackupRun("backup", "a.dump", 1.5, 10))
    finally:
        await execute(
            database_url,
            "SET default_transaction_read_only = off",
            f"ALTER DATABASE {name} RESET default_transaction_read_only",
        )
