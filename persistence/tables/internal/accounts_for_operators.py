"""Queries for operators: all accounts, and all of one account."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from persistence.pool import Executor
from persistence.tables import users
from persistence.tables.internal import id_beginnings
from persistence.tables.users import UserRow
from schema.text.id_beginnings import FEWEST_OF_USER, FoundId

_SHOWN = """
SELECT u.id, u.email, u.username, u.name, u.is_operator,
    extract(epoch FROM u.created_at)::float8 AS created_at,
    EXISTS (SELECT FROM auth_credentials AS c
        WHERE c.user_id = u.id AND c.provider = 'password') AS has_password,
    u.email_verified_at IS NOT NULL AS address_proved,
    EXISTS (SELECT FROM second_factors AS f
        WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL) AS second_factor,
    ARRAY(SELECT DISTINCT i.provider FROM provider_identities AS i
        WHERE i.user_id = u.id ORDER BY i.provider) AS providers,
    (SELECT count(*) FROM auth_sessions AS s
        WHERE s.user_id = u.id AND s.revoked_at IS NULL AND s.expires_at > now()) AS logins
FROM prime_users AS u
"""

LIST = f"{_SHOWN} WHERE u.id > $1 ORDER BY u.id LIMIT $2"

ONE = f"{_SHOWN} WHERE u.id = $1"

LOGINS = """
SELECT id, device, device_name, extract(epoch FROM created_at)::float8 AS created_at,
    extract(epoch FROM last_used_at)::float8 AS last_used_at
FROM auth_sessions
WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > now()
ORDER BY last_used_at DESC, id
"""

PROJECTS = """
SELECT p.id, p.name, m.role
FROM project_members AS m JOIN studio_projects AS p ON p.id = m.project_id
WHERE m.user_id = $1
ORDER BY p.name, p.id
"""

BY_USERNAME = """
SELECT id FROM prime_users WHERE lower(username) = lower($1)
"""

BY_ID = """
SELECT id FROM prime_users WHERE id = $1
"""

IS_OPERATOR = """
SELECT coalesce((SELECT is_operator FROM prime_users WHERE id = $1), false)
"""

SET_OPERATOR = """
UPDATE prime_users SET is_operator = $2 WHERE id = $1 AND is_operator <> $2
"""

HAS_OPERATOR = """
SELECT EXISTS (SELECT FROM prime_users)
"""

ACCOUNTS_AT_ONCE = 500

FIRST = "00000000-0000-0000-0000-000000000000"
"""Before the ids of all accounts."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as an operator sees it; times in seconds since 1970."""

    id: str
    email: str
    username: str
    name: str
    is_operator: bool
    created_at: float
    has_password: bool
    address_proved: bool
    second_factor: bool
    """Whether logins take one."""
    providers: list[str]
    """Whose identities are linked."""
    logins: int
    """How many go on."""


@dataclass(frozen=True, slots=True)
class Login:
    """A login that goes on; times in seconds since 1970."""

    id: str
    device: str
    device_name: str
    """What people call it; empty: it has not said."""
    created_at: float
    last_used_at: float


@dataclass(frozen=True, slots=True)
class AccountMembership:
    """A project that the user is in."""

    project: str
    name: str
    role: str


async def accounts(db: Executor, after: str = FIRST) -> list[Account]:
    """Some hundreds in the order of their ids, behind the id `after`; [] at the end."""
    return [_account(row) for row in await db.fetch(LIST, after, ACCOUNTS_AT_ONCE)]


async def account(db: Executor, user_id: str) -> Account | None:
    row = await db.fetchrow(ONE, user_id)
    return None if row is None else _account(row)


async def find(db: Executor, name_or_email: str) -> UserRow | None:
    """Whoever is named so: by id, by address in whatever spelling, or by username."""
    if "@" in name_or_email:
        return await users.by_email(db, name_or_email)
    user_id = await _by_id(db, name_or_email) or await db.fetchval(BY_USERNAME, name_or_email)
    return None if user_id is None else await users.by_id(db, user_id)


async def find_by_beginning(db: Executor, text: str) -> tuple[UserRow | None, list[FoundId]]:
    """The same, or whose id alone begins so; else those whose ids do, where there are several."""
    user = await find(db, text)
    if user is not None or len(text) < FEWEST_OF_USER:
        return user, []
    found = await id_beginnings.users(db, text)
    if len(found) == 1:
        return await users.by_id(db, found[0].id), []
    return None, found


async def _by_id(db: Executor, named_id: str) -> str | None:
    try:
        user_id: str | None = await db.fetchval(BY_ID, str(UUID(named_id)))
    except ValueError:
        return None
    return user_id


async def logins(db: Executor, user_id: str) -> list[Login]:
    """Those that go on, the one that was used last first."""
    return [Login(**row) for row in await db.fetch(LOGINS, user_id)]


async def memberships(db: Executor, user_id: str) -> list[AccountMembership]:
    """All projects that the user is in."""
    rows = await db.fetch(PROJECTS, user_id)
    return [AccountMembership(row["id"], row["name"], row["role"]) for row in rows]


async def is_operator(db: Executor, user_id: str) -> bool:
    """Whether the user runs the server."""
    return bool(await db.fetchval(IS_OPERATOR, user_id))


async def set_operator(db: Executor, user_id: str, is_operator: bool) -> bool:
    """Whether the user was none, or one, before."""
    return await db.execute(SET_OPERATOR, user_id, is_operator) == "UPDATE 1"


async def is_anyone(db: Executor) -> bool:
    """Whether there is any account."""
    return bool(await db.fetchval(HAS_OPERATOR))


def _account(row: Any) -> Account:
    return Account(**row)
