"""Tokens and codes that are good once."""

import asyncio

import pytest

from persistence.pool import Database
from persistence.tables import one_time_tokens
from persistence.tables.one_time_tokens import FREE_MAILS, Hashes, Purpose, TakenToken, TokenOutcome
from schema.limits import MAX_MAILED_CODES_A_DAY, MAX_WRONG_CODES
from tests.persistence.planted_rows import make_user

pytestmark = pytest.mark.postgres

RESET = Purpose.RESET_PASSWORD
WRONG = b"?" * 32


def hashes(number: int) -> Hashes:
    return Hashes(b"t%031d" % number, b"c%031d" % number)


async def put(db: Database, user: str, number: int = 1, purpose: Purpose = RESET) -> TokenOutcome:
    return await one_time_tokens.put(
        db, user, purpose, "ann@example.org", hashes(number), seconds=60, code_seconds=30
    )


async def age(db: Database, seconds: int) -> None:
    await db.execute(
        "UPDATE one_time_tokens SET expires_at = expires_at - $1 * interval '1 second',"
        " code_expires_at = code_expires_at - $1 * interval '1 second',"
        " made_since = made_since - $1 * interval '1 second',"
        " made_at = made_at - $1 * interval '1 second'",
        seconds,
    )


async def test_a_token_is_good_once_for_its_purpose_and_takes_its_code_along(
    database: Database,
) -> None:
    ann = await make_user(database)
    assert await put(database, ann.id) is TokenOutcome.WITH_CODE
    token, code = hashes(1).token, hashes(1).code
    verify = Purpose.VERIFY_ADDRESS
    assert await one_time_tokens.take_by_token(database, verify, token) is None
    assert await one_time_tokens.user_of(database, verify, token) is None
    assert await one_time_tokens.user_of(database, RESET, token) == ann.id
    taken = await one_time_tokens.take_by_token(database, RESET, token)
    assert await one_time_tokens.user_of(database, RESET, token) is None
    assert taken == TakenToken(ann.id, "ann@example.org")
    assert await one_time_tokens.take_by_token(database, RESET, token) is None
    assert await one_time_tokens.take_by_code(database, ann.id, RESET, code) is None


@pytest.mark.parametrize("by", ["token", "code"])
async def test_of_many_at_once_one_takes_it(database: Database, by: str) -> None:
    ann = await make_user(database)
    await put(database, ann.id)

    async def take() -> TakenToken | None:
        if by == "token":
            return await one_time_tokens.take_by_token(database, RESET, hashes(1).token)
        return await one_time_tokens.take_by_code(database, ann.id, RESET, hashes(1).code)

    taken = await asyncio.gather(*(take() for _ in range(10)))
    assert len([each for each in taken if each is not None]) == 1


async def test_a_new_one_voids_the_older_of_its_purpose_only(database: Database) -> None:
    ann = await make_user(database)
    await put(database, ann.id, 1)
    await put(database, ann.id, 2, Purpose.VERIFY_ADDRESS)
    await put(database, ann.id, 3)
    assert await one_time_tokens.take_by_token(database, RESET, hashes(1).token) is None
    assert await one_time_tokens.take_by_code(database, ann.id, RESET, hashes(1).code) is None
    assert await one_time_tokens.take_by_token(database, RESET, hashes(3).token) is not None
    verify = Purpose.VERIFY_ADDRESS
    assert await one_time_tokens.take_by_token(database, verify, hashes(2).token) is not None


async def test_wrong_codes_void_the_code_and_not_the_token_however_many_come_at_once(
    database: Database,
) -> None:
    ann, ben = await make_user(database), await make_user(database)
    await put(database, ann.id, 1)
    await put(database, ben.id, 2)
    tries = (
        one_time_tokens.take_by_code(database, ann.id, RESET, WRONG)
        for _ in range(MAX_WRONG_CODES + 3)
    )
    await asyncio.gather(*tries)
    counted = await database.fetchval("SELECT max(wrong_codes) FROM one_time_tokens")
    assert counted == MAX_WRONG_CODES
    assert await one_time_tokens.take_by_code(database, ann.id, RESET, hashes(1).code) is None
    assert await one_time_tokens.take_by_code(database, ben.id, RESET, hashes(1).code) is None
    assert await one_time_tokens.take_by_code(database, ben.id, RESET, hashes(2).code) is not None
    assert await one_time_tokens.take_by_token(database, RESET, hashes(1).token) is not None


async def test_code_and_token_run_out_each_in_its_time(database: Database) -> None:
    ann = await make_user(database)
    await put(database, ann.id)
    await age(database, 31)
    assert await one_time_tokens.take_by_code(database, ann.id, RESET, hashes(1).code) is None
    await age(database, 30)
    assert await one_time_tokens.take_by_token(database, RESET, hashes(1).token) is None


async def test_after_the_first_few_each_waits_longer_and_the_one_before_stays(
    database: Database,
) -> None:
    ann = await make_user(database)
    for number in range(FREE_MAILS):
        assert await put(database, ann.id, number) is TokenOutcome.WITH_CODE
    for seconds in (60, 120):
        await age(database, seconds - 1)
        assert await put(database, ann.id, 98) is TokenOutcome.NOT_YET
        await age(database, 1)
        assert await put(database, ann.id, seconds) is TokenOutcome.WITH_CODE
    assert await one_time_tokens.take_by_token(database, RESET, hashes(120).token) is not None


async def test_one_is_made_each_hour_whatever_others_ask_for_and_codes_are_few(
    database: Database,
) -> None:
    ann = await make_user(database)
    made = []
    for number in range(MAX_MAILED_CODES_A_DAY + 2):
        made.append(await put(database, ann.id, number))
        await age(database, 3_600)
    assert (
        made == [TokenOutcome.WITH_CODE] * MAX_MAILED_CODES_A_DAY + [TokenOutcome.WITHOUT_CODE] * 2
    )
    await put(database, ann.id, 98)
    code, token = hashes(98).code, hashes(98).token
    assert await one_time_tokens.take_by_code(database, ann.id, RESET, code) is None
    await age(database, 86_000)
    assert await put(database, ann.id, 99) is TokenOutcome.WITH_CODE
    assert await one_time_tokens.take_by_token(database, RESET, token) is None


async def test_what_is_void_is_taken_no_more_and_still_counted(database: Database) -> None:
    ann = await make_user(database)
    await put(database, ann.id, 1)
    await one_time_tokens.void(database, ann.id, Purpose.VERIFY_ADDRESS)
    await one_time_tokens.void(database, ann.id)
    assert await one_time_tokens.take_by_token(database, RESET, hashes(1).token) is None
    assert await one_time_tokens.take_by_code(database, ann.id, RESET, hashes(1).code) is None
    await put(database, ann.id, 2)
    assert await database.fetchval("SELECT made FROM one_time_tokens") == 2


async def test_those_of_yesterday_are_forgotten(database: Database) -> None:
    ann, ben = await make_user(database), await make_user(database)
    await put(database, ann.id, 1)
    await age(database, 90_000)
    await put(database, ben.id, 2)
    await one_time_tokens.trim(database)
    assert await database.fetchval("SELECT user_id FROM one_time_tokens") == ben.id
