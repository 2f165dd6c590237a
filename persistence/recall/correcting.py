"""What a user says of suggestions: wrong, misnamed, not to be remembered."""

import json
from collections.abc import Sequence
from typing import Any

from persistence.errors import NotFound
from persistence.pool import Executor
from persistence.recall.settings import lock_category

COUNT_ONCE = """
INSERT INTO recall_uses (user_id, use_id) VALUES ($1, $2) ON CONFLICT DO NOTHING
"""

COUNT_SHOWN = """
UPDATE mixx_recall SET shown_count = shown_count + 1
WHERE user_id = $1 AND category = $2 AND key = ANY ($3::text[])
"""

HAS = """
SELECT true FROM mixx_recall WHERE user_id = $1 AND category = $2 AND key = $3
"""

SET_DATA = """
UPDATE mixx_recall SET data = $4::jsonb WHERE user_id = $1 AND category = $2 AND key = $3
"""

WEIGH_DOWN = """
UPDATE recall_heat SET heat = heat + ln($4::float8) / 0.6931471805599453
WHERE user_id = $1 AND category = $2 AND key = $3
"""

COOL = """
DELETE FROM recall_heat WHERE user_id = $1 AND category = $2 AND key = $3
"""

# The heats and the contexts of those that followed the key go along.
RENAME = """
UPDATE mixx_recall SET key = $4 WHERE user_id = $1 AND category = $2 AND key = $3
"""

MERGE = """
WITH gone AS (
    SELECT * FROM mixx_recall WHERE user_id = $1 AND category = $2 AND key = $3
), heats AS (
    INSERT INTO recall_heat AS g (user_id, category, context, key, heat, usage_count)
    SELECT user_id, category, context, $4, heat, usage_count FROM recall_heat
    WHERE user_id = $1 AND category = $2 AND key = $3
    ON CONFLICT (user_id, category, context, key) DO UPDATE SET
        heat = add_heat(g.heat, excluded.heat), usage_count = g.usage_count + excluded.usage_count
)
UPDATE mixx_recall AS r SET usage_count = r.usage_count + g.usage_count,
    shown_count = r.shown_count + g.shown_count, taken_count = r.taken_count + g.taken_count,
    last_used_at = greatest(r.last_used_at, g.last_used_at),
    data = CASE WHEN r.data = '{}' THEN g.data ELSE r.data END
FROM gone AS g WHERE r.user_id = $1 AND r.category = $2 AND r.key = $4
"""

MOVE_FOLLOWERS = """
WITH moved AS (
    DELETE FROM recall_heat
    WHERE user_id = $1 AND category = $2 AND context = 'after=' || $3
    RETURNING user_id, category, key, heat, usage_count
)
INSERT INTO recall_heat AS g (user_id, category, context, key, heat, usage_count)
SELECT user_id, category, 'after=' || $4, key, heat, usage_count FROM moved
ON CONFLICT (user_id, category, context, key) DO UPDATE SET
    heat = add_heat(g.heat, excluded.heat), usage_count = g.usage_count + excluded.usage_count
"""

FORGET_KEY = """
DELETE FROM mixx_recall WHERE user_id = $1 AND category = $2 AND key = $3
"""

# Its heats go along with the key.
COUNT_OUT = """
UPDATE recall_settings SET heats = greatest(0, heats - (
    SELECT count(*) FROM recall_heat WHERE user_id = $1 AND category = $2 AND key = $3))
WHERE user_id = $1 AND category = $2
"""

FORGET_CATEGORY = """
DELETE FROM mixx_recall WHERE user_id = $1 AND category = $2
"""

LOCK_ALL = """
SELECT FROM recall_settings WHERE user_id = $1 ORDER BY category FOR NO KEY UPDATE
"""

ERASE = ("DELETE FROM mixx_recall WHERE user_id = $1", "DELETE FROM recall_uses WHERE user_id = $1")

# What a user has switched off stays so: it is a wish, and nothing that was observed.
ERASE_SETTINGS = """
DELETE FROM recall_settings
WHERE user_id = $1 AND remembers AND ($2::text IS NULL OR category = $2)
"""

EMPTY_SETTINGS = """
UPDATE recall_settings SET heats = 0
WHERE user_id = $1 AND ($2::text IS NULL OR category = $2)
"""


async def correct(
    db: Executor,
    user: str,
    category: str,
    half_life_days: float,
    *,
    id: str,
    key: str | None,
    weight: float | None,
    rename: str | None,
    data: dict[str, Any] | None,
    shown_keys: Sequence[str],
) -> bool:
    """Whether it was not done before, by this id. Raises `NotFound`, where there is no such key."""
    async with db.transaction() as transaction:
        await lock_category(transaction, user, category, half_life_days)
        if await transaction.execute(COUNT_ONCE, user, id) == "INSERT 0 0":
            return False
        if shown_keys:
            await transaction.execute(COUNT_SHOWN, user, category, list(shown_keys))
        if key is not None:
            if not await transaction.fetchval(HAS, user, category, key):
                raise NotFound("there is no such key in the category")
            of_key = (user, category, key)
            if weight is not None:
                await _weigh(transaction, *of_key, weight)
            if data is not None:
                await transaction.execute(SET_DATA, *of_key, json.dumps(data))
            if rename is not None and rename != key:
                await _rename(transaction, *of_key, rename)
        return True


async def forget(db: Executor, user: str, category: str, key: str | None) -> int:
    """A key, or (None) all of a category but that it is switched off; how many keys are gone."""
    async with db.transaction() as transaction:
        await transaction.execute(LOCK_ALL, user)
        if key is None:
            keys = _count(await transaction.execute(FORGET_CATEGORY, user, category))
            await _clear_settings(transaction, user, category)
            return keys
        await transaction.execute(COUNT_OUT, user, category, key)
        return _count(await transaction.execute(FORGET_KEY, user, category, key))


async def erase(db: Executor, user: str) -> int:
    """All that is remembered of the user but what is switched off; how many keys are gone."""
    async with db.transaction() as transaction:
        await transaction.execute(LOCK_ALL, user)
        counts = [_count(await transaction.execute(query, user)) for query in ERASE]
        await _clear_settings(transaction, user, None)
        return counts[0]


async def _clear_settings(db: Executor, user: str, category: str | None) -> None:
    """Of a category, or (None) of all."""
    await db.execute(ERASE_SETTINGS, user, category)
    await db.execute(EMPTY_SETTINGS, user, category)


async def _weigh(db: Executor, user: str, category: str, key: str, weight: float) -> None:
    if weight > 0:
        await db.execute(WEIGH_DOWN, user, category, key, weight)
    else:
        await db.execute(COOL, user, category, key)


async def _rename(db: Executor, user: str, category: str, key: str, rename: str) -> None:
    if await db.fetchval(HAS, user, category, rename):
        await db.execute(MERGE, user, category, key, rename)
        await db.execute(MOVE_FOLLOWERS, user, category, key, rename)
        await db.execute(FORGET_KEY, user, category, key)
    else:
        await db.execute(RENAME, user, category, key, rename)
        await db.execute(MOVE_FOLLOWERS, user, category, key, rename)


def _count(status: str) -> int:
    return int(status.rpartition(" ")[2])
