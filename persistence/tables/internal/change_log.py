"""Which rows have changed: what a reader has not seen yet, and nothing else."""

import itertools
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from persistence.pool import Executor

HERE = """
SELECT pg_current_snapshot()::text AS snapshot, concat_ws(
    '/', (SELECT oid FROM pg_database WHERE datname = current_database()),
    (SELECT system_identifier FROM pg_control_system()),
    left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)) AS cluster
"""

# By difference of snapshots: what the kept one did not see and this statement's does, in the order
# in which rows were changed (a position is taken under the row's lock). A transaction that is open
# for long, of whatever database, delays its own changes only. Rows of another cluster, which a
# restore brings, may carry transaction numbers that are still to come: they are no news.
SINCE = f"""
SELECT here.cluster, here.snapshot, t.xact::text::int8 AS trimmed, c.table_name, c.row_id,
    c.project_id, c.user_id, c.old_project_id, c.old_user_id, c.everyone, c.private,
    c.xact::text::int8, extract(epoch FROM clock_timestamp() - c.at)::float8 AS age
FROM ({HERE}) AS here
LEFT JOIN change_log_trimmed AS t ON t.cluster = here.cluster
LEFT JOIN LATERAL (
    SELECT * FROM change_log
    WHERE xact >= pg_snapshot_xmin($1::text::pg_snapshot)
        AND xact < pg_snapshot_xmax(here.snapshot::pg_snapshot)
        AND NOT pg_visible_in_snapshot(xact, $1::text::pg_snapshot)
        AND ($3::text[] IS NULL OR table_name = ANY ($3))
        AND ($4 OR NOT content)
    ORDER BY position
    LIMIT $2
) AS c ON true
ORDER BY c.position
"""

# The oldest by position are the oldest but for those of long transactions: those wait a little.
TRIM = f"""
WITH oldest AS (
    SELECT position, at FROM change_log ORDER BY position LIMIT $2
), trimmed AS (
    DELETE FROM change_log AS c USING oldest AS o
    WHERE c.position = o.position AND o.at < now() - $1 * interval '1 day' RETURNING c.xact
), noted AS (
    INSERT INTO change_log_trimmed AS t (cluster, xact)
    SELECT here.cluster, max(trimmed.xact::text::int8)::text::xid8 FROM trimmed, ({HERE}) AS here
    WHERE trimmed.xact < pg_snapshot_xmax(here.snapshot::pg_snapshot)
    GROUP BY here.cluster
    ON CONFLICT (cluster) DO UPDATE SET xact = greatest(t.xact, excluded.xact)
)
SELECT count(*) FROM trimmed
"""

TRIMMED_AT_ONCE = 2_000
"""By one statement."""

SNAPSHOT = re.compile(r"(\d{1,19}):(\d{1,19}):((?:\d{1,19}(?:,\d{1,19})*)?)")


@dataclass(frozen=True)
class LogPosition:
    """How far a reader has come: what one snapshot of one cluster saw.

    `snapshot` as PostgreSQL writes it: the oldest transaction under way, the next one to come, and
    those under way. Raises `ValueError` for what no snapshot is.
    """

    cluster: str
    snapshot: str

    def __post_init__(self) -> None:
        match = SNAPSHOT.fullmatch(self.snapshot)
        if match is None:
            raise ValueError("not a snapshot")
        oldest, next_id = int(match[1]), int(match[2])
        running = [int(xact) for xact in match[3].split(",") if xact]
        bounds = [oldest - 1, *running, next_id]
        is_in_order = all(a < b for a, b in itertools.pairwise(bounds))
        if not (0 < oldest <= next_id < 2**63 and (is_in_order or not running)):
            raise ValueError("not a snapshot")

    @cached_property
    def oldest(self) -> int:
        """The first transaction that it may not have seen."""
        return int(self.snapshot.split(":")[0])

    @cached_property
    def following(self) -> int:
        """The first transaction that was still to come."""
        return int(self.snapshot.split(":")[1])

    @cached_property
    def _running(self) -> frozenset[int]:
        return frozenset(int(xact) for xact in self.snapshot.split(":")[2].split(",") if xact)

    def saw(self, xact: int) -> bool:
        """Whether what that transaction wrote was seen."""
        return xact < self.oldest or (xact < self.following and xact not in self._running)

    def saw_all_of(self, earlier_place: "LogPosition") -> bool:
        """Whether it saw all that the other one did: of one server, it is as late or later."""
        return self.following >= earlier_place.following and not any(
            map(earlier_place.saw, self._running)
        )

    def leads_to(self, later_place: "LogPosition") -> bool:
        """Whether what came between the two is known: not after a restore, nor a failover."""
        return self.cluster == later_place.cluster and self.following <= later_place.following


NOWHERE = LogPosition("", "1:1:")
"""Before any: from here nothing leads on."""


@dataclass(frozen=True, slots=True)
class LoggedChange:
    """One row that was changed; what it is now is read from the row."""

    table: str
    row: str
    project: str | None
    """The project that it belongs to; of a row that is gone, belonged to."""
    user: str | None
    """Likewise the user."""
    old_project: str | None = None
    """The project that it belonged to before, where it was another one."""
    old_user: str | None = None
    everyone: bool = False
    """Everyone sees it, or did before."""
    private: bool = False
    """Only columns were written that the user alone sees."""
    xact: int = 0
    age: float = 0.0
    """Seconds since its transaction began, at the reading."""


async def here(db: Executor) -> LogPosition:
    """What the statement's snapshot sees; in a transaction of repeatable reads: all of it."""
    row = await db.fetchrow(HERE)
    assert row is not None
    return LogPosition(row["cluster"], row["snapshot"])


async def since(
    db: Executor,
    place: LogPosition,
    limit: int,
    tables: Collection[str] | None = None,
    *,
    with_contents: bool = True,
) -> tuple[LogPosition, list[LoggedChange] | None]:
    """Where the log is now, and the changes since a place, in order; of these tables or all.

    `with_contents`: also of projects of which only the content changed, which a checkpoint stored.
    None: they are not known any more, or more than `limit`; look at all that is of concern.
    """
    names = None if tables is None else [*tables]
    rows = await db.fetch(SINCE, place.snapshot, limit + 1, names, with_contents)
    now, trimmed = LogPosition(rows[0]["cluster"], rows[0]["snapshot"]), rows[0]["trimmed"]
    is_trimmed = trimmed is not None and trimmed >= place.oldest
    if is_trimmed or not place.leads_to(now) or len(rows) > limit:
        return now, None
    return now, [
        LoggedChange(
            row["table_name"],
            row["row_id"],
            row["project_id"],
            row["user_id"],
            row["old_project_id"],
            row["old_user_id"],
            row["everyone"],
            row["private"],
            row["xact"],
            row["age"],
        )
        for row in rows
        if row["table_name"] is not None
    ]


async def trim(db: Executor, days: float) -> None:
    """Forget the oldest changes, from more than so many days ago."""
    while await db.fetchval(TRIM, days, TRIMMED_AT_ONCE) == TRIMMED_AT_ONCE:
        pass
