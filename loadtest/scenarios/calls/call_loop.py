"""One caller who makes one kind of call, one after the other, and takes little of the machine.

Whoever asks shares cores with PostgreSQL: calls are encoded before, and replies are not decoded.
"""

import asyncio
import time
import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgpack

from loadtest.bare.bare_prime import BarePrime, PrimeRefused, pack
from loadtest.bare.frames import Messages
from loadtest.scenarios.calls.call_kinds import TOKEN, Params

if TYPE_CHECKING:
    from prime_client.connecting.codec import Message

ID = "k"
"""Of each call: there is never more than one."""

KINDS = {name: msgpack.packb({"t": name})[1:] for name in ("reply", "error")}
"""What a message of the server begins with, behind the byte that says how many fields it has."""

LATE_SECONDS = 30.0
"""How long the last call may take, once the time is over."""

_TOKEN = TOKEN.encode()


class CallLoop:
    """`samples`: parameters of calls, which are made in turn. `call_ms`: what each took.

    `primes`: connections of the user, which are asked in turn: one alone may not ask so often.
    """

    def __init__(self, primes: Sequence[BarePrime], method: str, samples: Sequence[Params]) -> None:
        self.call_ms: list[float] = []
        self.failed = ""
        """What the first call that was refused was told: it is the last one."""
        self._primes = primes
        self._method = method
        self._samples = samples
        self._calls_left: int | None = None
        """How many calls are still to be made; None: no matter how many."""
        self._frames = [self._framed(params) for params in samples]
        self._has_version = any("version" in params for params in samples)
        self._call_count = 0
        """How many calls were made."""
        self._call_began_at = self._ends_at = 0.0
        """When the call under way was made, and when no more are."""
        self._is_over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def samples(self) -> list[Params]:
        """Of the calls to come: a version is the one of now."""
        if not self._has_version:
            return list(self._samples)
        return [
            {**sample, "version": sample["version"] + self._call_count} for sample in self._samples
        ]

    async def run(self, calls: int | None = None, seconds: float = 60.0) -> None:
        """For so long, or so many calls; raises `PrimeRefused` if the server stops answering."""
        self._is_over = asyncio.get_running_loop().create_future()
        self._ends_at = time.perf_counter() + seconds
        self._calls_left = calls
        self._listen_with(self._received)
        self._make_next_call()
        try:
            async with asyncio.timeout(seconds + LATE_SECONDS):
                await self._is_over
        except TimeoutError:
            raise PrimeRefused(f"no answer to {self._method}") from None
        finally:
            self._listen_with(None)

    def _make_next_call(self) -> None:
        now = time.perf_counter()
        if self._calls_left == 0 or now >= self._ends_at:
            self._is_over.set_result(None)
            return
        if self._calls_left is not None:
            self._calls_left -= 1
        index = self._call_count % len(self._samples)
        frame = self._frames[index]
        if self._has_version:  # as the call before has left it
            frame = self._framed(self.samples[index])
        elif _TOKEN in frame:
            frame = frame.replace(_TOKEN, str(uuid.uuid4()).encode())
        prime = self._primes[self._call_count % len(self._primes)]
        self._call_count += 1
        self._call_began_at = now
        prime.connection.send(frame)

    def _received(self, payload: bytes) -> None:
        if payload.startswith(KINDS["reply"], 1):
            self.call_ms.append((time.perf_counter() - self._call_began_at) * 1_000)
            self._make_next_call()
        elif payload.startswith(KINDS["error"], 1):
            error = msgpack.unpackb(payload)
            self.failed = f"{error['code']}: {error['message']}"
            self._is_over.set_result(None)

    def _listen_with(self, on_message: Callable[[bytes], None] | None) -> None:
        """What comes over the connections; None: goes where it went before."""
        for prime in self._primes:
            messages = prime.connection.receiver
            assert isinstance(messages, Messages)
            messages.on_message = on_message or prime.received

    def _framed(self, params: Params) -> bytes:
        call: Message = {"t": "call", "id": ID, "method": self._method, "params": params}
        return pack(call)
