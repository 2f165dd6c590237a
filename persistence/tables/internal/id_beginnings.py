"""Queries by the beginning of an id, as an operator types it: in small letters or capitals."""

import re
from dataclasses import dataclass
from uuid import UUID

from persistence.pool import Executor

FEWEST = 4
"""Characters of a beginning: as few say nothing."""

MOST_FOUND = 10
"""So many are named of those that begin alike, and one more shows that there are others."""

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


@dataclass(frozen=True, slots=True)
class FoundId:
    """What has an id that begins so. `name`: what people call it, or whose it is."""

    id: str
    name: str


async def projects(db: Executor, beginning: str) -> list[FoundId]:
    """In the order of their ids, one more than are named."""
    return await _found(db, PROJECTS, beginning)


async def users(db: Executor, beginning: str) -> list[FoundId]:
    """The same of accounts."""
    return await _found(db, USERS, beginning)


async def logins(db: Executor, beginning: str) -> list[FoundId]:
    """The same of logins that go on."""
    return await _found(db, LOGINS, beginning)


def several_in_words(beginning: str, found: list[FoundId]) -> str:
    """Which they are, so that more of one can be typed."""
    named = ", ".join(f"{each.id} ({each.name})" for each in found[:MOST_FOUND])
    more = " and others" if len(found) > MOST_FOUND else ""
    return f"several ids begin with {beginning}: {named}{more}; type more of the one that is meant"


async def _found(db: Executor, query: str, beginning: str) -> list[FoundId]:
    between = _between(beginning)
    if between is None:
        return []
    return [FoundId(**row) for row in await db.fetch(query, *between, MOST_FOUND + 1)]


def _between(beginning: str) -> tuple[str, str] | None:
    """The first and the last UUID that begin so; None: none does."""
    beginning = beginning.lower()
    digits = beginning.replace("-", "")
    if len(beginning) < FEWEST or DIGITS.fullmatch(digits) is None:
        return None
    first, last = str(UUID(digits.ljust(32, "0"))), str(UUID(digits.ljust(32, "f")))
    return (first, last) if first.startswith(beginning) else None
