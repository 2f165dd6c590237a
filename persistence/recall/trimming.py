"""What goes on beside the calls: old heats and ids go, and what many use is counted."""

from persistence.pool import Executor
from schema.recall.categories import CATEGORIES
from schema.server_limits import MAX_RECALL_CONTEXTS_KEPT

USES_DAYS = 14
"""So long a client may send a use again and have it counted once."""

LEAST_USERS = 5
"""A public preset is popular from so many users on: below it one user's habits would show."""

COUNTED_OF_A_USER = 100
"""At most, of one preset: nobody makes it popular alone."""

NOBODY = "00000000-0000-0000-0000-000000000000"

USERS_AT_ONCE = 200

TRIM_USES = """
DELETE FROM recall_uses WHERE at < now() - $1::int * interval '1 day'
"""

# 2^-12 of the warmest of its context is no suggestion any more. Of all uses (context '') every key
# stays: there are as many rows as keys. Rows that a writer holds are skipped: who trims never
# waits, so no two can wait for each other crosswise.
TRIM_HEATS = """
WITH placed AS (
    SELECT user_id, category, context, key,
        max(heat) OVER (PARTITION BY user_id, category, context) AS warmest,
        row_number() OVER (PARTITION BY user_id, category
            ORDER BY context NOT IN ('', 'now'), heat DESC) AS place
    FROM recall_heat WHERE user_id = ANY ($2::uuid[])
), cold AS (
    SELECT h.ctid AS row FROM recall_heat AS h
    JOIN placed AS p USING (user_id, category, context, key)
    WHERE h.context <> '' AND (h.heat < p.warmest - 12 OR p.place > $1)
    FOR UPDATE OF h SKIP LOCKED
)
DELETE FROM recall_heat AS h USING cold WHERE h.ctid = cold.row
"""

USERS = """
SELECT DISTINCT user_id FROM recall_settings WHERE user_id > $1 ORDER BY user_id LIMIT $2
"""

COUNT_HEATS = """
UPDATE recall_settings AS s SET heats = g.heats
FROM (SELECT user_id, category, count(*) AS heats FROM recall_heat
    WHERE user_id = ANY ($1::uuid[]) GROUP BY user_id, category) AS g
WHERE g.user_id = s.user_id AND g.category = s.category AND g.heats <> s.heats
"""

COUNT_POPULAR = """
INSERT INTO recall_popular (category, key, users, uses)
SELECT r.category, r.key, count(*), sum(least(r.usage_count, $3))
FROM mixx_recall AS r JOIN plugin_presets AS p ON p.id::text = r.key AND p.is_public
WHERE r.category = ANY ($1::text[]) AND r.usage_count > 0
GROUP BY r.category, r.key HAVING count(*) >= $2
"""

LOCK = """
SELECT pg_try_advisory_xact_lock(hashtextextended('prime recall popular', 0))
"""


async def trim(db: Executor) -> None:
    """Delete what says nothing any more."""
    await db.execute(TRIM_USES, USES_DAYS)
    last = NOBODY
    while users := [row["user_id"] for row in await db.fetch(USERS, last, USERS_AT_ONCE)]:
        await db.execute(TRIM_HEATS, MAX_RECALL_CONTEXTS_KEPT // 2, users)
        await db.execute(COUNT_HEATS, users)
        last = users[-1]


async def count_popular(db: Executor) -> None:
    """Which public presets many use; one node does it at a time, the others leave it."""
    categories = [name for name, category in CATEGORIES.items() if category.names_presets]
    async with db.transaction() as transaction:
        if await transaction.fetchval(LOCK):
            await transaction.execute("DELETE FROM recall_popular")
            await transaction.execute(COUNT_POPULAR, categories, LEAST_USERS, COUNTED_OF_A_USER)
