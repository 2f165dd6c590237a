"""Queries on `plugin_presets` beside those that all tables have: copies, what is public, uses."""

from collections.abc import Collection

from persistence.errors import Forbidden, NotFound, Taken
from persistence.pool import Executor
from persistence.rows.writing import refusals
from persistence.tables.internal import counting
from schema.tables.plugin_presets import PLUGIN_PRESETS

NO_SUCH = "there is no such preset, or you may not see it"

_COPY = """
INSERT INTO plugin_presets (id, owner_id, plugin, name, category, parameters, tags, forked_from,
    origin_name)
SELECT coalesce($3::uuid, gen_random_uuid()), $2, p.plugin, {name}, p.category,
    p.parameters, p.tags, p.id, p.name
FROM plugin_presets AS p WHERE p.id = $1 AND (p.owner_id = $2 OR p.is_public)
ON CONFLICT {names} DO NOTHING
RETURNING id
"""

# Of the origin nothing else changes. The same id again makes no second one.
COPY = _COPY.format(name="$4::text", names="(id)")

# The first free one of the origin's name and of that with a number behind it.
_FREE_NAME = """(
    SELECT c.name FROM (
        SELECT 1 AS number, p.name
        UNION ALL SELECT n, rtrim(left(p.name, 117)) || ' ' || n FROM generate_series(2, 99) AS n
    ) AS c WHERE NOT EXISTS (
        SELECT FROM plugin_presets AS o
        WHERE coalesce(o.owner_id, '00000000-0000-0000-0000-000000000000') = $2::uuid
        AND o.plugin = p.plugin AND lower(o.name) COLLATE "C" = lower(c.name) COLLATE "C"
    ) ORDER BY c.number LIMIT 1)"""

COPY_UNDER_FREE_NAME = _COPY.format(name=f"coalesce({_FREE_NAME}, p.name)", names="")

HAS_FREE_NAME = f"""
SELECT {_FREE_NAME} IS NOT NULL FROM plugin_presets AS p WHERE p.id = $1
"""

TRIES = 100
"""To copy under a free name: each that fails has lost one to a preset that is made or renamed."""

COPIED = """
SELECT id FROM plugin_presets WHERE id = $2 AND owner_id = $1
"""

IN_USE = """
SELECT id FROM plugin_presets WHERE id = $1
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
    if name is None:
        return await _copy_under_free_name(db, preset, user, id)
    with refusals(PLUGIN_PRESETS):
        copy_id: str | None = await db.fetchval(COPY, preset, user, id, name)
    if copy_id is None:
        copy_id = await _copied(db, preset, user, id)
    if copy_id is None:
        raise Taken("id")
    return copy_id


async def _copy_under_free_name(db: Executor, preset: str, user: str, id: str | None) -> str:
    """Under the first free name; raises `Taken` for the name where there is none.

    Other copies of the user wait; presets that get their name otherwise do not.
    """
    async with db.transaction() as tx:
        await counting.hold(tx, "preset names", user)
        return await _copy_in_turn(tx, preset, user, id)


async def _copy_in_turn(tx: Executor, preset: str, user: str, id: str | None) -> str:
    for _ in range(TRIES):
        copy_id: str | None = await tx.fetchval(COPY_UNDER_FREE_NAME, preset, user, id)
        if copy_id is None:
            copy_id = await _copied(tx, preset, user, id)
        if copy_id is not None:
            return copy_id
        if id is not None and await tx.fetchval(IN_USE, id) is not None:
            raise Taken("id")
        if not await tx.fetchval(HAS_FREE_NAME, preset, user):
            break
    raise Taken("name")


async def _copied(db: Executor, preset: str, user: str, id: str | None) -> str | None:
    """The id, if the user has made a preset with it before; raises `NotFound` of the origin."""
    if id is not None and await db.fetchval(COPIED, user, id) is not None:
        return id
    if await db.fetchrow(STANDING, preset, user) is None:
        raise NotFound(NO_SUCH)
    return None


async def set_public(db: Executor, preset: str, user: str, *, is_public: bool) -> bool:
    """Whether that was a change; raises `NotFound`, and `Forbidden` for another's preset."""
    if await db.fetchval(SET_PUBLIC, preset, user, is_public) is not None:
        return True
    preset_row = await db.fetchrow(STANDING, preset, user)
    if preset_row is None:
        raise NotFound(NO_SUCH)
    if not preset_row["is_own"]:
        raise Forbidden("a preset is published by whoever it belongs to; make a copy of your own")
    return False


async def require_visible(db: Executor, preset: str, user: str) -> None:
    """Raises `NotFound` for one that the user may not see."""
    if await db.fetchrow(STANDING, preset, user) is None:
        raise NotFound(NO_SUCH)


async def count_uses(db: Executor, uses: Collection[tuple[str, str]]) -> int:
    """Count uses, each a preset and a user: how many counted, as one a user and hour does (L9)."""
    use_count: int = await db.fetchval(
        COUNT_USES, [preset for preset, _ in uses], [user for _, user in uses]
    )
    return use_count
