"""A studio under one seed: the real hub and real replicas, and a world that fails between them."""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any
from unittest.mock import patch

from structlog.testing import capture_logs

from client.codec import Frame, MsgpackCodec
from client.events import (
    Acknowledged,
    Event,
    FoundDiverged,
    JoinFailed,
    Left,
    Postponed,
    Refused,
    Synced,
)
from client.replica import Gap, Message, Replica
from client.send_queue import SendQueue
from persistence.errors import PersistenceError, Unavailable
from persistence.journal import Appended, Checkpoint
from persistence.journal_memory import MemoryJournal
from rooms import tail
from rooms.document import Document
from rooms.effects import Packet
from rooms.journal_entry import Entry, Outcome, Proposal, StepMark
from rooms.seat import JoinRequest, Seat
from schema.close_codes import CloseCode
from schema.entities import empty_state
from schema.errors import ErrorCode
from schema.messages import Error, Gesture, Join, ProposeDelta, Redo, Undo
from schema.ops import decode_ops
from server.bus_codec import BusCodec
from server.bus_memory import Exchange, MemoryBus
from server.codec import JSON, MSGPACK
from server.hub import Hub
from server.live_room import LiveRoom
from server.stored_state import read_document
from tests.simulation.edits import Editing, is_never_valid
from tests.simulation.virtual_loop import Stuck, run_virtually

PROJECT = "00000000-0000-4000-8000-000000000001"
DRAIN_SECONDS = 60.0
LINGER_SECONDS = 0.4

SHORT_TAIL_BYTES = 4_000
"""In a third of the seeds: some ten deltas, so that many come back to a position that is gone."""

Tally = Counter[str]


class SimulationFailed(AssertionError):
    """Something that must never happen did; the message names the seed."""


class UnreliableJournal:
    """A journal that takes its time, and now and then does not answer, before or after the fact."""

    def __init__(self, inner: MemoryJournal, rng: random.Random) -> None:
        self.inner = inner
        self.rng = rng
        self.trouble = 0.08

    async def _pause(self) -> None:
        await asyncio.sleep(self.rng.uniform(0.0, 0.03))

    async def _before(self) -> None:
        await self._pause()
        self._perhaps_fail("before")

    async def _after(self) -> None:
        self._perhaps_fail("after")
        await self._pause()

    def _perhaps_fail(self, when: str) -> None:
        if self.rng.random() < self.trouble:
            raise Unavailable(f"the simulated database is away, {when} the fact")

    async def append(
        self, proposals: Sequence[Proposal], known_heads: Mapping[str, int]
    ) -> Appended:
        await self._before()
        appended = await self.inner.append(proposals, known_heads)
        await self._after()
        return appended

    async def marks(self, project: str, up_to: int, limit: int) -> list[StepMark]:
        await self._before()
        return await self.inner.marks(project, up_to, limit)

    async def record_effects(self, project: str, effects: Mapping[int, bytes]) -> None:
        await self._before()
        await self.inner.record_effects(project, effects)
        await self._after()

    async def base(self, project: str, at: int) -> Checkpoint | None:
        await self._before()
        return await self.inner.base(project, at)

    async def read(self, project: str, after: int, limit: int) -> list[Entry]:
        await self._before()
        entries = await self.inner.read(project, after, limit)
        await self._after()
        return entries

    async def find(self, proposal: Proposal) -> tuple[Outcome, int] | None:
        await self._before()
        found = await self.inner.find(proposal)
        await self._after()
        return found

    async def heads(self, projects: Collection[str]) -> dict[str, int]:
        await self._before()
        return await self.inner.heads(projects)

    async def load(self, project: str) -> Checkpoint:
        await self._before()
        checkpoint = await self.inner.load(project)
        await self._after()
        return checkpoint

    async def save(self, checkpoint: Checkpoint) -> None:
        await self._before()
        await self.inner.save(checkpoint)
        await self._after()


class UnreliableBus(MemoryBus):
    """Loses, doubles and delays what it carries, each message by itself."""

    def __init__(self, exchange: Exchange, studio: "Studio") -> None:
        super().__init__(exchange)
        self._studio = studio

    def _hear(self, project: str | None, message: bytes) -> None:
        studio = self._studio
        if studio.is_calm:
            super()._hear(project, message)
            return
        for _ in range(studio.rng.choices((0, 1, 2), (8, 88, 4))[0]):
            delay = studio.rng.choice((0.0, 0.0, 0.002, 0.05)) * studio.rng.random()
            studio.later(delay, lambda: MemoryBus._hear(self, project, message))


class Link:
    """One connection: a queue each way, in order, each message with a delay of its own."""

    codec = MSGPACK

    def __init__(self, studio: "Studio", client: "Client") -> None:
        self.id = f"link-{next(studio.numbers)}"
        self.client = client
        self.server = studio.rng.choice(studio.servers)
        self.is_cut = False
        self.seat: Seat | None = None
        self._studio = studio
        self._arrives = {"up": 0.0, "down": 0.0}

    def to_server(self, data: Frame) -> None:
        assert isinstance(data, bytes)
        self._deliver("up", lambda: self.server.received(self, data))

    def send_frame(self, frame: bytes) -> None:
        """What the hub says; it must be durable by now."""
        if self.is_cut:
            return
        message = MsgpackCodec().decode(payload_of(frame))
        self._studio.check_durable(message)
        self._deliver("down", lambda: self.client.receive(self, message))

    def send_packet(self, packet: Packet) -> None:
        self.send_frame(self.codec.frame(packet))

    def send_tick(self, project: str, frames: bytes) -> None:
        for frame in frames_in(frames):
            self.send_frame(frame)

    def close(self, close: CloseCode) -> None:
        self._studio.tally[f"closed_{close.name}"] += 1
        self.cut()

    def cut(self) -> None:
        """What is under way is lost; the two sides notice at different times."""
        if self.is_cut:
            return
        self.is_cut = True
        studio = self._studio
        self.client.lost(self)
        studio.later(studio.rng.uniform(0.0, 0.6), lambda: self.server.gone(self))

    def _deliver(self, way: str, what: Callable[[], None]) -> None:
        studio = self._studio
        delay = studio.rng.choice((0.001, 0.005, 0.02, 0.15)) * studio.rng.random()
        at = max(studio.loop.time() + delay, self._arrives[way] + 1e-5)
        self._arrives[way] = at
        studio.later(at - studio.loop.time(), lambda: None if self.is_cut else what())


class Server:
    """The node: a hub that can be thrown away, and what a front does for its connections."""

    def __init__(self, studio: "Studio", name: str) -> None:
        self._studio = studio
        self._name = name
        self._lives = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._bus: UnreliableBus
        self._empty_since: float | None = None
        self.hub: Hub | None = None
        self.start()

    def start(self) -> None:
        """A new hub on the same journal."""
        studio = self._studio
        self._bus = UnreliableBus(studio.exchange, studio)
        codec = BusCodec(b"of all nodes", f"{self._name}{next(self._lives)}")
        self.hub = Hub(studio.journal, self.spawn, self._in_thread, self._bus, codec)
        self._empty_since = None
        self.spawn(self.hub.committer.run())
        self.spawn(self._bus.run(self.hub.others))
        self.spawn(self._keep_books(self.hub))
        self.spawn(self._look(self.hub))

    def break_bus(self) -> None:
        """This node is cut off from the bus for a while."""
        bus = self._bus
        bus.set_up(False)
        self._studio.tally["bus_broken"] += 1
        back = self._studio.rng.uniform(0.1, 8.0)
        self._studio.later(back, lambda: bus.set_up(True) if bus is self._bus else None)

    def crash(self) -> None:
        """The process dies, whatever it was about to do; another one is started later."""
        hub, self.hub = self.hub, None
        if hub is None:
            return
        self._studio.tally["crashes"] += 1
        for task in [*self._tasks, *hub._opening.values()]:
            task.cancel()
        for peer in list(hub.peers.values()):
            assert isinstance(peer, Link)
            peer.cut()
        self._bus.set_up(False)
        self._studio.later(self._studio.rng.uniform(0.01, 0.5), self.start)

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start a task; a database that is away is logged, as the server does it."""
        task = self._studio.loop.create_task(self._guarded(coroutine))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _guarded(self, coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            await coroutine
        except Unavailable:
            self._studio.tally["tasks_ended_unavailable"] += 1
        except Exception as error:
            self._studio.fail(f"a task of the server failed: {error!r}")

    async def _in_thread(self, function: Callable[..., Any], *args: Any) -> Any:
        for _ in range(3):
            await asyncio.sleep(0)
        await asyncio.sleep(self._studio.rng.uniform(0.0, 0.06))
        return function(*args)

    def connect(self, link: Link) -> bool:
        """Whether someone listens."""
        if self.hub is None:
            return False
        self.hub.peers[link.id] = link
        return True

    def gone(self, link: Link) -> None:
        if self.hub is not None:
            self.hub.gone(link.id)

    def received(self, link: Link, data: bytes) -> None:
        hub = self.hub
        if hub is None or link.id not in hub.peers:
            return
        match MSGPACK.decode(data):
            case Join() as join:
                self.spawn(self._join(hub, link, join))
            case Gesture() as gesture:
                hub.gesture(link.id, gesture)
            case (ProposeDelta() | Undo() | Redo()) as delta:
                if hub.is_in(link.id, PROJECT):
                    hub.propose(link.id, delta)
                else:
                    error = Error(delta.id, ErrorCode.NOT_JOINED, "join first", PROJECT)
                    link.send_frame(MSGPACK.frame_of(error))
            case other:
                self._studio.fail(f"nobody says {other!r}")

    async def _join(self, hub: Hub, link: Link, join: Join) -> None:
        name, role = link.client.name, link.client.role
        request = JoinRequest(
            link.id,
            join.id,
            name,
            name,
            "desk",
            "login",
            role,
            join.position,
            at=int(self._studio.loop.time() * 1_000),
            diverged=join.diverged,
        )
        try:
            await hub.join(request, PROJECT)
        except PersistenceError:
            error = Error(join.id, ErrorCode.UNAVAILABLE, "try again", PROJECT)
            link.send_frame(MSGPACK.frame_of(error))

    async def _keep_books(self, hub: Hub) -> None:
        while True:
            await asyncio.sleep(self._studio.rng.uniform(0.1, 0.8))
            live = hub.rooms.get(PROJECT)
            if live is not None:
                with suppress(Unavailable):
                    await self._keep_room(hub, live)

    async def _look(self, hub: Hub) -> None:
        """The beat, and the slow tick."""
        while True:
            await asyncio.sleep(0.5)
            hub.others.beat(self._studio.loop.time())
            with suppress(Unavailable):
                await hub.look_for_more()

    async def _keep_room(self, hub: Hub, live: LiveRoom) -> None:
        """A checkpoint, and a room that stays empty is closed."""
        now = self._studio.loop.time()
        if live.is_busy:
            self._empty_since = None
            await live.checkpoint(now)
        elif self._empty_since is None:
            self._empty_since = now
        elif now - self._empty_since > LINGER_SECONDS:
            self._empty_since = None
            await hub.close_room(PROJECT, None)
            self._studio.tally["rooms_closed"] += PROJECT not in hub.rooms


class Client:
    """A musician's machine: a real replica, and the habits of `client.room.Room`."""

    def __init__(self, studio: "Studio", name: str, role: str) -> None:
        self.name = name
        self.role = role
        self.link: Link | None = None
        self.away = 0.0
        self.acknowledged: dict[str, int] = {}
        self.refused: set[str] = set()
        self.must_be_refused: set[str] = set()
        self._studio = studio
        self._queue = SendQueue()
        self._sent: dict[str, Frame] = {}
        self._only_sets: set[str] = set()
        self._was_synced = False
        self.replica = Replica(PROJECT, self._new_delta_id, MsgpackCodec().decode_state)
        self._editing = Editing(self.replica, studio.rng, self._new_id)

    # What it does.

    def connect(self) -> None:
        if self.link is not None:
            return
        link = Link(self._studio, self)
        if not link.server.connect(link):
            self._studio.later(0.1, self.connect)
            return
        self.link = link
        if self._was_synced:
            self._studio.tally["reconnects"] += 1
        self._join()

    def edit(self) -> None:
        """Something random; offline too."""
        if self.replica.position is None:
            return
        rng, tally = self._studio.rng, self._studio.tally
        tally["edits"] += 1
        kind = rng.choices(("edit", "undo", "redo", "gesture"), [16, 3, 2, 1])[0]
        tally[kind] += 1
        if kind in ("undo", "redo"):
            message = self.replica.turn_back(kind)
            if self.role == "viewer":
                self.must_be_refused.add(message["id"])
        else:
            message = self._edit(self._shown() if kind == "gesture" else None)
        self._queue.add(message["id"], MsgpackCodec().encode(message))
        self._send_what_may_go()

    def _edit(self, gesture: str | None) -> Message:
        ops, atomic = self._editing.random_delta()
        step = self._studio.rng.choice((None, None, "step-1"))
        message = self.replica.edit(ops, atomic, step, gesture)
        if self.role == "viewer" or is_never_valid(ops):
            self.must_be_refused.add(message["id"])
        if all(op["op"] == "set" for op in ops):
            self._only_sets.add(message["id"])
        return message

    def _shown(self) -> str:
        """A gesture that is shown, and that the next delta ends."""
        gesture = self._new_id()
        props = {"volume": self._studio.rng.random()}
        values = {"ch_master": {"col": "channels", "props": props}}
        show = {"t": "gesture", "project": PROJECT, "id": gesture, "values": values}
        if self.link is not None and self.replica.synced:
            self.link.to_server(MsgpackCodec().encode(show))
        return gesture

    def repeat(self) -> None:
        """Send a delta again that was acknowledged, or that can only be."""
        # What was refused once may be valid later: who sends that again hears both answers.
        safe = self._only_sets | set(self.acknowledged)
        again = [delta_id for delta_id in self._sent if delta_id in safe]
        if self.replica.synced and self.link is not None and again:
            self.link.to_server(self._sent[self._studio.rng.choice(again[-8:])])

    def lost(self, link: Link) -> None:
        if self.link is link:
            self.link = None
            self.replica.synced = False
            away, self.away = self.away, 0.0
            self._studio.later(away + self._studio.rng.uniform(0.01, 1.0), self.connect)

    @property
    def is_settled(self) -> bool:
        return self.link is not None and self.replica.synced and not self.replica.pending

    # What it hears.

    def receive(self, link: Link, message: Message) -> None:
        if link is not self.link:
            return
        if message["t"] == "ack" and message["duplicate"]:
            self._studio.tally["duplicates_answered"] += 1
        try:
            events = self.replica.receive(message)
        except Gap as gap:
            self._studio.fail(f"{self.name} sees a gap: {gap}")
            return
        self._studio.check_digest(self)
        for event in events:
            self._happened(event)

    def _happened(self, event: Event) -> None:
        match event:
            case Synced(fresh=fresh):
                self._studio.tally["fresh" if fresh else "resumed"] += 1
                self._was_synced = True
                self._queue.begin_again(self.replica.pending)
                self._send_what_may_go()
            case Acknowledged():
                if event.delta_id in self.must_be_refused:
                    self._studio.fail(f"{event.delta_id} is invalid and was acknowledged")
                self._queue.answered(event.delta_id)
                self.acknowledged[event.delta_id] = event.seq
            case Refused():
                self._queue.answered(event.delta_id)
                self.refused.add(event.delta_id)
                self._studio.tally[f"refused_{event.code}"] += 1
            case JoinFailed(code="unavailable"):
                self._on_this_link(0.1, self._join)
            case JoinFailed() | Left() | Postponed(code="not_joined") | FoundDiverged():
                self._studio.fail(f"{self.name} is kept out, or has diverged: {event}")
            case Postponed():
                self._studio.tally[f"postponed_{event.code}"] += 1
                self._queue.postpone(event.delta_id, self.replica.pending)
                self._on_this_link(0.1, self._send_what_may_go)
            case _:
                pass

    # Inside.

    def _join(self) -> None:
        assert self.link is not None
        join = self.replica.join_message(self._new_id())
        self.link.to_server(MsgpackCodec().encode(join))

    def _send_what_may_go(self) -> None:
        if self.link is None or not self.replica.synced:
            return
        resent = self._queue.resent
        for frame in self._queue.take(self._encoded):
            self._sent[str(MsgpackCodec().decode(frame)["id"])] = frame
            self.link.to_server(frame)
        self._studio.tally["resent"] += self._queue.resent - resent

    def _encoded(self, delta_id: str) -> Frame:
        return MsgpackCodec().encode(self.replica.delta_message(self.replica.pending[delta_id]))

    def _on_this_link(self, delay: float, what: Callable[[], None]) -> None:
        link = self.link
        self._studio.later(delay, lambda: what() if self.link is link is not None else None)

    def _new_id(self) -> str:
        return f"{self.name}_{next(self._studio.numbers):06}"

    def _new_delta_id(self) -> str:
        return f"{self.name}-delta-{next(self._studio.numbers):06}"


class Studio:
    """Everything of one seed. `make_journal` lets a test plant a bug."""

    def __init__(
        self,
        seed: int,
        make_journal: Callable[[MemoryJournal, random.Random], UnreliableJournal],
        memory_journal: type[MemoryJournal],
    ) -> None:
        self.seed = seed
        self.rng = random.Random(seed)
        self.loop = asyncio.get_running_loop()
        self.tally: Tally = Counter()
        self.numbers = iter(range(1, 1_000_000))
        self._failure: str | None = None
        self.loop.set_exception_handler(self._unexpected)
        self.stored = memory_journal(lambda: 1.7e9 + self.loop.time())
        self.journal = make_journal(self.stored, self.rng)
        self.stored.create_project(PROJECT, "epoch", JSON.encode(empty_state("Song")))
        self._model = Document(empty_state("Song"))
        self._digests = [self._model.digest]
        self.exchange = Exchange()
        self.is_calm = False
        self.servers = [Server(self, name) for name in "ab"[: 1 + (seed % 4 != 0)]]
        names = [f"editor_{n}" for n in range(self.rng.randint(3, 4))]
        self.clients = [Client(self, name, "editor") for name in names]
        for name in names:
            self.stored.grant(PROJECT, name, "editor")
        self.clients.append(Client(self, "spectator", "viewer"))

    def later(self, delay: float, what: Callable[[], None]) -> None:
        self.loop.call_later(delay, what)

    def fail(self, why: str) -> None:
        """The first failure counts; the simulation stops at its next step."""
        if self._failure is None:
            self._failure = f"seed {self.seed} at {self.loop.time() - 1_000:.3f} s: {why}"

    def check_durable(self, message: Message) -> None:
        """Nothing is said of what the journal does not hold by now (rule D1)."""
        if message["t"] not in ("ack", "delta"):
            return
        entries = self.stored._projects[PROJECT].entries
        seq = message["seq"]
        if not 1 <= seq <= len(entries) or entries[seq - 1].delta_id != message["id"]:
            self.fail(f"{message['t']} of {message['id']} at seq {seq} is not in the journal")

    def check_digest(self, client: Client) -> None:
        """Whoever stands at a seq holds what the journal up to it comes to: at every step."""
        position = client.replica.position
        if position is None:
            return
        entries = self.stored._projects[PROJECT].entries
        for entry in entries[len(self._digests) - 1 :]:
            self._model.apply(decode_ops(entry.ops), atomic=entry.atomic)
            self._digests.append(self._model.digest)
        self.tally["digests_compared"] += 1
        if self._digests[position.seq] != client.replica.digest:
            self.fail(f"{client.name} holds another song than the journal at seq {position.seq}")

    async def run(self) -> None:
        """Work, then calm, then everyone must agree."""
        for client in self.clients:
            self.later(self.rng.uniform(0.0, 0.3), client.connect)
        edits = self.rng.randint(60, 120)
        while self.tally["edits"] < edits:
            await asyncio.sleep(self.rng.expovariate(25.0))
            self._stop_if_failed()
            self._something()
        await self._drain()
        self._stop_if_failed()
        await self._agree()
        self._stop_if_failed()

    def _something(self) -> None:
        client = self.rng.choice(self.clients)
        chance = self.rng.random()
        if chance < 0.03:
            self.rng.choice(self.servers).crash()
        elif chance < 0.04:
            self.rng.choice(self.servers).break_bus()
        elif chance < 0.09 and client.link is not None:
            client.link.cut()
        elif chance < 0.20:
            client.repeat()
        elif chance < 0.225:
            self._power_cut()
        elif client.role == "editor" or chance < 0.35:
            for _ in range(self.rng.choice((1, 1, 1, 2, 4))):
                client.edit()

    def _power_cut(self) -> None:
        """Everyone is away at once, for longer than an empty room stays open."""
        for client in self.clients:
            client.away = self.rng.uniform(1.5, 3.0)
            if client.link is not None:
                client.link.cut()

    async def _drain(self) -> None:
        self.journal.trouble = 0.0
        self.is_calm = True
        end = self.loop.time() + DRAIN_SECONDS
        while self.loop.time() < end:
            await asyncio.sleep(0.25)
            self._stop_if_failed()
            head = len(self.stored._projects[PROJECT].entries)
            positions = [client.replica.position for client in self.clients]
            are_there = all(p is not None and p.seq == head for p in positions)
            if are_there and all(client.is_settled for client in self.clients):
                return
        left = {c.name: (c.replica.position, list(c.replica.pending)) for c in self.clients}
        self.fail(f"does not come to rest: {left}")

    async def _agree(self) -> None:
        await asyncio.sleep(12.0)
        entries = self.stored._projects[PROJECT].entries
        self.tally["entries"] += len(entries)
        self._check_entries(entries)
        expected = await self._replayed(entries)
        for server in self.servers:
            self._check_room(server, len(entries), expected)
        members = [self._seen_by(client) for client in self.clients]
        if any(seen != {c.replica.you for c in self.clients} for seen in members):
            self.fail(f"members see different people: {members}")
        for client in self.clients:
            self._check_client(client, entries, expected)

    def _check_room(self, server: Server, head: int, expected: Any) -> None:
        hub = server.hub
        live = hub.rooms.get(PROJECT) if hub is not None else None
        if live is None:
            if any(
                client.link is not None and client.link.server is server for client in self.clients
            ):
                self.fail("a room with members is not open")
        elif live.room.edits.waiting or live.room.head != head:
            self.fail("the room is not at rest")
        elif live.room.edits.digest != self._model.digest:
            self.fail("the room's digest is not that of the journal")
        elif live.room.document.frozen() != expected:
            self.fail("the room's document is not the sum of the journal")
        else:
            self.tally["rooms_shared"] += live.room.members.remote.is_shared

    @staticmethod
    def _seen_by(client: Client) -> set[str]:
        return set(client.replica.members)

    def _check_entries(self, entries: list[Entry]) -> None:
        ids = Counter(entry.delta_id for entry in entries)
        twice = [delta_id for delta_id, count in ids.items() if count > 1]
        if twice:
            self.fail(f"in the journal more than once: {twice}")
        if [entry.seq for entry in entries] != list(range(1, len(entries) + 1)):
            self.fail("the journal has a hole")

    async def _replayed(self, entries: list[Entry]) -> Any:
        checkpoint = await self.stored.load(PROJECT)
        document = read_document(checkpoint)
        from_start = Document(empty_state("Song"))
        for entry in entries:
            from_start.apply(decode_ops(entry.ops), atomic=entry.atomic)
            if entry.seq > checkpoint.seq:
                document.apply(decode_ops(entry.ops), atomic=entry.atomic)
        if document.frozen() != from_start.frozen():
            self.fail("checkpoint and journal are not the sum of the whole journal")
        return from_start.frozen()

    def _check_client(self, client: Client, entries: list[Entry], expected: Any) -> None:
        if not client.is_settled:
            self.fail(f"{client.name} is not at rest")
        if client.replica.state != expected:
            self.fail(f"{client.name} holds another song")
        if client.replica.gestures:
            self.fail(f"{client.name} sees ghosts: {client.replica.gestures}")
        for delta_id, seq in client.acknowledged.items():
            if entries[seq - 1].delta_id != delta_id:
                self.fail(f"{delta_id} was acknowledged at seq {seq}, which is another delta")
        stored = client.refused & {entry.delta_id for entry in entries}
        if stored:
            self.fail(f"{sorted(stored)} were refused, and are in the journal")
        if not client.must_be_refused <= client.refused:
            missing = sorted(client.must_be_refused - client.refused)
            self.fail(f"{missing} had to be refused")
        self.tally["acknowledged"] += len(client.acknowledged)

    def _stop_if_failed(self) -> None:
        if self._failure is not None:
            raise SimulationFailed(f"{self._failure} (PRIME_SIM_SEED={self.seed} runs it again)")

    def _unexpected(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.fail(f"unexpected: {context.get('exception')!r}: {context['message']}")


def frames_in(data: bytes) -> Iterator[bytes]:
    """Several unmasked WebSocket frames that were written at once, one by one."""
    while data:
        short = data[1]
        start = {126: 4, 127: 10}.get(short, 2)
        length = int.from_bytes(data[2:start], "big") if start > 2 else short
        yield data[: start + length]
        data = data[start + length :]


def payload_of(frame: bytes) -> bytes:
    """What is in an unmasked WebSocket frame (RFC 6455, 5.2)."""
    length = frame[1]
    start = {126: 4, 127: 10}.get(length, 2)
    return frame[start:]


def simulate(
    seed: int,
    make_journal: Callable[[MemoryJournal, random.Random], UnreliableJournal] = UnreliableJournal,
    memory_journal: type[MemoryJournal] = MemoryJournal,
) -> Tally:
    """Run one seed; raises `SimulationFailed`."""
    tallies: list[Tally] = []

    async def main() -> None:
        studio = Studio(seed, make_journal, memory_journal)
        tallies.append(studio.tally)
        await studio.run()

    tail_bytes = SHORT_TAIL_BYTES if seed % 3 == 0 else tail.MAX_TAIL_BYTES
    try:
        with capture_logs(), patch.object(tail, "MAX_TAIL_BYTES", tail_bytes):
            run_virtually(main())
    except Stuck as stuck:
        raise SimulationFailed(f"seed {seed}: {stuck}") from stuck
    return tallies[0]
