"""Which rows have changed, in an order that no reader can step over."""

from dataclasses import dataclass

from persistence.pool import Executor

# Positions are taken before the commit, and not in its order: a reader goes by transaction, and
# takes only those older than all that still run.
SINCE = """
SELECT xact::text::bigint AS xact, position, table_name, row_id, project_id, user_id
FROM change_log
WHERE (xact, position) > ($1::text::xid8, $2)
    AND xact < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY xact, position
LIMIT $3
"""

NOW = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint
"""

TRIM = """
DELETE FROM change_log WHERE position IN (
    SELECT position FROM change_log WHERE at < now() - $1 * interval '1 day'
    ORDER BY position LIMIT 10000
)
"""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """How far a reader has come: the transaction, and the position within it."""

    xact: int
    position: int


@dataclass(frozen=True, slots=True)
class Change:
    """One row that was changed; what it is now is read from the row."""

    place: Place
    table: str
    row: str
    project: str | None
    user: str | None


async def now(db: Executor) -> Place:
    """A place after everything that is committed, and before everything that will be."""
    xact: int = await db.fetchval(NOW)
    return Place(xact - 1, 2**62)


async def since(db: Executor, place: Place, limit: int) -> list[Change]:
    """The changes after a place, in order; what is not yet safe to read comes with a later call."""
    rows = await db.fetch(SINCE, str(place.xact), place.position, limit)
    return [
        Change(
            Place(row["xact"], row["position"]),
            row["table_name"],
            row["row_id"],
            row["project_id"],
            row["user_id"],
        )
        for row in rows
    ]


async def trim(db: Executor, days: int) -> None:
    """Forget the oldest changes from more than so many days ago, 10,000 at most."""
    await db.execute(TRIM, days)
