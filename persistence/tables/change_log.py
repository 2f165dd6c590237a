"""Which rows have changed: what a reader has not seen yet, and nothing else."""

from dataclasses import dataclass

from persistence.pool import Executor

# By difference of snapshots: what the kept one did not see and this statement's does, in the order
# in which rows were changed (a position is taken under the row's lock). A transaction that is open
# for long, of whatever database, delays its own changes only. Rows of another cluster, which a
# restore brings, may carry transaction numbers that are still to come: they are no news.
SINCE = """
SELECT here.cluster, here.snapshot, c.table_name, c.row_id, c.project_id, c.user_id
FROM (
    SELECT pg_current_snapshot()::text AS snapshot, concat_ws(
        '/', (SELECT oid FROM pg_database WHERE datname = current_database()),
        (SELECT system_identifier FROM pg_control_system()),
        left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)) AS cluster
) AS here
LEFT JOIN LATERAL (
    SELECT position, table_name, row_id, project_id, user_id FROM change_log
    WHERE xact >= pg_snapshot_xmin($1::text::pg_snapshot)
        AND xact < pg_snapshot_xmax(here.snapshot::pg_snapshot)
        AND NOT pg_visible_in_snapshot(xact, $1::text::pg_snapshot)
    ORDER BY position
    LIMIT $2
) AS c ON true
ORDER BY c.position
"""

TRIM = """
DELETE FROM change_log WHERE position IN (
    SELECT position FROM change_log WHERE at < now() - $1 * interval '1 day'
    ORDER BY position LIMIT 10000
)
"""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a reader has come: what one snapshot of one cluster saw."""

    cluster: str
    snapshot: str

    @property
    def _next_xact(self) -> int:
        return int(self.snapshot.split(":")[1])

    def leads_to(self, later: "Place") -> bool:
        """Whether what came between the two is known: not after a restore, nor a failover."""
        return self.cluster == later.cluster and self._next_xact <= later._next_xact


NOWHERE = Place("", "1:1:")
"""Before any: from here nothing leads on."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row that was changed; what it is now is read from the row."""

    table: str
    row: str
    project: str | None
    user: str | None


async def since(db: Executor, place: Place, limit: int) -> tuple[Place, list[Change] | None]:
    """Where the log is now, and the changes since a place, in order.

    None: they are not known, or more than `limit`; look at all that is of concern.
    """
    rows = await db.fetch(SINCE, place.snapshot, limit + 1)
    here = Place(rows[0]["cluster"], rows[0]["snapshot"])
    if not place.leads_to(here) or len(rows) > limit:
        return here, None
    return here, [
        Change(row["table_name"], row["row_id"], row["project_id"], row["user_id"])
        for row in rows
        if row["table_name"] is not None
    ]


async def trim(db: Executor, days: int) -> None:
    """Forget the oldest changes from more than so many days ago, 10,000 at most."""
    await db.execute(TRIM, days)
