"""A large restore over real sockets: all or nothing, whoever looks and whatever is killed."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from persistence.errors import Busy, Unavailable
from persistence.journal.contract import KnownHead
from persistence.journal.memory import MemoryJournal
from persistence.journal.postgres import PostgresJournal
from rooms.journal.entry import Outcome, Proposal
from schema.errors import ErrorCode
from schema.server_limits import MADE_OPS
from server.commits import group_committer
from server.commits.group_committer import GroupCommitter
from tests.server.calls.projects.test_history import fetched
from tests.server.conftest import Node, Nodes, create_project, eventually
from tests.server.wire import Wire, delete, marker

pytestmark = pytest.mark.postgres

MARKERS = [f"marker_{n:05}" for n in range(5 * MADE_OPS + 500)]
PARTS = 6


class DyingDb:
    """A database whose node stands still at one of its queries, just before it or just after."""

    def __init__(self, db: Any, number: int, when: str) -> None:
        self.db = db
        self.left = number
        self.when = when
        self.has_reached = asyncio.Event()

    async def execute(self, query: str, *args: object) -> Any:
        return await self._reach(self.db.execute, query, *args)

    async def fetchrow(self, query: str, *args: object) -> Any:
        return await self._reach(self.db.fetchrow, query, *args)

    @asynccontextmanager
    async def transaction(self, first: str = "") -> AsyncIterator["DyingDb"]:
        """What stands still after its query stands still behind its COMMIT."""
        async with self.db.transaction(first) as transaction:
            inside = _DyingTransaction(transaction, self.left, self.when)
            inside.has_reached = self.has_reached
            yield inside
        self.left = inside.left
        if self.left < 0:
            await self._stand_still()

    async def _reach(self, ask: Any, *args: object) -> Any:
        self.left -= 1
        is_here = self.left < 0
        if is_here and self.when == "before":
            await self._stand_still()
        answer = await ask(*args)
        if is_here:
            await self._stand_still()
        return answer

    async def _stand_still(self) -> None:
        self.has_reached.set()
        await asyncio.Event().wait()


class _DyingTransaction(DyingDb):
    """Only what stores is counted; locks and looks before it are not."""

    async def execute(self, query: str, *args: object) -> Any:
        return await self.db.execute(query, *args)

    async def fetch(self, query: str, *args: object) -> Any:
        return await self.db.fetch(query, *args)

    async def fetchrow(self, query: str, *args: object) -> Any:
        self.left -= 1
        if self.left < 0 and self.when == "before":
            await self._stand_still()
        return await self.db.fetchrow(query, *args)


class Session:
    """A project of many markers that were all deleted since a snapshot, on a node that lives."""

    def __init__(self, nodes: Nodes, node: Node) -> None:
        self.nodes = nodes
        self.node = node
        self.ann: Wire
        self.project = ""
        self.snapshot = ""

    async def begin(self) -> None:
        self.ann = await self.node.musician("ann")
        self.project = await create_project(self.ann)
        await self.ann.join(self.project)
        await self.ann.edit(self.project, *map(marker, MARKERS))
        snapshot = await self.ann.result("snapshots.create", project=self.project, name="v1")
        self.snapshot = snapshot["id"]
        await self.clear()

    async def clear(self) -> None:
        await self.ann.edit(self.project, *map(delete, MARKERS))

    async def restore(self, wire: Wire, name: str) -> dict[str, Any]:
        result: dict[str, Any] = await wire.result(
            "snapshots.restore", project=self.project, snapshot=self.snapshot, id=name
        )
        return result

    async def head(self) -> int:
        return (await self.node.journal.heads([self.project]))[self.project]

    async def markers(self, device: str) -> int:
        await self.node.hub.rooms[self.project].read_on()
        _, state = await self.node.fresh(self.ann, self.project, device)
        return len(state.get("markers", {}))


@pytest.fixture
async def session(nodes: Nodes) -> Session:
    made = Session(nodes, await nodes.start())
    await made.begin()
    return made


@pytest.mark.parametrize(
    ("number", "when", "is_stored"),
    [
        (1, "before", False),  # nothing is staged yet
        (4, "after", False),  # some parts are
        (PARTS + 1, "before", False),  # all are
        (PARTS + 1, "after", True),  # it is committed, and the node did not hear of it
    ],
)
async def test_N9_a_restore_whose_node_is_killed_is_there_or_not_at_all(
    session: Session, number: int, when: str, is_stored: bool
) -> None:
    dying = await session.nodes.start()
    ben = await dying.again(session.ann, "phone")
    await ben.join(session.project)
    head = await session.head()
    dying_db = DyingDb(dying.journal._behind_lane, number, when)
    append = PostgresJournal(dying_db).append_group  # type: ignore[arg-type]
    dying.journal.append_group = append  # type: ignore[method-assign]
    restoring = asyncio.create_task(session.restore(ben, "restore-1"))
    await asyncio.wait_for(dying_db.has_reached.wait(), 20)
    await dying.die()
    restoring.cancel()
    await asyncio.gather(restoring, return_exceptions=True)
    assert await session.head() == head + PARTS * is_stored
    assert await session.markers("tablet") == len(MARKERS) * is_stored
    restored = await session.restore(session.ann, "restore-1")
    assert (restored["seq"], restored["ops"]) == (head + PARTS, 0 if is_stored else len(MARKERS))
    assert await session.markers("tablet-2") == len(MARKERS)
    assert await session.head() == head + PARTS
    await session.ann.ask({"t": "undo", "project": session.project, "id": "undo-0001"})


async def test_N9_no_seq_inside_a_restore_is_a_state(session: Session) -> None:
    head = await session.head()
    restored = await session.restore(session.ann, "restore-1")
    assert restored["seq"] == head + PARTS
    for seq in (head, head + 1, head + PARTS - 1, head + PARTS):
        first, state = await fetched(session.ann, "history.at", project=session.project, seq=seq)
        is_after = seq > head
        assert first["position"]["seq"] == (head + PARTS if is_after else head)
        assert len(state.get("markers", {})) == len(MARKERS) * is_after


async def test_D14_all_who_listen_hear_the_parts_and_an_undo_takes_all_back(
    session: Session,
) -> None:
    other = await session.nodes.start()
    ben = await other.again(session.ann, "phone")
    await ben.join(session.project)
    await session.restore(session.ann, "restore-1")
    heard = [await ben.until("delta") for _ in range(PARTS)]
    assert [bool(delta.get("more")) for delta in heard] == [True] * (PARTS - 1) + [False]
    ack = await session.ann.ask({"t": "undo", "project": session.project, "id": "undo-0001"})
    assert (ack["dropped"], ack["seq"]) == ([], heard[-1]["seq"] + PARTS)
    assert await session.markers("tablet") == 0

    async def is_there() -> bool:
        return bool(other.hub.rooms[session.project].room.head == ack["seq"])

    await eventually(is_there)
    copies = [each.hub.rooms[session.project].room.follower for each in (session.node, other)]
    assert copies[0].digest == copies[1].digest


async def test_D14_a_moment_inside_a_group_waits_for_its_end(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    live = node.hub.rooms[project]
    live.room.follower.is_inside_group = True
    frozen = asyncio.create_task(live.freeze())
    await live._jobs.done(iter([[]]))
    await live._jobs.done(iter([[]]))
    assert not frozen.done()
    live.room.follower.is_inside_group = False
    live.run(iter([[]]))
    assert (await frozen).seq == 0


class AwayJournal(MemoryJournal):
    """One in which each try takes a second, and raises what is `planted`; then it stores."""

    def __init__(self, planted: list[Exception]) -> None:
        super().__init__(lambda: self.now)
        self.planted = planted
        self.now = 0.0

    async def append_group(
        self, staging: str, parts: Sequence[Proposal], known_head: KnownHead
    ) -> tuple[Outcome, int | None]:
        self.now += 1.0
        if self.planted:
            raise self.planted.pop(0)
        return Outcome.COMMITTED, 1


@pytest.mark.parametrize(
    ("planted", "told", "left"),
    [
        ([Busy("a lock")] * 10, Outcome.COMMITTED, 0),
        ([Busy("a lock")] * 100, ErrorCode.UNAVAILABLE, 89),
        ([Unavailable("away")] * 100, Outcome.COMMITTED, 0),
        (
            [*[Busy("a lock")] * 5, *[Unavailable("away")] * 20, *[Busy("a lock")] * 10],
            Outcome.COMMITTED,
            0,
        ),
    ],
)
async def test_D16_a_group_waits_ten_seconds_for_its_own_project_and_ever_for_a_database(
    monkeypatch: pytest.MonkeyPatch, planted: list[Exception], told: object, left: int
) -> None:
    monkeypatch.setattr(group_committer, "FIRST_RETRY_SECONDS", 0.0)
    journal = AwayJournal(list(planted))
    heard: list[object] = []
    committing: list[asyncio.Task[None]] = []
    committer = GroupCommitter(
        journal,
        lambda _: KnownHead("", 0),
        lambda parts, outcome, seq: heard.append(outcome),
        lambda parts, code: heard.append(code),
        lambda coroutine: committing.append(asyncio.ensure_future(coroutine)),
        lambda *_: None,
    )
    committer._now = lambda: journal.now
    part = Proposal(
        project="project",
        delta_id="part-1",
        author="ann",
        auth_session="login",
        member="member",
        payload=b"[]",
        atomic=False,
    )
    committer.submit([part])
    async with asyncio.timeout(30):
        await committer.settled()
    await committing[0]
    assert (heard, len(journal.planted)) == ([told], left)


async def test_N9_what_a_dead_node_has_staged_is_cleared_in_time(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    journal = node.journal
    part = Proposal(
        project=project,
        delta_id="part-1",
        author=ann.user,
        auth_session=str(uuid.uuid4()),
        member="member",
        payload=b"[]",
        atomic=False,
    )
    staging = str(uuid.uuid4())
    db = DyingDb(journal._behind_lane, 2, "after")
    standing = asyncio.create_task(
        PostgresJournal(db).append_group(staging, [part, part, part], KnownHead("", 0))  # type: ignore[arg-type]
    )
    await db.has_reached.wait()
    standing.cancel()
    count = "SELECT count(*) FROM staged_deltas"
    assert await journal._behind_lane.fetchval(count) == 2
    await journal.clear_staged(3_600.0)
    assert await journal._behind_lane.fetchval(count) == 2
    await journal.clear_staged(0.0)
    assert await journal._behind_lane.fetchval(count) == 0
    outcome, _ = await journal.append_group(staging, [part], KnownHead("", 0))
    assert outcome is not Outcome.COMMITTED
