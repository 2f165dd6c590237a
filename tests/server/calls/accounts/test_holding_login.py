"""What a login writes is written under a lock on it, from the BEGIN to the COMMIT."""

import asyncio
from typing import Any

import pytest

from persistence.errors import LoginEnded
from persistence.holding_login import HoldingLogin, writes
from persistence.pool import Database
from persistence.tables import auth_sessions
from tests.persistence.planted_rows import make_login, make_user

WRITE = "UPDATE prime_users SET name = $1"
OVER = "created_at = now() - interval '1 hour', expires_at = now()"
AGAIN = """
UPDATE auth_sessions
SET expires_at = now() + interval '1 hour', revoked_at = NULL, revoked_reason = NULL
"""
NAMES = "SELECT array_agg(name) FROM prime_users"
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


async def until_one_waits(db: Database) -> None:
    async with asyncio.timeout(20):
        while not await db.fetchval(WAITING):  # noqa: ASYNC110 - of another connection
            await asyncio.sleep(0)


def test_whatever_may_write_is_known_by_its_words() -> None:
    assert writes("\nWITH gone AS (DELETE FROM t RETURNING id) SELECT count(*) FROM gone")
    assert writes("SELECT FROM t WHERE id = $1 FOR UPDATE")
    assert writes("INSERT INTO t VALUES (1)")
    assert not writes("SELECT updated_at FROM t")


@pytest.mark.postgres
@pytest.mark.parametrize("alone", [True, False])
async def test_A50_a_login_that_is_over_reads_and_does_not_write(
    database: Database, alone: bool
) -> None:
    user = await make_user(database)
    login = await make_login(database, user)
    held = HoldingLogin(database, user.id, login, alone=alone)
    await held.execute(WRITE, "before")
    for ending in (OVER, "revoked_at = now(), revoked_reason = 'x'"):
        await database.execute(f"UPDATE auth_sessions SET {ending} WHERE id = $1", login)
        for ask in (held.fetch, held.fetchrow, held.fetchval, held.execute):
            with pytest.raises(LoginEnded):
                await ask(WRITE, "after")
        with pytest.raises(LoginEnded):
            async with held.transaction():
                pytest.fail("this is begun")
        assert await held.fetchval(NAMES) == ["before"]
        await database.execute(AGAIN)
    await database.execute("DELETE FROM auth_sessions")
    with pytest.raises(LoginEnded):
        await held.execute(WRITE, "after")
    assert database.busy == 0


@pytest.mark.postgres
async def test_A50_who_revokes_waits_for_what_is_written_and_who_writes_for_the_revocation(
    database: Database,
) -> None:
    user = await make_user(database)
    login = await make_login(database, user)
    held = HoldingLogin(database, user.id, login, alone=False)
    async with held.transaction() as transaction:
        revoking = asyncio.create_task(auth_sessions.revoke(database, login, "a test"))
        await until_one_waits(database)
        await transaction.execute(WRITE, "in time")
    await revoking
    await database.execute(AGAIN)
    async with database.transaction() as revocation:
        await auth_sessions.revoke(revocation, login, "a test")
        late: asyncio.Task[Any] = asyncio.create_task(held.execute(WRITE, "late"))
        await until_one_waits(database)
    with pytest.raises(LoginEnded):
        await late
    assert await database.fetchval(NAMES) == ["in time"]


@pytest.mark.postgres
async def test_two_that_change_who_gets_in_come_one_after_the_other(database: Database) -> None:
    """Both hold the login and then end others: with a shared lock each would wait for the other."""
    user = await make_user(database)
    logins = [await make_login(database, user) for _ in range(2)]

    async def end_others(login: str) -> int:
        held = HoldingLogin(database, user.id, login, alone=True)
        async with held.transaction() as transaction:
            await asyncio.sleep(0)
            return len(await auth_sessions.revoke_all(transaction, user.id, login, "a test"))

    ended = await asyncio.gather(*map(end_others, logins), return_exceptions=True)
    assert sorted(map(str, ended)) == ["1", "this login was ended; log in again"]
