import asyncio
import uuid

import pytest

from persistence.pool import Database
from persistence.tables import auth_sessions
from persistence.tables.auth_sessions import REUSE_SECONDS, RotationResult
from tests.persistence.planted_rows import make_login, make_user

pytestmark = pytest.mark.postgres

KEY = bytes(range(32))


@pytest.fixture
async def login(database: Database) -> str:
    return await make_login(database, await make_user(database))


async def rotate(database: Database, login: str, counter: int) -> tuple[str, int | None]:
    rotation = await auth_sessions.rotate(database, login, counter, lambda _: True, KEY)
    is_good = rotation.session is not None and rotation.result in ("rotated", "repeated")
    return rotation.result, rotation.session.counter if rotation.session and is_good else None


async def later(database: Database, seconds: float = REUSE_SECONDS + 1) -> None:
    """So long after the last refresh."""
    await database.execute(
        "UPDATE auth_sessions SET rotated_at = rotated_at - $1 * interval '1 second'", seconds
    )


async def test_a_login_is_made_and_found(database: Database) -> None:
    user = await make_user(database)
    session = await auth_sessions.create(database, user.id, "studio mac", 60)
    assert (session.user_id, session.device, session.counter) == (user.id, "studio mac", 0)
    assert not session.revoked
    assert await auth_sessions.get(database, session.id) == session
    assert await auth_sessions.get(database, str(uuid.uuid4())) is None


async def test_each_token_turns_the_counter_once(database: Database, login: str) -> None:
    assert await rotate(database, login, 0) == ("rotated", 1)
    assert await rotate(database, login, 1) == ("rotated", 2)


async def test_a_token_sent_again_at_once_gets_the_same_answer(
    database: Database, login: str
) -> None:
    answers = await asyncio.gather(*(rotate(database, login, 0) for _ in range(5)))
    assert sorted(answers) == [("repeated", 1)] * 4 + [("rotated", 1)]


async def test_A2_a_lost_answer_is_told_again_however_late(database: Database, login: str) -> None:
    await rotate(database, login, 0)
    await database.execute("UPDATE auth_sessions SET rotated_at = rotated_at - interval '30 days'")
    assert await rotate(database, login, 0) == ("repeated", 1)
    assert await rotate(database, login, 0) == ("repeated", 1)
    assert await rotate(database, login, 1) == ("rotated", 2)


async def test_A2_two_windows_may_take_turns(database: Database, login: str) -> None:
    """Each holds a token of its own, and one of them is always the slower."""
    windows = {"one": 0, "two": 0}
    for window in ("one", "two", "two", "one", "two", "one", "one", "two"):
        result, counter = await rotate(database, login, windows[window])
        assert result in ("rotated", "repeated")
        assert counter is not None
        windows[window] = counter


async def test_A2_a_token_from_before_the_last_ends_the_login(
    database: Database, login: str
) -> None:
    await rotate(database, login, 0)
    await rotate(database, login, 1)
    await later(database)
    assert await rotate(database, login, 0) == ("reused", None)
    assert await rotate(database, login, 2) == ("revoked", None)
    reason = await database.fetchval("SELECT revoked_reason FROM auth_sessions")
    assert reason == "refresh_reuse"


async def test_A11_what_is_newer_than_the_newest_is_refused_and_ends_nothing(
    database: Database, login: str
) -> None:
    await rotate(database, login, 0)
    assert await rotate(database, login, 2) == ("foreign", None)
    assert await rotate(database, login, 1) == ("rotated", 2)


async def test_A11_within_ten_seconds_of_a_refresh_any_older_token_brings_the_newest(
    database: Database, login: str
) -> None:
    for counter in range(4):
        await rotate(database, login, counter)
    await later(database, REUSE_SECONDS - 1)
    for counter in range(4):
        assert await rotate(database, login, counter) == ("repeated", 4)
    await later(database)
    assert await rotate(database, login, 3) == ("repeated", 4)
    assert await rotate(database, login, 2) == ("reused", None)


async def test_A11_a_login_from_before_gets_a_key_and_keeps_it(
    database: Database, login: str
) -> None:
    for counter in (0, 0, 1):
        await rotate(database, login, counter)
    assert await database.fetchval("SELECT refresh_key FROM auth_sessions") == KEY
    refused = await auth_sessions.rotate(database, login, 2, lambda key: key != KEY, KEY)
    assert refused.result is RotationResult.FORGED


async def test_what_has_ended_does_not_turn(database: Database, login: str) -> None:
    assert await rotate(database, str(uuid.uuid4()), 0) == (RotationResult.UNKNOWN, None)
    expired = await auth_sessions.create(database, (await make_user(database)).id, "", -1)
    assert await rotate(database, expired.id, 0) == (RotationResult.EXPIRED, None)
    await auth_sessions.revoke(database, login, "logout")
    assert await rotate(database, login, 0) == (RotationResult.REVOKED, None)


async def test_the_first_reason_of_a_revocation_stays(database: Database, login: str) -> None:
    await auth_sessions.revoke(database, login, "logout")
    await auth_sessions.revoke(database, login, "again")
    assert await database.fetchval("SELECT revoked_reason FROM auth_sessions") == "logout"


async def test_revoked_and_unknown_logins_are_among_the_revoked(
    database: Database, login: str
) -> None:
    other = await make_login(database, await make_user(database))
    unknown = str(uuid.uuid4())
    await auth_sessions.revoke(database, login, "logout")
    asked = [login, other, unknown]
    assert await auth_sessions.revoked_among(database, asked) == {login: "", unknown: ""}
