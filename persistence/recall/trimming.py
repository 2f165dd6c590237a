"""What goes on beside the calls: old heats and ids go, and what many use is counted."""

from persistence import sliced_deletes
from persistence.pool import Executor
from schema.recall.categories import CATEGORIES
from schema.server_limits import MAX_RECALL_CONTEXTS_KEPT

USES_DAYS = 14
"""So long a client may send a use again and have it counted once."""

LEAST_USERS = 5
"""A public preset is popular from so many users on: below it one user's habits would show."""

COUNTED_OF_A_USER = 100
"""At most, of one preset: nobody makes it popular alone."""

BEFORE_ALL_IDS = "00000000-0000-0000-0000-000000000000"
"""Of pages in the order of ids: the first one begins behind it."""

USERS_AT_ONCE = 200

TRIM_USES = sliced_deletes.deleting(
    "recall_uses", "at < now() - $1::int * interval '1 day'", "at", 2
)

# 2^-12 of the warmest of its context is no suggestion any more. Of all uses (context '') every key
# stays: there are as many rows as keys. Rows that a writer holds are skipped: who trims never
# waits, so no two can wait for each other crosswise. By ctid: a join of the table with itself is
# slow where the planner's figures are older than the rows.
TRIM_HEATS = """
WITH placed AS (
    SELECT ctid AS row, context, heat,
        max(heat) OVER (PARTITION BY user_id, category, context) AS warmest,
        row_number() OVER (PARTITION BY user_id, category
            ORDER BY context NOT IN ('', 'now'), heat DESC) AS place
    FROM recall_heat WHERE user_id = ANY ($2::uuid[])
), cold AS (
    SELECT ctid AS row FROM recall_heat
    WHERE context <> '' AND ctid = ANY (ARRAY(
        SELECT row FROM placed WHERE context <> '' AND (heat < warmest - 12 OR place > $1)
    ))
    FOR UPDATE SKIP LOCKED
)
DELETE FROM recall_heat WHERE ctid = ANY (ARRAY(SELECT row FROM cold))
"""

USERS = """
SELECT DISTINCT user_id FROM recall_settings WHERE user_id > $1 ORDER BY user_id LIMIT $2
"""

COUNT_HEATS = """
UPDATE recall_settings AS s SET heats = g.heats
FROM (SELECT user_id, category, count(h.key) AS heats
    FROM recall_settings LEFT JOIN recall_heat AS h USING (user_id, category)
    WHERE user_id = ANY ($1::uuid[]) GROUP BY user_id, category) AS g
WHERE g.user_id = s.user_id AND g.category = s.category AND g.heats <> s.heats
"""

COUNTED_USERS = 1_000
"""At most, of one preset: what more of them use it says no more."""

PRESETS_AT_ONCE = 50

# Of the public presets behind the last one; what is counted of each has a bound.
COUNT_POPULAR = """
WITH looked_at AS (
    SELECT id FROM plugin_presets WHERE is_public AND id > $5::uuid ORDER BY id LIMIT $6
), counted AS (
    SELECT c.category, l.id::text AS key, n.users, n.uses
    FROM looked_at AS l CROSS JOIN unnest($1::text[]) AS c (category) CROSS JOIN LATERAL (
        SELECT count(*) AS users, coalesce(sum(least(u.usage_count, $3)), 0) AS uses FROM (
            SELECT r.usage_count FROM mixx_recall AS r
            WHERE r.category = c.category AND r.key = l.id::text AND r.usage_count > 0
            LIMIT $4
        ) AS u
    ) AS n
), seldom AS (
    DELETE FROM recall_popular AS p USING counted AS c
    WHERE p.category = c.category AND p.key = c.key AND c.users < $2
), popular AS (
    INSERT INTO recall_popular AS p (category, key, users, uses)
    SELECT category, key, users, uses FROM counted WHERE users >= $2
    ON CONFLICT (category, key) DO UPDATE SET users = excluded.users, uses = excluded.uses
    WHERE (p.users, p.uses) <> (excluded.users, excluded.uses)
)
SELECT id FROM looked_at ORDER BY id DESC LIMIT 1
"""

# Those that are not public any more, or gone; from the last one that was looked at.
FORGET_POPULAR = """
WITH looked_at AS (
    SELECT category, key FROM recall_popular WHERE (category, key) > ($1, $2)
    ORDER BY category, key LIMIT $3
), gone AS (
    DELETE FROM recall_popular AS p USING looked_at AS l
    WHERE p.category = l.category AND p.key = l.key AND NOT EXISTS (
        SELECT FROM plugin_presets AS q WHERE q.id = l.key::uuid AND q.is_public)
)
SELECT category, key FROM looked_at ORDER BY category DESC, key DESC LIMIT 1
"""

LOCK = """
SELECT pg_try_advisory_xact_lock(hashtextextended('prime recall popular', 0))
"""


async def trim(db: Executor) -> None:
    """Delete what says nothing any more."""
    await sliced_deletes.delete(db, TRIM_USES, USES_DAYS)
    last = BEFORE_ALL_IDS
    while users := [row["user_id"] for row in await db.fetch(USERS, last, USERS_AT_ONCE)]:
        await db.execute(TRIM_HEATS, MAX_RECALL_CONTEXTS_KEPT // 2, users)
        await db.execute(COUNT_HEATS, users)
        last = users[-1]


async def count_popular(db: Executor) -> None:
    """Which public presets many use, some at a time.

    One node counts at a time; where another is at it, the rest is left to that one.
    """
    categories = [name for name, category in CATEGORIES.items() if category.names_presets]
    bounds = LEAST_USERS, COUNTED_OF_A_USER, COUNTED_USERS
    last: str | None = BEFORE_ALL_IDS
    while last is not None:
        last = await _one_alone(db, COUNT_POPULAR, categories, *bounds, last, PRESETS_AT_ONCE)
    last_key = ("", "")
    while row := await db.fetchrow(FORGET_POPULAR, *last_key, sliced_deletes.ROWS_AT_ONCE):
        last_key = row["category"], row["key"]


async def _one_alone(db: Executor, text: str, *arguments: object) -> str | None:
    """What the statement tells; None: nothing, or another node is at it."""
    async with db.transaction() as transaction:
        if not await transaction.fetchval(LOCK):
            return None
        result: str | None = await transaction.fetchval(text, *arguments)
        return result
