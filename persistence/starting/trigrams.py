"""`pg_trgm`: what finds a part of a name by index. It comes with PostgreSQL, and must be made."""

from contextlib import suppress
from typing import Any, NoReturn

import asyncpg

from persistence.errors import Unfit

CREATE = "CREATE EXTENSION IF NOT EXISTS pg_trgm"

MOVE = "ALTER EXTENSION pg_trgm SET SCHEMA public"

STANDING = """
SELECT current_user AS me, current_database() AS database,
    EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') AS is_there,
    EXISTS (
        SELECT FROM pg_opclass WHERE opcname = 'gin_trgm_ops' AND pg_opclass_is_visible(oid)
    ) AS can_be_used
"""


async def make_trigrams(connection: Any) -> None:
    """Make the extension; raises `Unfit` with what an administrator runs, if we may not."""
    with suppress(
        asyncpg.InsufficientPrivilegeError,
        asyncpg.UndefinedFileError,
        asyncpg.FeatureNotSupportedError,
        asyncpg.UniqueViolationError,
    ):
        async with connection.transaction():
            await connection.execute(CREATE)
    extension_row = await connection.fetchrow(STANDING)
    if not extension_row["can_be_used"]:
        refuse(extension_row)


def refuse(extension_row: Any) -> NoReturn:
    """Raises `Unfit`, with the statement."""
    why = "is in a schema that is not searched" if extension_row["is_there"] else "is not there"
    raise Unfit(
        f"the extension pg_trgm (of postgresql-contrib) {why}, and {extension_row['me']} may not "
        f"see to it; let an administrator run in the database {extension_row['database']}: "
        f"{MOVE if extension_row['is_there'] else CREATE};"
    )
