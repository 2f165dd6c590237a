"""Plans for values that are in PostgreSQL's sample of a column by chance, and are rare."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from persistence.lanes import Lanes
from persistence.pool import Executor
from persistence.rows import statements
from persistence.rows.condition_sql import arguments_of
from persistence.rows.conditions import is_guessed, read_where
from persistence.rows.pages import read_order
from schema.tables.plugin_presets import PLUGIN_PRESETS as PRESETS
from tests.persistence.plans.explained import Explained, explained

pytestmark = pytest.mark.postgres

ROWS = 30_000
PAGE = 21
NOBODY = "00000000-0000-4000-8000-000000000001"

MADE = f"""
CREATE SCHEMA sampled;
CREATE TABLE sampled.plugin_presets (LIKE plugin_presets INCLUDING DEFAULTS INCLUDING GENERATED);
SET LOCAL search_path = sampled, public;
INSERT INTO plugin_presets (owner_id, plugin, name, parameters, is_public, updated_at)
    SELECT '{NOBODY}', 'OTT', 'preset ' || md5(n::text), jsonb_build_object('cutoff', n), true,
        now() - n * interval '1 second'
    FROM generate_series(1, {ROWS}) AS n;
CREATE INDEX ON plugin_presets (updated_at, id);
CREATE INDEX ON plugin_presets USING gin (parameters jsonb_path_ops);
CREATE INDEX ON plugin_presets USING gin (name gin_trgm_ops);
ANALYZE plugin_presets
"""

IN_SAMPLE = """
SELECT (SELECT value FROM unnest(histogram_bounds::text::{type}[]) AS value OFFSET 50 LIMIT 1)
FROM pg_stats WHERE schemaname = 'sampled' AND attname = $1
"""


@pytest.fixture
async def db(lanes: Lanes) -> AsyncIterator[Executor]:
    """With presets of its own, all public, which are gone afterwards."""
    with suppress(_Enough):
        async with lanes.calls.transaction() as transaction:
            await transaction.execute(MADE)
            yield transaction
            raise _Enough


class _Enough(Exception):
    """Nothing is kept."""


async def _plans(db: Executor, where: dict[str, Any]) -> tuple[Explained, Explained]:
    """As it is searched, and as a page that PostgreSQL plans for the page alone."""
    condition, order = read_where(PRESETS, where), read_order(PRESETS, ["-updated_at"])
    assert is_guessed(condition)
    arguments = (NOBODY, *arguments_of(condition), PAGE)
    few = statements.few_ids_text(PRESETS, condition, order, behind=False)
    page = statements.ids_text(PRESETS, condition, order, behind=False)
    return await explained(db, few, *arguments), await explained(db, page, *arguments)


@pytest.mark.parametrize("column", ["parameters", "name"])
async def test_Q17_a_rare_value_of_the_sample_is_found_by_its_index(
    db: Executor, column: str
) -> None:
    kind = "jsonb" if column == "parameters" else "text"
    value = await db.fetchval(IN_SAMPLE.format(type=kind), column)
    if column == "parameters":
        where = {"parameters": {"contains": json.loads(value)}}
    else:
        where = {"name": {"ilike": f"%{value}%"}}
    few, page = await _plans(db, where)
    assert few.rows < PAGE, few.text
    assert page.rows > ROWS / 10, "one of a hundred in the sample is taken for a hundredth of all"


async def test_what_many_match_is_looked_for_up_to_a_few(db: Executor) -> None:
    few, _ = await _plans(db, {"name": {"ilike": "%preset%"}})
    assert few.rows <= 3 * (statements.FEW + 1), few.text
