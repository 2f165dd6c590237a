"""Queries on `one_time_tokens`: what proves an address, once; only hashes are stored.

One for each user and purpose: a new one voids the older. The hashes are made by
`server.accounts.proving.one_time_secrets`.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

from persistence import sliced_deletes
from persistence.pool import Executor
from schema.limits import MAX_MAILED_CODES_A_DAY, MAX_WRONG_CODES


class Purpose(StrEnum):
    """What a one-time token is for; it is good for nothing else."""

    VERIFY_ADDRESS = "verify_address"
    RESET_PASSWORD = "reset_password"
    CHANGE_ADDRESS = "change_address"
    DELETE_ACCOUNT = "delete_account"


FREE_MAILS = 3
"""So many a day are made at once; then each waits for twice as long as the one before."""

FIRST_GAP_SECONDS = 60.0
"""The first wait."""

LONGEST_GAP_SECONDS = 3_600.0
"""No token is good for less: whoever asks for others fills a mailbox, and keeps nobody out."""

# How many were made is counted for a day from the first one on, whatever became of them.
PUT = """
INSERT INTO one_time_tokens AS t
    (user_id, purpose, email, token_hash, code_hash, expires_at, code_expires_at)
VALUES ($1, $2, $3, $4, $5,
    now() + $6::float8 * interval '1 second', now() + $7::float8 * interval '1 second')
ON CONFLICT (user_id, purpose) DO UPDATE
SET email = excluded.email, token_hash = excluded.token_hash, code_hash = excluded.code_hash,
    wrong_codes = 0, expires_at = excluded.expires_at,
    made = CASE WHEN t.made_since < now() - interval '1 day' THEN 1 ELSE t.made + 1 END,
    made_since = CASE WHEN t.made_since < now() - interval '1 day' THEN now()
        ELSE t.made_since END,
    code_expires_at = CASE WHEN t.made >= $8 AND t.made_since >= now() - interval '1 day'
        THEN now() ELSE excluded.code_expires_at END,
    made_at = now()
WHERE t.made < $9 OR t.made_since < now() - interval '1 day' OR t.made_at
    <= now() - least($10 * power(2, least(t.made - $9, 30)), $11::float8) * interval '1 second'
RETURNING code_expires_at > now() AS has_code
"""

TAKE_BY_TOKEN = """
DELETE FROM one_time_tokens
WHERE token_hash = $1 AND purpose = $2 AND expires_at > now()
RETURNING user_id, email
"""

USER_OF = """
SELECT user_id FROM one_time_tokens
WHERE token_hash = $1 AND purpose = $2 AND expires_at > now()
"""

# Before the row: so does whoever voids it.
HOLD_OWNER = """
SELECT hold_user(user_id) FROM one_time_tokens WHERE token_hash = $1 AND purpose = $2
"""

HOLD_USER = "SELECT hold_user($1)"

# Of many at once each waits for the row and looks at it again: one takes it, or each counts.
TAKE_BY_CODE = """
WITH counted AS (
    UPDATE one_time_tokens SET wrong_codes = wrong_codes + 1
    WHERE user_id = $1 AND purpose = $2 AND code_hash <> ALL ($3) AND wrong_codes < $4
)
DELETE FROM one_time_tokens
WHERE user_id = $1 AND purpose = $2 AND code_hash = ANY ($3) AND wrong_codes < $4
    AND code_expires_at > now()
RETURNING user_id, email
"""

VOID = """
UPDATE one_time_tokens SET expires_at = now(), code_expires_at = now()
WHERE user_id = $1 AND purpose = ANY ($2::text[])
"""

TRIM = sliced_deletes.deleting(
    "one_time_tokens",
    "made_since < now() - interval '1 day' AND expires_at <= now()",
    "made_since",
    1,
)


class TokenOutcome(Enum):
    """What became of a new one."""

    WITH_CODE = "with code"
    WITHOUT_CODE = "without code"
    """So many codes were made today that they could be guessed at: the token only."""
    NOT_YET = "not yet"
    """The one before is as new as that: it stays, and nothing is to be sent."""


@dataclass(frozen=True, slots=True)
class Hashes:
    """Of a token and of its code; each 32 bytes."""

    token: bytes
    code: bytes


@dataclass(frozen=True, slots=True)
class TakenToken:
    """Whose it was, and the address that it was sent to (of a change: the new one)."""

    user_id: str
    email: str


async def put(
    db: Executor,
    user_id: str,
    purpose: Purpose,
    email: str,
    hashes: Hashes,
    *,
    seconds: float,
    code_seconds: float,
) -> TokenOutcome:
    """Keep one in place of any older, if it is not too soon for another.

    `email`: where it is sent. `seconds`, `code_seconds`: how long the token and the code are good.
    """
    arguments = user_id, purpose, email, hashes.token, hashes.code, seconds, code_seconds
    gaps = FREE_MAILS, FIRST_GAP_SECONDS, LONGEST_GAP_SECONDS
    row = await db.fetchrow(PUT, *arguments, MAX_MAILED_CODES_A_DAY, *gaps)
    if row is None:
        return TokenOutcome.NOT_YET
    return TokenOutcome.WITH_CODE if row["has_code"] else TokenOutcome.WITHOUT_CODE


async def take_by_token(db: Executor, purpose: Purpose, token_hash: bytes) -> TakenToken | None:
    """Use it up; None: there is no such token, or it has run out. Of many at once one gets it.

    Holds its user (`auth_sessions.hold_user`).
    """
    await db.execute(HOLD_OWNER, token_hash, purpose)
    return _taken_token(await db.fetchrow(TAKE_BY_TOKEN, token_hash, purpose))


async def user_of(db: Executor, purpose: Purpose, token_hash: bytes) -> str | None:
    """Whose `take_by_token` would find now; it stays."""
    user: str | None = await db.fetchval(USER_OF, token_hash, purpose)
    return user


async def take_by_code(
    db: Executor, user_id: str, purpose: Purpose, *code_hashes: bytes
) -> TakenToken | None:
    """Use it up; None: the code is wrong, which is counted, or has run out.

    `code_hashes`: of the one code, by each key that is believed.

    Not in a transaction that a wrong code rolls back: it would not be counted. Holds the user.
    """
    await db.execute(HOLD_USER, user_id)
    return _taken_token(
        await db.fetchrow(TAKE_BY_CODE, user_id, purpose, code_hashes, MAX_WRONG_CODES)
    )


async def void(db: Executor, user_id: str, *purposes: Purpose) -> None:
    """Those of a user for these purposes, or for any, are good no more."""
    await db.execute(VOID, user_id, list(purposes or Purpose))


async def trim(db: Executor) -> None:
    """Forget those that have run out and count no more."""
    await sliced_deletes.delete(db, TRIM)


def _taken_token(row: Any) -> TakenToken | None:
    return None if row is None else TakenToken(row["user_id"], row["email"])
