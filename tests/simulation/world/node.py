"""A node of the simulated studio: a real hub, which can be thrown away."""

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from persistence.errors import PersistenceError, Unavailable
from rooms.presence.seat import JoinRequest
from schema.errors import ErrorCode
from schema.messages import Error, Gesture, Join, ProposeDelta, Redo, Undo
from server.encoding.codec import MSGPACK
from server.live.hub import Hub
from server.live.live_room import LiveRoom
from server.loop.loop_load import LoopLoad
from server.nodes.bus_codec import BusCodec
from server.nodes.other_nodes import OtherNodes
from tests.simulation.project import PROJECT
from tests.simulation.world.network import Link, UnreliableBus

if TYPE_CHECKING:
    from tests.simulation.studio import Studio

LINGER_SECONDS = 0.4


class Node:
    """The node: a hub that can be thrown away, and what a router does for its connections."""

    def __init__(self, studio: "Studio", name: str) -> None:
        self._studio = studio
        self._name = name
        self._lives = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._bus: UnreliableBus
        self._empty_since: float | None = None
        self.hub: Hub | None = None
        self.links: dict[str, Link] = {}
        """The connections of this life of the node."""
        self.start()

    def start(self) -> None:
        """A new hub on the same journal."""
        studio = self._studio
        self._bus = UnreliableBus(studio.exchange, studio)
        codec = BusCodec(b"of all nodes", f"{self._name}{next(self._lives)}")
        self.links = {}
        self.hub = Hub(
            journal=studio.journal,
            bus=self._bus,
            codec=codec,
            recipients=self.links,
            load=LoopLoad(),
            spawn=self.spawn,
            in_thread=self._in_thread,
            count=studio.count,
            on_duration=lambda *_: None,
        )
        others = OtherNodes(
            self.hub.rooms,
            self.hub.broadcast,
            self.hub.watch,
            codec,
            lambda _: None,
            lambda: None,
            studio.count,
        )
        self._empty_since = None
        self.spawn(self.hub.commits.committer.run())
        self.spawn(self.hub.commits.committer.run_alone())
        self.spawn(self._bus.run(others))
        self.spawn(self._write_behind(self.hub))
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
        for task in list(self._tasks):
            task.cancel()
        for link in list(self.links.values()):
            link.cut()
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
        self.links[link.id] = link
        return True

    def gone(self, link: Link) -> None:
        self.links.pop(link.id, None)
        if self.hub is not None:
            self.hub.gone(link.id, for_good=False)

    def received(self, link: Link, data: bytes) -> None:
        hub = self.hub
        if hub is None or link.id not in self.links:
            return
        match MSGPACK.decode(data):
            case Join() as join:
                self.spawn(self._join(hub, link, join))
            case Gesture() as gesture:
                hub.gesture(link, gesture)
            case ProposeDelta() as delta:
                hub.propose(link, delta)
            case Undo() as undo:
                hub.undo(link, undo)
            case Redo() as redo:
                hub.redo(link, redo)
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
            member=f"{name} at the desk",
            asked_at=int(self._studio.loop.time() * 1_000),
            diverged_digest=join.diverged,
            digest=join.digest,
            unanswered=join.unanswered,
            fence=self._studio.stored.newest_fence,
        )
        try:
            await hub.join(request, PROJECT, lambda: True)
        except PersistenceError:
            error = Error(join.id, ErrorCode.UNAVAILABLE, "try again", PROJECT)
            link.send_frame(MSGPACK.frame_of(error))

    async def _write_behind(self, hub: Hub) -> None:
        while True:
            await asyncio.sleep(self._studio.rng.uniform(0.1, 0.8))
            live = hub.rooms.get(PROJECT)
            if live is not None:
                with suppress(Unavailable):
                    await self._keep_room(hub, live)

    async def _look(self, hub: Hub) -> None:
        """The heartbeat, and the slow tick."""
        while True:
            await asyncio.sleep(0.5)
            hub.pass_time(self._studio.loop.time())
            with suppress(Unavailable):
                await hub.watch.look_for_more()

    async def _keep_room(self, hub: Hub, live: LiveRoom) -> None:
        """A checkpoint, and a room that stays empty is closed."""
        now = self._studio.loop.time()
        if live.is_busy:
            self._empty_since = None
            await live.checkpoints.store_if_new(now)
        elif self._empty_since is None:
            self._empty_since = now
        elif now - self._empty_since > LINGER_SECONDS:
            self._empty_since = None
            await hub.close_if_empty(live)
            self._studio.tally["rooms_closed"] += PROJECT not in hub.rooms
