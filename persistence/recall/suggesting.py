"""Suggestions: the formulas of `schema.recall.estimate` in one SELECT, for any contexts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from persistence.caller_role import CALLER
from persistence.pool import Executor
from schema.columns.stored_json import read_stored_map
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
# through the shares of all behind it: their product, as exp of a sum. The heats are read once, and
# joined with what has a row for each level alone: no plan of it is quadratic in keys.
RANK = f"""
WITH setting AS MATERIALIZED (
    SELECT coalesce($7::float8, extract(epoch FROM now())::float8) / 86400 AS days, coalesce((
        SELECT half_life_days FROM recall_settings WHERE user_id = $1::uuid AND category = $2
    ), $6::float8) AS half
), heats AS (
    SELECT context, key, usage_count, coalesce(array_position($3::text[], context), 0) AS place,
        heat - (SELECT days / CASE context WHEN 'now' THEN {SESSION_HALF_LIFE_DAYS} ELSE half END
            FROM setting) AS level,
        row_number() OVER (PARTITION BY context ORDER BY heat DESC, key) AS warmth
    FROM recall_heat
    WHERE user_id = $1::uuid AND category = $2 AND context = ANY ($3::text[] || '{{now}}'::text[])
), known AS (
    SELECT *, bool_or(place = 1 AND warmth <= {KEYS_RANKED}) OVER (PARTITION BY key) AS is_ranked,
        CASE WHEN level < -{FADED} THEN 0
            ELSE power(2::float8, least(level, {FADED})) END AS weight
    FROM heats
), warm AS MATERIALIZED (
    SELECT * FROM known WHERE is_ranked
), level AS (
    SELECT place, sum(weight) AS total FROM warm WHERE place > 0 GROUP BY place
), handed AS MATERIALIZED (
    SELECT place, total + ($4::float8[])[place] AS whole,
        ln(($4::float8[])[place] / (total + ($4::float8[])[place])) AS share,
        exp(coalesce(sum(ln(($4::float8[])[place] / (total + ($4::float8[])[place]))) OVER (
            ORDER BY place DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS behind
    FROM level
), session AS MATERIALIZED (
    SELECT coalesce(sum(weight), 0) AS total, {SESSION_SHARE} * coalesce(sum(weight), 0)
        / (coalesce(sum(weight), 0) + {SESSION_STRENGTH}) AS share
    FROM warm WHERE place = 0
), part AS (
    SELECT w.key, w.context, w.usage_count, CASE
        WHEN w.place > 0 THEN w.weight / h.whole * h.behind * (1 - s.share)
        WHEN s.total > 0 THEN w.weight / s.total * s.share
        ELSE 0 END AS said
    FROM session AS s CROSS JOIN warm AS w LEFT JOIN handed AS h ON h.place = w.place
), chance AS (
    SELECT key, sum(said) + (1 - (SELECT share FROM session))
            * exp((SELECT sum(share) FROM handed)) / count(*) OVER () AS p,
        (array_agg(context ORDER BY said DESC, context DESC))[1] AS context,
        (array_agg(usage_count ORDER BY said DESC, context DESC))[1] AS uses
    FROM part GROUP BY key
), best AS MATERIALIZED (
    SELECT *, coalesce((SELECT whole FROM handed WHERE place = $5), ($4::float8[])[$5]) AS m
    FROM chance ORDER BY p DESC, key LIMIT $8
)
SELECT b.key, b.p, b.context, b.uses,
    (b.p + 1 / (2 * b.m) - sqrt(greatest(b.p * (1 - b.p) / b.m + 1 / (4 * b.m * b.m), 0)))
        / (1 + 1 / b.m) AS confidence,
    r.usage_count, r.data::text AS data,
    (extract(epoch FROM r.last_used_at) * 1000)::float8 AS last_used_ms,
    (SELECT sum(usage_count) FROM mixx_recall WHERE user_id = $1::uuid AND category = $2)::bigint
        AS of_category
FROM best AS b
JOIN mixx_recall AS r ON r.user_id = $1::uuid AND r.category = $2 AND r.key = b.key
WHERE {CALLER}
ORDER BY b.p DESC, b.key
"""

POPULAR = f"""
SELECT p.key, p.users, p.uses, q.plugin, q.name
FROM recall_popular AS p JOIN plugin_presets AS q ON q.id = p.key::uuid AND q.is_public
WHERE p.category = $2 AND p.key <> ALL ($3::text[])
    AND {CALLER}
ORDER BY p.users DESC, p.uses DESC, p.key LIMIT $4
"""


@dataclass(frozen=True, slots=True)
class RankedKey:
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
class PopularPreset:
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
) -> list[RankedKey]:
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
) -> list[PopularPreset]:
    """Those that most users use first; `but` these keys."""
    rows = await db.fetch(POPULAR, user, category, list(but), limit)
    return [PopularPreset(r["key"], r["users"], r["uses"], r["plugin"], r["name"]) for r in rows]


def _ranked(row: Any) -> RankedKey:
    return RankedKey(
        key=row["key"],
        probability=row["p"],
        confidence=row["confidence"],
        context=row["context"],
        uses=row["uses"],
        usage_count=row["usage_count"],
        last_used_at=row["last_used_ms"],
        data=read_stored_map(row["data"]),
        of_category=row["of_category"],
    )
