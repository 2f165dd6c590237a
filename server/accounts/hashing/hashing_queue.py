"""Hashing off the event loop: its own thread, a bounded queue, and shedding when that is full.

It is full where whoever comes would wait too long, by what one hash took lately: who comes later
is told so at once, instead of being kept waiting for an answer that comes too late.
Addresses take turns: one that sends many passwords waits for its own, not others for it.

A wrong password is refused no sooner than one of the slowest kind of hash that there is (rule A71):
who waits holds up no thread, and the answer does not say what kind it was of.
"""

import asyncio
import os
import sys
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from schema.server_limits import MAX_PASSWORD_WAIT_SECONDS, MAX_PASSWORDS_WAITING
from server.accounts.hashing.costs import OWASP, HashCosts
from server.accounts.hashing.hashes import Hashes

BEHIND_THE_LOOP = 10
"""How much nicer the thread is than the loop: on a core that is short, rooms go first."""
NEWEST = 0.1
"""The share of the newest in what one takes on the average."""

MEASURED = 3
"""So often a kind of hash is measured, and the least of it counts."""

UNUSED_PASSWORD = "a password that nobody has"


def _go_behind_the_loop() -> None:
    """Linux gives each thread a nice value of its own; elsewhere it would be the process's."""
    if sys.platform == "linux":
        os.nice(BEHIND_THE_LOOP)


class TooBusy(Exception):
    """More logins than hashing can follow; come back in a moment."""


@dataclass(slots=True, eq=False)
class _Work:
    """What is to be done in the thread, and who waits for it."""

    function: Callable[..., object]
    args: tuple[str | None, ...]
    result_future: asyncio.Future[object] = field(default_factory=asyncio.Future)
    seconds: float = 0.0
    """What it took, once it is done."""


class HashingQueue:
    """Those of one node."""

    def __init__(
        self,
        costs: HashCosts = OWASP,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._hashes = Hashes(costs)
        self._clock = clock
        """Seconds."""
        self._pause = pause
        self.least_seconds = 0.0
        """No wrong password is refused sooner after the thread has begun with it."""
        self._executor = ThreadPoolExecutor(
            max_workers=1, thread_name_prefix="argon2", initializer=_go_behind_the_loop
        )
        self._lines: OrderedDict[str, deque[_Work]] = OrderedDict()
        """Address -> what waits for it; the address whose turn is next is the first."""
        self._waiting_count = 0
        """How many wait, in all lines."""
        self._is_working = False
        """Whether the thread has something to do."""
        self._began_at = 0.0
        """When it got that, on the clock."""
        self._seconds_each = 0.0
        """What one took lately; 0: none was done yet."""

    async def hash(self, password: str, address: str) -> str:
        """A new hash; raises `TooBusy`."""
        return str((await self._run(address, self._hashes.make, password)).result_future.result())

    async def verify(self, password: str, password_hash: str | None, address: str) -> bool:
        """Whether it is right; if not, it takes as long for whatever hash, and for None (A1)."""
        work = await self._run(address, self._hashes.is_right, password_hash, password)
        is_right = bool(work.result_future.result())
        if not is_right and (seconds_left := self.least_seconds - work.seconds) > 0:
            await self._pause(seconds_left)
        return is_right

    async def measure(self, password_hash: str) -> float:
        """What it takes to refuse a password for a hash of this kind; raises `TooBusy`."""
        durations = []
        for _ in range(MEASURED):  # the thread may have been kept waiting
            work = await self._run("", self._hashes.is_right, password_hash, UNUSED_PASSWORD)
            durations.append(work.seconds)
        return min(durations)

    def is_old(self, password_hash: str) -> bool:
        """Whether a password that was right is to be hashed anew."""
        return self._hashes.is_old(password_hash)

    def close(self) -> None:
        """Let the thread end."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    @property
    def _most_waiting(self) -> int:
        """As many as are done in the longest wait there may be, by what one took lately."""
        if not self._seconds_each:
            return MAX_PASSWORDS_WAITING
        in_time = int(MAX_PASSWORD_WAIT_SECONDS / self._seconds_each)
        return min(MAX_PASSWORDS_WAITING, max(1, in_time))

    async def _run(self, address: str, function: Callable[..., object], *args: str | None) -> _Work:
        """What was done; raises `TooBusy`, and what the function raises."""
        if self._waiting_count >= self._most_waiting:
            self._shed_for(address)
        work = _Work(function, args)
        self._lines.setdefault(address, deque()).append(work)
        self._waiting_count += 1
        self._go_on()
        await work.result_future
        return work

    def _shed_for(self, address: str) -> None:
        """The newest of the longest line goes, if that is longer than this address's own."""
        longest = max(self._lines.values(), key=len)
        if len(longest) <= len(self._lines.get(address, ())) + 1:
            raise TooBusy
        self._waiting_count -= 1
        work = longest.pop()
        if not work.result_future.done():
            work.result_future.set_exception(TooBusy())

    def _go_on(self) -> None:
        """Give the thread the first of the next line that someone still waits for."""
        while self._lines and not self._is_working:
            address, line = self._lines.popitem(last=False)
            work = line.popleft()
            self._waiting_count -= 1
            if line:
                self._lines[address] = line  # behind all others
            if not work.result_future.done():  # else its caller has gone
                self._begin(work)

    def _begin(self, work: _Work) -> None:
        self._is_working = True
        self._began_at = self._clock()
        loop = asyncio.get_running_loop()
        doing = loop.run_in_executor(self._executor, work.function, *work.args)
        doing.add_done_callback(lambda ended: self._ended(work, ended))

    def _ended(self, work: _Work, work_future: asyncio.Future[object]) -> None:
        self._is_working = False
        seconds_taken = work.seconds = self._clock() - self._began_at
        self._seconds_each += (seconds_taken - self._seconds_each) * (
            NEWEST if self._seconds_each else 1
        )
        if work_future.cancelled():
            work.result_future.cancel()
            return
        error = work_future.exception()
        if work.result_future.done():
            pass
        elif error is not None:
            work.result_future.set_exception(error)
        else:
            work.result_future.set_result(work_future.result())
        self._go_on()
