"""Queries by the beginning of an id, as an operator types it: in small letters or capitals."""

import re
from uuid import UUID

from persistence.pool import Executor
from schema.text.id_beginnings import FEWEST, MOST_NAMED, FoundId

PROJECTS = """
SELECT id, name FROM studio_projects WHERE id BETWEEN $1 AND $2 ORDER BY id LIMIT $3
"""

USERS = """
SELECT id, username AS name FROM prime_users WHERE id BETWEEN $1 AND $2 ORDER BY id LIMIT $3
"""

LOGINS = """
SELECT s.id, u.username AS name FROM auth_sessions AS s JOIN prime_users AS u ON u.id = s.user_id
WHERE s.id BETWEEN $1 AND $2 AND s.revoked_at IS NULL AND s.expires_at > now()
ORDER BY s.id LIMIT $3
"""

DIGITS = re.compile(r"[0-9a-f]{1,32}")


async def projects(db: Executor, beginning: str) -> list[FoundId]:
    """In the order of their ids, one more than are named, which shows that there are others."""
    return await _found(db, PROJECTS, beginning)


async def users(db: Executor, beginning: str) -> list[FoundId]:
    """The same of accounts."""
    return await _found(db, USERS, beginning)


async def logins(db: Executor, beginning: str) -> list[FoundId]:
    """The same of logins that go on."""
    return await _found(db, LOGINS, beginning)


async def _found(db: Executor, query: str, beginning: str) -> list[FoundId]:
    between = _between(beginning)
    if between is None:
        return []
    return [FoundId(**row) for row in await db.fetch(query, *between, MOST_NAMED + 1)]


def _between(beginning: str) -> tuple[str, str] | None:
    """The first and the last UUID that begin so; None: none does."""
    beginning = beginning.lower()
    digits = beginning.replace("-", "")
    if len(beginning) < FEWEST or DIGITS.fullmatch(digits) is None:
        return None
    first, last = str(UUID(digits.ljust(32, "0"))), str(UUID(digits.ljust(32, "f")))
    return (first, last) if first.startswith(beginning) else None
