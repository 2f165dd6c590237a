"""One generator process: members of some rooms that move and edit at a set rate, and measure."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe

from loadtest.clock import now_ms
from prime_client.client import Client
from prime_client.events import Acknowledged, Event, Moved
from prime_client.room import Room

CONNECTING_AT_ONCE = 16
MEASURED_MEMBERS = 4
"""Members of each room whose every update is timed; of the others they are counted."""


@dataclass(frozen=True, slots=True)
class Job:
    """What one generator does."""

    url: str
    number: int
    rooms: int
    size: int
    hz: float
    deltas_per_second: float
    seconds: float


@dataclass(frozen=True, slots=True)
class GeneratorFault:
    """Why a generator could not do its job."""

    why: str


@dataclass(slots=True)
class Measurement:
    """What one generator saw."""

    cursor_ms: list[float] = field(default_factory=list)
    ack_ms: list[float] = field(default_factory=list)
    lag_ms: list[float] = field(default_factory=list)
    updates_sent: int = 0
    updates_delivered: int = 0
    ticks: int = 0
    deltas_sent: int = 0
    reconnects: int = 0


class Member:
    """One member of one room."""

    def __init__(
        self, client: Client, room: Room, measurement: Measurement, is_timed: bool
    ) -> None:
        self.client = client
        self.room = room
        self._measurement = measurement
        self._is_timed = is_timed
        self._last_seen_at: dict[str, float] = {}
        self._edited_at: dict[str, float] = {}
        room.subscribe(self._on_event)

    def move(self, step: int) -> None:
        """The next place of a hand that goes to and fro."""
        self.room.move(cursor={"time": step % 256 / 4, "y": step % 100 / 100}, at=now_ms())
        self._measurement.updates_sent += 1

    def edit(self, step: int) -> None:
        """One small delta."""
        props = {"volume": 0.5 + step % 100 / 100}
        began_at = now_ms()
        op = {"op": "set", "col": "channels", "id": "ch_master", "props": props}
        self._edited_at[self.room.edit([op])] = began_at
        self._measurement.deltas_sent += 1

    def _on_event(self, event: Event) -> None:
        match event:
            case Moved(moved=moved):
                self._saw(moved)
            case Acknowledged(delta_id=delta_id):
                edited_at = self._edited_at.pop(delta_id, None)
                if edited_at is not None and not event.on_resume:
                    self._measurement.ack_ms.append(now_ms() - edited_at)
            case _:
                pass

    def _saw(self, moved_members: dict[str, dict[str, float]]) -> None:
        now = now_ms()
        you = self.room.replica.you
        self._measurement.ticks += 1
        for member, presence in moved_members.items():
            at = presence.get("at", 0.0)
            if member == you or at <= self._last_seen_at.get(member, 0.0):
                continue
            self._last_seen_at[member] = at
            self._measurement.updates_delivered += 1
            if self._is_timed:
                self._measurement.cursor_ms.append(now - at)


def main(job: Job, pipe: Pipe) -> None:
    """The process: report when ready, begin when asked, send back what was measured."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, and it ends us
    try:
        pipe.send(asyncio.run(_generate(job, pipe)))
    except Exception as error:
        pipe.send(GeneratorFault(str(error) or type(error).__name__))


async def _generate(job: Job, pipe: Pipe) -> Measurement:
    measurement = Measurement()
    async with _members(job, measurement) as rooms:
        pipe.send("ready")
        await asyncio.to_thread(pipe.recv)
        end = time.perf_counter() + job.seconds
        async with asyncio.TaskGroup() as tasks:
            for members in rooms:
                tasks.create_task(_move_all(job, members, measurement, end))
                tasks.create_task(_edit_in_turn(job, members, measurement, end))
        await asyncio.gather(*(member.room.settled() for room in rooms for member in room))
        everyone = [member.client for room in rooms for member in room]
        measurement.reconnects = sum(client.connections - 1 for client in everyone)
    return measurement


@asynccontextmanager
async def _members(job: Job, measurement: Measurement) -> AsyncIterator[Sequence[Sequence[Member]]]:
    """One account on many devices: what costs a server is connections, not accounts."""
    async with AsyncExitStack() as stack:
        owner = await stack.enter_async_context(Client(job.url, device="owner"))
        unique = f"load{job.number}-{time.time_ns():x}"
        await owner.register(f"{unique}@load.example", unique, f"password-{unique}")
        rooms = []
        for number in range(job.rooms):
            project = (await owner.projects.create(name=f"load {number}"))["id"]
            rooms.append(await _fill_room(job, owner, project, measurement, stack))
        yield rooms


async def _fill_room(
    job: Job, owner: Client, project: str, measurement: Measurement, stack: AsyncExitStack
) -> list[Member]:
    at_once = asyncio.Semaphore(CONNECTING_AT_ONCE)
    token = owner.access_token

    async def come_in(number: int) -> Member:
        async with at_once:
            client = Client(job.url, device=f"{project}-{number}", access_token=token)
            stack.push_async_callback(client.close)
            await client.connect(60.0)
            room = await client.join(project)
        return Member(client, room, measurement, number < MEASURED_MEMBERS)

    return await asyncio.gather(*(come_in(number) for number in range(job.size)))


async def _move_all(
    job: Job, members: Sequence[Member], measurement: Measurement, end: float
) -> None:
    """Each member at the rate given, spread over the time between two of its moves."""
    if job.hz <= 0:
        return
    gap = 1 / (job.hz * len(members))
    due_at, step = time.perf_counter(), 0
    while (now := time.perf_counter()) < end:
        measurement.lag_ms.append(max(0.0, now - due_at) * 1_000)
        while due_at <= now:
            members[step % len(members)].move(step)
            step += 1
            due_at += gap
        await asyncio.sleep(max(0.0, due_at - time.perf_counter()))


async def _edit_in_turn(
    job: Job, members: Sequence[Member], measurement: Measurement, end: float
) -> None:
    if job.deltas_per_second <= 0:
        return
    due_at, step = time.perf_counter(), 0
    while (now := time.perf_counter()) < end:
        while due_at <= now:
            members[step % len(members)].edit(step)
            step += 1
            due_at += 1 / job.deltas_per_second
        await asyncio.sleep(max(0.0, due_at - time.perf_counter()))
