"""A client that keeps to nothing: raw, bounded, and on loopback only.

It floods, sends garbage, reads slowly, leaves handshakes half done, makes what is costly to walk,
and forges tokens. It has an account and a project of its own, and may look at the musicians'.
"""

import asyncio
import contextlib
import os
import random
import struct
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

from loadtest.bare.bare_client import HandshakeFailed
from loadtest.bare.bare_prime import Account, BarePrime, PrimeRefused, create_project, register
from loadtest.bare.frames import frame

CHAIN = 1_500
"""Channels, each feeding the next."""

ROUTINGS = 60
"""Ops of one delta that lead that chain elsewhere."""

WIDE = 1_000
"""Leaves of one device."""

FLOOD = 2_000
HALF_HANDSHAKES = 20
FORGED = 15
GESTURES = 60
PATIENCE_SECONDS = 5.0

EXPECTED = (OSError, TimeoutError, HandshakeFailed, PrimeRefused)

HALF_REQUEST = b"GET /v1 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Up"


class HostileClient:
    """One attacker. `answers`: what the server said to it, by code or close code."""

    def __init__(self, url: str, rng: random.Random) -> None:
        self.answers: Counter[str] = Counter()
        self._url = url
        self._rng = rng
        self._account: Account | None = None
        self._project = ""
        self._step = 0

    @property
    def email(self) -> str:
        """By which others may let it in."""
        assert self._account is not None
        return self._account.email

    async def set_up(self) -> None:
        """An account and a project, as anyone can have them."""
        self._account = await register(self._url)
        self._project = await create_project(self._account, "not what it seems")

    async def attack(self, musicians: str, seconds: float) -> None:
        """All at once, for so long; `musicians`: the project that it may only look at."""
        attacks = (
            self._half_handshakes(seconds),
            self._garbage(),
            self._forged_tokens(),
            self._flood(),
            self._slow_reader(musicians, seconds),
            self._chain(),
            self._wide_device(),
            self._gestures(seconds),
            self._same_id_twice(),
        )
        async with asyncio.TaskGroup() as tasks:
            for attack in attacks:
                tasks.create_task(self._bounded(attack, seconds + PATIENCE_SECONDS))

    async def _bounded(self, attack: Coroutine[Any, Any, None], seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await attack
        except EXPECTED as error:
            self.answers[type(error).__name__] += 1

    # Without an account.

    async def _half_handshakes(self, seconds: float) -> None:
        """Some send nothing, some half a request, some no request at all."""
        openings = (b"", HALF_REQUEST, os.urandom(200), b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 2_000)
        numbers = range(HALF_HANDSHAKES)
        writers = await asyncio.gather(*(self._say(openings[n % len(openings)]) for n in numbers))
        try:
            await asyncio.sleep(seconds)
        finally:
            for writer in writers:
                writer.transport.abort()

    async def _say(self, data: bytes) -> asyncio.StreamWriter:
        address = urlsplit(self._url)
        _, writer = await asyncio.open_connection(address.hostname, address.port)
        with contextlib.suppress(OSError):
            writer.write(data)
            await writer.drain()
        return writer

    async def _forged_tokens(self) -> None:
        assert self._account is not None
        head, body, signature = self._account.token.split(".")
        forged = (f"{head}.{body}.{signature[::-1]}", "x", f"{head}.{body}.", "a.b.c")
        for number in range(FORGED):
            try:
                prime = await BarePrime.open(self._url, "forger", forged[number % len(forged)])
                prime.close()
                self.answers["let in"] += 1
            except EXPECTED as refused:
                self.answers[f"token: {type(refused).__name__}"] += 1

    # With one.

    @contextlib.asynccontextmanager
    async def _in_room(self, project: str) -> Any:
        assert self._account is not None
        self._step += 1
        device = f"hostile {self._step}"
        prime = await BarePrime.open(self._url, device, self._account.token, self._on_message)
        try:
            await prime.join(project)
            yield prime
        finally:
            self.answers[f"closed {prime.connection.close_code}"] += not prime.connection.is_open
            prime.connection.abort()

    def _on_message(self, message: dict[str, Any]) -> None:
        if message["t"] == "error":
            self.answers[message["code"]] += 1
        elif message["t"] == "ack":
            self.answers["ack"] += 1

    async def _garbage(self) -> None:
        """Malformed frames, and malformed messages."""
        shapes: tuple[Callable[[], bytes], ...] = (
            lambda: frame(os.urandom(self._rng.randrange(1, 300))),
            lambda: struct.pack("!BBQ", 0x82, 0xFF, 2**62) + os.urandom(4),
            lambda: b"\x82\x05hello",  # not masked
            lambda: b"\xf2\x80" + os.urandom(4),  # reserved bits
            lambda: frame(b"\x81" * 5_000),  # deep
        )
        for shape in shapes:
            async with self._in_room(self._project) as prime:
                prime.connection.send(shape())
                await self._until_closed(prime, 1.0)

    async def _flood(self) -> None:
        async with self._in_room(self._project) as prime:
            for number in range(FLOOD):
                self._present(prime, self._project, number)
                if number % 100 == 0:
                    await asyncio.sleep(0)
            await self._until_closed(prime, 1.0)

    async def _slow_reader(self, project: str, seconds: float) -> None:
        """It is sent all that musicians do, and reads none of it."""
        async with self._in_room(project) as prime:
            prime.connection.pause_reading()
            await asyncio.sleep(seconds)

    async def _chain(self) -> None:
        """Each routing asks whether it closes a circle, over all of the chain."""
        self._step += 1
        name = f"chain{self._step:03}"
        ops = [_channel(f"{name}-0", "ch_master")]
        ops += [_channel(f"{name}-{n}", f"{name}-{n - 1}") for n in range(1, CHAIN)]
        destinations = ("ch_master", f"{name}-0")
        turns = [
            _set("channels", f"{name}-1", {"dest": destinations[n % 2]}) for n in range(ROUTINGS)
        ]
        async with self._in_room(self._project) as prime:
            self._propose(prime, f"{name}-chain", ops)
            self._propose(prime, f"{name}-turns", turns)
            await self._until_closed(prime, 2.0)

    async def _wide_device(self) -> None:
        self._step += 1
        name = f"wide{self._step:04}"
        params = {f"p{n}": "x" * 100 for n in range(WIDE)}
        device = {"channel": name, "role": "instrument", "name": "Wide", "params": params}
        insert = {"op": "insert", "col": "devices", "id": f"{name}-d", "entity": device}
        turns = [_set("devices", f"{name}-d", {"params": {f"p{n}": n}}) for n in range(100)]
        async with self._in_room(self._project) as prime:
            self._propose(prime, f"{name}-wide", [_channel(name, "ch_master"), insert])
            self._propose(prime, f"{name}-leaves", turns)
            await self._until_closed(prime, 1.0)

    async def _gestures(self, seconds: float) -> None:
        """Each shows other leaves of one device, and none ends."""
        async with self._in_room(self._project) as prime:
            for number in range(GESTURES):
                params = {
                    f"g{number}-{n}-yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy": float(n) for n in range(16)
                }
                gesture_values = {"some-device": {"col": "devices", "props": {"params": params}}}
                gesture = {"t": "gesture", "project": self._project, "id": f"g{number % 8}"}
                prime.send(gesture | {"values": gesture_values})
            await asyncio.sleep(seconds)

    async def _same_id_twice(self) -> None:
        """Over two connections, with the same ops and with others."""
        self._step += 1
        delta_id = f"twice-{self._step:04}"
        async with (
            self._in_room(self._project) as first_prime,
            self._in_room(self._project) as second_prime,
        ):
            for prime, name in (
                (first_prime, "a"),
                (second_prime, "a"),
                (second_prime, "b"),
                (first_prime, "b"),
            ):
                self._propose(prime, delta_id, [_channel(f"{delta_id}-{name}", "ch_master")])
            await self._until_closed(first_prime, 0.5)

    def _present(self, prime: BarePrime, project: str, number: int) -> None:
        prime.send({"t": "presence", "project": project, "cursor": {"time": float(number)}})

    def _propose(self, prime: BarePrime, delta_id: str, ops: list[dict[str, Any]]) -> None:
        prime.send({"t": "delta", "project": self._project, "id": delta_id, "ops": ops})

    @staticmethod
    async def _until_closed(prime: BarePrime, seconds: float) -> None:
        deadline = asyncio.get_running_loop().time() + seconds
        while prime.connection.is_open:
            await asyncio.sleep(0.05)
            if asyncio.get_running_loop().time() > deadline:
                return


def _channel(channel_id: str, dest: str) -> dict[str, Any]:
    entity = {"name": "x", "dest": dest}
    return {"op": "insert", "col": "channels", "id": channel_id, "entity": entity}


def _set(collection: str, entity_id: str, props: dict[str, Any]) -> dict[str, Any]:
    return {"op": "set", "col": collection, "id": entity_id, "props": props}
