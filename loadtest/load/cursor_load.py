"""One generator process: members of some rooms who move their cursors by a fixed schedule."""

import asyncio
import gc
import resource
import signal
import time
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe

import uvloop

from loadtest.bare.polled_reading import PolledReading
from loadtest.clock import now_ms
from loadtest.load.cursor_job import GeneratorFault, Job, Measurement
from loadtest.load.receivers import CountingReceiver, CountingTicks, Listener, SharedTicks
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
class MoverGroup:
    """Members who move by one schedule; their steps are numbered from `first_step` on."""

    schedule: Schedule
    seats: Sequence[Seat]
    first_step: int


def main(job: Job, pipe: Pipe) -> None:
    """The process: report when ready, begin at the given time, send back what was measured."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, and it ends us
    job.cores.pin_this_process()
    try:
        pipe.send(uvloop.run(_generate(job, pipe)))
    except Exception as error:
        pipe.send(GeneratorFault(f"{type(error).__name__}: {error}"))


async def _generate(job: Job, pipe: Pipe) -> Measurement:
    load = Load(job, job.dialect())
    await load.enter()
    await load.learn()
    gc.collect()
    gc.freeze()
    pipe.send("ready")
    start: float = await asyncio.to_thread(pipe.recv)
    measurement = await load.run(start)
    load.leave()
    return measurement


class Load:
    """The members of a generator's rooms."""

    def __init__(self, job: Job, dialect: Dialect) -> None:
        self._job = job
        self._dialect = dialect
        self._seats: list[Seat] = []
        self._listeners: list[Listener] = []
        self._counting: list[CountingReceiver | CountingTicks] = []
        self._ticks: dict[int, SharedTicks] = {}
        self._sizes: Counter[int] = Counter()
        """Lengths of the messages of one update that listeners have received."""
        self._polled: PolledReading | None = None
        self._lost_count = 0

    async def enter(self) -> None:
        """Everyone connects and joins; raises what connecting does."""
        await self._fill(self._job.rooms)

    async def learn(self) -> None:
        """Move slowly at first; then those who do not decode know what to count."""
        now = time.perf_counter()
        slowly = MoverGroup(Schedule(now, len(self._seats), 2.0), self._seats, 0)
        await self._move([slowly], now + LEARN_SECONDS, array("d"))
        await asyncio.sleep(QUIET_SECONDS)
        self._sizes = sum((listener.payload_sizes for listener in self._listeners), Counter[int]())
        counted_seats = self._count_all(self._seats)
        self._polled = PolledReading([seat.connection for seat in counted_seats])

    async def run(self, start: float) -> Measurement:
        """The load from `start` on, by the clock of `time.perf_counter`."""
        job = self._job
        begin = start + job.warm_up
        end = begin + job.seconds
        schedule = Schedule(start, len(self._seats), job.hz)
        # Steps go on from those of learning: a clock of Yjs must not go back.
        everyone = MoverGroup(schedule, self._seats, round(2 * LEARN_SECONDS) + 1)
        measurement = await self._carry_out([everyone], start, begin, end)
        self._sum_up(measurement, self._listeners)
        measurement.timed_of = self._timed_of([everyone], begin, end)
        return measurement

    def leave(self) -> None:
        """Cut all connections."""
        if self._polled is not None:
            self._polled.stop()
        for seat in self._seats:
            seat.connection.on_lost = None
            seat.connection.abort()

    async def _fill(self, rooms: Sequence[int]) -> list[Seat]:
        """Rooms become full; returns their seats."""
        job, at_once = self._job, asyncio.Semaphore(CONNECTING_AT_ONCE)
        await self._dialect.prepare(job.urls[0], rooms)

        async def come_in(room: int, member: int) -> Seat:
            async with at_once:
                return await self._dialect.enter(job.urls[job.node_of(room, member)], room, member)

        # Rooms are opened by one member each: pycrdt-websocket fails if two open the same one.
        openers = await asyncio.gather(*(come_in(room, 0) for room in rooms))
        # Rooms in turn, so that at any time the load is spread over all of them.
        places = [(room, member) for member in range(1, job.size) for room in rooms]
        seats = [
            *openers,
            *await asyncio.gather(*(come_in(*room_and_number) for room_and_number in places)),
        ]
        self._seats += seats
        self._dialect.everyone_is_in()
        for seat in seats:
            seat.connection.on_lost = self._lose
            if job.listens(seat.room, seat.member):
                self._listen(seat)
        return seats

    def _listen(self, seat: Seat) -> None:
        job = self._job
        node = job.node_of(seat.room, seat.member)
        listener = Listener(
            seat, self._dialect, 1_000 / job.hz, lambda other: job.node_of(seat.room, other) != node
        )
        seat.connection.receiver = listener.receiver
        self._listeners.append(listener)

    def _count_all(self, seats: Sequence[Seat]) -> list[Seat]:
        """Those of the seats who do not listen count; returns them."""
        counted_seats = [seat for seat in seats if not self._job.listens(seat.room, seat.member)]
        for seat in counted_seats:
            self._count(seat)
        return counted_seats

    def _count(self, seat: Seat) -> None:
        counting: CountingReceiver | CountingTicks
        if self._dialect.gathers:
            ticks = self._ticks.setdefault(seat.room, SharedTicks(self._dialect))
            counting = CountingTicks(seat, ticks)
        elif self._sizes:
            payload_bytes = self._sizes.most_common(1)[0][0]
            counting = CountingReceiver(payload_bytes, self._job.size, echoes=self._dialect.echoes)
        else:
            raise RuntimeError("no update came through: the server relays nothing")
        seat.connection.receiver = counting.receiver
        self._counting.append(counting)

    async def _carry_out(
        self, groups: Sequence[MoverGroup], start: float, begin: float, end: float
    ) -> Measurement:
        """These move from `start` to `end`; what is due from `begin` on is measured."""
        measurement = Measurement()
        for listener in self._listeners:
            listener.window_ms = (begin * 1_000, end * 1_000)
        await asyncio.sleep(max(0.0, start - time.perf_counter()))
        watching = asyncio.create_task(self._watch(measurement, start, begin, end))
        await self._move(groups, end, measurement.lag_ms)
        await watching
        for group in groups:
            measurement.sent += group.schedule.steps_done - group.schedule.due_between(start, begin)
            measurement.due += group.schedule.due_between(begin, end)
            measurement.due_in_all += group.schedule.due_between(start, end)
        measurement.unsent_bytes = sum(seat.connection.unsent_bytes for seat in self._seats)
        await self._drain()
        return measurement

    def _timed_of(self, groups: Sequence[MoverGroup], begin: float, end: float) -> int:
        """Each update due in that time, at each listener that is not its own."""
        listening = Counter(listener.room for listener in self._listeners)
        return sum(
            group.schedule.due_of(number, begin, end)
            * (listening[seat.room] - self._job.listens(seat.room, seat.member))
            for group in groups
            for number, seat in enumerate(group.seats)
        )

    async def _move(self, groups: Sequence[MoverGroup], end: float, lag_ms: "array[float]") -> None:
        update = self._dialect.update
        next_due = 0.0
        while next_due < end:
            now = time.perf_counter()
            for group in groups:
                seats, first_step = group.seats, group.first_step
                for member, step, due_at in group.schedule.take_due(min(now, end)):
                    seat = seats[member]
                    seat.connection.send(update(seat, first_step + step, due_at))
                    lag_ms.append((time.perf_counter() - due_at) * 1_000)
            next_due = min(group.schedule.next_due for group in groups)
            await asyncio.sleep(max(GRAIN_SECONDS, next_due - time.perf_counter()))

    async def _watch(
        self, measurement: Measurement, start: float, begin: float, end: float
    ) -> None:
        """Counters at both ends of the measured time, and in between for the plots."""
        await self._series_until(measurement, start, begin)
        updates, received_before, cpu = self._updates(), self._received(), _cpu_seconds()
        await self._series_until(measurement, start, end)
        measurement.delivered = self._updates() - updates
        measurement.received_bytes = self._received() - received_before
        measurement.cpu_seconds = _cpu_seconds() - cpu

    async def _series_until(self, measurement: Measurement, start: float, end: float) -> None:
        while (now := time.perf_counter()) < end:
            measurement.series.append((now - start, self._updates(), self._received()))
            await asyncio.sleep(min(SERIES_SECONDS, max(0.0, end - now)))
        if self._polled is not None:
            self._polled.read()

    async def _drain(self) -> None:
        deadline = now_ms() + DRAIN_SECONDS * 1_000
        before = -1
        while (
            now_ms() < deadline
            and (updates_come := sum(x.updates for x in self._listeners)) != before
        ):
            before = updates_come
            await asyncio.sleep(QUIET_SECONDS)

    def _updates(self) -> float:
        everyone: Sequence[Listener | CountingReceiver | CountingTicks]
        everyone = [*self._listeners, *self._counting]
        return sum(member_work.updates for member_work in everyone)

    def _received(self) -> int:
        return sum(seat.connection.receiver.received_bytes for seat in self._seats)

    def _sum_up(self, measurement: Measurement, listeners: Sequence[Listener]) -> None:
        measurement.lost_connections = self._lost_count
        measurement.update_bytes = len(self._dialect.update(self._seats[0], 0, time.perf_counter()))
        for listener in listeners:
            measurement.latency_ms.extend(listener.latencies[0])
            measurement.across_ms.extend(listener.latencies[1])
            measurement.decoded_messages += listener.messages
            measurement.repeats += listener.repeats
            measurement.replaced += listener.replaced
            measurement.problems += listener.problems
        for counting in self._counting:
            if isinstance(counting, CountingTicks):
                measurement.problems += counting.problems

    def _lose(self, _connection: object) -> None:
        self._lost_count += 1


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
