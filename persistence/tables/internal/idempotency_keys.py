"""Queries on `idempotency_keys`: what writes were answered, for those that are sent again."""

from dataclasses import dataclass

from persistence import sliced_deletes
from persistence.caller_role import caller_set_to
from persistence.pool import Executor
from schema.limits import MAX_KEPT_REPLIES, MAX_KEPT_REPLY_BYTES

# The last parameter is who calls, for row-level security on the lane of `prime_caller`; empty on
# those of the server, whose statements of the same transaction are nobody's.
# Of two at once the later one waits here for the end of the earlier one's transaction.
CLAIM = f"""
INSERT INTO idempotency_keys (user_id, key, method, params_digest)
SELECT $1::uuid, $2, $3, $4
WHERE {caller_set_to("$5")}
ON CONFLICT (user_id, key) DO NOTHING
RETURNING key
"""

GET = f"""
SELECT method, params_digest, reply FROM idempotency_keys
WHERE {caller_set_to("$3")} AND user_id = $1 AND key = $2
"""

# The first reply stays: of two that were done at once, both are answered by it.
COMPLETE = f"""
UPDATE idempotency_keys
SET bytes = CASE WHEN reply IS NULL THEN octet_length($3::bytea) ELSE bytes END,
    reply = coalesce(reply, $3)
WHERE {caller_set_to("$4")} AND user_id = $1 AND key = $2
RETURNING reply
"""

GIVE_UP = """
DELETE FROM idempotency_keys WHERE user_id = $1 AND key = $2 AND reply IS NULL
"""

# Of a user, the newest so many and so many bytes. By ctid, as a join of the table with itself is
# slow where the planner's figures are older than the rows.
FORGET_OLDEST = """
DELETE FROM idempotency_keys WHERE user_id = $1 AND ctid = ANY (ARRAY(
    SELECT row FROM (
        SELECT ctid AS row, row_number() OVER newest AS place, sum(bytes) OVER newest AS bytes
        FROM idempotency_keys WHERE user_id = $1
        WINDOW newest AS (ORDER BY claimed_at DESC, key ROWS UNBOUNDED PRECEDING)
    ) AS old
    WHERE place > $2 OR bytes > $3
))
"""

TRIM = sliced_deletes.deleting(
    "idempotency_keys", "claimed_at < now() - $1::float8 * interval '1 second'", "claimed_at", 2
)


@dataclass(frozen=True, slots=True)
class KeptCall:
    """What a key was used for; `reply` is JSON, None: none is known yet."""

    method: str
    params_digest: bytes
    reply: bytes | None


async def claim(
    db: Executor, user: str, key: str, method: str, params_digest: bytes, *, caller: str = ""
) -> KeptCall | None:
    """Use a key; None: nobody had. Of 16 bytes is `params_digest`; `caller`: on the callers' lane.

    Who has called on the server's lane is no caller of the rest of the transaction.
    """
    while await db.fetchval(CLAIM, user, key, method, params_digest, caller) is None:
        row = await db.fetchrow(GET, user, key, caller)
        if row is not None:  # else it was given up meanwhile
            return KeptCall(row["method"], row["params_digest"], row["reply"])
    return None


async def complete(db: Executor, user: str, key: str, reply: bytes, *, caller: str = "") -> bytes:
    """Keep the reply; returns the one that is kept, which may have come first."""
    stored_reply: bytes | None = await db.fetchval(COMPLETE, user, key, reply, caller)
    return reply if stored_reply is None else stored_reply


async def give_up(db: Executor, user: str, key: str) -> None:
    """Nothing was done under this key: it is free again."""
    await db.execute(GIVE_UP, user, key)


async def forget_oldest(db: Executor, user: str) -> None:
    """Keep within the bounds of one user."""
    await db.execute(FORGET_OLDEST, user, MAX_KEPT_REPLIES, MAX_KEPT_REPLY_BYTES)


async def trim(db: Executor, seconds: float) -> None:
    """Forget what is older."""
    await sliced_deletes.delete(db, TRIM, seconds)
