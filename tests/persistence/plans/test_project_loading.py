"""What a room, a timeline and a project's page read: never a table from end to end."""

from collections.abc import Awaitable, Callable

import pytest

from persistence.journal import history
from persistence.journal.contract import KnownHead
from persistence.journal.postgres import PostgresJournal
from persistence.lanes import Lanes
from persistence.pool import Executor
from persistence.rows import reading
from persistence.rows.row_lanes import RowLanes
from persistence.tables import project_members, project_snapshots, studio_projects
from persistence.tables.internal import project_colors
from schema.tables.project_members import MEMBERS
from tests.persistence.plans.conftest import Many

pytestmark = pytest.mark.postgres

# Of this transaction, and of the functions that ran in it.
READ_WHOLE = """
SELECT relname FROM pg_stat_xact_user_tables
WHERE seq_scan > 0 AND relname NOT IN ('change_log_trimmed', 'prime_migrations')
"""

Read = Callable[[Executor, Many], Awaitable[object]]


def _entries(db: Executor, many: Many, user: str | None, entity: str | None) -> Awaitable[object]:
    return history.list_entries(
        db,
        many.filled.project,
        user=user,
        member=None,
        entity=entity,
        since_ms=1e12,
        until_ms=None,
        before_seq=None,
        limit=50,
    )


READS: dict[str, Read] = {
    "the state and its place": lambda db, many: PostgresJournal(db).load(many.filled.project),
    "entries that were missed": lambda db, many: PostgresJournal(db).read(
        many.filled.project, 0, 100
    ),
    "entries of another aspect": lambda db, many: PostgresJournal(db).read_aspect(
        many.filled.project, "playback", 0, 2**40, 100
    ),
    "what can be undone": lambda db, many: PostgresJournal(db).marks(
        many.filled.project, 2**40, 100
    ),
    "how the journal stands": lambda db, many: PostgresJournal(db).stand(
        {many.filled.project: KnownHead("e", 3, "d3")}
    ),
    "a state of before": lambda db, many: PostgresJournal(db).base(many.filled.project, 5),
    "the heads": lambda db, many: PostgresJournal(db).heads([many.filled.project]),
    "the ops of a range": lambda db, many: history.list_ops(
        db, many.filled.project, 0, 3, skip=0, max_bytes=1_000
    ),
    "where a group ends": lambda db, many: history.group_end(db, many.filled.project, 2, 3),
    "the timeline": lambda db, many: _entries(db, many, None, None),
    "the timeline of a user": lambda db, many: _entries(db, many, many.filled.user, None),
    "the timeline of an entity": lambda db, many: _entries(db, many, None, "track-1"),
    "the seq at a time": lambda db, many: history.seq_at(db, many.filled.project, 1e12),
    "one project": lambda db, many: studio_projects.get(db, many.filled.project, many.filled.user),
    "its members": lambda db, many: reading.list_(
        RowLanes(db, db),
        MEMBERS,
        many.filled.user,
        beside={"project": many.filled.project},
        unnamed=project_members.OWNERS_FIRST,
    ),
    "the colours of some": lambda db, many: project_colors.places(
        db, [(many.filled.project, many.filled.user)]
    ),
    "all of its snapshots": lambda db, many: project_snapshots.all_of(db, many.filled.project),
}


@pytest.mark.parametrize("says", READS)
async def test_what_is_read_to_open_and_show_a_project_comes_from_indexes(
    lanes: Lanes, many: Many, says: str
) -> None:
    async with lanes.rooms.transaction() as transaction:
        await READS[says](transaction, many)
        whole = {row["relname"] for row in await transaction.fetch(READ_WHOLE)}
    assert whole == set()
