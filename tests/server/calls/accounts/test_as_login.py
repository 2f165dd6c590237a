"""What is asked as the caller is refused once the login that asks is ended."""

import asyncio

import pytest

from persistence.caller_role import CALLER
from persistence.errors import LoginEnded
from persistence.pool import Database
from persistence.recall.suggesting import RANK
from persistence.rows.as_login import AsLogin, asking
from persistence.rows.statements import CALLER_IS_SET
from persistence.tables import auth_sessions
from tests.persistence.planted_rows import make_login, make_user

READ = f"SELECT 1 WHERE {CALLER_IS_SET}"
WRITE = f"UPDATE prime_users SET name = 'x' WHERE id = $1::text::uuid AND {CALLER_IS_SET}"


def test_a_statement_that_says_who_calls_asks_for_the_login_too() -> None:
    assert "require_login($1::text, $2::uuid)" in asking(READ, 1)
    assert "hold_login($1::text, $4::uuid)" in asking(WRITE, 3)
    assert "require_login($1::uuid::text, $3::uuid)" in asking(f"SELECT 1 WHERE {CALLER}", 2)
    assert asking("SELECT 1", 0) == "SELECT 1"


def test_what_reads_behind_with_looks_at_the_login_and_locks_nothing() -> None:
    assert "require_login($1::uuid::text, $9::uuid)" in asking(RANK, 8)
    assert "hold_login($1::text, $2::uuid)" in asking(f"WITH made AS ({WRITE}) SELECT 1", 1)


@pytest.mark.postgres
async def test_A3_an_ended_login_reads_and_writes_no_rows(database: Database) -> None:
    user = await make_user(database)
    login, other = await make_login(database, user), await make_login(database, user)
    mine = AsLogin(database, login)
    assert await mine.fetchval(READ, user.id) == 1
    assert await mine.execute(WRITE, user.id) == "UPDATE 1"
    await auth_sessions.revoke(database, login, "a test")
    for ask in (mine.fetch, mine.fetchrow, mine.fetchval, mine.execute):
        for query in (READ, WRITE):
            with pytest.raises(LoginEnded):
                await ask(query, user.id)
    with pytest.raises(LoginEnded):
        async with mine.transaction() as transaction:
            await transaction.fetchval(READ, user.id)
    assert await AsLogin(database, other).fetchval(READ, user.id) == 1
    stranger = await make_user(database)
    with pytest.raises(LoginEnded):
        await AsLogin(database, other).fetchval(READ, stranger.id)


@pytest.mark.postgres
async def test_A3_a_write_that_meets_a_revocation_waits_and_is_refused(database: Database) -> None:
    user = await make_user(database)
    login = await make_login(database, user)
    async with database.transaction() as revoking:
        await auth_sessions.revoke(revoking, login, "a test")
        writing = asyncio.create_task(AsLogin(database, login).execute(WRITE, user.id))
        waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        async with asyncio.timeout(20):
            while not await database.fetchval(waits):  # noqa: ASYNC110 - of another connection
                await asyncio.sleep(0)
    with pytest.raises(LoginEnded):
        await writing
