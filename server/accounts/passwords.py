"""argon2id off the event loop: its own thread, a bounded queue, and shedding when that is full.

Addresses take turns: one that sends many passwords waits for its own, not others for it.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypedDict

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from schema.server_limits import MAX_PASSWORDS_WAITING


class Costs(TypedDict):
    """Of one hash: passes, KiB of memory, lanes."""

    time_cost: int
    memory_cost: int
    parallelism: int


OWASP = Costs(time_cost=2, memory_cost=19_456, parallelism=1)
"""The first profile of its password storage cheat sheet: 19 MiB, two passes, one lane."""


class TooBusy(Exception):
    """More logins than hashing can follow; come back in a moment."""


@dataclass(slots=True, eq=False)
class _Work:
    """What is to be done in the thread, and who waits for it."""

    function: Callable[..., object]
    args: tuple[str, ...]
    done: asyncio.Future[object] = field(default_factory=asyncio.Future)


class Passwords:
    """Those of one node."""

    def __init__(self, costs: Costs = OWASP) -> None:
        self._hasher = PasswordHasher(**costs)
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="argon2")
        self._lines: OrderedDict[str, deque[_Work]] = OrderedDict()
        """Address -> what waits for it; the address whose turn is next is the first."""
        self._waiting = 0
        """How many wait, in all lines."""
        self._is_working = False
        """Whether the thread has something to do."""
        self._nobody = self._hasher.hash("the password of nobody")

    async def hash(self, password: str, address: str) -> str:
        """A new hash; raises `TooBusy`."""
        return str(await self._run(address, self._hasher.hash, password))

    async def verify(self, password: str, password_hash: str | None, address: str) -> bool:
        """Whether the password is right; an unknown user (None) takes just as long (rule A1)."""
        is_right = await self._run(address, self._verify, password_hash or self._nobody, password)
        return bool(is_right) and password_hash is not None

    def close(self) -> None:
        """Let the thread end."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, address: str, function: Callable[..., object], *args: str) -> object:
        if self._waiting >= MAX_PASSWORDS_WAITING:
            self._shed_for(address)
        work = _Work(function, args)
        self._lines.setdefault(address, deque()).append(work)
        self._waiting += 1
        self._go_on()
        return await work.done

    def _shed_for(self, address: str) -> None:
        """The newest of the longest line goes, if that is longer than this address's own."""
        longest = max(self._lines.values(), key=len)
        if len(longest) <= len(self._lines.get(address, ())) + 1:
            raise TooBusy
        self._waiting -= 1
        work = longest.pop()
        if not work.done.done():
            work.done.set_exception(TooBusy())

    def _go_on(self) -> None:
        """Give the thread the first of the next line that someone still waits for."""
        while self._lines and not self._is_working:
            address, line = self._lines.popitem(last=False)
            work = line.popleft()
            self._waiting -= 1
            if line:
                self._lines[address] = line  # behind all others
            if not work.done.done():  # else its caller has gone
                self._begin(work)

    def _begin(self, work: _Work) -> None:
        self._is_working = True
        loop = asyncio.get_running_loop()
        doing = loop.run_in_executor(self._executor, work.function, *work.args)
        doing.add_done_callback(lambda ended: self._ended(work, ended))

    def _ended(self, work: _Work, ended: asyncio.Future[object]) -> None:
        self._is_working = False
        if ended.cancelled():
            work.done.cancel()
            return
        error = ended.exception()
        if work.done.done():
            pass
        elif error is not None:
            work.done.set_exception(error)
        else:
            work.done.set_result(ended.result())
        self._go_on()
