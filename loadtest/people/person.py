"""People as they are: they move in bursts, pause, turn knobs, edit, idle, drop off, come back."""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from loadtest.bare.bare_prime import Account
from loadtest.clock import now_ms
from loadtest.people.returning_member import ReturningMember, ReturningTally
from prime_client.connecting.codec import Message

FRAMES_PER_SECOND = 30.0
BURST_SECONDS = (1.0, 4.0)
PAUSE_SECONDS = (0.3, 2.0)
IDLE_PAUSE_SECONDS = (8.0, 20.0)
EDIT_SECONDS = (1.0, 3.0)
GESTURE_SECONDS = (3.0, 7.0)
GESTURE_LENGTH = (0.4, 1.2)
DROP_SECONDS = (4.0, 9.0)
"""From one to the next, evenly between the two."""

NOTES_OF_A_TRACK = [f"note-00000-{clip:03}-{note:03}" for clip in range(16) for note in range(25)]
"""What `large_song` puts on its first track."""


class Kind(Enum):
    """How someone spends the session."""

    BUSY = "busy"
    IDLE = "idle"
    DROPPING = "dropping"


def kind_of(number: int) -> Kind:
    """Of ten people seven are busy, two idle, and one has a bad connection."""
    last_digit = number % 10
    if last_digit == 9:
        return Kind.DROPPING
    return Kind.IDLE if last_digit in (4, 7) else Kind.BUSY


@dataclass(slots=True)
class Trail:
    """When the moves of one person were due, in ms; `cut`: before it they never got through."""

    due_ms: list[float] = field(default_factory=list)
    cut: int = 0


@dataclass(slots=True)
class ObserverCounts:
    """What all observers together saw of others, and what was sent."""

    cursor_ms: list[float] = field(default_factory=list)
    lag_ms: list[float] = field(default_factory=list)
    moves_sent: int = 0
    updates: int = 0
    previews: int = 0
    gestures: int = 0
    edits: int = 0
    drops: int = 0


class Person:
    """One member of one room. `times_others`: others' moves are timed each, not only counted."""

    def __init__(
        self,
        account: Account,
        number: int,
        project: str,
        trails: dict[str, Trail],
        tally: ReturningTally,
        counts: ObserverCounts,
        seed: int,
        times_others: bool,
    ) -> None:
        self.kind = kind_of(number)
        self._rng = random.Random(seed * 1_000_003 + number)
        device = f"person-{number}"
        self.member = ReturningMember(account, device, project, tally, self._rng, self.hear)
        self._trails = trails
        self._trail = Trail()
        self._counts = counts
        self._times_others = times_others
        self._next: dict[str, int] = {}
        self._connection = 0
        self._step = 0
        self._gesture = ""
        self._gesture_ends = 0.0
        self._due_by_action: dict[str, float] = {}

    async def enter(self) -> None:
        """Come in; raises whatever connecting does."""
        await self.member.enter()
        self._trails[self.member.you] = self._trail

    async def live(self, stop: asyncio.Event) -> None:
        """Act at 30 frames a second until told to stop."""
        now = time.perf_counter()
        self._due_by_action = {
            "edit": now + self._random_between(EDIT_SECONDS),
            "gesture": now + self._random_between(GESTURE_SECONDS),
            "drop": now + self._random_between(DROP_SECONDS),
        }
        while not stop.is_set():
            await self._frames(self._random_between(BURST_SECONDS), stop)
            await self._pause(stop)
        self._end_gesture(now_ms())

    async def _frames(self, seconds: float, stop: asyncio.Event) -> None:
        due_at = time.perf_counter()
        end = due_at + seconds
        while due_at < end and not stop.is_set():
            await asyncio.sleep(max(0.0, due_at - time.perf_counter()))
            self._counts.lag_ms.append(max(0.0, time.perf_counter() - due_at) * 1_000)
            self._frame(due_at)
            due_at += 1 / FRAMES_PER_SECOND

    async def _pause(self, stop: asyncio.Event) -> None:
        if self._gesture:
            return
        bounds = IDLE_PAUSE_SECONDS if self.kind is Kind.IDLE else PAUSE_SECONDS
        try:
            async with asyncio.timeout(self._random_between(bounds)):
                await stop.wait()
        except TimeoutError:
            return

    def _frame(self, due_at: float) -> None:
        self._step += 1
        if self._gesture:
            self._go_on_with_gesture(due_at)
        else:
            self._move(due_at)
        if self.kind is Kind.IDLE:
            return
        if self._is_due("gesture", GESTURE_SECONDS, due_at) and not self._gesture:
            self._begin_gesture(due_at)
        elif self._is_due("edit", EDIT_SECONDS, due_at):
            self._edit(due_at)
        if self.kind is Kind.DROPPING and self._is_due("drop", DROP_SECONDS, due_at):
            self._drop_connection()

    def _is_due(self, action: str, pause_range: tuple[float, float], now: float) -> bool:
        if now < self._due_by_action[action]:
            return False
        self._due_by_action[action] = now + self._random_between(pause_range)
        return True

    def _random_between(self, bounds: tuple[float, float]) -> float:
        return self._rng.uniform(*bounds)

    # What a person does.

    def _move(self, due_at: float) -> None:
        cursor = {"time": self._step % 512 / 8, "y": self._step % 100 / 100}
        at = due_at * 1_000
        message = {"t": "presence", "project": self.member.project, "cursor": cursor, "at": at}
        if self.member.say(message):
            self._trail.due_ms.append(at)
            self._counts.moves_sent += 1

    def _edit(self, due_at: float) -> None:
        self._counts.edits += 1
        props = {"vel": round(self._rng.random(), 3)}
        note = self._rng.choice(NOTES_OF_A_TRACK)
        op = {"op": "set", "col": "notes", "id": note, "props": props}
        self.member.propose([op], due_at * 1_000)

    def _begin_gesture(self, due_at: float) -> None:
        self._counts.gestures += 1
        self._gesture = f"g{self._step}"
        self._gesture_ends = due_at + self._random_between(GESTURE_LENGTH)

    def _go_on_with_gesture(self, due_at: float) -> None:
        if due_at >= self._gesture_ends:
            self._end_gesture(due_at * 1_000)
            return
        values = {"channel-00000": {"col": "channels", "props": {"volume": self._fader()}}}
        message = {"t": "gesture", "project": self.member.project, "id": self._gesture}
        self.member.say({**message, "values": values})

    def _end_gesture(self, due_ms: float) -> None:
        """The hand leaves the fader: what was shown is committed."""
        if self._gesture:
            props = {"volume": self._fader()}
            op = {"op": "set", "col": "channels", "id": "channel-00000", "props": props}
            self.member.propose([op], due_ms, gesture=self._gesture)
            self._gesture = ""

    def _fader(self) -> float:
        return self._step % 200 / 100

    def _drop_connection(self) -> None:
        if self.member.prime is not None:
            self._counts.drops += 1
            self._gesture = ""
            self._trail.cut = len(self._trail.due_ms)
            self.member.drop()

    # What a person sees.

    def hear(self, message: Message) -> None:
        """A tick: who moved, and what they are turning."""
        if message["t"] != "tick":
            return
        now = now_ms()
        if self.member.connections != self._connection:
            self._begin_anew()
        gestures: Mapping[str, Any] = message.get("gestures", {})
        self._counts.previews += len(gestures) - (self.member.you in gestures)
        for member, presence in message["moved"].items():
            if member != self.member.you and "at" in presence:
                self._counts.updates += 1
                if self._times_others:
                    self._time(member, presence["at"], now)

    def _begin_anew(self) -> None:
        """What others did while one was away is not late."""
        self._connection = self.member.connections
        self._next = {member: len(trail.due_ms) for member, trail in self._trails.items()}

    def _time(self, member: str, at: float, now: float) -> None:
        """A move that a later one replaced was seen when that one was."""
        trail = self._trails.get(member)
        if trail is None:
            return
        begin = max(self._next.get(member, 0), trail.cut)
        end = _after(trail.due_ms, at, begin)
        self._counts.cursor_ms.extend(now - due_ms for due_ms in trail.due_ms[begin:end])
        self._next[member] = max(begin, end)


def _after(due_ms: Sequence[float], at: float, begin: int) -> int:
    """The index behind the last move that was due by `at`."""
    end = begin
    while end < len(due_ms) and due_ms[end] <= at:
        end += 1
    return end
