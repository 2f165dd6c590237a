"""Who guesses passwords, from many addresses, and who logs in rightly meanwhile."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from loadtest.bare.bare_prime import BarePrime, PrimeRefused

PASSWORD = "correct horse battery staple"


@dataclass(slots=True)
class KnownAccount:
    """An account whose password the load test knows; `address`: from where it logs in."""

    email: str
    address: str
    user: str = ""


def from_address(address: str) -> dict[str, str]:
    """What a proxy that is believed says of a client."""
    return {"X-Forwarded-For": address}


async def patiently(door: BarePrime, method: str, **params: Any) -> Any:
    """The result of a call, however often the server says to come again."""
    while True:
        try:
            return await door.call(method, **params)
        except PrimeRefused as refused:
            if refused.retry_after_ms is None:
                raise
            await asyncio.sleep(refused.retry_after_ms / 1_000)


@dataclass(slots=True)
class WrongLogins:
    """So many a second, whether the server answers or not; each from an address in turn."""

    guessers: Sequence[BarePrime]
    per_second: float
    emails: Sequence[str]
    """Whose accounts are tried in turn; some do not exist."""
    sent: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    """By error code."""
    _asked: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self, seconds: float) -> None:
        """Send them when they are due; those of a moment late go at once."""
        began_at, guessers = time.perf_counter(), itertools.cycle(self.guessers)
        emails = itertools.cycle(self.emails)
        while (seconds_passed := time.perf_counter() - began_at) < seconds:
            while self.sent < seconds_passed * self.per_second:
                self.sent += 1
                task = asyncio.create_task(self._try(next(guessers), next(emails)))
                self._asked.add(task)
                task.add_done_callback(self._asked.discard)
            await asyncio.sleep(0.005)
        for task in self._asked:
            task.cancel()

    async def _try(self, guesser: BarePrime, email: str) -> None:
        try:
            await guesser.call("auth.login", email=email, password=f"wrong {self.sent}")
            self.answers["let in"] += 1
        except PrimeRefused as refused:
            self.answers[str(refused).partition(":")[0]] += 1


@dataclass(slots=True)
class RightLogins:
    """Each account logs in again and again, one try at a time."""

    login_ms: list[float] = field(default_factory=list)
    """How long each took, from the first try on where it was told to come again."""
    refused: Counter[str] = field(default_factory=Counter)

    async def run(self, doors: Sequence[tuple[KnownAccount, BarePrime]], seconds: float) -> None:
        """`doors`: the accounts, each with a connection from its address."""
        end = time.perf_counter() + seconds
        await asyncio.gather(*(self._again(account, door, end) for account, door in doors))

    async def _again(self, known_account: KnownAccount, door: BarePrime, end: float) -> None:
        while time.perf_counter() < end:
            began_at = time.perf_counter()
            while time.perf_counter() < end:
                try:
                    await door.call("auth.login", email=known_account.email, password=PASSWORD)
                    self.login_ms.append((time.perf_counter() - began_at) * 1_000)
                    break
                except PrimeRefused as refused:
                    self.refused[str(refused).partition(":")[0]] += 1
                    await asyncio.sleep((refused.retry_after_ms or 100.0) / 1_000)
