"""A member that comes back by the rules of the SDK, resumes, and sends again what it must."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from loadtest.bare.bare_client import BareConnection, HandshakeFailed
from loadtest.bare.bare_prime import Account, BarePrime, PrimeRefused, pack
from loadtest.clock import now_ms
from prime_client.connecting.backoff import Backoff
from prime_client.connecting.codec import Message

COMES_AGAIN = frozenset({"rate_limited", "unavailable"})
"""Refusals of a delta after which it is sent again under the same id."""

CANNOT_CONNECT = (OSError, TimeoutError, HandshakeFailed, PrimeRefused)

LOOK_SECONDS = 0.05
"""Between two looks whether all is answered."""


@dataclass(slots=True)
class Pending:
    """A delta without an answer: when it should have been sent, and on which connection it was."""

    due_ms: float
    frame: bytes
    connection: int


@dataclass(slots=True)
class ReturningTally:
    """What all members together have seen. `holes`: seqs that came out of order (rule D2)."""

    acked: dict[str, dict[str, int]] = field(default_factory=dict)
    ack_ms: list[float] = field(default_factory=list)
    returned_at: list[float] = field(default_factory=list)
    contradictions: int = 0
    holes: int = 0
    reconnects: int = 0
    resumed: int = 0
    resent: int = 0
    duplicates: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)

    def note_ack(self, project: str, message: Message) -> None:
        """Two acks of one delta must say the same (rule D3)."""
        seq = message["seq"]
        if self.acked.setdefault(project, {}).setdefault(message["id"], seq) != seq:
            self.contradictions += 1
        self.duplicates += bool(message.get("duplicate"))


def _asked_for(error: Exception) -> float | None:
    """The pause that the server asked for, in milliseconds."""
    return error.retry_after_ms if isinstance(error, PrimeRefused) else None


class ReturningMember:
    """One device in one room. `on_message` gets what is neither an answer nor a delta: ticks."""

    def __init__(
        self,
        account: Account,
        device: str,
        project: str,
        tally: ReturningTally,
        rng: random.Random,
        on_message: Callable[[Message], None] = lambda _: None,
    ) -> None:
        self.project = project
        self.pending: dict[str, Pending] = {}
        self.connections = 0
        self.you = ""
        self._account = account
        self._device = device
        self._tally = tally
        self._backoff = Backoff(rng)
        self._on_other_message = on_message
        self._prime: BarePrime | None = None
        self._join_message: Message | None = None
        self._is_in = False
        self._is_leaving = False
        self._position: dict[str, Any] | None = None
        self._coming_task: asyncio.Task[None] | None = None
        self._step = 0
        self._lost_at = 0.0

    @property
    def prime(self) -> BarePrime | None:
        """The connection, while it is in the room."""
        return self._prime if self._is_in else None

    async def enter(self) -> None:
        """Come in for the first time; raises whatever connecting does."""
        await self._enter()

    def leave(self) -> None:
        """Go, and do not come back."""
        self._is_leaving = True
        if self._coming_task is not None:
            self._coming_task.cancel()
        if self._prime is not None:
            self._prime.close()

    def drop(self) -> None:
        """Lose the connection, as a musician on a train does."""
        if self._prime is not None:
            self._prime.connection.abort()

    def say(self, message: Message) -> bool:
        """Something that is not sent later if it cannot be now; whether it was."""
        if self.prime is None:
            return False
        self.prime.send(message)
        return True

    def propose(self, ops: list[dict[str, Any]], due_ms: float, **other_fields: Any) -> None:
        """A delta that should have been sent at `due_ms`; while away it waits for the way back."""
        self._step += 1
        delta_id = f"{self._device}-{self._step:08}"
        message = {
            "t": "delta",
            "project": self.project,
            "id": delta_id,
            "ops": ops,
            **other_fields,
        }
        frame = pack(message)
        self.pending[delta_id] = Pending(due_ms, frame, self.connections)
        if self.prime is None:
            self.pending[delta_id].connection = 0
        else:
            self.prime.connection.send(frame)

    # Coming and coming back.

    async def _enter(self) -> None:
        self._prime = prime = await BarePrime.open(
            self._account.url, self._device, self._account.token, self._on_message
        )
        join_answer = await prime.join(self.project, self._position)
        if not prime.connection.is_open:
            raise PrimeRefused("the connection was lost while joining")
        self._note_joined()
        prime.connection.on_lost = self._lost
        self.connections += 1
        self.you = join_answer["you"]
        self._is_in = True
        self._lost_at = time.monotonic()
        if self.connections > 1:
            self._tally.returned_at.append(time.perf_counter())
            self._tally.reconnects += 1
            self._tally.resumed += bool(join_answer["resumed"])
        for pending in self.pending.values():
            self._tally.resent += pending.connection > 0
            prime.connection.send(pending.frame)

    def _lost(self, connection: BareConnection) -> None:
        assert self._prime is not None
        self._prime.lost(connection)
        self._is_in = False
        if not self._is_leaving:
            self._coming_task = asyncio.get_running_loop().create_task(self._come_back())

    async def _come_back(self) -> None:
        wait = self._backoff.pause(time.monotonic() - self._lost_at, None)
        while True:
            await asyncio.sleep(wait)
            try:
                await self._enter()
                return
            except CANNOT_CONNECT as error:
                self._tally.problems[type(error).__name__] += 1
                retry_after = _asked_for(error)
                if self._prime is not None and self._prime.connection.is_open:
                    self._prime.connection.abort()
            wait = self._backoff.pause(0.0, retry_after)

    # What comes in.

    def _on_message(self, message: Message) -> None:
        match message["t"]:
            case "ack":
                self._note_seq(message)
                self._acked(message)
            case "delta":
                self._note_seq(message)
            case "error":
                self._refused(message)
            case _:
                self._on_other_message(message)

    def _note_joined(self) -> None:
        """Where the connection stands, once; deltas may come before `join` returns."""
        assert self._prime is not None
        join_message = self._prime.joined.get(self.project)
        if join_message is not None and join_message is not self._join_message:
            self._join_message = join_message
            self._position = dict(join_message["position"])

    def _note_seq(self, message: Message) -> None:
        """Every seq once, in order; the ack of what was sent again may be of an old one."""
        self._note_joined()
        assert self._position is not None
        if message.get("duplicate") and message["seq"] <= self._position["seq"]:
            return
        self._tally.holes += message["seq"] != self._position["seq"] + 1
        self._position["seq"] = message["seq"]

    def _acked(self, message: Message) -> None:
        self._tally.note_ack(self.project, message)
        pending = self.pending.pop(message["id"], None)
        if pending is not None and pending.connection == self.connections:
            self._tally.ack_ms.append(now_ms() - pending.due_ms)

    def _refused(self, message: Message) -> None:
        delta_id, code = message["id"], message["code"]
        if delta_id in self.pending and code in COMES_AGAIN:
            wait = message.get("details", {}).get("retry_after_ms", 500) / 1_000
            asyncio.get_running_loop().call_later(wait, self._again, delta_id)
        else:
            self.pending.pop(delta_id, None)
            self._tally.refused[code] += 1

    def _again(self, delta_id: str) -> None:
        pending = self.pending.get(delta_id)
        if pending is not None and self.prime is not None:
            self.prime.connection.send(pending.frame)


async def wait_for_answers(members: Sequence[ReturningMember], seconds: float) -> int:
    """Until all are in and no delta waits; how many deltas still do after so many seconds."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        if all(member.prime is not None and not member.pending for member in members):
            return 0
        await asyncio.sleep(LOOK_SECONDS)
    return sum(len(member.pending) for member in members)
