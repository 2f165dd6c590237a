"""Whatever writers, roles, connections and nodes do: what a watch shows is what the table holds."""

import asyncio
import random
from typing import Any

import asyncpg
import pytest

from tests.server.conftest import Node, Nodes, create_project
from tests.server.row_feed.watching import Shown
from tests.server.wire import Message, Wire

pytestmark = [pytest.mark.postgres, pytest.mark.node]

WRITERS = 16
END = "the end"

ROWS = """
SELECT f.id::text AS id, f.name, f.version FROM audio_files AS f
JOIN project_members AS m ON m.project_id = f.project_id AND m.user_id = $1
WHERE f.name <> 'hidden'
"""


class Replica(Shown):
    """Follows until the row of the end is there, over one connection after the other."""

    def __init__(self, nodes: list[Node], wire: Wire, seed: int) -> None:
        super().__init__(wire, "audio_files", {"where": {"name": {"ne": "hidden"}}})
        self.user = wire.user
        self.resumed_times = 0
        self._nodes = nodes
        self._rng = random.Random(seed)

    async def follow(self) -> None:
        await self.begin()
        while not any(row["name"] == END for row in self.rows.values()):
            await self._hear()
            if self._rng.random() < 0.1:
                await self.reconnect()  # the answer may be all that tells of the end

    async def _hear(self) -> None:
        message = await self.wire.until_one_of("rows", "resync")
        if message["t"] == "resync":
            self.rows.clear()
            await self.begin()
            return
        changes = message["changes"]
        assert message["position"] is not None
        self._in_order(changes)
        self.take(changes)
        self.position = message["position"]

    async def reconnect(self) -> None:
        node = self._rng.choice(self._nodes)
        wire = await node.again(self.wire, device=f"d{self._rng.random()}")
        await self.wire.socket.close()
        await self.resume(wire)
        self.resumed_times += self.resumed

    def _in_order(self, changes: list[Message]) -> None:
        """A row never goes back to what it was before."""
        for change in changes:
            before = self.rows.get(change["id"])
            if before is not None and "row" in change:
                assert change["row"]["version"] >= before["version"], change


async def write(url: str, project: str, users: list[str], seed: int) -> None:
    """Some transactions, of which a few are rolled back and a few stay open for long."""
    rng = random.Random(seed)
    connection = await asyncpg.connect(url, timeout=20)
    try:
        for _ in range(8):
            transaction = connection.transaction()
            await transaction.start()
            try:
                for _ in range(rng.randint(1, 3)):
                    await one(connection, rng, project, users)
                await asyncio.sleep(rng.choice([0, 0, 0.002, 0.05]))
                await (transaction.rollback if rng.random() < 0.15 else transaction.commit)()
            except asyncpg.DeadlockDetectedError:
                await transaction.rollback()
    finally:
        await connection.close(timeout=10)


async def one(connection: Any, rng: random.Random, project: str, users: list[str]) -> None:
    some = "WHERE id IN (SELECT id FROM audio_files ORDER BY random() LIMIT $1)"
    name = rng.choice(["kick", "snare", "hidden"])
    match rng.randint(0, 9):
        case 0 | 1 | 2:
            await insert(connection, project, name)
        case 3 | 4 | 5 | 6:
            await connection.execute(
                f"UPDATE audio_files SET name = $2 {some}", rng.randint(1, 3), name
            )
        case 7:
            await connection.execute(f"DELETE FROM audio_files {some}", 1)
        case 8:
            await connection.execute(
                "DELETE FROM project_members WHERE user_id = $1", rng.choice(users)
            )
        case _:
            await grant(connection, project, rng.choice(users))


async def grant(connection: Any, project: str, user: str) -> None:
    await connection.execute(
        "INSERT INTO project_members (project_id, user_id, role) VALUES ($1, $2, 'viewer')"
        " ON CONFLICT DO NOTHING",
        project,
        user,
    )


class Away(Replica):
    """Comes back after the first message, once the end was written: the answer tells of it."""

    def __init__(self, node: Node, wire: Wire, psql: Any, project: str) -> None:
        super().__init__([node], wire, 0)
        self._rng.random = lambda: 0.0  # type: ignore[method-assign]
        self.has_begun = asyncio.Event()
        self._psql = psql
        self._project = project

    async def begin(self, **more: Any) -> Shown:
        await super().begin(**more)
        self.has_begun.set()
        return self

    async def reconnect(self) -> None:
        await insert(self._psql, self._project, END)
        await super().reconnect()


async def insert(connection: Any, project: str, name: str) -> None:
    await connection.execute(
        "INSERT INTO audio_files (project_id, name) VALUES ($1, $2)", project, name
    )


async def test_V8_what_a_watch_missed_is_told_by_its_answer_alone(
    node: Node, database_url: str
) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    psql = await asyncpg.connect(database_url, timeout=10)
    try:
        replica = Away(node, ann, psql, project)
        following = asyncio.create_task(replica.follow())
        await replica.has_begun.wait()
        await insert(psql, project, "kick")
        await following
        assert sorted(row["name"] for row in replica.rows.values()) == ["kick", END]
    finally:
        await psql.close(timeout=10)


async def test_V5_V6_V7_replicas_are_the_table_in_the_end(nodes: Nodes, database_url: str) -> None:
    one_, two = await nodes.start(), await nodes.start()
    one_.bus.set_up(False)  # what is missed is polled for
    ann = await one_.musician("ann")
    project = await create_project(ann)
    wires = [await one_.musician("ben"), await two.musician("cai")]
    users = [wire.user for wire in wires]
    replicas = [Replica([one_, two], wire, n) for n, wire in enumerate([ann, *wires])]
    following = [asyncio.create_task(replica.follow()) for replica in replicas]
    async with asyncio.timeout(60):
        await asyncio.gather(*(write(database_url, project, users, n) for n in range(WRITERS)))
        psql = await asyncpg.connect(database_url, timeout=10)
        for user in users:
            await grant(psql, project, user)
        await insert(psql, project, END)
        await asyncio.gather(*following)
    for replica in replicas:
        held = {row["id"]: dict(row) for row in await psql.fetch(ROWS, replica.user)}
        names = ("id", "name", "version")
        shown = {id: {n: row[n] for n in names} for id, row in replica.rows.items()}
        assert shown == held
    await psql.close(timeout=10)
    assert sum(replica.resumed_times for replica in replicas) > 0
