"""A backup that a standby gives, as the page allows."""

import asyncio
import contextlib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from machine.embedded_postgres import EmbeddedPostgres
from machine.terminals.progress import tell_nobody
from persistence.migrate import bring_up_to_date
from server.backups.dumping import BackupReport, back_up
from server.backups.restoring import opened
from tests.databases import execute

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.longest(8)]

FILL = (
    "INSERT INTO prime_users (username, email) VALUES ('ann', 'ann@studio.test')",
    "INSERT INTO node_questions (asks) VALUES ('x')",
)


def test_a_standby_gives_all_rows_but_those_that_a_crash_may_take(tmp_path: Path) -> None:
    """And its tables that have no rows there, for a restore needs them."""
    with contextlib.ExitStack() as stack:
        primary = EmbeddedPostgres(tmp_path / "one")
        stack.callback(primary.stop)
        url = primary.start()
        asyncio.run(_filled(url))
        folder = parse_qs(urlsplit(url).query)["host"][0]
        copy = EmbeddedPostgres(tmp_path / "two", standby_of=f"host={folder} user=postgres")
        stack.callback(copy.stop)
        from_standby = asyncio.run(_backup(copy.start(), tmp_path / "of_standby"))
        from_primary = asyncio.run(_backup(url, tmp_path / "of_primary"))
    assert not from_standby.is_noted
    one, other = from_standby.backup.manifest, from_primary.backup.manifest
    assert (one.server.is_standby, other.server.is_standby) == (True, False)
    assert one.contents == other.contents
    assert one.server.system is not None
    assert one.server.system == other.server.system
    assert one.contents.tables["prime_users"].rows == 1
    assert opened(from_standby.backup.dump) == one


async def _filled(url: str) -> None:
    await bring_up_to_date(url)
    await execute(url, *FILL)


async def _backup(url: str, directory: Path) -> BackupReport:
    return await back_up(url, directory, None, tell_nobody)
