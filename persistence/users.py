"""Queries on `prime_users`: who someone is."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from persistence.errors import BadValue, Taken
from persistence.pool import Executor
from persistence.sqlstates import UNIQUE

FIELDS = {"prime_users_email_key": "email", "prime_users_username_key": "username"}

CREATE = """
INSERT INTO prime_users (email, username, name) VALUES ($1, $2, $3)
RETURNING id, email, username, name
"""

BY_EMAIL = """
SELECT id, email, username, name FROM prime_users WHERE lower(email) COLLATE "C" = lower($1)
"""

BY_IDS = """
SELECT id, email, username, name FROM prime_users WHERE id = ANY ($1::uuid[])
"""


@dataclass(frozen=True, slots=True)
class UserRow:
    """An account."""

    id: str
    email: str
    username: str
    name: str


async def create(db: Executor, *, email: str, username: str, name: str) -> UserRow:
    """Make an account; raises `Taken` for an email or username in use, in any case of letters."""
    try:
        return _user(await db.fetchrow(CREATE, email, username, name))
    except BadValue as error:
        if error.sqlstate != UNIQUE:
            raise
        raise Taken(FIELDS[str(error.constraint)]) from error


async def by_id(db: Executor, user_id: str) -> UserRow | None:
    return (await by_ids(db, [user_id])).get(user_id)


async def by_email(db: Executor, email: str) -> UserRow | None:
    row = await db.fetchrow(BY_EMAIL, email)
    return _user(row) if row else None


async def by_ids(db: Executor, user_ids: Collection[str]) -> dict[str, UserRow]:
    """Those of the users that exist, by id."""
    return {row["id"]: _user(row) for row in await db.fetch(BY_IDS, list(user_ids))}


def _user(row: Any) -> UserRow:
    return UserRow(row["id"], row["email"], row["username"], row["name"])
