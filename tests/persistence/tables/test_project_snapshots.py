"""Stored states, what became of deltas, and letting go of the old: on a real PostgreSQL."""

import asyncio
import json
import uuid
from collections.abc import Mapping
from typing import Any

import pytest

from persistence import migrate
from persistence.errors import Compacted, Conflict, NotFound, Taken
from persistence.journal import compaction
from persistence.journal import history as project_history
from persistence.journal.contract import Checkpoint, KnownHead
from persistence.journal.postgres import PostgresJournal
from persistence.migrate import known_migrations
from persistence.pool import Database
from persistence.rows import reading, writing
from persistence.rows.reading import Row
from persistence.rows.row_lanes import RowLanes
from persistence.tables import project_snapshots, studio_projects
from persistence.tables.project_snapshots import SnapshotRow
from persistence.tables.users import UserRow
from rooms.aspect import StateSlice
from rooms.journal.entry import Outcome, Proposal
from schema.ops import Delete, Op, Set, encode_ops
from schema.tables.project_snapshots import SNAPSHOTS
from tests.persistence.planted_rows import make_login, make_project, make_user

pytestmark = pytest.mark.postgres

NO_HEADS: Mapping[str, KnownHead] = {}
YEAR = "now() - interval '1 year'"


class Desk:
    """One project, its owner, and quick ways to fill it."""

    def __init__(self, db: Database, owner: UserRow, login: str, project: str) -> None:
        self.db = db
        self.owner = owner
        self.login = login
        self.project = project
        self.journal = PostgresJournal(db)

    def proposal(self, *ops: Op, id: str = "", member: str = "member-1") -> Proposal:
        return Proposal(
            project=self.project,
            delta_id=id or uuid.uuid4().hex,
            author=self.owner.id,
            auth_session=self.login,
            member=member,
            payload=encode_ops(ops),
            atomic=False,
        )

    async def edit(self, *ops: Op, **more: str) -> int:
        proposal = self.proposal(*(ops or (rename("track_01", "x"),)), **more)
        [(outcome, seq)] = (await self.journal.append([proposal], NO_HEADS)).outcomes
        assert outcome is Outcome.COMMITTED
        assert seq is not None
        return seq

    async def store(self, seq: int, digest: str = "0123456789abcdef") -> None:
        epoch = (await studio_projects.get(self.db, self.project, self.owner.id)).epoch
        state = (StateSlice("markers", b'{"marker_1": {"time": %d}}' % seq),)
        await self.journal.save(Checkpoint(self.project, epoch, seq, digest, state))

    async def keep(self, seq: int, **more: Any) -> SnapshotRow | None:
        given = {"id": None, "author": self.owner.id, "kind": "manual", "name": "v1"} | more
        return await project_snapshots.keep(
            self.db,
            project=self.project,
            description="as told",
            epoch=(await studio_projects.get(self.db, self.project, self.owner.id)).epoch,
            at_seq=seq,
            musical_context=b'{"a": 1}',
            audio_analysis=None,
            **given,
        )

    async def kept(self, seq: int, **more: Any) -> SnapshotRow:
        row = await self.keep(seq, **more)
        assert row is not None
        return row

    async def seqs(self, **filters: Any) -> list[int]:
        names = ("user", "member", "entity", "since_ms", "until_ms", "before_seq")
        asked: dict[str, Any] = {"limit": 50} | dict.fromkeys(names) | filters
        rows = await project_history.list_entries(self.db, self.project, **asked)
        return [row.seq for row in rows]

    async def snapshots(self) -> list[tuple[str, int]]:
        return [(row["kind"], row["position"]["seq"]) for row in await self.listed()]

    async def listed(self) -> list[Row]:
        access = RowLanes(self.db, self.db)
        page = await reading.list_(access, SNAPSHOTS, self.owner.id, limit=100)
        return [row for row in page.rows if row["project"] == self.project]

    async def update(self, id: str, version: int, **changes: Any) -> Row:
        access, named = RowLanes(self.db, self.db), (self.project, id)
        return await writing.update(access, SNAPSHOTS, self.owner.id, named, version, changes)


def rename(entity: str, name: str) -> Set:
    return Set("tracks", entity, {"name": name})


@pytest.fixture
async def desk(database: Database) -> Desk:
    owner = await make_user(database, "ann")
    project = await make_project(database, owner, digest="fedcba9876543210")
    return Desk(database, owner, await make_login(database, owner), project.id)


# Snapshots.


async def test_Y4_a_new_project_begins_with_a_snapshot(desk: Desk) -> None:
    [row] = await desk.listed()
    told = (row["kind"], row["position"]["seq"], row["digest"])
    assert told == ("auto", 0, "fedcba9876543210")


async def test_N2_a_snapshot_is_a_copy_of_the_checkpoint_at_its_seq(desk: Desk) -> None:
    await desk.edit()
    assert await desk.keep(1) is None
    await desk.store(1)
    row = await desk.kept(1)
    assert (row.seq, row.digest, row.author, row.username) == (
        1,
        "0123456789abcdef",
        desk.owner.id,
        "ann",
    )
    assert (row.description, json.loads(row.musical_context or b"")) == ("as told", {"a": 1})
    assert await project_snapshots.author_of(desk.db, desk.project, row.id) == desk.owner.id
    stored = await project_snapshots.state(desk.db, desk.project, row.id)
    assert [json.loads(part.entities) for part in stored.slices] == [{"marker_1": {"time": 1}}]
    await desk.edit()
    await desk.store(2)
    assert await desk.keep(1) is None
    again = await project_snapshots.state(desk.db, desk.project, row.id)
    assert again == stored


async def test_N2_one_id_makes_one_snapshot_however_often_and_at_once(desk: Desk) -> None:
    own_id = str(uuid.uuid4())
    rows = await asyncio.gather(*(desk.kept(0, id=own_id) for _ in range(4)))
    assert {row.id for row in rows} == {own_id}
    assert len(await desk.snapshots()) == 2
    with pytest.raises(Taken):
        await desk.keep(0, id=own_id, author=(await make_user(desk.db)).id)


async def test_all_snapshots_of_a_project_are_told_newest_first(desk: Desk) -> None:
    made = [(await desk.kept(0, name=f"v{n}")).id for n in range(5)]
    told = await project_snapshots.all_of(desk.db, desk.project)
    assert [id for id, kind in told if kind == "manual"] == made[::-1]
    assert told == [(row["id"], row["kind"]) for row in await desk.listed()]


async def test_fields_change_if_the_version_is_the_one_read_and_a_name_keeps_it(desk: Desk) -> None:
    [auto] = await desk.listed()
    changes: dict[str, Any] = {"name": "keeper", "audio_analysis": {"bpm": 120}}
    id, version = auto["id"], auto["version"]
    described = await desk.update(id, version, description="more", name="")
    assert (described["kind"], described["version"]) == ("auto", version + 1)
    changed = await desk.update(id, version + 1, **changes)
    assert (changed["kind"], changed["name"]) == ("manual", "keeper")
    assert (changed["version"], changed["audio_analysis"]) == (version + 2, {"bpm": 120})
    with pytest.raises(Conflict) as conflict:
        await desk.update(id, version, **changes)
    assert conflict.value.version == changed["version"]
    with pytest.raises(NotFound):
        await desk.update(str(uuid.uuid4()), 1, **changes)


async def test_a_snapshot_of_another_project_is_not_found(desk: Desk) -> None:
    row = await desk.kept(0)
    other = (await make_project(desk.db, desk.owner)).id
    for ask in (project_snapshots.author_of, project_snapshots.state):
        with pytest.raises(NotFound):
            await ask(desk.db, other, row.id)
    assert await project_snapshots.delete(desk.db, other, row.id) is False
    assert await project_snapshots.delete(desk.db, desk.project, row.id) is True
    assert await project_snapshots.delete(desk.db, desk.project, row.id) is False


async def test_N5_a_fork_begins_where_the_snapshot_stands(desk: Desk) -> None:
    await desk.edit()
    await desk.store(1)
    row = await desk.kept(1)
    ben, own_id = await make_user(desk.db, "ben"), str(uuid.uuid4())

    async def fork(owner: str) -> studio_projects.ProjectRow:
        return await project_snapshots.fork(
            desk.db,
            project=desk.project,
            snapshot=row.id,
            id=own_id,
            owner=owner,
            name="Remix",
        )

    forked = await fork(ben.id)
    assert (forked.id, forked.owner, forked.role, forked.head) == (own_id, ben.id, "owner", 0)
    assert forked.epoch != (await studio_projects.get(desk.db, desk.project, desk.owner.id)).epoch
    assert await fork(ben.id) == forked
    with pytest.raises(Taken):
        await fork(desk.owner.id)
    state = await desk.journal.load(own_id)
    assert (state.seq, state.digest) == (0, row.digest)
    assert json.loads(state.slices[0].entities) == {"marker_1": {"time": 1}}
    assert [kind for _, kind in await project_snapshots.all_of(desk.db, own_id)] == ["auto"]


async def test_N1_thinning_keeps_the_newest_one_an_hour_and_one_a_day(desk: Desk) -> None:
    await desk.db.execute("DELETE FROM project_snapshots")
    await desk.db.execute(
        """
        INSERT INTO project_snapshots
            (project_id, kind, name, state, epoch, seq, checksum, created_at)
        SELECT $1, k.kind, k.name, '{}', p.epoch, n, '',
            timestamptz '2026-11-24 12:00+00' - n * interval '10 minutes'
        FROM studio_projects AS p, generate_series(0, 9999) AS n,
            LATERAL (SELECT CASE WHEN n % 1000 = 7 THEN 'manual' ELSE 'auto' END AS kind,
                CASE WHEN n % 1000 = 8 THEN 'named' ELSE '' END AS name) AS k
        WHERE p.id = $1
        """,
        desk.project,
    )
    now = 1_795_521_600_000.0  # 2026-11-24 12:00 UTC
    async with desk.db.transaction() as transaction:
        # What the planner does where its figures say that the table has a row or two.
        for plan in ("indexscan", "bitmapscan", "hashjoin", "mergejoin"):
            await transaction.execute(f"SET LOCAL enable_{plan} = off")
        deleted = await project_snapshots.thin(transaction, desk.project, now)
    rows = await desk.db.fetch("SELECT seq, kind, name FROM project_snapshots ORDER BY seq")
    kept = {row["seq"] for row in rows}
    assert deleted == 10_000 - len(kept)
    assert set(range(20)) - {7, 8} <= kept
    assert {n for n in range(10_000) if n % 1000 in (7, 8)} <= kept
    hours = {n // 6 for n in kept if n < 144}
    assert hours == set(range(24))
    days = {(n + 71) // 144 for n in kept if n < 30 * 144}
    assert len(days) >= 30
    assert len(kept) < 20 + 24 + 32 + 20 + 1
    assert await project_snapshots.thin(desk.db, desk.project, now) == 0


# History.


async def test_Y1_history_is_filtered_and_shows_what_took_effect(desk: Desk) -> None:
    await desk.edit(rename("a_b_c_d_e", "x"), rename("track_01", "y"))
    await desk.edit(rename("aXbXcXdXe", "x"), member="member-2")
    await desk.edit(Delete("tracks", "track_01"))
    epoch = (await desk.journal.load(desk.project)).epoch
    await desk.journal.record_effective_ops(
        desk.project,
        {3: encode_ops([Delete("clips", "clip_001"), Delete("tracks", "track_01")])},
        KnownHead(epoch, 3),
    )
    assert await desk.seqs() == [3, 2, 1]
    assert await desk.seqs(entity="a_b_c_d_e") == [1]
    assert await desk.seqs(entity="clip_001") == [3]
    assert await desk.seqs(entity="track_01") == [3, 1]
    assert await desk.seqs(entity="track_0") == []
    assert await desk.seqs(member="member-2") == [2]
    assert await desk.seqs(user=desk.owner.id, limit=2) == [3, 2]
    assert await desk.seqs(before_seq=3) == [2, 1]
    rows = await project_history.list_entries(
        desk.db,
        desk.project,
        user=None,
        member=None,
        entity=None,
        since_ms=None,
        until_ms=None,
        before_seq=None,
        limit=1,
        max_ops=1,
    )
    assert (rows[0].username, rows[0].total) == ("ann", 2)
    assert [op["id"] for op in json.loads(rows[0].ops)] == ["clip_001"]
    with pytest.raises(NotFound):
        await project_history.oldest(desk.db, str(uuid.uuid4()))


async def test_Y3_the_seq_at_a_time(desk: Desk) -> None:
    for _ in range(40):
        await desk.edit()
    entries = await desk.journal.read(desk.project, 0, 100)
    for entry in entries:
        seq = await project_history.seq_at(desk.db, desk.project, entry.committed_at)
        last = max(e.seq for e in entries if e.committed_at == entry.committed_at)
        assert seq == last
    first = entries[0].committed_at
    assert await project_history.seq_at(desk.db, desk.project, first - 1) == 0
    assert await project_history.seq_at(desk.db, desk.project, first + 1e12) == 40
    assert await desk.seqs(until_ms=first - 1) == []


# Letting go.


async def old_snapshots(desk: Desk) -> None:
    await desk.db.execute(f"UPDATE project_snapshots SET created_at = {YEAR}")


async def test_Y4_compaction_empties_ops_and_keeps_ids(desk: Desk) -> None:
    await desk.edit(id="old-delta")
    await desk.edit()
    await desk.store(2)
    await desk.kept(2)
    await old_snapshots(desk)
    await desk.edit()
    now = 1e15
    assert await compaction.projects_to_compact(desk.db, now, 10) == [desk.project]
    assert await compaction.compact(desk.db, desk.project, now) == 2
    assert await compaction.projects_to_compact(desk.db, now, 10) == []
    assert await compaction.compact(desk.db, desk.project, now) == 0
    assert await project_history.oldest(desk.db, desk.project) == 2
    with pytest.raises(Compacted) as compacted:
        await desk.journal.read(desk.project, 1, 10)
    assert compacted.value.oldest == 2
    assert [e.seq for e in await desk.journal.read(desk.project, 2, 10)] == [3]
    again = desk.proposal(rename("track_01", "x"), id="old-delta")
    assert (await desk.journal.append([again], NO_HEADS)).outcomes == [(Outcome.DUPLICATE, 1)]
    assert await desk.seqs(entity="track_01") == [3]
    assert await desk.seqs() == [3, 2, 1]


async def test_Y4_compaction_needs_an_old_snapshot_and_never_passes_the_checkpoint(
    desk: Desk,
) -> None:
    for _ in range(3):
        await desk.edit()
    await desk.store(2)
    await desk.kept(2)
    assert await compaction.compact(desk.db, desk.project, 1_600_000_000_000.0) == 0
    await desk.db.execute("UPDATE project_snapshots SET seq = 3 WHERE seq = 2")
    assert await compaction.compact(desk.db, desk.project, 1e15) == 0
    assert len(await desk.journal.read(desk.project, 0, 10)) == 3


async def test_N1_thinning_leaves_what_the_oldest_history_is_replayed_from(desk: Desk) -> None:
    await desk.edit()
    await desk.store(1)
    await desk.kept(1, kind="auto", name="")
    await old_snapshots(desk)
    await compaction.compact(desk.db, desk.project, 1e15)
    for _ in range(30):
        await desk.kept(1, kind="auto", name="")
    await project_snapshots.thin(desk.db, desk.project, 2e12)
    base = await desk.journal.base(desk.project, 1)
    assert base is not None
    assert base.seq == 1


async def test_projects_from_before_snapshots_get_their_first_one(empty_database_url: str) -> None:
    before = [m for m in known_migrations() if m.name < "0007"]
    await migrate.migrate(empty_database_url, before)
    db = await Database.open(empty_database_url, max_size=2)
    user = str(uuid.uuid4())
    await db.execute(
        "INSERT INTO prime_users (id, email, username, name) VALUES ($1, 'a@b.org', 'ann', 'Ann')",
        user,
    )
    await db.execute(
        "INSERT INTO studio_projects (owner_id, name, project_state, state_seq, head_seq)"
        ' VALUES ($1, \'Old\', \'{"markers": {"m1": {"time": 1}}}\', 4, 6)',
        user,
    )
    await db.close()
    await migrate.migrate(empty_database_url)
    db = await Database.open(empty_database_url, max_size=2)
    row = await db.fetchrow("SELECT kind, seq, checksum FROM project_snapshots")
    assert row is not None
    assert tuple(row) == ("auto", 4, "")
    await db.close()
