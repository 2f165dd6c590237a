"""A standby out of the wheel: it copies, follows, makes commits wait, and is promoted."""

import asyncio
import contextlib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from machine.embedded_postgres import EmbeddedPostgres
from persistence.tools import standby

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


def superuser(url: str) -> str:
    return url.replace("//prime@", "//postgres@", 1)


async def value(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def test_a_standby_follows_and_takes_over(tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        primary = EmbeddedPostgres(tmp_path / "one")
        stack.callback(primary.stop)
        url = primary.start()
        folder = parse_qs(urlsplit(url).query)["host"][0]
        copy = EmbeddedPostgres(tmp_path / "two", standby_of=f"host={folder} user=postgres")
        stack.callback(copy.stop)
        url_of_copy = copy.start()
        asyncio.run(_work(url, url_of_copy))
        primary.stop()
        asyncio.run(_is_primary(url_of_copy))


async def _work(primary: str, copy: str) -> None:
    await standby.run(superuser(primary), "followed")
    await standby.run(superuser(primary), "synchronous")
    connection = await asyncpg.connect(primary)
    await connection.execute(
        "CREATE TABLE studio_projects (id text, head_seq bigint, version bigint)"
    )
    await connection.execute("GRANT SELECT ON studio_projects TO public")
    await connection.execute("INSERT INTO studio_projects VALUES ('p', 7, 2)")
    await connection.close()
    assert await value(copy, "SELECT pg_is_in_recovery()") is True


async def _is_primary(url: str) -> None:
    found = await standby.run(superuser(url), "promoted")
    assert await value(url, "SELECT pg_is_in_recovery()") is False
    assert found == {"heads": {"p": 7}, "versions": {"p": 2}}
    assert await value(superuser(url), "SHOW synchronous_standby_names") == ""
