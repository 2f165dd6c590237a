"""How it is with a database, for an operator who asks before anything is started. Only reads."""

import time
from dataclasses import dataclass

from persistence.pool import Executor

FACTS = """
SELECT current_setting('server_version') AS version, current_database()::text AS database,
    current_user::text AS role,
    EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('studio_projects')
        AND pg_has_role(relowner, 'USAGE')) AS is_owner,
    current_setting('max_connections')::int
        - current_setting('superuser_reserved_connections')::int AS most_connections,
    (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::int
        AS open_connections
"""

APPLIED = """
SELECT name FROM prime_migrations ORDER BY number
"""

HAS_TABLE = """
SELECT to_regclass($1) IS NOT NULL
"""

CLOCK = """
SELECT extract(epoch FROM clock_timestamp())::float8
"""


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """What a server says of itself."""

    version: str
    database: str
    role: str
    """Who we are there."""
    is_owner: bool
    """Whether it may do all that the owner of the tables may."""
    most_connections: int
    """How many it lets in, but for superusers."""
    open_connections: int
    """How many are open, ours too."""


async def facts(db: Executor) -> DatabaseFacts:
    """Raises `PersistenceError`."""
    row = await db.fetchrow(FACTS)
    assert row is not None
    return DatabaseFacts(**row)


async def applied(db: Executor) -> list[str]:
    """The names of all migrations that were applied, in order; none: it is no database of Prime."""
    if not await has_table(db, "prime_migrations"):
        return []
    return [row["name"] for row in await db.fetch(APPLIED)]


async def has_table(db: Executor, name: str) -> bool:
    """Whether there is a table of this name."""
    return bool(await db.fetchval(HAS_TABLE, name))


async def clock_ahead(db: Executor) -> float:
    """Seconds by which our clock is ahead of the server's, below 0: behind it.

    What the question may have been under way is no difference.
    """
    before = time.time()
    database_clock: float = await db.fetchval(CLOCK)
    after = time.time()
    return max(before - database_clock, 0.0) or min(after - database_clock, 0.0)
