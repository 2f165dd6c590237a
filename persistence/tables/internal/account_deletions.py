"""Queries on `account_deletions`: accounts that wait to be erased, and what goes with them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from persistence import sliced_deletes
from persistence.pool import Executor

# Those with other members first: about them something is to be decided. An owner whose own account
# is to be erased keeps no project (rule A61).
OWNED = """
SELECT p.id, p.name, p.archived_at IS NOT NULL AS archived,
    count(o.user_id) AS others,
    count(o.user_id) FILTER (WHERE o.role = 'owner' AND d.user_id IS NULL) AS owners,
    count(*) OVER () AS total
FROM project_members AS m
JOIN studio_projects AS p ON p.id = m.project_id
LEFT JOIN project_members AS o ON o.project_id = p.id AND o.user_id <> m.user_id
LEFT JOIN account_deletions AS d ON d.user_id = o.user_id
WHERE m.user_id = $1 AND m.role = 'owner'
GROUP BY p.id
ORDER BY (count(o.user_id) > 0
        AND count(o.user_id) FILTER (WHERE o.role = 'owner' AND d.user_id IS NULL) = 0) DESC,
    count(o.user_id) DESC, p.created_at, p.id
LIMIT $2
"""

# In order, as all who lock several: of two owners who delete their accounts at once, the second
# waits here, and then finds the first to be none.
LOCK_OWNED = """
SELECT FROM studio_projects WHERE id IN (
    SELECT m.project_id FROM project_members AS m WHERE m.user_id = $1 AND m.role = 'owner'
        AND EXISTS (SELECT FROM project_members AS o
            WHERE o.project_id = m.project_id AND o.user_id <> $1)
)
ORDER BY id FOR NO KEY UPDATE
"""

PUT = """
INSERT INTO account_deletions (user_id, archived, erase_at)
VALUES ($1, $2::uuid[], now() + $3::float8 * interval '1 day')
ON CONFLICT (user_id) DO NOTHING
"""

# What was archived because the last other owner left is brought back by whichever owner comes back
# first, once.
CANCEL = """
WITH back AS (
    DELETE FROM account_deletions WHERE user_id = $1 AND NOT is_erasing RETURNING archived
), ours AS (
    SELECT d.user_id, array_agg(m.project_id) AS projects
    FROM account_deletions AS d CROSS JOIN LATERAL unnest(d.archived) AS a (project_id)
    JOIN project_members AS m ON m.project_id = a.project_id AND m.user_id = $1
    WHERE m.role = 'owner' AND d.user_id <> $1 AND EXISTS (SELECT FROM back)
    GROUP BY d.user_id
), taken AS (
    UPDATE account_deletions AS d
    SET archived = ARRAY(SELECT unnest(d.archived) EXCEPT SELECT unnest(ours.projects))
    FROM ours WHERE d.user_id = ours.user_id
)
SELECT archived || ARRAY(SELECT DISTINCT unnest(projects) FROM ours) AS archived FROM back
"""

IS_ERASING = """
SELECT EXISTS (SELECT FROM account_deletions WHERE user_id = $1)
"""

# Whoever logs in at this moment comes before, or finds the account gone.
CLAIM_DUE = """
UPDATE account_deletions SET is_erasing = true WHERE erase_at <= now() RETURNING user_id
"""

# A project that others own as well goes to the one of them who was there first, of those who stay
# if there are any. Who is being erased too is no owner: else each would leave it to the other.
HAND_ON = """
UPDATE studio_projects AS p SET owner_id = heir.user_id
FROM (
    SELECT DISTINCT ON (m.project_id) m.project_id, m.user_id
    FROM project_members AS m
    JOIN studio_projects AS mine ON mine.id = m.project_id AND mine.owner_id = $1
    LEFT JOIN account_deletions AS d ON d.user_id = m.user_id
    WHERE m.role = 'owner' AND m.user_id <> $1 AND d.is_erasing IS NOT TRUE
    ORDER BY m.project_id, d.user_id IS NOT NULL, m.created_at, m.user_id
) AS heir
WHERE heir.project_id = p.id
"""

LEFT_ALONE = """
SELECT p.id FROM studio_projects AS p
WHERE (p.owner_id = $1 OR EXISTS (SELECT FROM project_members AS m
        WHERE m.project_id = p.id AND m.user_id = $1 AND m.role = 'owner'))
    AND NOT EXISTS (SELECT FROM project_members AS m
        LEFT JOIN account_deletions AS d ON d.user_id = m.user_id
        WHERE m.project_id = p.id AND m.user_id <> $1 AND m.role = 'owner'
            AND d.is_erasing IS NOT TRUE)
"""

PUT_OUT = """
DELETE FROM project_members WHERE project_id = $1
"""

# What a project may have many of, before the project itself takes the rest along.
OF_A_PROJECT = tuple(
    sliced_deletes.deleting(table, "project_id = $1::uuid", "project_id", 2)
    for table in ("project_deltas", "project_states", "project_snapshots", "audio_files")
)

DELETE_PROJECT = """
DELETE FROM studio_projects WHERE id = $1
"""

DELETE_USER = """
DELETE FROM prime_users WHERE id = $1
"""

ROWS_AT_ONCE = 500
"""Of a slice: a delta or a state may be large."""


@dataclass(frozen=True, slots=True)
class OwnedProject:
    """A project of which a user is an owner; `others`: members beside, `owners`: who stays."""

    id: str
    name: str
    archived: bool
    others: int
    owners: int


async def owned(db: Executor, user_id: str, most: int) -> tuple[list[OwnedProject], int]:
    """The first `most` of a user's projects, and how many there are."""
    rows = await db.fetch(OWNED, user_id, most)
    owned_projects = [
        OwnedProject(row["id"], row["name"], row["archived"], row["others"], row["owners"])
        for row in rows
    ]
    return owned_projects, rows[0]["total"] if rows else 0


async def lock_owned(tx: Executor, user_id: str) -> None:
    """The user's projects that have other members, until the transaction ends (rule A61)."""
    await tx.execute(LOCK_OWNED, user_id)


async def put(db: Executor, user_id: str, archived: Collection[str], days: float) -> None:
    """Have the account erased after so many days, unless that was asked for before."""
    await db.execute(PUT, user_id, list(archived), days)


async def cancel(db: Executor, user_id: str) -> list[str] | None:
    """The account stays: which projects were archived with it; None: it was not to be erased."""
    row: Any = await db.fetchrow(CANCEL, user_id)
    return None if row is None else [str(project) for project in row["archived"]]


async def is_erasing(db: Executor, user_id: str) -> bool:
    """Whether the account is to be erased; after `cancel` found nothing: that it is too late."""
    return bool(await db.fetchval(IS_ERASING, user_id))


async def claim_due(db: Executor) -> list[str]:
    """Those whose time has come, and those that were begun and not finished."""
    return [str(row["user_id"]) for row in await db.fetch(CLAIM_DUE)]


async def erase(db: Executor, user_id: str) -> list[str]:
    """Erase a user and the projects that nobody else owns; which ones those were.

    May be begun again by anyone, at any point. What has members is told by the change log.
    """
    await db.execute(HAND_ON, user_id)
    ownerless_projects = [str(row["id"]) for row in await db.fetch(LEFT_ALONE, user_id)]
    for project in ownerless_projects:
        await db.execute(PUT_OUT, project)
        for text in OF_A_PROJECT:
            await sliced_deletes.delete(db, text, project, rows_at_once=ROWS_AT_ONCE)
        await db.execute(DELETE_PROJECT, project)
    await db.execute(DELETE_USER, user_id)
    return ownerless_projects
