"""One generator process: members of some rooms who move their cursors by a fixed schedule."""

import asyncio
import gc
import resource
import signal
import time
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe

import uvloop

from loadtest.bare.polled_reading import PolledReading
from loadtest.hub.cores import Cores
from loadtest.load.hearing import Counting, CountingTicks, Listener, SharedTicks, now_ms
from loadtest.load.schedule import Schedule
from loadtest.peers.dialect import Dialect, Seat

CONNECTING_AT_ONCE = 16
LEARN_SECONDS = 1.0
"""Before the load, a few updates tell how long the frames are that will be counted."""

DRAIN_SECONDS = 5.0
"""How long updates that were due within the measured time are waited for after it."""

GRAIN_SECONDS = 0.001
"""Moves are made in steps of this: a shorter sleep is none for uvloop, and would spin."""

QUIET_SECONDS = 0.3
SERIES_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Job:
    """What one generator does. Times are seconds.

    Members of a room sit on the `urls` in turn; with `room_by_room` whole rooms do.
    """

    dialect: Callable[[], Dialect]
    urls: tuple[str, ...]
    rooms: tuple[int, ...]
    size: int
    hz: float
    warm_up: float
    seconds: float
    cores: Cores
    room_by_room: bool = False

    @property
    def listeners(self) -> int:
        """Members of each room who decode all they hear; the others count."""
        return max(len(self.urls), listeners_of(self.size))

    def node_of(self, room: int, member: int) -> int:
        """The index of the url that a member is connected to."""
        return (room if self.room_by_room else member) % len(self.urls)


def listeners_of(size: int) -> int:
    """How many of a room decode all they hear: some 8 %, from one to eight."""
    return max(1, min(8, size * 8 // 100))


@dataclass(slots=True)
class Measured:
    """What one generator saw in the measured time, unless said otherwise.

    `series`: seconds since the load began, updates delivered so far, bytes received so far.
    """

    latency_ms: "array[float]" = field(default_factory=lambda: array("d"))
    across_ms: "array[float]" = field(default_factory=lambda: array("d"))
    lag_ms: "array[float]" = field(default_factory=lambda: array("d"))
    series: list[tuple[float, float, int]] = field(default_factory=list)
    due: int = 0
    sent: int = 0
    delivered: float = 0.0
    received_bytes: int = 0
    timed_of: int = 0
    """Updates that could have been timed: each due one, at each listener."""
    decoded_messages: int = 0
    repeats: int = 0
    replaced: int = 0
    """Of those timed: seen as a later one of the same member."""
    lost_connections: int = 0
    unsent_bytes: int = 0
    update_bytes: int = 0
    cpu_seconds: float = 0.0
    problems: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a generator could not do its job."""

    why: str


def main(job: Job, pipe: Pipe) -> None:
    """The process: say when ready, begin at the time told, send back what was measured."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, and it ends us
    job.cores.pin_this_process()
    try:
        pipe.send(uvloop.run(_generate(job, pipe)))
    except Exception as error:
        pipe.send(Failed(f"{type(error).__name__}: {error}"))


async def _generate(job: Job, pipe: Pipe) -> Measured:
    load = Load(job, job.dialect())
    await load.enter()
    await load.learn()
    gc.collect()
    gc.freeze()
    pipe.send("ready")
    start: float = await asyncio.to_thread(pipe.recv)
    measured = await load.run(start)
    load.leave()
    return measured


class Load:
    """The members of a generator's rooms."""

    def __init__(self, job: Job, dialect: Dialect) -> None:
        self._job = job
        self._dialect = dialect
        self._seats: list[Seat] = []
        self._listeners: list[Listener] = []
        self._counting: list[Counting | CountingTicks] = []
        self._polled: PolledReading | None = None
        self._lost = 0

    async def enter(self) -> None:
        """Everyone connects and joins; raises what connecting does."""
        job, at_once = self._job, asyncio.Semaphore(CONNECTING_AT_ONCE)
        await self._dialect.prepare(job.urls[0], job.rooms)

        async def come_in(room: int, member: int) -> Seat:
            async with at_once:
                return await self._dialect.enter(job.urls[job.node_of(room, member)], room, member)

        # Rooms are opened by one member each: pycrdt-websocket fails if two open the same one.
        openers = await asyncio.gather(*(come_in(room, 0) for room in job.rooms))
        # Rooms in turn, so that at any time the load is spread over all of them.
        places = [(room, member) for member in range(1, job.size) for room in job.rooms]
        self._seats = [*openers, *await asyncio.gather(*(come_in(*place) for place in places))]
        self._dialect.everyone_is_in()
        for seat in self._seats:
            seat.connection.on_lost = self._lose
            if seat.member < job.listeners:
                self._listen(seat)

    async def learn(self) -> None:
        """Move slowly for a moment; then those who do not decode know what to count."""
        schedule = Schedule(time.perf_counter(), len(self._seats), 2.0)
        await self._move(schedule, time.perf_counter() + LEARN_SECONDS, 0, array("d"))
        await asyncio.sleep(QUIET_SECONDS)
        sizes = sum((listener.payload_sizes for listener in self._listeners), Counter[int]())
        ticks = {room: SharedTicks(self._dialect) for room in self._job.rooms}
        counted = [seat for seat in self._seats if seat.member >= self._job.listeners]
        for seat in counted:
            self._count(seat, ticks[seat.room], sizes)
        self._polled = PolledReading([seat.connection for seat in counted])

    async def run(self, start: float) -> Measured:
        """The load from `start` on, by the clock of `time.perf_counter`."""
        job = self._job
        begin = start + job.warm_up
        end = begin + job.seconds
        measured = Measured()
        for listener in self._listeners:
            listener.window_ms = (begin * 1_000, end * 1_000)
        schedule = Schedule(start, len(self._seats), job.hz)
        await asyncio.sleep(max(0.0, start - time.perf_counter()))
        watching = asyncio.create_task(self._watch(measured, start, begin, end))
        # Steps go on from those of learning: a clock of Yjs must not go back.
        await self._move(schedule, end, round(2 * LEARN_SECONDS) + 1, measured.lag_ms)
        await watching
        measured.sent = schedule.done - schedule.due_between(start, begin)
        measured.unsent_bytes = sum(seat.connection.unsent_bytes for seat in self._seats)
        await self._drain()
        self._sum_up(measured, schedule.due_between(begin, end))
        return measured

    def leave(self) -> None:
        """Cut all connections."""
        if self._polled is not None:
            self._polled.stop()
        for seat in self._seats:
            seat.connection.on_lost = None
            seat.connection.abort()

    def _listen(self, seat: Seat) -> None:
        job = self._job
        node = job.node_of(seat.room, seat.member)
        listener = Listener(
            seat, self._dialect, 1_000 / job.hz, lambda other: job.node_of(seat.room, other) != node
        )
        seat.connection.receiver = listener.receiver
        self._listeners.append(listener)

    def _count(self, seat: Seat, ticks: SharedTicks, sizes: Counter[int]) -> None:
        counting: Counting | CountingTicks
        if self._dialect.gathers:
            counting = CountingTicks(seat, ticks)
        elif sizes:
            payload_bytes = sizes.most_common(1)[0][0]
            counting = Counting(payload_bytes, self._job.size, echoes=self._dialect.echoes)
        else:
            raise RuntimeError("no update came through: the server relays nothing")
        seat.connection.receiver = counting.receiver
        self._counting.append(counting)

    async def _move(
        self, schedule: Schedule, end: float, first_step: int, lag_ms: "array[float]"
    ) -> None:
        seats, update = self._seats, self._dialect.update
        while schedule.next_due < end:
            now = time.perf_counter()
            for member, step, due in schedule.take_due(min(now, end)):
                seat = seats[member]
                seat.connection.send(update(seat, first_step + step, due))
                lag_ms.append((time.perf_counter() - due) * 1_000)
            await asyncio.sleep(max(GRAIN_SECONDS, schedule.next_due - time.perf_counter()))

    async def _watch(self, measured: Measured, start: float, begin: float, end: float) -> None:
        """Counters at both ends of the measured time, and in between for the plots."""
        await self._series_until(measured, start, begin)
        updates, received, cpu = self._updates(), self._received(), _cpu_seconds()
        await self._series_until(measured, start, end)
        measured.delivered = self._updates() - updates
        measured.received_bytes = self._received() - received
        measured.cpu_seconds = _cpu_seconds() - cpu

    async def _series_until(self, measured: Measured, start: float, end: float) -> None:
        while (now := time.perf_counter()) < end:
            measured.series.append((now - start, self._updates(), self._received()))
            await asyncio.sleep(min(SERIES_SECONDS, max(0.0, end - now)))
        if self._polled is not None:
            self._polled.read()

    async def _drain(self) -> None:
        deadline = now_ms() + DRAIN_SECONDS * 1_000
        before = -1
        while now_ms() < deadline and (come := sum(x.updates for x in self._listeners)) != before:
            before = come
            await asyncio.sleep(QUIET_SECONDS)

    def _updates(self) -> float:
        everyone: Sequence[Listener | Counting | CountingTicks]
        everyone = [*self._listeners, *self._counting]
        return sum(one.updates for one in everyone)

    def _received(self) -> int:
        return sum(seat.connection.receiver.received_bytes for seat in self._seats)

    def _sum_up(self, measured: Measured, due: int) -> None:
        job = self._job
        measured.due = due
        measured.timed_of = round(due / job.size * (job.size - 1) * job.listeners)
        measured.lost_connections = self._lost
        measured.update_bytes = len(self._dialect.update(self._seats[0], 0, time.perf_counter()))
        for listener in self._listeners:
            measured.latency_ms.extend(listener.latencies[0])
            measured.across_ms.extend(listener.latencies[1])
            measured.decoded_messages += listener.messages
            measured.repeats += listener.repeats
            measured.replaced += listener.replaced
            measured.problems += listener.problems
        for counting in self._counting:
            if isinstance(counting, CountingTicks):
                measured.problems += counting.problems

    def _lose(self, _connection: object) -> None:
        self._lost += 1


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
