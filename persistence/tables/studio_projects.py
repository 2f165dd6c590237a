"""Queries on `studio_projects`: the row of a project, and its stored state."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from persistence.errors import NoSuchProject, NotFound, Taken
from persistence.pool import Executor

PROJECTS_AT_ONCE = 500
"""Of a statement that changes many."""

MADE_WITH = ("name", "description", "bpm", "key", "scale", "signature", "tags")

COLUMNS = """
    p.id, p.owner_id, p.name, p.description, p.bpm, p.key, p.scale, p.signature, p.tags,
    p.default_role, p.link_sharing, p.member_limit, m.role, p.head_seq, p.epoch,
    p.archived_at IS NOT NULL AS archived, p.forked_from, p.version,
    (extract(epoch FROM p.created_at) * 1000)::float8 AS created_ms,
    (extract(epoch FROM p.updated_at) * 1000)::float8 AS updated_ms
"""

# A new project `p` has an owner, the state of its `beginning`, and a snapshot of that to replay
# its history from.
BEGINNING = """m AS (
    INSERT INTO project_members (project_id, user_id, role)
    SELECT id, owner_id, 'owner' FROM p
    RETURNING role
), s AS (
    INSERT INTO project_snapshots (project_id, author_id, kind, state, epoch, seq, checksum)
    SELECT p.id, p.owner_id, 'auto', b.state, p.epoch, p.state_seq, p.state_digest
    FROM p, beginning AS b
), t AS (
    INSERT INTO project_states (id, project_id, project_state)
    SELECT p.state_id, p.id, b.state FROM p, beginning AS b
)"""

CREATE = f"""
WITH beginning AS (
    SELECT $10::jsonb AS state
), p AS (
    INSERT INTO studio_projects
        (id, owner_id, name, description, bpm, key, scale, signature, tags, state_digest)
    VALUES (coalesce($1, gen_random_uuid()), $2, $3, $4, $5, $6, $7, $8, $9, $11)
    ON CONFLICT (id) DO NOTHING
    RETURNING *
), {BEGINNING}
SELECT {COLUMNS} FROM p, m
"""

COUNT_OTHERS = """
SELECT count(*) FROM studio_projects WHERE owner_id = $1 AND id IS DISTINCT FROM $2
"""

GET = f"""
SELECT {COLUMNS}
FROM studio_projects AS p
JOIN project_members AS m ON m.project_id = p.id AND m.user_id = $2
WHERE p.id = $1
"""

MADE = f"""
{GET} AND p.owner_id = $2 AND p.forked_from IS NOT DISTINCT FROM $3::uuid
"""

SET_ARCHIVED = """
UPDATE studio_projects
SET archived_at = CASE WHEN $2 THEN now() END
WHERE id = $1 AND (archived_at IS NOT NULL) <> $2
"""

# Held in one order: two that do it at once wait for each other.
SET_ALL_ARCHIVED = """
WITH held AS (
    SELECT id FROM studio_projects
    WHERE id = ANY ($1::uuid[]) AND (archived_at IS NOT NULL) <> $2
    ORDER BY id FOR NO KEY UPDATE)
UPDATE studio_projects AS p
SET archived_at = CASE WHEN $2 THEN now() END
FROM held WHERE p.id = held.id
"""

IS_ARCHIVED = """
SELECT archived_at IS NOT NULL FROM studio_projects WHERE id = $1
"""

VERSIONS_AMONG = """
SELECT id, version, archived_at IS NOT NULL AS archived
FROM studio_projects WHERE id = ANY ($1::uuid[])
"""

NAMES_OF = """
SELECT id, name FROM studio_projects WHERE id = ANY ($1::uuid[])
"""

HEAD_OF = """
SELECT head_seq FROM studio_projects WHERE id = $1
"""

CHECKPOINTS_AMONG = """
SELECT id, epoch, state_seq FROM studio_projects WHERE id = ANY ($1::uuid[])
"""

EXISTS = """
SELECT FROM studio_projects WHERE id = $1
"""


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project without its state, and the role of who asked; times in ms since 1970."""

    id: str
    owner: str
    name: str
    description: str
    bpm: float
    key: str | None
    scale: str | None
    signature: str
    tags: list[str]
    default_role: str
    link_sharing: bool
    member_limit: int
    role: str
    head: int
    epoch: str
    archived: bool
    forked_from: str | None
    version: int
    created_at: float
    updated_at: float


async def create(
    db: Executor,
    *,
    id: str | None,
    owner: str,
    name: str,
    description: str,
    bpm: float,
    key: str | None,
    scale: str | None,
    signature: str,
    tags: list[str],
    state: bytes,
    digest: str,
) -> ProjectRow:
    """Make a project with its owner and first snapshot; the same id again gives its owner the row.

    `state` is JSON, `digest` what it comes to (`rooms.document.digest`).
    """
    fields = (name, description, bpm, key, scale, signature, tags)
    row = await db.fetchrow(CREATE, id, owner, *fields, state.decode(), digest)
    return await row_made_or_known(db, row, id, owner)


async def row_made_or_known(
    db: Executor, row: Any, id: str | None, owner: str, forked_from: str | None = None
) -> ProjectRow:
    """What an insert gave, or the row that its owner made with this id before; else `Taken`.

    Made of the same: of the snapshot `forked_from`, or of none.
    """
    if row is None and id is not None:
        row = await db.fetchrow(MADE, id, owner, forked_from)
    if row is None:
        raise Taken("id")
    return _project(row)


async def count_others(db: Executor, owner: str, id: str | None) -> int:
    """Projects that the user owns, beside the one with this id."""
    count: int = await db.fetchval(COUNT_OTHERS, owner, id)
    return count


async def get(db: Executor, project: str, user: str) -> ProjectRow:
    """Raises `NotFound`, also to those who are not members."""
    row = await db.fetchrow(GET, project, user)
    if row is None:
        raise NoSuchProject
    return _project(row)


async def is_archived(db: Executor, project: str) -> bool:
    """Of a project that is not there: false."""
    return bool(await db.fetchval(IS_ARCHIVED, project))


async def set_archived(db: Executor, project: str, archived: bool) -> None:
    """When this returns, no delta of before the archiving is still on its way in."""
    is_changed = await db.execute(SET_ARCHIVED, project, archived) == "UPDATE 1"
    if not is_changed and await db.fetchrow(EXISTS, project) is None:
        raise NotFound("there is no such project")


async def set_all_archived(db: Executor, projects: Sequence[str], archived: bool) -> None:
    """The same for many, in slices; those that are gone are left out."""
    projects_in_order = sorted(projects)
    for start in range(0, len(projects_in_order), PROJECTS_AT_ONCE):
        await db.execute(
            SET_ALL_ARCHIVED, projects_in_order[start : start + PROJECTS_AT_ONCE], archived
        )


async def versions_among(db: Executor, projects: Collection[str]) -> list[tuple[str, int, bool]]:
    """Of those that exist: id, version, and whether it is archived."""
    rows = await db.fetch(VERSIONS_AMONG, list(projects))
    return [(row["id"], row["version"], row["archived"]) for row in rows]


async def names_of(db: Executor, projects: Collection[str]) -> dict[str, str]:
    """Of those that exist."""
    return {row["id"]: row["name"] for row in await db.fetch(NAMES_OF, list(projects))}


async def head_of(db: Executor, project: str) -> int:
    """The newest seq of its journal; raises `NoSuchProject`."""
    head = await db.fetchval(HEAD_OF, project)
    if head is None:
        raise NoSuchProject
    return int(head)


async def checkpoints_among(db: Executor, projects: Collection[str]) -> dict[str, tuple[str, int]]:
    """Of those that exist: epoch and seq of the stored state."""
    rows = await db.fetch(CHECKPOINTS_AMONG, list(projects))
    return {row["id"]: (row["epoch"], row["state_seq"]) for row in rows}


def _project(row: Any) -> ProjectRow:
    return ProjectRow(
        id=row["id"],
        owner=row["owner_id"],
        name=row["name"],
        description=row["description"],
        bpm=row["bpm"],
        key=row["key"],
        scale=row["scale"],
        signature=row["signature"],
        tags=row["tags"],
        default_role=row["default_role"],
        link_sharing=row["link_sharing"],
        member_limit=row["member_limit"],
        role=row["role"],
        head=row["head_seq"],
        epoch=row["epoch"],
        archived=row["archived"],
        forked_from=row["forked_from"],
        version=row["version"],
        created_at=row["created_ms"],
        updated_at=row["updated_ms"],
    )
