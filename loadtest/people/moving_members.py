"""Members of one room who move their cursors over its tracks, and read nothing."""

import asyncio
import time
from collections.abc import Sequence

from loadtest.bare.bare_client import BareConnection
from loadtest.bare.bare_prime import Account, BarePrime, pack
from loadtest.bare.heartbeats import keep_alive
from prime_client.connecting.codec import Message

ACROSS_SECONDS = 6.0
"""A hand goes over the whole song in so long, and back."""

TRACK_SECONDS = 2.0
"""It stays on a track for so long."""


class DeafConnection(BarePrime):
    """Once it is in its room it decodes nothing: that would cost the core that others need."""

    def __init__(self, connection: BareConnection, on_message: object = None) -> None:
        super().__init__(connection, lambda _: None)
        self.is_inside = False

    def received(self, payload: bytes) -> None:
        """The `on_message` of this connection."""
        if not self.is_inside:
            super().received(payload)


class MovingMembers:
    """They come in with `enter`, move from then on, and leave with `leave`."""

    def __init__(self, hz: float, beats: float, tracks: Sequence[str]) -> None:
        self.lag_ms: list[float] = []
        """How late each move was sent."""
        self.sent = 0
        self._hz = hz
        self._beats = beats
        self._tracks = tracks
        self._members: list[DeafConnection] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def enter(self, account: Account, project: str, count: int) -> None:
        """So many devices of the account."""
        for number in range(count):
            member = await DeafConnection.open(account.url, f"member {number + 1}", account.token)
            await member.join(project)
            member.is_inside = True
            self._members.append(member)
        self._tasks = [
            asyncio.create_task(keep_alive(lambda: self._members)),
            asyncio.create_task(self._move(project)),
        ]

    @property
    def connected(self) -> int:
        """How many are still there."""
        return sum(member.connection.is_open for member in self._members)

    @property
    def wanted_per_second(self) -> float:
        """Moves of all."""
        return self._hz * len(self._members)

    def leave(self) -> None:
        """All of them."""
        for task in self._tasks:
            task.cancel()
        for member in self._members:
            member.close()

    async def _move(self, project: str) -> None:
        """Each at its rate, spread evenly over the time between two of its moves."""
        began_at, step = time.perf_counter(), 0
        while self._members:
            due_at = began_at + step / self.wanted_per_second
            now = time.perf_counter()
            if due_at > now:
                await asyncio.sleep(due_at - now)
                continue
            self.lag_ms.append((now - due_at) * 1_000)
            number = step % len(self._members)
            cursor = self._cursor(number, due_at - began_at)
            message: Message = {"t": "presence", "project": project, "cursor": cursor}
            self._members[number].connection.send(pack(message))
            self.sent += 1
            step += 1

    def _cursor(self, number: int, seconds: float) -> Message:
        """Where a member is: to and fro over the song, on one track after the other."""
        part = (seconds / ACROSS_SECONDS + number / max(1, len(self._members))) % 2
        track = self._tracks[(number + int(seconds / TRACK_SECONDS)) % len(self._tracks)]
        return {"time": self._beats * min(part, 2 - part), "track": track, "y": part / 2}
