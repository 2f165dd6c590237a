"""Queries on guests: users who came by an invitation that lets them in, and have no account."""

import secrets

from persistence.errors import BadValue, Taken
from persistence.pool import Executor
from persistence.sqlstates import UNIQUE
from persistence.tables.users import FIELDS, UserRow
from schema.text import email_addresses
from schema.text.account_names import checked_name, checked_username

# The address is made up from the id: nobody reads mail there, and nobody is shown it.
CREATE = """
INSERT INTO prime_users (id, email, address, username, name, is_guest)
SELECT id, id || '@nobody.invalid', id || '@nobody.invalid', $1, $2, true
FROM gen_random_uuid() AS id
RETURNING id, email, username, name
"""

IS_GUEST = """
SELECT EXISTS (SELECT FROM prime_users WHERE id = $1 AND is_guest)
"""

UPGRADE = """
UPDATE prime_users SET username = $2, is_guest = false,
    email = coalesce($3, email), address = coalesce($4, address)
WHERE id = $1 AND is_guest
    AND NOT EXISTS (SELECT FROM prime_users WHERE address = ANY ($5::text[]))
RETURNING id, email, username, name
"""

# They are erased as deleted accounts are. Who has a login that was used meanwhile stays.
FORGET = """
INSERT INTO account_deletions (user_id, archived, erase_at)
SELECT u.id, '{}', now() FROM prime_users AS u
WHERE u.is_guest AND u.created_at < now() - $1 * interval '1 day'
    AND NOT EXISTS (SELECT FROM project_members AS m WHERE m.user_id = u.id)
    AND NOT EXISTS (SELECT FROM auth_sessions AS s WHERE s.user_id = u.id
        AND s.last_used_at > now() - $1 * interval '1 day')
LIMIT $2
ON CONFLICT (user_id) DO NOTHING
"""

KEPT_DAYS = 30
"""A guest who is a member of nothing and did not come for so long is deleted."""

AT_ONCE = 500


async def create(tx: Executor, name: str) -> UserRow:
    """Make a guest who is shown as `name`, with a username of its own; raises `NoName`."""
    row = await tx.fetchrow(CREATE, f"guest_{secrets.token_hex(8)}", checked_name(name))
    assert row is not None
    return UserRow(row["id"], row["email"], row["username"], row["name"])


async def is_guest(db: Executor, user: str) -> bool:
    """Whether the user has no account; of nobody it is false."""
    return bool(await db.fetchval(IS_GUEST, user))


async def upgrade(tx: Executor, user: str, username: str, email: str | None) -> UserRow | None:
    """Make an account of a guest, the same user; None: it is no guest (any more).

    `email` None: it gets an address later. Raises `NoAddress`, `NoName`, `Taken`.
    """
    username, keys, key = checked_username(username), [], None
    if email is not None:
        keys, key = email_addresses.keys_of(email), email_addresses.key_of(email)
        email = email_addresses.as_kept(email)
    try:
        row = await tx.fetchrow(UPGRADE, user, username, email, key, keys)
    except BadValue as error:
        if error.sqlstate != UNIQUE:
            raise
        raise Taken(FIELDS[str(error.constraint)]) from error
    if row is not None:
        return UserRow(row["id"], row["email"], row["username"], row["name"])
    if await is_guest(tx, user):
        raise Taken("email")
    return None


async def forget(db: Executor) -> None:
    """Have those erased that belong to nothing and did not come for `KEPT_DAYS`."""
    await db.execute(FORGET, KEPT_DAYS, AT_ONCE)
