import asyncio
import secrets

import asyncpg
import pytest

from persistence.backups import restore_target
from persistence.backups.contents import close, connect
from persistence.errors import NotGranted, Unfit
from tests.databases import execute, other_database
from tests.server.conftest import eventually

pytestmark = pytest.mark.postgres


async def test_only_an_empty_database_will_do(database_url: str, empty_database_url: str) -> None:
    with pytest.raises(Unfit, match=r"is not empty .* nothing was done: restore into a new one"):
        await restore_target.prepare(database_url, [])
    assert (await restore_target.prepare(empty_database_url, ["prime_caller"])).major >= 14
    await execute(empty_database_url, "CREATE FUNCTION one() RETURNS int LANGUAGE sql RETURN 1")
    with pytest.raises(Unfit, match="is not empty"):
        await restore_target.prepare(empty_database_url, [])


async def test_one_that_no_node_could_serve_from_is_refused_before_a_row(
    postgres_dsn: str,
) -> None:
    make = "CREATE DATABASE latin_target ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"
    await execute(postgres_dsn, make)
    try:
        with pytest.raises(Unfit, match="encoded in LATIN1"):
            await restore_target.prepare(
                other_database(postgres_dsn, "latin_target"), ["made_by_nobody"]
            )
    finally:
        await restore_target.drop(postgres_dsn, "latin_target")


async def test_what_an_extension_has_brought_is_no_content(empty_database_url: str) -> None:
    await execute(empty_database_url, "CREATE EXTENSION pg_trgm")
    await restore_target.prepare(empty_database_url, [])


async def test_roles_that_are_missing_are_told_with_their_statement(
    empty_database_url: str,
) -> None:
    with pytest.raises(Unfit, match='let an administrator run CREATE ROLE "readers"'):
        await restore_target.prepare(empty_database_url, ["readers"])


async def test_a_database_beside_is_made_and_dropped(postgres_dsn: str) -> None:
    async with restore_target.new_database(postgres_dsn, "prime_rehearsal_test") as beside:
        assert beside == other_database(postgres_dsn, "prime_rehearsal_test")
        await restore_target.prepare(beside, [])
    await restore_target.drop(postgres_dsn, "prime_rehearsal_test")
    await restore_target.drop(postgres_dsn, "prime_rehearsal_test")
    with pytest.raises(Unfit):
        await restore_target.prepare(beside, [])
    with pytest.raises(ValueError, match="no name of ours"):
        await restore_target.drop(postgres_dsn, 'x"; DROP')


PLAIN_DROP_WAITS = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = $1"


async def test_a_drop_waits_for_what_only_a_superuser_can_put_out(postgres_dsn: str) -> None:
    """As an autovacuum is: here a session of the superuser, who leaves once it is waited for."""
    name = f"prime_rehearsal_{secrets.token_hex(6)}"
    superuser = postgres_dsn.replace("//prime@", "//postgres@")
    await execute(postgres_dsn, f"CREATE DATABASE {name}")
    onlooker = await connect(superuser)
    inside = await connect(other_database(superuser, name))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await execute(postgres_dsn, f"DROP DATABASE {name} WITH (FORCE)")
        dropping = asyncio.create_task(restore_target.drop(postgres_dsn, name))
        plain = f"DROP DATABASE IF EXISTS {name}"
        await eventually(lambda: onlooker.fetchval(PLAIN_DROP_WAITS, plain))
        await close(inside)
        await dropping
        assert name not in await databases(postgres_dsn)
    finally:
        await close(inside)
        await close(onlooker)


async def test_what_is_not_ours_to_drop_is_refused_at_once(postgres_dsn: str) -> None:
    name = f"prime_rehearsal_{secrets.token_hex(6)}"
    superuser = postgres_dsn.replace("//prime@", "//postgres@")
    await execute(superuser, f"CREATE DATABASE {name}")
    with pytest.raises(NotGranted, match="must be owner"):
        await restore_target.drop(postgres_dsn, name)
    await restore_target.drop(superuser, name)


async def test_what_a_killed_rehearsal_has_left_is_dropped_by_the_next(postgres_dsn: str) -> None:
    """One that runs keeps its own: it is connected to it. Other names are not ours."""
    left, theirs = "prime_rehearsal_0123456789ab", "prime_rehearsal_theirs"
    await execute(postgres_dsn, f"CREATE DATABASE {left}", f"CREATE DATABASE {theirs}")
    runs = f"prime_rehearsal_{secrets.token_hex(6)}"
    try:
        async with restore_target.new_database(postgres_dsn, runs):
            await restore_target.clear(postgres_dsn)
            there = await databases(postgres_dsn)
    finally:
        for name in (left, theirs, runs):
            await restore_target.drop(postgres_dsn, name)
    assert there & {left, theirs, runs} == {theirs, runs}


async def databases(dsn: str) -> set[str]:
    connection = await connect(dsn)
    try:
        return {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
    finally:
        await close(connection)
