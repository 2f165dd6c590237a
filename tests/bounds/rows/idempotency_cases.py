"""Cases of the table of bounds: how much is kept of what writes were answered."""

from persistence.tables import idempotency_keys
from schema.bounds import Instead, Past
from schema.limits import KEPT_REPLY_SECONDS, MAX_KEPT_REPLIES, MAX_KEPT_REPLY_BYTES
from tests.bounds.cases import Seen, live_case
from tests.server.conftest import Node

FILL = """
INSERT INTO idempotency_keys (user_id, key, method, params_digest, reply, bytes, claimed_at)
SELECT $1, 'k' || n, 'projects.create', '0123456789abcdef', '', $3,
    now() - ($4 + n) * interval '1 second'
FROM generate_series(1, $2) AS n
"""

COUNT = """
SELECT count(*) FROM idempotency_keys
"""

CLEAR = """
DELETE FROM idempotency_keys
"""


async def _kept(node: Node, rows: int, bytes_each: int = 2, age: float = 0) -> Past | None:
    """Whether as many as these are all kept."""
    db = node.context.db
    ann = (await db.fetchval("SELECT id FROM prime_users")) or (await node.musician("ann")).user
    await db.execute(CLEAR)
    await db.execute(FILL, ann, rows, bytes_each, age)
    await idempotency_keys.forget_oldest(db, ann)
    await idempotency_keys.trim(db, KEPT_REPLY_SECONDS)
    return None if await db.fetchval(COUNT) == rows else Instead.OLDEST_FORGOTTEN


@live_case("MAX_KEPT_REPLIES")
async def kept_replies(node: Node) -> Seen:
    return Seen(await _kept(node, MAX_KEPT_REPLIES), await _kept(node, MAX_KEPT_REPLIES + 1))


@live_case("MAX_KEPT_REPLY_BYTES")
async def kept_reply_bytes(node: Node) -> Seen:
    each = MAX_KEPT_REPLY_BYTES // 16
    return Seen(await _kept(node, 16, each), await _kept(node, 16, each + 1))


@live_case("KEPT_REPLY_SECONDS")
async def kept_reply_seconds(node: Node) -> Seen:
    """A minute before a day is over, and at its end."""
    return Seen(
        await _kept(node, 1, age=KEPT_REPLY_SECONDS - 60),
        await _kept(node, 1, age=KEPT_REPLY_SECONDS),
    )
