"""Queries on `audio_files` beside those that all tables have: how far they are, and their stems."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from persistence.caller_role import caller_set_to
from persistence.pool import Executor
from persistence.rows.condition_values import argument
from persistence.rows.writing import refusals
from schema.columns.audio_states import AUDIO_STATES, FIRST_STATE, OF_ITS_AUDIO
from schema.limits import MAX_MEDIA_TOLD
from schema.roles import ROLES_OF, Whom
from schema.tables.audio_files import AUDIO_FILES

HASH_LENGTH = 64
"""Of a content hash; an id is shorter."""

# `is_here`: another file with these bytes is available, so whoever asks by the hash has them.
PENDING = """
SELECT a.id, a.content_hash, a.status, EXISTS (
    SELECT FROM audio_files AS o
    WHERE o.project_id = a.project_id AND o.content_hash = a.content_hash
        AND o.status = 'available'
) AS is_here
FROM audio_files AS a
WHERE a.project_id = $1 AND a.status <> 'available'
ORDER BY a.project_id, a.id
LIMIT $2
"""

NAMED = """
SELECT a.id::text AS key, a.status FROM audio_files AS a
WHERE a.project_id = $1 AND a.id = ANY ($2::uuid[])
UNION ALL
SELECT a.content_hash, a.status FROM audio_files AS a
WHERE a.project_id = $1 AND a.content_hash = ANY ($3::text[])
"""


async def statuses(db: Executor, project: str, keys: Collection[str]) -> dict[str, str | None]:
    """Id and content hash -> status, of what is not available, and of `keys`.

    None: no file has that id or hash. Of more than `MAX_MEDIA_TOLD` pending files, some.
    """
    status_by_key: dict[str, str | None] = {}
    for row in await db.fetch(PENDING, project, MAX_MEDIA_TOLD):
        status_by_key[row["id"]] = row["status"]
        if row["content_hash"] is not None:
            status_by_key[row["content_hash"]] = "available" if row["is_here"] else row["status"]
    unknown_keys = [key for key in keys if key not in status_by_key]
    if unknown_keys:
        status_by_key |= dict.fromkeys(unknown_keys)
        hashes = [key for key in unknown_keys if len(key) == HASH_LENGTH]
        ids = [key for key in unknown_keys if len(key) != HASH_LENGTH]
        for row in await db.fetch(NAMED, project, ids, hashes):
            if status_by_key[row["key"]] != "available":
                status_by_key[row["key"]] = row["status"]
    return status_by_key


# Level by level, so that what is left out of too many is what is furthest down.
STEMS = """
WITH RECURSIVE tree AS (
    SELECT a.id, 0 AS level FROM audio_files AS a
    JOIN project_members AS m ON m.project_id = a.project_id AND m.user_id = $2
    WHERE a.id = $1
    UNION ALL
    SELECT a.id, t.level + 1 FROM tree AS t JOIN audio_files AS a ON a.parent_id = t.id
)
SELECT id FROM tree LIMIT $3
"""

NEEDED = tuple(dict.fromkeys(name for state in AUDIO_STATES.values() for name in state.needs))
"""Columns that some status needs."""

STANDING = f"""
SELECT a.project_id, a.status, a.version, m.role,
    m.role = 'contributor' AND a.owner_id = m.user_id AS is_maker,
    p.archived_at IS NOT NULL AS is_archived,
    array_remove(ARRAY[
        {", ".join(f"CASE WHEN a.{name} IS NULL THEN '{name}' END" for name in NEEDED)}
    ], NULL) AS lacks
FROM audio_files AS a
JOIN project_members AS m ON m.project_id = a.project_id AND m.user_id = $2
JOIN studio_projects AS p ON p.id = a.project_id
WHERE a.id = $1
"""

# With the caller set, the trigger `hold_role` looks the role up anew and holds it (rule R6).
SET_STATUS = f"""
UPDATE audio_files AS a SET status = $3, {{assignments}}
FROM project_members AS m, studio_projects AS p
WHERE a.id = $1 AND m.project_id = a.project_id AND m.user_id = $2
    AND (m.role = ANY ($4) OR m.role = 'contributor' AND a.owner_id = m.user_id)
    AND p.id = a.project_id AND p.archived_at IS NULL
    AND {caller_set_to("$2::uuid::text")}
    AND a.status = ANY ($5) AND ($6::bigint IS NULL OR a.version = $6){{needed}}
RETURNING a.project_id
"""


@dataclass(frozen=True, slots=True)
class AudioFileStanding:
    """What an audio file is to a user."""

    project: str
    status: str
    version: int
    role: str
    is_maker: bool
    """Whether it is a contributor, and has brought the file."""
    is_archived: bool
    lacks: list[str]
    """Columns that some status needs, and that are null."""


async def stems(db: Executor, file: str, user: str, most: int) -> list[str] | None:
    """Ids of all stems of a file and theirs, the nearest first; None: there is none to see."""
    stem_ids = [row["id"] for row in await db.fetch(STEMS, file, user, most + 1)]
    return stem_ids[1:] if stem_ids else None


async def standing(db: Executor, file: str, user: str) -> AudioFileStanding | None:
    """None: there is no such file, or the user is no member of its project."""
    row = await db.fetchrow(STANDING, file, user)
    return None if row is None else AudioFileStanding(*row.values())


async def set_status(
    db: Executor,
    file: str,
    user: str,
    status: str,
    facts: Mapping[str, object],
    version: int | None = None,
) -> str | None:
    """The project, if the file came from a status that this one follows, with all that it needs.

    Announced once more, it has nothing of the bytes that it had before.

    `facts`: by names of columns, of those that the status takes.
    Raises `Taken`, `BadQuery`, `Forbidden`.
    """
    state = AUDIO_STATES[status]
    names = [name for name in state.takes if name in facts]
    cleared = ("failure", *OF_ITS_AUDIO) if status == FIRST_STATE else ("failure",)
    places = dict.fromkeys(cleared, "NULL") | {
        name: f"${number}" for number, name in enumerate(names, 7)
    }
    text = SET_STATUS.format(
        assignments=", ".join(f"{name} = {parameter}" for name, parameter in places.items()),
        needed="".join(f" AND a.{name} IS NOT NULL" for name in state.needs if name not in names),
    )
    arguments = [argument(AUDIO_FILES.by_name[name], facts[name]) for name in names]
    editors = [*ROLES_OF[Whom.EDITOR]]
    with refusals(AUDIO_FILES):
        project: str | None = await db.fetchval(
            text,
            file,
            user,
            status,
            editors,
            [*state.follows],
            version,
            *arguments,
        )
    return project
