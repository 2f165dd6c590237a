"""Keys of writes, and what they were answered."""

import pytest

from persistence.pool import Database
from persistence.tables.internal import idempotency_keys
from schema.limits import MAX_KEPT_REPLIES, MAX_KEPT_REPLY_BYTES
from tests.persistence.planted_rows import make_user

pytestmark = pytest.mark.postgres

DIGEST = b"0123456789abcdef"

MANY = """
INSERT INTO idempotency_keys (user_id, key, method, params_digest, reply, bytes, claimed_at)
SELECT $1, 'old ' || n, 'projects.create', $2, ''::bytea, $4, now() - n * interval '1 second'
FROM generate_series(1, $3) AS n
"""


async def count(db: Database) -> int:
    kept: int = await db.fetchval("SELECT count(*) FROM idempotency_keys")
    return kept


async def test_a_key_is_claimed_once_and_keeps_its_first_reply(database: Database) -> None:
    ann, ben = await make_user(database), await make_user(database)
    assert await idempotency_keys.claim(database, ann.id, "k", "a.b", DIGEST) is None
    kept = await idempotency_keys.claim(database, ann.id, "k", "c.d", DIGEST[::-1])
    assert kept == idempotency_keys.KeptCall("a.b", DIGEST, None)
    assert await idempotency_keys.complete(database, ann.id, "k", b"{}") == b"{}"
    assert await idempotency_keys.complete(database, ann.id, "k", b"[]") == b"{}"
    await idempotency_keys.give_up(database, ann.id, "k")
    kept = await idempotency_keys.claim(database, ann.id, "k", "a.b", DIGEST)
    assert kept is not None
    assert kept.reply == b"{}"
    assert await idempotency_keys.claim(database, ben.id, "k", "a.b", DIGEST) is None


@pytest.mark.parametrize(
    ("rows", "bytes_each", "left"),
    [
        (MAX_KEPT_REPLIES + 10, 2, MAX_KEPT_REPLIES),
        (20, MAX_KEPT_REPLY_BYTES // 16, 16),
    ],
)
async def test_of_one_user_so_many_are_kept(
    database: Database, rows: int, bytes_each: int, left: int
) -> None:
    ann, ben = await make_user(database), await make_user(database)
    await idempotency_keys.claim(database, ben.id, "k", "a.b", DIGEST)
    await database.execute(MANY, ann.id, DIGEST, rows, bytes_each)
    await idempotency_keys.forget_oldest(database, ann.id)
    assert await count(database) == left + 1
    newest = await idempotency_keys.claim(database, ann.id, "old 1", "projects.create", DIGEST)
    assert newest is not None


async def test_what_is_older_is_trimmed(database: Database) -> None:
    ann = await make_user(database)
    await database.execute(MANY, ann.id, DIGEST, 100, 2)
    await idempotency_keys.trim(database, 50.5)
    assert await count(database) == 50
