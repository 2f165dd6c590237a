"""Connections that only propose deltas: at a set rate, or as many as are answered."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from loadtest.bare.bare_prime import Account, BarePrime, enter, pack
from loadtest.clock import now_ms
from loadtest.load.generator_checks import PROBE_SECONDS
from prime_client.connecting.codec import Message

COLLECTION, ENTITY = "channels", "ch_master"


def edit(step: int) -> list[dict[str, Any]]:
    """The ops of one small edit: a fader, to and fro."""
    props = {"volume": 0.5 + step % 100 / 100}
    return [{"op": "set", "col": COLLECTION, "id": ENTITY, "props": props}]


@dataclass(slots=True)
class Answers:
    """The answers to all writers together."""

    acked: int = 0
    ack_ms: list[float] = field(default_factory=list)
    delivered: int = 0
    postponed: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    acked_of: dict[str, dict[str, int]] = field(default_factory=dict)
    contradictions: int = 0

    def note_ack(self, project: str, delta_id: str, seq: int) -> None:
        """Two acks of one delta must say the same (rule D3)."""
        self.acked += 1
        if self.acked_of.setdefault(project, {}).setdefault(delta_id, seq) != seq:
            self.contradictions += 1


class DeltaWriter:
    """One connection in one room. `in_flight`: how many deltas wait for an answer."""

    def __init__(self, number: int, project: str, answers: Answers) -> None:
        self.project = project
        self.in_flight: dict[str, tuple[float, bytes]] = {}
        self._number = number
        self._answers = answers
        self._step = 0
        self._goes_on = False
        self._prime: BarePrime | None = None

    async def enter(self, account: Account) -> None:
        """Connect and join."""
        self._prime = await enter(account, f"writer-{self._number}", self.project, self._on_message)

    @property
    def prime(self) -> BarePrime:
        """The connection, once it has entered."""
        assert self._prime is not None
        return self._prime

    def propose(self, due_ms: float) -> None:
        """One delta, which should have been sent at `due_ms` of the performance counter."""
        self._step += 1
        delta_id = f"w{self._number:04}-{self._step:08}"
        message = {"t": "delta", "project": self.project, "id": delta_id, "ops": edit(self._step)}
        frame = pack(message)
        self.in_flight[delta_id] = due_ms, frame
        self.prime.connection.send(frame)

    def keep_in_flight(self, count: int) -> None:
        """From now on, one more for each that is answered."""
        self._goes_on = True
        for _ in range(count):
            self.propose(now_ms())

    def stop(self) -> None:
        """No more; what is in flight will be answered."""
        self._goes_on = False

    def _on_message(self, message: Message) -> None:
        match message["t"]:
            case "ack":
                self._acked(message)
            case "delta":
                self._answers.delivered += 1
            case "error":
                self._refused(message)
            case _:
                pass

    def _acked(self, message: Message) -> None:
        delta_id = message["id"]
        due_at, _ = self.in_flight.pop(delta_id, (None, b""))
        now = now_ms()
        self._answers.note_ack(self.project, delta_id, message["seq"])
        if due_at is not None:
            self._answers.ack_ms.append(now - due_at)
        if self._goes_on:
            self.propose(now)

    def _refused(self, message: Message) -> None:
        """Over the rate it is sent again under the same id; any other refusal is reported."""
        delta_id, code = message["id"], message["code"]
        if delta_id in self.in_flight and code in ("rate_limited", "unavailable"):
            self._answers.postponed += 1
            wait = message.get("details", {}).get("retry_after_ms", 500) / 1_000
            asyncio.get_running_loop().call_later(wait, self._again, delta_id)
        else:
            self.in_flight.pop(delta_id, None)
            self._answers.refused[code] += 1

    def _again(self, delta_id: str) -> None:
        if delta_id in self.in_flight:
            self.prime.connection.send(self.in_flight[delta_id][1])


async def offer(
    writers: list[DeltaWriter], per_second: float, seconds: float, lag_ms: list[float]
) -> int:
    """Deltas at an even rate, in turn, whatever the answers; how many should have been sent."""
    began_at, step = time.perf_counter(), 0
    count = round(per_second * seconds)
    while step < count:
        due_at = began_at + step / per_second
        now = time.perf_counter()
        if due_at > now:
            await asyncio.sleep(due_at - now)
            continue
        lag_ms.append((now - due_at) * 1_000)
        writers[step % len(writers)].propose(due_at * 1_000)
        step += 1
        if step % len(writers) == 0:
            await asyncio.sleep(0)  # a sender that is behind must still hear the answers
    return count


async def drain(writers: list[DeltaWriter], seconds: float) -> int:
    """Wait until all is answered; how many were not within that time."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        if not any(writer.in_flight for writer in writers):
            return 0
        await asyncio.sleep(PROBE_SECONDS)
    return sum(len(writer.in_flight) for writer in writers)
