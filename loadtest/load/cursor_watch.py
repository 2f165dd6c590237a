"""Members who do nothing but move, in a process of their own: how long a cursor takes.

Every move carries the time when it was due, so that what a late sender adds is seen (no
coordinated omission); all watched members share one clock.
"""

import asyncio
import contextlib
import multiprocessing
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from typing import Any

import uvloop

from loadtest.bare.bare_prime import Account, BarePrime, enter
from loadtest.bare.heartbeats import keep_alive
from loadtest.clock import now_ms
from loadtest.load.generator_checks import problems
from loadtest.nodes.cores import divide
from loadtest.percentiles import percentile, summary
from prime_client.connecting.codec import Message

READY_SECONDS = 120.0
PHASE_SECONDS = 60.0
"""What the process may take to answer, beside the phase itself."""


class WatchFailed(Exception):
    """The process that watches cursors could not; the message is its own."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Whom to send in: so many members into each of these projects, moving at so many hertz."""

    account: Account
    projects: tuple[str, ...]
    members: int
    hz: float


@dataclass(slots=True)
class CursorsSeen:
    """What one phase showed."""

    ms: list[float] = field(default_factory=list)
    lag_ms: list[float] = field(default_factory=list)
    sent: int = 0
    wanted: float = 0.0
    cpu_percent: float = 0.0

    @property
    def figures(self) -> dict[str, float | None]:
        """Median, tail and worst, in ms."""
        worst = max(self.ms, default=None)
        return summary(self.ms) | {"max": None if worst is None else round(worst, 2)}

    @property
    def p99(self) -> float | None:
        """The tail, in ms."""
        return percentile(self.ms, 99)

    @property
    def problems(self) -> list[str]:
        """Why these figures are not the server's alone; none: they are."""
        found = problems(self.lag_ms, self.cpu_percent, self.sent, self.wanted)
        return [f"cursors: {problem}" for problem in found]


class CursorWatch:
    """The watching process, as the scenario has it. One phase at a time."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe

    async def phase(self) -> "Phase":
        """Begin a phase; what moves from now on counts, until `end`."""
        self._pipe.send("begin")
        return Phase(self._pipe)

    async def during(self, seconds: float) -> CursorsSeen:
        """A phase of so long."""
        phase = await self.phase()
        await asyncio.sleep(seconds)
        return await phase.end()


class Phase:
    """A phase under way."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe

    async def end(self) -> CursorsSeen:
        """End it; raises `WatchFailed`."""
        self._pipe.send("end")
        cursors_seen: CursorsSeen = await _receive(self._pipe, PHASE_SECONDS)
        return cursors_seen


@asynccontextmanager
async def watching(watch: Watch) -> AsyncIterator[CursorWatch]:
    """A process whose members are all in their rooms; raises `WatchFailed`."""
    spawn = multiprocessing.get_context("spawn")
    own_pipe, child_pipe = spawn.Pipe()
    process = spawn.Process(target=_main, args=(watch, child_pipe), daemon=True)
    process.start()
    child_pipe.close()
    try:
        await _receive(own_pipe, READY_SECONDS)
        yield CursorWatch(own_pipe)
    finally:
        with contextlib.suppress(OSError):
            own_pipe.send("over")
        await asyncio.to_thread(process.join, 5.0)
        if process.is_alive():
            process.kill()


async def _receive(pipe: Pipe, seconds: float) -> Any:
    try:
        async with asyncio.timeout(seconds):
            while not await asyncio.to_thread(pipe.poll, 0.2):
                pass
        word = pipe.recv()
    except (TimeoutError, EOFError, OSError):
        raise WatchFailed("the process that watches cursors does not answer") from None
    if isinstance(word, WatchFailed):
        raise word
    return word


def _main(watch: Watch, pipe: Pipe) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, and it ends us
    divide().pin_this_process()
    try:
        uvloop.run(_watch(watch, pipe))
    except Exception as error:
        with contextlib.suppress(OSError):
            pipe.send(WatchFailed(f"watching cursors: {error!r}"))


async def _watch(watch: Watch, pipe: Pipe) -> None:
    numbers = range(watch.members)
    movers = [Mover(n, project, watch.hz) for project in watch.projects for n in numbers]
    for mover in movers:
        await mover.enter(watch.account)
    beating = asyncio.create_task(keep_alive(lambda: [m.prime for m in movers if m.prime]))
    pipe.send("ready")
    while await _word_of_parent(pipe) == "begin":
        cursors_seen = CursorsSeen()
        cpu, began_at = time.process_time(), time.perf_counter()
        moving_task = asyncio.create_task(_move(movers, watch.hz, cursors_seen))
        await _word_of_parent(pipe)
        moving_task.cancel()
        seconds_passed = time.perf_counter() - began_at
        cursors_seen.wanted = seconds_passed * watch.hz * len(movers)
        cursors_seen.cpu_percent = (time.process_time() - cpu) / seconds_passed * 100
        pipe.send(cursors_seen)
    beating.cancel()


async def _word_of_parent(pipe: Pipe) -> Any:
    """What the parent says; a parent that is gone is over."""
    try:
        return await asyncio.to_thread(pipe.recv)
    except (EOFError, OSError):
        return "over"


class Mover:
    """One member of one room."""

    def __init__(self, number: int, project: str, hz: float) -> None:
        self.prime: BarePrime | None = None
        self.seen: CursorsSeen | None = None
        self._device = f"mover-{number}"
        self._project = project
        self._gap_ms = 1_000 / hz
        self._last_update: dict[str, float] = {}

    async def enter(self, account: Account) -> None:
        """Connect and join."""
        self.prime = await enter(account, self._device, self._project, self._on_message)
        self._you = self.prime.joined[self._project]["you"]

    def move(self, step: int, at: float) -> None:
        """The next place of a hand that goes to and fro; `at`: when it was due, in ms."""
        assert self.prime is not None
        cursor = {"time": step % 256 / 4, "y": step % 100 / 100}
        self.prime.send({"t": "presence", "project": self._project, "cursor": cursor, "at": at})

    def begin(self, cursors_seen: CursorsSeen) -> None:
        """Note from now on what others do, in `cursors_seen`."""
        self.seen = cursors_seen
        self._last_update.clear()

    def _on_message(self, message: Message) -> None:
        if message["t"] != "tick" or self.seen is None:
            return
        now = now_ms()
        for member, presence in message["moved"].items():
            at = presence.get("at", 0.0)
            last = self._last_update.get(member, 0.0)
            if member != self._you and at > last:
                self._last_update[member] = at
                self.seen.ms.extend(seen_after(now, at, last, self._gap_ms))


def seen_after(now: float, at: float, last: float, gap: float) -> list[float]:
    """How late a move due `at` is seen, and those since `last` that it has replaced, in ms.

    Without the replaced ones a server that stands still for a while would look as fast as ever:
    what comes then is always fresh.
    """
    replaced = round((at - last) / gap) - 1 if last else 0
    return [now - at + n * gap for n in range(replaced + 1)]


async def _move(movers: Sequence[Mover], hz: float, cursors_seen: CursorsSeen) -> None:
    """Each mover at the rate given, spread over the time between two of its moves."""
    for mover in movers:
        mover.begin(cursors_seen)
    gap = 1 / (hz * len(movers))
    began_at, step = time.perf_counter(), 0
    while True:
        due_at = began_at + step * gap
        now = time.perf_counter()
        if due_at > now:
            await asyncio.sleep(due_at - now)
            continue
        cursors_seen.lag_ms.append((now - due_at) * 1_000)
        movers[step % len(movers)].move(step, due_at * 1_000)
        cursors_seen.sent += 1
        step += 1
