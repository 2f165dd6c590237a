"""Suggestions: the formulas of `schema.recall.estimate` in one SELECT, for any contexts."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from persistence.caller_role import CALLER
from persistence.pool import Executor
from schema.recall.contexts import Level
from schema.recall.estimate import (
    FADED,
    KEYS_RANKED,
    SESSION_HALF_LIFE_DAYS,
    SESSION_SHARE,
    SESSION_STRENGTH,
)

# $3, $4: contexts and strengths of the chain, the general first; $5: the place of the last one that
# counts as evidence; $6: the half-life where nothing is stored yet; $7: seconds since 1970.
# Each level hands what came before it on by its share; what a level says itself reaches the end
# through the shares of all behind it: their product, as exp of a sum.
RANK = f"""
WITH setting AS (
    SELECT extract(epoch FROM now())::float8 AS now, coalesce((
        SELECT half_life_days FROM recall_settings WHERE user_id = $1::uuid AND category = $2
    ), $6::float8) AS half
), time AS (
    SELECT coalesce($7::float8, now) / 86400 / half AS long,
        coalesce($7::float8, now) / 86400 / {SESSION_HALF_LIFE_DAYS} AS short
    FROM setting
), chain AS (
    SELECT * FROM unnest($3::text[], $4::float8[]) WITH ORDINALITY AS l(context, strength, place)
), known AS (
    SELECT key FROM recall_heat
    WHERE user_id = $1::uuid AND category = $2 AND context = ''
    ORDER BY heat DESC, key LIMIT {KEYS_RANKED}
), warm AS (
    SELECT l.place, h.context, h.key, h.usage_count,
        CASE WHEN h.heat - t.long < -{FADED} THEN 0
            ELSE power(2::float8, least(h.heat - t.long, {FADED})) END AS weight
    FROM chain AS l CROSS JOIN time AS t
    JOIN recall_heat AS h
        ON h.user_id = $1::uuid AND h.category = $2 AND h.context = l.context
    WHERE h.key IN (SELECT key FROM known)
), level AS (
    SELECT l.place, l.strength, coalesce(sum(w.weight), 0) AS total
    FROM chain AS l LEFT JOIN warm AS w USING (place) GROUP BY l.place, l.strength
), handed AS (
    SELECT place, total + strength AS whole,
        ln(strength / (total + strength)) AS share,
        exp(coalesce(sum(ln(strength / (total + strength))) OVER (
            ORDER BY place DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS behind
    FROM level
), recent AS (
    SELECT h.key, CASE WHEN h.heat - t.short < -{FADED} THEN 0
        ELSE power(2::float8, least(h.heat - t.short, {FADED})) END AS weight
    FROM recall_heat AS h CROSS JOIN time AS t
    WHERE h.user_id = $1::uuid AND h.category = $2 AND h.context = 'now'
        AND h.key IN (SELECT key FROM known)
), session AS (
    SELECT coalesce(sum(weight), 0) AS total,
        {SESSION_SHARE} * coalesce(sum(weight), 0)
            / (coalesce(sum(weight), 0) + {SESSION_STRENGTH}) AS share
    FROM recent
), part AS (
    SELECT w.key, w.context, w.usage_count,
        w.weight / h.whole * h.behind * (1 - s.share) AS said
    FROM warm AS w JOIN handed AS h USING (place) CROSS JOIN session AS s
    UNION ALL
    SELECT r.key, 'now', 0, s.share * r.weight / s.total
    FROM recent AS r CROSS JOIN session AS s WHERE s.total > 0
), chance AS (
    SELECT k.key, coalesce(p.said, 0) + e.rest AS p, p.context, p.uses
    FROM known AS k
    CROSS JOIN (
        SELECT (1 - s.share) * exp((SELECT sum(share) FROM handed))
            / greatest((SELECT count(*) FROM known), 1) AS rest
        FROM session AS s
    ) AS e
    LEFT JOIN (
        SELECT key, sum(said) AS said,
            (array_agg(context ORDER BY said DESC, context DESC))[1] AS context,
            (array_agg(usage_count ORDER BY said DESC, context DESC))[1] AS uses
        FROM part GROUP BY key
    ) AS p USING (key)
)
SELECT c.key, c.p, coalesce(c.context, '') AS context, coalesce(c.uses, 0) AS uses,
    (c.p + 1 / (2 * e.m) - sqrt(greatest(c.p * (1 - c.p) / e.m + 1 / (4 * e.m * e.m), 0)))
        / (1 + 1 / e.m) AS confidence,
    r.usage_count, r.data::text AS data,
    (extract(epoch FROM r.last_used_at) * 1000)::float8 AS last_used_ms,
    (SELECT sum(usage_count) FROM mixx_recall WHERE user_id = $1::uuid AND category = $2)::bigint
        AS of_category
FROM chance AS c
CROSS JOIN (SELECT whole AS m FROM handed WHERE place = $5) AS e
JOIN mixx_recall AS r ON r.user_id = $1::uuid AND r.category = $2 AND r.key = c.key
WHERE {CALLER}
ORDER BY c.p DESC, c.key LIMIT $8
"""

POPULAR = f"""
SELECT p.key, p.users, p.uses, q.plugin, q.name
FROM recall_popular AS p JOIN plugin_presets AS q ON q.id = p.key::uuid AND q.is_public
WHERE p.category = $2 AND p.key <> ALL ($3::text[])
    AND {CALLER}
ORDER BY p.users DESC, p.uses DESC, p.key LIMIT $4
"""


@dataclass(frozen=True, slots=True)
class Ranked:
    """One of the user's own keys. `uses`: exact, in `context`, which says most for it."""

    key: str
    probability: float
    confidence: float
    context: str
    uses: int
    usage_count: int
    last_used_at: float | None
    data: dict[str, Any]
    of_category: int
    """Uses of all keys of the category."""


@dataclass(frozen=True, slots=True)
class Popular:
    """A public preset that at least five users use."""

    key: str
    users: int
    uses: int
    plugin: str
    name: str


async def ranked(
    db: Executor,
    user: str,
    category: str,
    levels: Sequence[Level],
    half_life_days: float,
    limit: int,
    seconds: float | None = None,
) -> list[Ranked]:
    """The likeliest first; `seconds` since 1970 instead of now."""
    evidence = sum(not level.context.startswith("after=") for level in levels)
    rows = await db.fetch(
        RANK,
        user,
        category,
        [level.context for level in levels],
        [level.strength for level in levels],
        evidence,
        half_life_days,
        seconds,
        limit,
    )
    return [_ranked(row) for row in rows]


async def popular(
    db: Executor, user: str, category: str, but: Sequence[str], limit: int
) -> list[Popular]:
    """Those that most users use first; `but` these keys."""
    rows = await db.fetch(POPULAR, user, category, list(but), limit)
    return [Popular(r["key"], r["users"], r["uses"], r["plugin"], r["name"]) for r in rows]


def _ranked(row: Any) -> Ranked:
    return Ranked(
        key=row["key"],
        probability=row["p"],
        confidence=row["confidence"],
        context=row["context"],
        uses=row["uses"],
        usage_count=row["usage_count"],
        last_used_at=row["last_used_ms"],
        data=json.loads(row["data"]),
        of_category=row["of_category"],
    )
