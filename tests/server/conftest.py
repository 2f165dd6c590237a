"""A whole server in the test's own loop, on a database of the test's own."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from persistence.errors import Unavailable
from persistence.journal.contract import Appended, Known, Stands
from persistence.journal.postgres import PostgresJournal
from rooms.journal.entry import Entry, Outcome, Proposal
from server.accounts.passwords import Costs
from server.app import App
from server.live.hub import Hub
from server.live.write_behind import WriteBehind
from server.nodes.bus_memory import Exchange, MemoryBus
from server.nodes.other_nodes import OtherNodes
from server.router.router import Router
from server.settings import Settings
from tests.server.wire import MSGPACK, PATIENCE, Message, Wire

QUICK_HASHES = Costs(time_cost=1, memory_cost=8, parallelism=1)

NEVER_FULL = 2.0
"""Of a core: the loop of a test is busy with the test, and no node is to take that for load."""

SECRET = b"a secret of tests, 32 bytes long"


class HeldJournal(PostgresJournal):
    """A journal that a test can stall (`gate`) or break (`is_broken`)."""

    def __init__(self, *lanes: Any) -> None:
        super().__init__(*lanes)
        self.gate = asyncio.Event()
        self.gate.set()
        self.is_broken = False
        self.stored = 0

    async def append(self, proposals: Sequence[Proposal], known: Mapping[str, Known]) -> Appended:
        self._check()
        appended = await super().append(proposals, known)
        self.stored += len(proposals)
        await self.gate.wait()
        return appended

    async def read(self, project: str, after: int, limit: int) -> list[Entry]:
        self._check()
        return await super().read(project, after, limit)

    async def read_on(self, project: str, known: Known, limit: int) -> list[Entry]:
        self._check()
        return await super().read_on(project, known, limit)

    async def stand(self, known: Mapping[str, Known]) -> dict[str, Stands]:
        self._check()
        return await super().stand(known)

    async def find(self, proposal: Proposal) -> tuple[Outcome, int] | None:
        self._check()
        return await super().find(proposal)

    def _check(self) -> None:
        if self.is_broken:
            raise Unavailable("broken by a test")


class Node:
    """The server, its insides, and clients to it."""

    def __init__(self) -> None:
        self.url = ""
        self.hub: Hub
        self.router: Router
        self.others: OtherNodes
        self.write_behind: WriteBehind
        self.journal: HeldJournal
        self.app: App
        self.running: asyncio.Task[None]
        self.bus: MemoryBus
        self.is_dead = False
        self.wires: list[Wire] = []

    async def connect(self, codec: str = MSGPACK) -> Wire:
        """A handshake, and no hello yet."""
        socket = await connect(
            self.url,
            subprotocols=[Subprotocol(codec)],
            compression=None,
            proxy=None,
            ping_interval=None,
            max_size=None,
            max_queue=None,
        )
        wire = Wire(socket, codec)
        self.wires.append(wire)
        return wire

    async def guest(self, codec: str = MSGPACK, device: str = "laptop") -> Wire:
        """Greeted, not logged in."""
        wire = await self.connect(codec)
        await wire.hello(device=device)
        return wire

    async def musician(self, name: str, codec: str = MSGPACK) -> Wire:
        """Someone with a new account."""
        wire = await self.guest(codec)
        wire.tokens = await wire.result(
            "auth.register", email=f"{name}@example.org", username=name, password="correct horse"
        )
        wire.user = wire.tokens["user"]["id"]
        return wire

    async def again(self, wire: Wire, device: str = "laptop", codec: str = MSGPACK) -> Wire:
        """One more connection of the same login."""
        other = await self.connect(codec)
        await other.hello(wire.tokens["access_token"], device)
        other.user, other.tokens = wire.user, wire.tokens
        return other

    async def fresh(
        self, wire: Wire, project: str, device: str = "phone"
    ) -> tuple[Message, dict[str, Any]]:
        """What a new device of this user is told, with a state encoded for it now."""
        self.hub.rooms[project].room.joining.encoded_states.clear()
        other = await self.again(wire, device, wire.codec)
        return await other.join(project)

    async def pair(self, codecs: tuple[str, str] = (MSGPACK, MSGPACK)) -> tuple[Wire, Wire, str]:
        """Two editors in the room of one project."""
        ann, ben = await self.musician("ann", codecs[0]), await self.musician("ben", codecs[1])
        project = await create_project(ann)
        await ann.result("members.grant", project=project, email="ben@example.org", role="editor")
        await ann.join(project)
        await ben.until("role_changed")
        await ben.join(project)
        await ann.until("member_joined")
        return ann, ben, project

    async def http(self, path: str) -> tuple[int, str]:
        """A plain GET: status and body."""
        where = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        try:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n".encode())
            async with asyncio.timeout(PATIENCE):
                head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
            return int(head.split()[1]), body
        finally:
            writer.close()
            await writer.wait_closed()

    async def stop(self) -> None:
        """As SIGTERM would; returns when the app has ended."""
        self.app.stop()
        await self.running
        self.is_dead = True

    async def die(self) -> None:
        """As SIGKILL would, as far as others can see: no word to anyone, sockets reset."""
        self.bus.set_up(False)
        for connection in list(self.router.connections.values()):
            connection.abort("")
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)
        self.is_dead = True


async def create_project(wire: Wire, name: str = "Song") -> str:
    """A new project of this user's; its id."""
    project = await wire.result("projects.create", name=name)
    return str(project["id"])


async def eventually(fact: Callable[[], Awaitable[Any]], within: float = PATIENCE) -> Any:
    """Ask until it is so; what it was."""
    async with asyncio.timeout(within):
        for pause in itertools.repeat(0.02):
            if found := await fact():
                break
            await asyncio.sleep(pause)
        return found


class Nodes:
    """Any number of nodes on one database, joined by a bus in memory that a test can break."""

    def __init__(self, database_url: str, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.exchange = Exchange()
        self.all: list[Node] = []
        self._database_url = database_url
        self._data = data
        self._monkeypatch = monkeypatch

    async def start(self, **settings_of_its_own: Any) -> Node:
        """One more."""
        made = Node()
        ready = asyncio.get_running_loop().create_future()

        def keep_hub(**services: Any) -> Hub:
            made.hub = Hub(**services)
            return made.hub

        def keep_others(*args: Any) -> OtherNodes:
            made.others = OtherNodes(*args)
            return made.others

        def keep_write_behind(*args: Any) -> WriteBehind:
            made.write_behind = WriteBehind(*args)
            return made.write_behind

        def keep_router(*args: Any) -> Router:
            made.router = Router(*args)
            return made.router

        def keep_journal(*lanes: Any) -> HeldJournal:
            made.journal = HeldJournal(*lanes)
            return made.journal

        def keep_bus() -> MemoryBus:
            made.bus = MemoryBus(self.exchange)
            return made.bus

        self._monkeypatch.setattr("server.app.Hub", keep_hub)
        self._monkeypatch.setattr("server.app.OtherNodes", keep_others)
        self._monkeypatch.setattr("server.app.WriteBehind", keep_write_behind)
        self._monkeypatch.setattr("server.app.Router", keep_router)
        self._monkeypatch.setattr("server.app.PostgresJournal", keep_journal)
        self._monkeypatch.setattr("server.app.MemoryBus", keep_bus)
        # A twentieth of a second for each hash, and nearly every test has accounts.
        self._monkeypatch.setattr("server.accounts.passwords.OWASP", QUICK_HASHES)
        settings = Settings(
            host="127.0.0.1",
            port=0,
            data=self._data,
            database_url=self._database_url,
            redis_url=None,
            origins=(),
            secret=SECRET,
            **{"core_share": NEVER_FULL} | settings_of_its_own,
        )
        made.app = App(settings, ready.set_result)
        made.running = asyncio.create_task(made.app.run(self._database_url))
        await asyncio.wait([made.running, ready], return_when=asyncio.FIRST_COMPLETED, timeout=20)
        if made.running.done():
            made.running.result()
        made.url = ready.result()
        self.all.append(made)
        return made

    async def stop(self) -> None:
        """All that still run, in good order."""
        for node in self.all:
            node.journal.is_broken = False
            node.journal.gate.set()
            for wire in node.wires:
                await wire.socket.close()
        for node in self.all:
            if not node.is_dead:
                await node.stop()
                assert 'kind="task_failed"} 0.0' in node.app.metrics.text()


@pytest.fixture
def quick_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nodes look and write behind ten times a second: for tests of what they do then, not when."""
    monkeypatch.setattr("server.app.WRITE_BEHIND_SECONDS", 0.1)
    monkeypatch.setattr("server.app.SLOW_TICK_SECONDS", 0.1)


@pytest.fixture
async def nodes(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Nodes]:
    """None running yet."""
    made = Nodes(database_url, tmp_path, monkeypatch)
    yield made
    await made.stop()


@pytest.fixture
async def node(nodes: Nodes) -> Node:
    """A running server."""
    return await nodes.start()
