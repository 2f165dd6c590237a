import asyncio
import uuid
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from persistence.journal.contract import Journal, KnownHead
from persistence.journal.postgres import PostgresJournal
from persistence.pool import Database, Executor
from persistence.tables import (
    auth_sessions,
    collaboration_sessions,
    project_members,
    studio_projects,
)
from persistence.tables.users import UserRow
from rooms.journal.entry import Outcome
from rooms.presence.session_permissions import SessionPermissions
from tests.persistence.journal.journal_contract import (
    Author,
    JournalContract,
    group,
    known,
    outcomes,
    propose,
    seqs,
)
from tests.persistence.planted_rows import make_login, make_project, make_user, somebody_waits

if TYPE_CHECKING:
    from collections.abc import Awaitable

pytestmark = pytest.mark.postgres


class PostgresBench:
    """Rows by the named queries that calls use."""

    journal: Journal

    def __init__(self, db: Executor) -> None:
        self.db = db
        self.journal = PostgresJournal(db)

    async def author(self) -> Author:
        user = await make_user(self.db)
        return Author(user.id, await make_login(self.db, user))

    async def project(self, owner: Author, state: bytes = b"{}") -> str:
        user = UserRow(owner.user, "", "", "")
        return (await make_project(self.db, user, state=state)).id

    async def grant(self, project: str, user: str, role: str, reach: str = "") -> None:
        tracks = reach.split(",") if reach else []
        await project_members.grant(self.db, project, user, role, tracks=tracks)

    async def revoke(self, project: str, user: str) -> None:
        await project_members.revoke(self.db, project, user)

    async def permit(self, project: str, permits: SessionPermissions) -> None:
        lists = {name: list(users) for name, users in permits.lists.items()}
        session = await collaboration_sessions.open_session(self.db, project, permits.host)
        await collaboration_sessions.permit_by(self.db, session, permits.host, lists)

    async def archive(self, project: str, archived: bool) -> None:
        await studio_projects.set_archived(self.db, project, archived)

    async def revoke_session(self, auth_session: str) -> None:
        await auth_sessions.revoke(self.db, auth_session, "logout")

    async def epoch(self, project: str) -> str:
        return (await self.journal.load(project)).epoch

    async def go_back(self, project: str, to: int) -> None:
        lose = "DELETE FROM project_deltas WHERE project_id = $1 AND seq > $2"
        await self.db.execute(lose, project, to)
        set_head = "UPDATE studio_projects SET head_seq = $2 WHERE id = $1"
        await self.db.execute(set_head, project, to)


@pytest.fixture
def bench(database: Database) -> PostgresBench:
    return PostgresBench(database)


class TestPostgresJournal(JournalContract):
    """The contract, in PostgreSQL."""


async def test_commit_times_stand_still_while_the_clock_runs_backwards(
    bench: PostgresBench,
) -> None:
    author = await bench.author()
    project = await bench.project(author)
    await outcomes(bench.journal, propose(project, author))
    await bench.db.execute(
        "UPDATE project_deltas SET committed_at = committed_at + interval '1 hour'"
    )
    await outcomes(bench.journal, propose(project, author))
    first, second = await bench.journal.read(project, 0, 2)
    assert second.committed_at == first.committed_at


@pytest.mark.parametrize(
    "change", [{"project": "no uuid"}, {"delta_id": "x" * 65}, {"payload": b"no json"}]
)
async def test_what_the_database_refuses_fails_alone(
    bench: PostgresBench, change: dict[str, str]
) -> None:
    author = await bench.author()
    project = await bench.project(author)
    bad = replace(propose(project, author), **change)
    batch = [propose(project, author), bad, propose(project, author)]
    appended = await bench.journal.append(batch, await known(bench, project))
    assert appended.outcomes == [
        (Outcome.COMMITTED, 1),
        (Outcome.INVALID, None),
        (Outcome.COMMITTED, 2),
    ]
    assert seqs(appended.entries) == [1, 2]


async def test_R2_the_login_of_another_user_does_not_serve(bench: PostgresBench) -> None:
    author, other = await bench.author(), await bench.author()
    project = await bench.project(author)
    borrowed = replace(propose(project, author), auth_session=other.auth_session)
    assert await outcomes(bench.journal, borrowed) == [(Outcome.SESSION_REVOKED, None)]


async def put_out(bench: PostgresBench, way_out: str, project: str, author: Author) -> None:
    match way_out:
        case "revoke":
            await bench.revoke(project, author.user)
        case "demote":
            await bench.grant(project, author.user, "viewer")
        case "archive":
            await bench.archive(project, True)
        case "revoke_session":
            await bench.revoke_session(author.auth_session)
        case "psql":
            query = "UPDATE project_members SET role = 'viewer' WHERE user_id = $1"
            await bench.db.execute(query, author.user)


@pytest.mark.parametrize("way_out", ["revoke", "demote", "archive", "revoke_session", "psql"])
async def test_R2_once_out_is_committed_nothing_more_is_stored(
    bench: PostgresBench, way_out: str
) -> None:
    owner, author = await bench.author(), await bench.author()
    project = await bench.project(owner)
    await bench.grant(project, author.user, "editor")
    under_way = asyncio.Event()

    async def write() -> None:
        for _ in range(100):
            await outcomes(bench.journal, propose(project, author))
            under_way.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(write())
        group.create_task(write())
        await under_way.wait()
        await put_out(bench, way_out, project, author)
        head = await bench.journal.heads([project])
    assert 0 < head[project] < 200
    assert await bench.journal.heads([project]) == head


@pytest.mark.parametrize("way_out", ["revoke", "demote", "archive", "revoke_session", "psql"])
async def test_R2_putting_out_waits_for_the_append_under_way(
    bench: PostgresBench, way_out: str
) -> None:
    owner, author = await bench.author(), await bench.author()
    project = await bench.project(owner)
    await bench.grant(project, author.user, "editor")
    async with bench.db.transaction() as transaction:
        await outcomes(PostgresJournal(transaction), propose(project, author))
        way = asyncio.create_task(put_out(bench, way_out, project, author))
        await somebody_waits(bench.db)
        assert not way.done()
    await way
    (answer,) = await outcomes(bench.journal, propose(project, author))
    assert answer[0] in (Outcome.FORBIDDEN, Outcome.ARCHIVED, Outcome.SESSION_REVOKED)


@pytest.mark.parametrize("way_out", ["revoke", "demote", "archive", "revoke_session"])
async def test_R2_an_append_waits_for_the_putting_out_under_way(
    bench: PostgresBench, way_out: str
) -> None:
    owner, author = await bench.author(), await bench.author()
    project = await bench.project(owner)
    await bench.grant(project, author.user, "editor")
    async with bench.db.transaction() as transaction:
        await put_out(PostgresBench(transaction), way_out, project, author)
        append = asyncio.create_task(outcomes(bench.journal, propose(project, author)))
        await somebody_waits(bench.db)
        assert not append.done()
    (answer,) = await append
    assert answer[0] in (Outcome.FORBIDDEN, Outcome.ARCHIVED, Outcome.SESSION_REVOKED)


async def test_heads_move_within_their_page(bench: PostgresBench) -> None:
    author = await bench.author()
    project = await bench.project(author)
    before = await studio_projects.get(bench.db, project, author.user)
    async with bench.db.transaction() as transaction:
        for _ in range(5):
            await outcomes(PostgresJournal(transaction), propose(project, author))
        moved = await transaction.fetchrow(
            "SELECT n_tup_upd AS all, n_tup_hot_upd AS hot FROM pg_stat_xact_user_tables"
            " WHERE relname = 'studio_projects'"
        )
    assert moved is not None
    assert moved["all"] == moved["hot"] == 5
    after = await studio_projects.get(bench.db, project, author.user)
    assert (after.updated_at, after.version) == (before.updated_at, before.version)
    assert after.head == 5


@pytest.mark.new_database
async def test_an_append_reads_by_index_however_small_the_tables(bench: PostgresBench) -> None:
    author = await bench.author()
    project = await bench.project(author)
    there = await known(bench, project)
    await bench.db.execute("ANALYZE")
    async with bench.db.transaction() as transaction:
        for _ in range(10):
            journal = PostgresJournal(transaction)
            batch = [propose(project, author) for _ in range(20)]
            await journal.append(batch, there)
        scanned = await transaction.fetch(
            "SELECT relname FROM pg_stat_xact_user_tables WHERE seq_scan > 0"
        )
    assert scanned == []


@pytest.mark.new_database
async def test_what_a_room_asks_reads_as_much_however_long_its_journal_is(
    bench: PostgresBench,
) -> None:
    """Even by plans that were made while the tables were empty, as those of a new deployment."""
    author = await bench.author()
    project = await bench.project(author)
    async with bench.db.transaction() as transaction:
        await transaction.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        journal = PostgresJournal(transaction)
        await _rows_read_by_each(transaction, journal, project, author)
        figures = []
        for _ in range(2):
            await journal.append([propose(project, author) for _ in range(400)], {})
            figures.append(await _rows_read_by_each(transaction, journal, project, author))
    assert figures[0].keys() == figures[1].keys()
    grown = {name: (few, figures[1][name]) for name, few in figures[0].items()}
    # Updates that find no room in their page leave dead rows; the journal has grown by 400.
    assert [name for name, (few, many) in grown.items() if many > few + 20] == [], grown


async def _rows_read_by_each(
    db: Executor, journal: PostgresJournal, project: str, author: Author
) -> dict[str, int]:
    """What is asked of the journal -> how many rows of it were read for the answer."""
    last = propose(project, author)
    ((_, seq),) = await outcomes(journal, last)
    assert seq is not None
    epoch = (await journal.load(project)).epoch
    here = KnownHead(epoch, seq, last.delta_id)
    effective_ops = {seq: b"[]"}
    asked: dict[str, Awaitable[object]] = {
        "stand": journal.stand({project: here}),
        "find": journal.find(last),
        "seqs_of": journal.seqs_of(project, author.user, [last.delta_id]),
        "read": journal.read(project, seq - 1, 10),
        "read_on": journal.read_on(project, here, 10),
        "marks": journal.marks(project, seq, 2),
        "record_effective_ops": journal.record_effective_ops(project, effective_ops, here),
        "append": journal.append([propose(project, author)], {project: here}),
        "append_group": journal.append_group(str(uuid.uuid4()), group(project, author, 3), here),
    }
    figures, before = {}, await _rows_read(db)
    for name, answer in asked.items():
        await answer
        after = await _rows_read(db)
        figures[name], before = after - before, after
    return figures


async def _rows_read(db: Executor) -> int:
    read: int = await db.fetchval(
        "SELECT coalesce(sum(idx_tup_fetch + seq_tup_read), 0)::int8"
        " FROM pg_stat_xact_user_tables WHERE relname = 'project_deltas'"
    )
    return read


@pytest.mark.new_database
async def test_J15_a_look_for_deltas_reads_by_index_however_small_the_tables(
    bench: PostgresBench,
) -> None:
    author = await bench.author()
    project = await bench.project(author)
    stored = [propose(project, author) for _ in range(20)]
    await bench.journal.append(stored, {})
    await bench.db.execute("ANALYZE")
    async with bench.db.transaction() as transaction:
        ids = [each.delta_id for each in stored]
        found = await PostgresJournal(transaction).seqs_of(project, author.user, ids)
        scanned = await transaction.fetch(
            "SELECT relname FROM pg_stat_xact_user_tables WHERE seq_scan > 0"
        )
    assert (len(found), scanned) == (20, [])
