import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from persistence import migrate
from persistence.errors import Busy, Unavailable, Unfit
from persistence.migrate import Migration, check, dump, known_migrations
from tests.databases import execute

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-m", "persistence.migrate", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        timeout=60,
        check=False,
    )


def test_the_files_are_numbered_without_holes() -> None:
    numbers = [migration.number for migration in known_migrations()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_file_without_its_header_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "0001_x.sql").write_text("SELECT 1;\n")
    monkeypatch.setattr(migrate, "SQL", tmp_path)
    with pytest.raises(ValueError, match="breaking"):
        known_migrations()


@pytest.mark.postgres
async def test_current_sql_is_the_sum_of_the_migrations(
    empty_database_url: str, database_url: str
) -> None:
    current = (migrate.SQL / "current.sql").read_text()
    await execute(empty_database_url, current)
    summed, migrated = dump(empty_database_url), dump(database_url)
    assert summed == migrated, "run: python -m persistence.migrate --dump-current"
    assert "append_deltas" in migrated


@pytest.mark.postgres
async def test_again_does_nothing(database_url: str) -> None:
    before = dump(database_url)
    assert await migrate.migrate(database_url) == []
    assert dump(database_url) == before
    await check(database_url)


@pytest.mark.postgres
async def test_twenty_at_once_apply_each_file_once(empty_database_url: str) -> None:
    applied = await asyncio.gather(*(migrate.migrate(empty_database_url) for _ in range(20)))
    names = [name for each in applied for name in each]
    assert sorted(names) == [m.name for m in known_migrations()]
    await check(empty_database_url)


@pytest.mark.postgres
async def test_a_file_that_fails_leaves_nothing_and_can_be_mended(empty_database_url: str) -> None:
    broken = Migration(1, "0001_x", False, "CREATE TABLE half (a int); SELECT 1 / 0;")
    with pytest.raises(Exception, match="division by zero"):
        await migrate.migrate(empty_database_url, [broken])
    mended = Migration(1, "0001_x", False, "CREATE TABLE half (a int);")
    assert await migrate.migrate(empty_database_url, [mended]) == ["0001_x"]


@pytest.mark.postgres
async def test_a_table_that_others_hold_is_not_waited_for_without_end(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "LOCK_SECONDS", 0.05)
    made = Migration(1, "0001_x", False, "CREATE TABLE held (a int)")
    changed = Migration(2, "0002_y", False, "ALTER TABLE held ADD COLUMN b int")
    await migrate.migrate(empty_database_url, [made])
    holder = await asyncpg.connect(empty_database_url)
    try:
        async with holder.transaction():
            await holder.execute("SELECT FROM held")
            with pytest.raises(Busy, match=r"0002_y waited 0\.05 s .* nothing of it is applied"):
                await migrate.migrate(empty_database_url, [made, changed])
    finally:
        await holder.close()
    monkeypatch.undo()
    assert await migrate.migrate(empty_database_url, [made, changed]) == ["0002_y"]


@pytest.mark.postgres
@pytest.mark.parametrize(("breaking", "refused"), [(True, True), (False, False)])
async def test_a_newer_schema_is_refused_if_it_breaks(
    database_url: str, breaking: bool, refused: bool
) -> None:
    newer = Migration(9999, "9999_future", breaking, "SELECT 1")
    await migrate.migrate(database_url, [*known_migrations(), newer])
    if not refused:
        assert await migrate.migrate(database_url) == []
        await check(database_url)
        return
    for attempt in (migrate.migrate, check):
        with pytest.raises(Unfit, match="9999_future"):
            await attempt(database_url)


@pytest.mark.postgres
async def test_an_older_schema_is_not_served(empty_database_url: str) -> None:
    with pytest.raises(Unfit, match="0001_accounts"):
        await check(empty_database_url)
    await migrate.migrate(empty_database_url, known_migrations()[:3])
    with pytest.raises(Unfit, match=r"lacks .* from 0004_sessions on"):
        await check(empty_database_url)


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        await migrate.migrate("postgresql://nobody@127.0.0.1:1/nothing")


@pytest.mark.postgres
def test_the_command_line_says_what_it_did(empty_database_url: str) -> None:
    first = run("--database-url", empty_database_url, "--json")
    assert json.loads(first.stdout)["applied"] == [m.name for m in known_migrations()]
    assert run("--database-url", empty_database_url).stdout == "up to date\n"


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("postgresql://nobody@127.0.0.1:1/nothing", 1),
        ("postgresql://127.0.0.1:port/nothing", 2),
        ("mysql://127.0.0.1/nothing", 2),
    ],
)
def test_the_command_line_fails_in_one_line(url: str, status: int) -> None:
    finished = run("--database-url", url)
    assert finished.returncode == status, finished.stderr
    assert finished.stderr.startswith("migrate: ")
    assert finished.stderr.count("\n") == 1


def test_help_is_given() -> None:
    assert "--database-url" in run("--help").stdout


@pytest.mark.postgres
def test_without_a_url_the_embedded_server_is_used(tmp_path: Path) -> None:
    finished = run("--data", str(tmp_path / "data"), "--json")
    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout)["applied"]
