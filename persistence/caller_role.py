"""`prime_caller`: the role that reads and writes what users ask for. It owns nothing.

It is of the server, not of one database, and an owner of a database may not be allowed to make it.
"""

import secrets
from contextlib import suppress
from typing import Any

import asyncpg

from persistence.errors import Unfit
from persistence.pool import Executor

ROLE = "prime_caller"


def caller_set_to(value: str) -> str:
    """The condition by which a statement says who calls, of this transaction only.

    `value`: SQL of a text, the user's id. Done once, before a row is looked at.
    """
    return f"(SELECT set_config('prime.caller', {value}, true)) IS NOT NULL"


CALLER = caller_set_to("$1::uuid::text")
"""Stands in each statement of the lane, whose first argument is the caller: it is run first."""

CREATE = f"CREATE ROLE {ROLE} LOGIN"

STANDING = f"""
SELECT me, (SELECT count(*) FROM pg_roles WHERE rolname = '{ROLE}') > 0 AS is_there,
    CASE
        WHEN NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN false
        WHEN current_setting('server_version_num')::int >= 160000
            THEN pg_has_role(me, '{ROLE}', 'SET')
        ELSE pg_has_role(me, '{ROLE}', 'MEMBER')
    END AS is_mine
FROM (SELECT coalesce($1::name, current_user) AS me) AS it
"""
"""Of a role, or of whoever asks."""

STRENGTH = """
SELECT current_user AS me, r.rolsuper OR r.rolbypassrls AS bypasses,
    (
        SELECT count(*) FROM pg_class AS c WHERE c.relowner = r.oid
            AND c.relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_')
    ) AS owned
FROM pg_roles AS r WHERE r.rolname = current_user
"""
"""What must be so of the lane `callers`, asked on it."""


async def make_role(connection: Any) -> None:
    """Make the role where it is missing, and let the owner of the database use it.

    Raises `Unfit` with what an administrator runs, where the owner may not.
    """
    await try_to_make_role(connection)
    refuse_without(await connection.fetchrow(STANDING, None))


async def try_to_make_role(connection: Any, owner: str | None = None) -> None:
    """The same for another owner than who asks, as far as who asks may."""
    role_row = await connection.fetchrow(STANDING, owner)
    if not role_row["is_there"]:
        # Another database of this server may be making it at the same moment.
        with suppress(
            asyncpg.InsufficientPrivilegeError,
            asyncpg.DuplicateObjectError,
            asyncpg.UniqueViolationError,
        ):
            async with connection.transaction():
                await connection.execute(CREATE)
    if not role_row["is_mine"]:
        with suppress(asyncpg.InsufficientPrivilegeError, asyncpg.UndefinedObjectError):
            async with connection.transaction():
                await connection.execute(_grant(role_row["me"]))


async def check_owner(db: Executor) -> None:
    """Raises `Unfit` where the role is missing, or the owner of the database may not use it."""
    refuse_without(await db.fetchrow(STANDING, None))


async def check_lane(db: Executor) -> None:
    """Raises `Unfit` where row-level security would not hold for the lane `callers`."""
    row = await db.fetchrow(STRENGTH)
    assert row is not None
    if row["me"] != ROLE:
        raise Unfit(
            f"what users ask for must run as {ROLE}, and it runs as {row['me']}: what stands "
            f"between Prime and PostgreSQL drops the setting `role`; set PRIME_CALLER_DATABASE_URL "
            f"to an address that logs in as {ROLE}"
        )
    if row["bypasses"] or row["owned"]:
        raise Unfit(
            f"row-level security does not hold for {ROLE}: it owns tables, is a superuser or has "
            f"BYPASSRLS; let an administrator run: ALTER ROLE {ROLE} NOSUPERUSER NOBYPASSRLS; and "
            "give its tables to the owner of the database"
        )


async def check_same(owner: Executor, callers: Executor) -> None:
    """Raises `Unfit` where the lane `callers` is on another database than the owner's lanes.

    A lock that the one holds is asked for by the other: even a copy of the database has it free.
    """
    number = secrets.randbits(63)
    async with owner.transaction() as holding:
        await holding.execute("SELECT pg_advisory_xact_lock($1)", number)
        is_other = await callers.fetchval("SELECT pg_try_advisory_xact_lock($1)", number)
    if is_other:
        raise Unfit(
            "PRIME_CALLER_DATABASE_URL names another database than DATABASE_URL; "
            f"set it to the same server and database, with the login {ROLE}"
        )


def refuse_without(role_row: Any) -> None:
    """Raises `Unfit` with what an administrator runs, if there is something to run."""
    missing_sql = [] if role_row["is_there"] else [CREATE]
    if not role_row["is_mine"]:
        missing_sql.append(_grant(role_row["me"]))
    if missing_sql:
        raise Unfit(
            f"{role_row['me']} cannot act as the role {ROLE}, and may not see to it; set "
            f"PRIME_CALLER_DATABASE_URL, or let an administrator run: {'; '.join(missing_sql)};"
        )


def quoted(name: str) -> str:
    """The name of a role, in SQL."""
    return '"{}"'.format(name.replace('"', '""'))


def _grant(owner: str) -> str:
    return f"GRANT {ROLE} TO {quoted(owner)}"
