"""WAL is archived and recovered to a moment, by the lines of the page, on Debian's PostgreSQL."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from persistence.migrate import bring_up_to_date
from persistence.new_epochs import new_epochs
from server.states.journal_audit import audit
from tests.debian_servers import debian_postgres, postgres_binaries, run, server_directory
from tests.server.backups.conftest import CHANNELS, a_song
from tests.server.conftest import Nodes, eventually

PAGE = Path(__file__).parents[3] / "docs" / "operating" / "backups.md"

pytestmark = [pytest.mark.postgres, pytest.mark.longest(8)]


def line(beginning: str, wal: Path, base: Path) -> str:
    """That of the page, with these directories; a setting as PostgreSQL's option `-c` has it."""
    found = re.search(rf"^{beginning}.*$", PAGE.read_text(), re.M)
    assert found is not None
    text = found[0].replace("/var/backups/wal", str(wal)).replace("/var/backups/base", str(base))
    name, is_setting, value = text.partition(" = ")
    return f"{name}={value.strip(chr(39))}" if is_setting else text


async def until(connection: "asyncpg.Connection", query: str, *values: object) -> None:
    await eventually(lambda: connection.fetchval(query, *values))


async def on(port: int, database: str, then: Callable[..., Awaitable[object]]) -> object:
    connection = await asyncpg.connect(f"postgresql://postgres@127.0.0.1:{port}/{database}")
    try:
        return await then(connection)
    finally:
        await connection.close()


async def archived_moment(connection: "asyncpg.Connection") -> str:
    """Now, as the page writes it."""
    return str(await connection.fetchval("SELECT clock_timestamp()::text"))


async def archive(connection: "asyncpg.Connection") -> None:
    name = await connection.fetchval("SELECT pg_walfile_name(pg_current_wal_insert_lsn())")
    await connection.fetchval("SELECT pg_switch_wal()")
    await until(connection, "SELECT last_archived_wal >= $1 FROM pg_stat_archiver", name)


async def test_what_was_acknowledged_before_the_moment_is_there_and_nothing_of_after(
    tmp_path: Path,
) -> None:
    with server_directory() as wal, server_directory() as place:
        base = place / "base"
        names = ("wal_level", "archive_mode", "archive_command")
        archiving = [line(name, wal, base) for name in names]
        with debian_postgres(*archiving) as port:
            await on(port, "postgres", lambda db: db.execute("CREATE DATABASE prime"))
            url = f"postgresql://postgres@127.0.0.1:{port}/prime"
            await bring_up_to_date(url)
            program, *words = line("pg_basebackup", wal, base).split()
            login = ["-h", "127.0.0.1", "-p", str(port), "-U", "postgres"]
            await asyncio.to_thread(run, [str(postgres_binaries() / program), *words, *login])
            nodes = Nodes(url, tmp_path)
            ann, project = await a_song(await nodes.start())
            moment = await on(port, "prime", archived_moment)
            op = {"op": "set", "col": "channels", "id": "channel-0", "props": {"name": "late"}}
            await ann.send({"t": "delta", "project": project, "id": "delta-late", "ops": [op]})
            await ann.until("ack")
            await nodes.stop()
            await on(port, "prime", archive)
        await asyncio.to_thread((base / "recovery.signal").touch)
        recovery = [
            line("restore_command", wal, base),
            f"recovery_target_time={moment}",
            line("recovery_target_action", wal, base),
        ]
        with debian_postgres(*recovery, on=base) as port:
            url = f"postgresql://postgres@127.0.0.1:{port}/prime"
            await on(port, "prime", lambda db: until(db, "SELECT NOT pg_is_in_recovery()"))
            renewed = await new_epochs(url, force=True)
            held = await audit(url, project)
    assert (held["head"], held["gapless"], held["checkpoint_ok"]) == (CHANNELS, True, True)
    assert held["delta_ids"] == [f"delta-{number:04}" for number in range(CHANNELS)]
    assert renewed.projects == 1
