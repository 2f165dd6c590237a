"""No index depends on the order of a locale, which an update of libc or ICU may change under it."""

import asyncpg
import pytest

from persistence.tables import users

pytestmark = pytest.mark.postgres

IN_THE_ORDER_OF_A_LOCALE = """
SELECT i.indexrelid::regclass::text AS index
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indexrelid
JOIN pg_am AS a ON a.oid = c.relam AND a.amname <> 'gin' -- which keeps no order of texts
CROSS JOIN LATERAL unnest(i.indcollation::oid[]) AS used (id)
WHERE c.relnamespace = 'public'::regnamespace
    AND used.id NOT IN (0, '"C"'::regcollation)
"""


async def test_no_index_is_in_the_order_of_a_locale(database_url: str) -> None:
    connection = await asyncpg.connect(database_url, timeout=10)
    try:
        found = [row["index"] for row in await connection.fetch(IN_THE_ORDER_OF_A_LOCALE)]
        assert found == []
    finally:
        await connection.close(timeout=10)


async def test_an_id_that_is_compared_is_compared_byte_by_byte(database_url: str) -> None:
    """Beside the indexes: what `append_deltas` and a group compare of a table without one."""
    connection = await asyncpg.connect(database_url, timeout=10)
    try:
        columns = await connection.fetch(
            "SELECT table_name, collation_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name = 'delta_id'"
        )
        assert {row["table_name"]: row["collation_name"] for row in columns} == {
            "project_deltas": "C",
            "staged_deltas": "C",
        }
    finally:
        await connection.close(timeout=10)


async def test_a_login_is_found_by_its_index(database_url: str) -> None:
    connection = await asyncpg.connect(database_url, timeout=10)
    try:
        await connection.execute("SET enable_seqscan = off")
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        await connection.execute(f"PREPARE by_email(text[]) AS {users.BY_ADDRESS}")
        plan = await connection.fetch("EXPLAIN EXECUTE by_email('{ann@example.org}')")
        assert any("prime_users_address_key" in row[0] for row in plan), plan
    finally:
        await connection.close(timeout=10)
