"""Calls in turn: one user does not take all connections to the database from everyone else."""

import asyncio
from dataclasses import dataclass, field

from persistence.slots import Slots
from schema.errors import ErrorCode
from schema.server_limits import MAX_CALLS_AT_ONCE
from server.refused import Refused


@dataclass(slots=True, eq=False)
class _OfLogin:
    """The calls of one login that are here."""

    call_count: int = 0
    """How many run or wait for their turn."""
    running_count: int = 0
    ending_count: int = 0
    """Of those that run, how many are there to end the login."""
    is_ended: bool = False
    """Whether none of those that wait is begun any more."""
    call_done: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when one that ran is done."""


@dataclass(slots=True, eq=False)
class _OfUser:
    """The calls of one user that are here."""

    slots: Slots
    call_count: int = 0
    """How many run or wait for their turn."""


class CallQueue:
    """Some calls of each user run at once, over whichever connections; the others wait.

    `most`: how many.
    """

    def __init__(self, most: int = MAX_CALLS_AT_ONCE) -> None:
        self._calls_at_once = most
        self._calls_by_user: dict[str, _OfUser] = {}
        """User -> its calls, as long as there are any."""
        self._calls_by_login: dict[str, _OfLogin] = {}
        """Login -> its calls, as long as there are any."""

    @property
    def running(self) -> int:
        """Calls that run."""
        return sum(of_login.running_count for of_login in self._calls_by_login.values())

    @property
    def waiting(self) -> int:
        """Calls that wait for their turn."""
        return sum(of_login.call_count for of_login in self._calls_by_login.values()) - self.running

    def slot(self, user: str, login: str = "") -> "_Turn":
        """Wait for a turn, and have it inside; raises `Refused` if the login was ended here."""
        return _Turn(self, user, login)

    def come(self, user: str, login: str) -> tuple[_OfUser, _OfLogin]:
        """One call more that runs or waits for its turn."""
        of_user = self._calls_by_user.get(user)
        if of_user is None:
            of_user = self._calls_by_user[user] = _OfUser(Slots(self._calls_at_once))
        of_login = self._calls_by_login.get(login)
        if of_login is None:
            of_login = self._calls_by_login[login] = _OfLogin()
        of_user.call_count += 1
        of_login.call_count += 1
        return of_user, of_login

    def go(self, user: str, login: str) -> None:
        """One less."""
        of_user, of_login = self._calls_by_user[user], self._calls_by_login[login]
        of_user.call_count -= 1
        of_login.call_count -= 1
        if not of_user.call_count:
            del self._calls_by_user[user]
        if not of_login.call_count:
            del self._calls_by_login[login]

    async def end(self, login: str) -> None:
        """Begin no call of this login any more, and wait for those that run, but this one."""
        of_login = self._calls_by_login.get(login)
        if of_login is None:
            return
        of_login.is_ended = True
        of_login.ending_count += 1
        of_login.call_done.set()
        while of_login.running_count > of_login.ending_count:
            of_login.call_done.clear()
            await of_login.call_done.wait()


class _Turn:
    """Of one call: it waits at the beginning of `async with`, and is over at its end.

    A class: generators would take three times as long, of every call.
    """

    __slots__ = ("_login", "_of_login", "_queue", "_slots", "_user")

    def __init__(self, queue: CallQueue, user: str, login: str) -> None:
        self._queue = queue
        self._user = user
        self._login = login

    async def __aenter__(self) -> None:
        of_user, self._of_login = self._queue.come(self._user, self._login)
        self._slots = of_user.slots
        if not self._slots.take():
            try:
                await self._slots.wait()
            except BaseException:
                self._queue.go(self._user, self._login)
                raise
        if self._of_login.is_ended:
            self._turn_is_over()
            raise Refused(ErrorCode.AUTH_REQUIRED, "this login was ended; log in again")
        self._of_login.running_count += 1

    async def __aexit__(self, *_: object) -> None:
        self._of_login.running_count -= 1
        self._of_login.call_done.set()
        self._turn_is_over()

    def _turn_is_over(self) -> None:
        self._slots.give()
        self._queue.go(self._user, self._login)
