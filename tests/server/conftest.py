"""A whole server in the test's own loop, on a database of the test's own."""

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from persistence.errors import Unavailable
from persistence.journal.contract import AppendResult, Checkpoint, JournalStand, KnownHead
from persistence.journal.postgres import PostgresJournal
from persistence.lanes import STATEMENT_SECONDS, Lanes, open_lane
from rooms.journal.entry import Entry, Outcome, Proposal
from server.accounts.admission import Admission
from server.accounts.hashing.costs import HashCosts
from server.accounts.mail.mail_connections import mail_connection_of
from server.app import build_node
from server.calls.context import Context
from server.live.hub import Hub
from server.loop.garbage import Garbage
from server.metrics.metrics import Metrics
from server.node import Foundation
from server.node import Node as ServerNode
from server.node_secrets import node_secrets
from server.nodes.bus_codec import BusCodec
from server.nodes.bus_memory import Exchange, MemoryBus
from server.process import open_database
from server.serving import serve
from server.settings.settings import Settings
from server.sockets.connection import Connection
from server.sockets.connection_states import LoggedIn
from server.sockets.connections import Connections
from server.sockets.tls import TlsPair
from tests.server.wire import MSGPACK, PATIENCE, Message, Wire

if TYPE_CHECKING:
    import ssl

QUICK_HASHES = HashCosts(time_cost=1, memory_cost=8, parallelism=1)

NEVER_FULL = 2.0
"""Of a core: the loop of a test is busy with the test, and no node is to take that for load."""

LOOKED_AT: set[str] = set()
"""Databases that a node has found fit; each test gets one as it was (`tests/databases.py`)."""

SECRET = b"a secret of tests, 32 bytes long"


class NotedGarbage(Garbage):
    """Without the look at all there is, at each start of a node: that is all tests, too.

    And it leaves Python's collector as the tests have it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.is_taken_over = False

    def take_over(self) -> None:
        self.is_taken_over = True

    def give_back(self) -> None:
        self.is_taken_over = False


class HeldJournal(PostgresJournal):
    """A journal that a test can stall (`gate`, `hold_loads`) or break (`is_broken`)."""

    def __init__(self, *lanes: Any) -> None:
        super().__init__(*lanes)
        self.gate = asyncio.Event()
        self.gate.set()
        self.is_loading, self.load_gate = asyncio.Event(), asyncio.Event()
        self.load_gate.set()
        self.is_broken = False
        self.stored = 0

    def hold_loads(self) -> None:
        """No room opens until `load_gate` is set; `is_loading`, once one waits there."""
        self.is_loading.clear()
        self.load_gate.clear()

    async def load(self, project: str) -> Checkpoint:
        self.is_loading.set()
        await self.load_gate.wait()
        return await super().load(project)

    async def append(
        self, proposals: Sequence[Proposal], known: Mapping[str, KnownHead]
    ) -> AppendResult:
        self._check()
        appended = await super().append(proposals, known)
        self.stored += len(proposals)
        await self.gate.wait()
        return appended

    async def read(self, project: str, after: int, limit: int) -> list[Entry]:
        self._check()
        return await super().read(project, after, limit)

    async def read_on(self, project: str, known: KnownHead, limit: int) -> list[Entry]:
        self._check()
        return await super().read_on(project, known, limit)

    async def stand(self, known: Mapping[str, KnownHead]) -> dict[str, JournalStand]:
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
        self.server: ServerNode
        self.journal: HeldJournal
        self.running: asyncio.Task[None]
        self.bus: MemoryBus
        self.garbage = NotedGarbage()
        self.is_dead = False
        self.wires: list[Wire] = []
        self.trust: ssl.SSLContext | None = None
        """Of clients, where it speaks TLS."""

    @property
    def hub(self) -> Hub:
        return self.server.hub

    @property
    def connections(self) -> Connections:
        return self.server.connections

    @property
    def context(self) -> Context:
        return self.server.context

    @property
    def metrics(self) -> Metrics:
        return self.server.foundation.metrics

    def connection(self, **identity: str) -> Connection:
        """The connection of someone who is logged in, by `user`, `username` or `device`."""
        return self.connections_of(**identity)[0]

    def connections_of(self, **identity: str) -> list[Connection]:
        """All of them."""
        [(name, value)] = identity.items()
        sessions = [(c, c.session) for c in self.connections.values()]
        return [
            connection
            for connection, session in sessions
            if isinstance(session, LoggedIn)
            and getattr(session if name == "device" else session.identity, name) == value
        ]

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
            ssl=self.trust,
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
        self.server.stop()
        await self.running
        self.is_dead = True

    async def die(self) -> None:
        """As SIGKILL would, as far as others can see: no word to anyone, sockets reset."""
        self.bus.set_up(False)
        for connection in list(self.connections.values()):
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


async def _lanes(settings: Settings, url: str) -> Lanes:
    """As a node opens them; of a database that one has looked at here, they connect when asked.

    What a start looks at and seven connections are half of what a node costs a test.
    """
    if url not in LOOKED_AT or settings.caller_database_url:
        lanes = await open_database(settings, url, asyncio.Event())
        LOOKED_AT.add(url)
        return lanes
    sizes = settings.lanes
    return Lanes({lane: await open_lane(lane, url, sizes, at_once=0) for lane in STATEMENT_SECONDS})


async def _run(node: ServerNode, ready: asyncio.Future[str]) -> None:
    try:
        await serve(node, ready.set_result)
    finally:
        await node.foundation.db.close()


class Nodes:
    """Any number of nodes on one database, joined by a bus in memory that a test can break."""

    def __init__(self, database_url: str, data: Path) -> None:
        self.exchange = Exchange()
        self.all: list[Node] = []
        self._database_url = database_url
        self._data = data

    async def start(self, **of_its_own: Any) -> Node:
        """One more; `of_its_own`: what `build` takes."""
        made = await self.build(**of_its_own)
        ready = asyncio.get_running_loop().create_future()
        made.running = asyncio.create_task(_run(made.server, ready))
        await asyncio.wait(
            [made.running, ready], return_when=asyncio.FIRST_COMPLETED, timeout=2 * PATIENCE
        )
        if made.running.done():
            made.running.result()
        made.url = ready.result()
        self.all.append(made)
        return made

    async def build(
        self,
        *,
        admission: Admission | None = None,
        tls: TlsPair | None = None,
        **settings_of_its_own: Any,
    ) -> Node:
        """One that does not serve: whoever has it closes its database."""
        made = Node()
        usual: dict[str, Any] = {"core_share": NEVER_FULL, "secret": SECRET}
        settings = Settings(
            host="127.0.0.1",
            port=0,
            data=self._data,
            database_url=self._database_url,
            redis_url=None,
            **{"origins": ()} | usual | settings_of_its_own,
        )
        lanes = await _lanes(settings, self._database_url)
        made.journal = HeldJournal(lanes.appends, lanes.rooms, lanes.behind)
        made.bus = MemoryBus(self.exchange)
        shared = await node_secrets(settings.secret, lanes.calls, settings.believed_secrets)
        foundation = Foundation(
            db=lanes,
            journal=made.journal,
            slow_journal=PostgresJournal(lanes.reads),
            bus=made.bus,
            codec=BusCodec(shared.secret, secrets.token_hex(4), shared.accepted_secrets),
            shared=shared,
            # A twentieth of a second for each hash, and nearly every test has accounts.
            password_costs=QUICK_HASHES,
            admission=admission or Admission(),
            open_mail_connection=mail_connection_of(settings.mail, is_terminal=False),
            garbage=made.garbage,
            tls=tls,
        )
        made.server = build_node(settings, foundation)
        made.context.logins.grid_seconds = 0.0  # a quarter of a second for each wrong password
        return made

    async def stop(self) -> None:
        """All that still run, in good order."""
        for node in self.all:
            node.journal.is_broken = False
            node.journal.gate.set()
            node.journal.load_gate.set()
            for wire in node.wires:
                await wire.socket.close()
        for node in self.all:
            if not node.is_dead:
                await node.stop()
                assert not node.metrics.counted("task_failed")
                assert node.metrics.undeclared() == []


@pytest.fixture
def quick_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nodes look and write behind ten times a second: for tests of what they do then, not when."""
    monkeypatch.setattr("server.background_tasks.WRITE_BEHIND_SECONDS", 0.1)
    monkeypatch.setattr("server.background_tasks.SLOW_TICK_SECONDS", 0.1)
    monkeypatch.setattr("server.background_tasks.ROWS_SECONDS", 0.1)


@pytest.fixture
async def nodes(database_url: str, tmp_path: Path) -> AsyncIterator[Nodes]:
    """None running yet."""
    made = Nodes(database_url, tmp_path)
    yield made
    await made.stop()


@pytest.fixture
async def node(nodes: Nodes) -> Node:
    """A running server."""
    return await nodes.start()
