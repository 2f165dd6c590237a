"""Calls in turn: one user does not take all connections to the database from everyone else."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from schema.errors import ErrorCode
from schema.server_limits import MAX_CALLS_AT_ONCE
from server.refused import Refused


@dataclass(slots=True, eq=False)
class _OfLogin:
    """The calls of one login that are here."""

    here: int = 0
    """How many run or wait for their turn."""
    running: int = 0
    ending: int = 0
    """Of those that run, how many are there to end the login."""
    is_ended: bool = False
    """Whether none of those that wait is begun any more."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when one that ran is done."""


class CallQueue:
    """Some calls of each user run at once, over whichever connections; the others wait.

    `most`: how many.
    """

    def __init__(self, most: int = MAX_CALLS_AT_ONCE) -> None:
        self._most = most
        self._of_users: dict[str, tuple[asyncio.Semaphore, list[None]]] = {}
        """User -> the slots, and an entry for each call that has one or waits for one."""
        self._of_logins: dict[str, _OfLogin] = {}
        """Login -> its calls, as long as there are any."""

    @property
    def running(self) -> int:
        """Calls that run."""
        return sum(of_login.running for of_login in self._of_logins.values())

    @property
    def waiting(self) -> int:
        """Calls that wait for their turn."""
        return sum(of_login.here for of_login in self._of_logins.values()) - self.running

    @asynccontextmanager
    async def slot(self, user: str, login: str = "") -> AsyncIterator[None]:
        """Wait for a turn, and have it inside; raises `Refused` if the login was ended here."""
        slots, here = self._of_users.setdefault(user, (asyncio.Semaphore(self._most), []))
        of_login = self._of_logins.setdefault(login, _OfLogin())
        here.append(None)
        of_login.here += 1
        try:
            async with slots:
                with _running(of_login):
                    yield
        finally:
            here.pop()
            of_login.here -= 1
            if not here:
                del self._of_users[user]
            if not of_login.here:
                del self._of_logins[login]

    async def end(self, login: str) -> None:
        """Begin no call of this login any more, and wait for those that run, but this one."""
        of_login = self._of_logins.get(login)
        if of_login is None:
            return
        of_login.is_ended = True
        of_login.ending += 1
        of_login.changed.set()
        while of_login.running > of_login.ending:
            of_login.changed.clear()
            await of_login.changed.wait()


@contextmanager
def _running(of_login: _OfLogin) -> Iterator[None]:
    if of_login.is_ended:
        raise Refused(ErrorCode.AUTH_REQUIRED, "this login was ended; log in again")
    of_login.running += 1
    try:
        yield
    finally:
        of_login.running -= 1
        of_login.changed.set()
