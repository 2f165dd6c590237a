"""Uses into counts and heats: in one transaction, each use once, in any order and from any node."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from persistence.pool import Executor
from persistence.recall.settings import NoRoom, lock_category
from schema.limits import MAX_RECALL_KEYS
from schema.recall.estimate import SESSION_HALF_LIFE_DAYS
from schema.server_limits import MAX_RECALL_CONTEXTS_KEPT

OLDEST_DAYS = 90.0
"""A use is never older than this, and never of tomorrow, whatever a client's clock says."""

# `$3`: [{id, key, at, weight, contexts, taken, data}]. The rows are written in order of their keys,
# so two writers of one user never wait for each other crosswise. What is 60 halvings before now
# adds nothing, and PostgreSQL would raise if it were asked for 2 to such a power.
OBSERVE = """
WITH sent AS (
    SELECT s.id, s.key, s.weight, s.contexts, s.taken, s.data, to_timestamp(least(
        greatest(coalesce(s.at / 1000, n.now), n.now - $5::float8 * 86400), n.now)) AS at
    FROM jsonb_to_recordset($3::jsonb) AS s(id uuid, key text, at float8, weight float8,
        contexts text[], taken boolean, data jsonb),
        (SELECT extract(epoch FROM now())::float8 AS now) AS n
), added AS (
    SELECT count(DISTINCT s.key) AS keys FROM sent AS s WHERE NOT EXISTS (
        SELECT FROM mixx_recall AS r
        WHERE r.user_id = $1::uuid AND r.category = $2 AND r.key = s.key)
), room AS (
    SELECT CASE WHEN a.keys = 0 THEN true ELSE a.keys + (
        SELECT count(*) FROM mixx_recall WHERE user_id = $1::uuid AND category = $2) <= $7 END AS ok
    FROM added AS a
), fresh AS (
    INSERT INTO recall_uses (user_id, use_id)
    SELECT DISTINCT ON (sent.id) $1::uuid, sent.id FROM sent, room WHERE room.ok ORDER BY sent.id
    ON CONFLICT DO NOTHING RETURNING use_id
), s AS (
    SELECT DISTINCT ON (sent.id) sent.* FROM sent JOIN fresh ON use_id = sent.id ORDER BY sent.id
), heats AS (
    SELECT context, key, count(*) AS uses, level
        + ln(sum(weight * power(2::float8, greatest(
            extract(epoch FROM at)::float8 / 86400 / half - level, -60)))) / 0.6931471805599453
        AS heat
    FROM s
    CROSS JOIN LATERAL (SELECT DISTINCT unnest(contexts || '{"",now}'::text[]) AS context) AS c
    CROSS JOIN LATERAL (
        SELECT CASE context WHEN 'now' THEN $6::float8 ELSE $4::float8 END AS half) AS h
    CROSS JOIN LATERAL (SELECT extract(epoch FROM now())::float8 / 86400 / half AS level) AS l
    GROUP BY context, key, level
), counted AS (
    INSERT INTO mixx_recall AS r
        (user_id, category, key, usage_count, taken_count, last_used_at, data)
    SELECT $1::uuid, $2, key, count(*), count(*) FILTER (WHERE taken), max(at),
        coalesce((array_agg(data ORDER BY at DESC) FILTER (WHERE data IS NOT NULL))[1], '{}')
    FROM s GROUP BY key ORDER BY key
    ON CONFLICT (user_id, category, key) DO UPDATE SET
        usage_count = r.usage_count + excluded.usage_count,
        taken_count = r.taken_count + excluded.taken_count,
        last_used_at = greatest(r.last_used_at, excluded.last_used_at),
        data = CASE WHEN excluded.data = '{}' THEN r.data ELSE excluded.data END
    RETURNING 1
), warmed AS (
    INSERT INTO recall_heat AS g (user_id, category, context, key, heat, usage_count)
    SELECT $1::uuid, $2, context, key, heat, uses FROM heats ORDER BY context, key
    ON CONFLICT (user_id, category, context, key) DO UPDATE SET
        heat = add_heat(g.heat, excluded.heat), usage_count = g.usage_count + excluded.usage_count
    RETURNING g.usage_count = (SELECT uses FROM heats AS h
        WHERE h.context = g.context AND h.key = g.key) AS is_new
)
SELECT (SELECT ok FROM room) AS ok, (SELECT count(*) FROM fresh) AS counted,
    (SELECT count(*) FROM warmed WHERE is_new) AS new_heats, (SELECT count(*) FROM counted) AS keys
"""

COUNT_HEATS = """
UPDATE recall_settings SET heats = heats + $3 WHERE user_id = $1 AND category = $2
"""


@dataclass(frozen=True, slots=True)
class RecallUseRow:
    """A key was used. `at`: ms since 1970, None: now."""

    id: str
    key: str
    at: float | None
    weight: float
    contexts: Sequence[str]
    """Beside those of all uses and of the session."""
    is_taken: bool
    """It was suggested, and taken."""
    data: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class ObservedUses:
    """`counted`: those that were not counted before; 0 where the user has remembering off."""

    counted: int
    is_remembered: bool


async def observe(
    db: Executor, user: str, category: str, half_life_days: float, uses: Sequence[RecallUseRow]
) -> ObservedUses:
    """Count them; what is returned is committed. Raises `NoRoom`."""
    async with db.transaction() as transaction:
        category_state = await lock_category(transaction, user, category, half_life_days)
        if not category_state.remembers:
            return ObservedUses(0, False)
        full = category_state.heats >= MAX_RECALL_CONTEXTS_KEPT
        uses_json = json.dumps([_as_json(use, full) for use in uses])
        row = await transaction.fetchrow(
            OBSERVE,
            user,
            category,
            uses_json,
            half_life_days,
            OLDEST_DAYS,
            SESSION_HALF_LIFE_DAYS,
            MAX_RECALL_KEYS,
        )
        assert row is not None
        if not row["ok"]:
            raise NoRoom(f"there may be {MAX_RECALL_KEYS:,} keys in a category")
        if row["new_heats"]:
            await transaction.execute(COUNT_HEATS, user, category, row["new_heats"])
        return ObservedUses(row["counted"], True)


def _as_json(use: RecallUseRow, full: bool) -> dict[str, Any]:
    return {
        "id": use.id,
        "key": use.key,
        "at": use.at,
        "weight": use.weight,
        "contexts": [] if full else list(use.contexts),
        "taken": use.is_taken,
        "data": use.data,
    }
