"""Queries on `server_secrets`: what every node must share and no operator need choose."""

from collections.abc import Callable

from persistence.pool import Executor

GET = """
SELECT value FROM server_secrets WHERE name = $1
"""

CREATE = """
INSERT INTO server_secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING
"""

REPLACE = """
UPDATE server_secrets SET value = $3 WHERE name = $1 AND value = $2
"""


async def find(db: Executor, name: str) -> bytes | None:
    """The secret of that name, if there is one."""
    value: bytes | None = await db.fetchval(GET, name)
    return value


async def get_or_create(db: Executor, name: str, make: Callable[[], bytes]) -> bytes:
    """The secret of that name; of many nodes that make it at once, one makes it for all."""
    value = await find(db, name)
    if value is None:
        await db.execute(CREATE, name, make())
        value = await find(db, name)
    if value is None:
        raise RuntimeError(f"the secret {name} was deleted while it was made")
    return value


async def replace(db: Executor, name: str, before: bytes, value: bytes) -> None:
    """Another value for it, unless somebody has replaced that of `before` meanwhile."""
    await db.execute(REPLACE, name, before, value)
