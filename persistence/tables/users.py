"""Queries on `prime_users`: who someone is."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from persistence.errors import BadValue, Taken
from persistence.pool import Executor
from persistence.sqlstates import UNIQUE
from schema.text import email_addresses
from schema.text.account_names import checked_name, checked_username

FIELDS = {
    "prime_users_email_key": "email",
    "prime_users_address_key": "email",
    "prime_users_username_key": "username",
}

# Accounts of before 0017 whose one form was another's are found by their own spelling.
CREATE = """
INSERT INTO prime_users (email, address, username, name)
SELECT $1, $2, $3, $4 WHERE NOT EXISTS (SELECT FROM prime_users WHERE address = ANY ($5::text[]))
RETURNING id, email, username, name
"""

BY_ADDRESS = """
SELECT id, email, username, name FROM prime_users
WHERE address = ANY ($1::text[])
ORDER BY array_position($1::text[], address::text)
LIMIT 1
"""

BY_IDS = """
SELECT id, email, username, name FROM prime_users WHERE id = ANY ($1::uuid[])
"""

HAS_USERNAME = """
SELECT EXISTS (SELECT FROM prime_users WHERE lower(username) = lower($1))
"""

VERIFY_EMAIL = """
UPDATE prime_users SET email_verified_at = now()
WHERE id = $1 AND email = $2 AND email_verified_at IS NULL
"""

IS_VERIFIED = """
SELECT email_verified_at IS NOT NULL FROM prime_users WHERE id = $1
"""

# Whoever writes to the new address has proved it.
CHANGE_EMAIL = """
UPDATE prime_users SET email = $2, address = $3, email_verified_at = now()
WHERE id = $1
    AND NOT EXISTS (SELECT FROM prime_users WHERE address = ANY ($4::text[]) AND id <> $1)
RETURNING id
"""

DEFAULT_BPM = """
SELECT default_bpm FROM prime_users WHERE id = $1
"""


@dataclass(frozen=True, slots=True)
class UserRow:
    """An account."""

    id: str
    email: str
    username: str
    name: str


async def create(db: Executor, *, email: str, username: str, name: str) -> UserRow:
    """Make an account; raises `NoAddress`, `NoName`, and `Taken` for what is in use.

    An address is in use in whatever spelling (rule A6), a username in any case of letters. Whoever
    calls this, no account is called what rule A65 refuses. An empty name is the username.
    """
    username, name = checked_username(username), checked_name(name or username)
    key, email = email_addresses.key_of(email), email_addresses.as_kept(email)
    try:
        row = await db.fetchrow(CREATE, email, key, username, name, email_addresses.keys_of(email))
    except BadValue as error:
        if error.sqlstate != UNIQUE:
            raise
        raise Taken(FIELDS[str(error.constraint)]) from error
    if row is None:
        raise Taken("email")
    return _user(row)


async def by_id(db: Executor, user_id: str) -> UserRow | None:
    return (await by_ids(db, [user_id])).get(user_id)


async def by_email(db: Executor, email: str) -> UserRow | None:
    """Whose address this is, in whatever spelling (rule A6)."""
    row = await db.fetchrow(BY_ADDRESS, email_addresses.keys_of(email))
    return _user(row) if row else None


async def by_ids(db: Executor, user_ids: Collection[str]) -> dict[str, UserRow]:
    """Those of the users that exist, by id."""
    return {row["id"]: _user(row) for row in await db.fetch(BY_IDS, list(user_ids))}


async def has_username(db: Executor, username: str) -> bool:
    """Whether someone has it, in any case of letters."""
    return bool(await db.fetchval(HAS_USERNAME, username))


async def verify_email(db: Executor, user_id: str, email: str) -> None:
    """A mail to this address was answered; nothing changes if it is another one by now."""
    await db.execute(VERIFY_EMAIL, user_id, email)


async def is_verified(db: Executor, user_id: str) -> bool:
    """Whether a mail to the address was answered."""
    return bool(await db.fetchval(IS_VERIFIED, user_id))


async def change_email(db: Executor, user_id: str, email: str) -> None:
    """Give a user another address, which is proved; raises `NoAddress`, `Taken`."""
    key, email = email_addresses.key_of(email), email_addresses.as_kept(email)
    try:
        changed_id = await db.fetchval(
            CHANGE_EMAIL, user_id, email, key, email_addresses.keys_of(email)
        )
    except BadValue as error:
        if error.sqlstate != UNIQUE:
            raise
        raise Taken(FIELDS[str(error.constraint)]) from error
    if changed_id is None:
        raise Taken("email")


async def default_bpm(db: Executor, user_id: str) -> float:
    """The tempo that new projects of the user have."""
    bpm: float = await db.fetchval(DEFAULT_BPM, user_id)
    return bpm


def _user(row: Any) -> UserRow:
    return UserRow(row["id"], row["email"], row["username"], row["name"])
