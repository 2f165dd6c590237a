"""Queries on `audio_files` beside those that all tables have: how far they are, and their stems."""

from collections.abc import Collection

from persistence.pool import Executor
from schema.limits import MAX_MEDIA_TOLD

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


async def statuses(db: Executor, project: str, held: Collection[str]) -> dict[str, str | None]:
    """Id and content hash -> status, of what is not available, and of the keys in `held`.

    None: no file has that id or hash. Of more than `MAX_MEDIA_TOLD` pending files, some.
    """
    found: dict[str, str | None] = {}
    for row in await db.fetch(PENDING, project, MAX_MEDIA_TOLD):
        found[row["id"]] = row["status"]
        if row["content_hash"] is not None:
            found[row["content_hash"]] = "available" if row["is_here"] else row["status"]
    left = [key for key in held if key not in found]
    if left:
        found |= dict.fromkeys(left)
        hashes = [key for key in left if len(key) == HASH_LENGTH]
        ids = [key for key in left if len(key) != HASH_LENGTH]
        for row in await db.fetch(NAMED, project, ids, hashes):
            if found[row["key"]] != "available":
                found[row["key"]] = row["status"]
    return found
