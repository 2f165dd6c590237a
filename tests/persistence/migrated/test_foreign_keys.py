"""What a foreign key has to look for when a row goes has an index: else all rows are read."""

import pytest

from persistence.pool import Database

# The columns of the key, in any order, are the first of an index that has all rows, or all in
# which the columns are not null.
WITHOUT_INDEX = """
SELECT c.conrelid::regclass || ': ' || pg_get_constraintdef(c.oid)
FROM pg_constraint AS c
WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace
    AND NOT EXISTS (
        SELECT FROM pg_index AS i
        WHERE i.indrelid = c.conrelid AND i.indisvalid
            AND (SELECT array_agg(k ORDER BY k) FROM unnest(c.conkey) AS k) = (
                SELECT array_agg(k ORDER BY k)
                FROM unnest((i.indkey::int2[])[0:cardinality(c.conkey) - 1]) AS k
            )
            AND (i.indpred IS NULL OR cardinality(c.conkey) = 1
                AND pg_get_expr(i.indpred, i.indrelid) = format('(%I IS NOT NULL)', (
                    SELECT attname FROM pg_attribute
                    WHERE attrelid = c.conrelid AND attnum = c.conkey[1])))
    )
ORDER BY 1
"""


@pytest.mark.postgres
async def test_every_foreign_key_has_an_index_that_serves_its_cascade(database: Database) -> None:
    assert [row[0] for row in await database.fetch(WITHOUT_INDEX)] == []
