"""Queries on `plugin_presets` beside those that all tables have: copies, what is public, uses."""

from collections.abc import Collection

from persistence.errors import Forbidden, NotFound, Taken
from persistence.pool import Executor
from persistence.rows.writing import refusals
from schema.tables.plugin_presets import PLUGIN_PRESETS

NO_SUCH = "there is no such preset, or you may not see it"

# Of the origin nothing else changes. The same id again makes no second one.
COPY = """
INSERT INTO plugin_presets (id, owner_id, plugin, name, category, parameters, tags, forked_from,
    origin_name)
SELECT coalesce($3::uuid, gen_random_uuid()), $2, p.plugin, coalesce($4, p.name), p.category,
    p.parameters, p.tags, p.id, p.name
FROM plugin_presets AS p WHERE p.id = $1 AND (p.owner_id = $2 OR p.is_public)
ON CONFLICT (id) DO NOTHING
RETURNING id
"""

COPIED = """
SELECT id FROM plugin_presets WHERE id = $2 AND owner_id = $1
"""

SET_PUBLIC = """
UPDATE plugin_presets SET is_public = $3
WHERE id = $1 AND owner_id = $2 AND is_public <> $3
RETURNING id
"""

STANDING = """
SELECT owner_id IS NOT DISTINCT FROM $2 AS is_own FROM plugin_presets
WHERE id = $1 AND (owner_id = $2 OR is_public)
"""

COUNT_USES = """
SELECT count_preset_uses($1::uuid[], $2::uuid[])
"""


async def copy(db: Executor, preset: str, user: str, name: str | None, id: str | None) -> str:
    """The id of the user's new preset; raises `NotFound`, `Taken`, `BadQuery`."""
    with refusals(PLUGIN_PRESETS):
        made: str | None = await db.fetchval(COPY, preset, user, id, name)
    if made is not None:
        return made
    if id is not None and await db.fetchval(COPIED, user, id) is not None:
        return id
    if await db.fetchrow(STANDING, preset, user) is None:
        raise NotFound(NO_SUCH)
    raise Taken("id")


async def set_public(db: Executor, preset: str, user: str, *, is_public: bool) -> bool:
    """Whether that was a change; raises `NotFound`, and `Forbidden` for another's preset."""
    if await db.fetchval(SET_PUBLIC, preset, user, is_public) is not None:
        return True
    standing = await db.fetchrow(STANDING, preset, user)
    if standing is None:
        raise NotFound(NO_SUCH)
    if not standing["is_own"]:
        raise Forbidden("a preset is published by whoever it belongs to; make a copy of your own")
    return False


async def require_visible(db: Executor, preset: str, user: str) -> None:
    """Raises `NotFound` for one that the user may not see."""
    if await db.fetchrow(STANDING, preset, user) is None:
        raise NotFound(NO_SUCH)


async def count_uses(db: Executor, uses: Collection[tuple[str, str]]) -> int:
    """Count uses, each a preset and a user: how many counted, as one a user and hour does (L9)."""
    counted: int = await db.fetchval(
        COUNT_USES, [preset for preset, _ in uses], [user for _, user in uses]
    )
    return counted
