"""Calls that bring an earlier state of a room back, and wait until that is committed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import count

import msgspec

from rooms.effects import Quiet, Settled, TurnCame
from rooms.journal.entry import Outcome, Proposal
from rooms.presence.seat import Seat
from rooms.room import Room
from schema.messages import Error
from schema.ops import Op
from server.live.room_jobs import RoomJobs, refuse

SETTLING_SECONDS = 0.25
"""How long a restore waits for what the journal was given before it; then it is tried anew."""


OTHERS_WAIT_SECONDS = 10.0
"""How long other nodes hold back edits for one restore at most, also where its node has died."""

TURN_SECONDS = 5.0
"""What has waited for so long has its turn before another restore holds it back."""

SAME_SECONDS = 0.25
"""By so much the end of one restore may move each time that its node tells of it."""

THIS_NODE = ""


class NotCommitted(Exception):
    """The restore was refused; `error` says why, and `outcome` what the journal said, if it did."""

    def __init__(self, error: Error, outcome: Outcome | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.outcome = outcome


@dataclass(slots=True)
class RestoreTurn:
    """The place of a restore among what its member sends, until `end`."""

    seat: Seat
    came: "asyncio.Future[int]"
    """Done once all that the member sent before is."""
    _end: Callable[[], None] | None

    async def own(self, proposal: Proposal) -> Proposal:
        """Wait for it; the proposal as of this seat: a later join of its device keeps it out (J15).

        Raises `NotCommitted`, `RoomClosed`.
        """
        await self.came
        return msgspec.structs.replace(proposal, fence=self.seat.request.fence)

    def end(self) -> None:
        """What the member has sent since goes on; it may be ended already."""
        ended, self._end = self._end, None
        if ended is not None:
            ended()


class RoomRestores:
    """Those of one room. Once it is closed, whoever waits gets `RoomClosed`."""

    __slots__ = (
        "_announce",
        "_futures_by_ticket",
        "_held_since",
        "_holders",
        "_jobs",
        "_loop",
        "_others_wait_until",
        "_quiet",
        "_room",
        "_tickets",
        "one_at_a_time",
    )

    def __init__(self, room: Room, jobs: RoomJobs, announce: Callable[[], None]) -> None:
        self._room = room
        self._jobs = jobs
        self._loop = asyncio.get_running_loop()
        self._announce = announce
        """Tells other nodes what this one has of the room."""
        self._holders: dict[str, asyncio.TimerHandle | None] = {}
        """The nodes that have edits held back here, and when each lets them go by itself."""
        self._held_since = 0.0
        """When edits were held back or last had a turn, in seconds of the loop; while there are
        holders."""
        self._others_wait_until = 0.0
        """Until then other nodes are to hold back theirs, in seconds of the loop."""
        self._futures_by_ticket: dict[int, asyncio.Future[int]] = {}
        """By the ticket of the call that waits."""
        self.one_at_a_time = asyncio.Lock()
        """Of whoever makes one for the state of now."""
        self._quiet = asyncio.Event()
        """The journal has answered all that it was given before edits were held back."""
        self._tickets = count(1)
        """Tickets of calls to come."""
        room.on_given_up.append(self._given_up)

    def __len__(self) -> int:
        return len(self._futures_by_ticket) + self.one_at_a_time.locked()

    def turn(self, seat: Seat, delta_id: str) -> "RestoreTurn":
        """One that has come: its place is behind what its member sent before (rule U6).

        What the member sends from now on waits until the turn ends. Raises `RoomClosed`.
        """
        self._jobs.check_open()
        ticket, came = self._new_future()
        came.add_done_callback(_looked_at)
        self._jobs.run(self._room.wait_for_turn(seat, delta_id, ticket))
        return RestoreTurn(seat, came, partial(self._end_turn, ticket))

    def _end_turn(self, ticket: int) -> None:
        self._futures_by_ticket.pop(ticket, None)
        self._jobs.run(self._room.end_turn(ticket))

    @asynccontextmanager
    async def holding_edits(self) -> AsyncIterator[None]:
        """Nothing of this node goes to the journal meanwhile but a restore (rule N4).

        What members ask for waits for its turn. For who has `one_at_a_time`; raises `RoomClosed`.
        """
        self._quiet.clear()
        self._note_holder()
        self._holders[THIS_NODE] = None
        try:
            await self._jobs.done(self._room.hold_edits())
            with suppress(TimeoutError):
                await asyncio.wait_for(self._quiet.wait(), SETTLING_SECONDS)
            yield
        finally:
            self._let_go(THIS_NODE)

    @contextmanager
    def others_waiting(self) -> Iterator[None]:
        """Other nodes hold back what their members ask for, `OTHERS_WAIT_SECONDS` at most."""
        self._others_wait_until = self._loop.time() + OTHERS_WAIT_SECONDS
        self._announce()
        try:
            yield
        finally:
            self._others_wait_until = 0.0
            self._announce()

    @property
    def others_wait_milliseconds(self) -> int:
        """For so long from now other nodes are to hold back edits; 0: they are not."""
        return max(0, int(1_000 * (self._others_wait_until - self._loop.time())))

    def hold_for(self, node: str, milliseconds: int) -> None:
        """Another node makes a restore, or does not (0): edits wait for it here, or go on.

        However many nodes make them, one after the other: edits wait `OTHERS_WAIT_SECONDS` at most.
        """
        if self._jobs.is_closed:
            return
        if not milliseconds:
            self._let_go(node)
            return
        end = self._loop.time() + milliseconds / 1_000
        known_timer = self._holders.get(node)
        if known_timer is not None and end <= known_timer.when() + SAME_SECONDS:
            return
        is_first = not self._holders
        self._note_holder()
        if is_first:
            self._jobs.run(self._room.hold_edits())
        self._forget(node)
        end = min(end, self._held_since + OTHERS_WAIT_SECONDS)
        self._holders[node] = self._loop.call_at(end, self._let_go, node)

    def _note_holder(self) -> None:
        """One more holds edits back: those that have waited for long for others go first."""
        now = self._loop.time()
        if not self._holders:
            self._held_since = now
        elif now - self._held_since >= TURN_SECONDS:
            self._held_since = now
            self._jobs.run(self._room.let_edits_go())
            self._jobs.run(self._room.hold_edits())

    def _let_go(self, node: str) -> None:
        was_held = bool(self._holders)
        self._forget(node)
        if was_held and not self._holders:
            self._jobs.run(self._room.let_edits_go())

    def _forget(self, node: str) -> None:
        timer = self._holders.pop(node, None)
        if timer is not None:
            timer.cancel()

    async def restore(self, proposal: Proposal, ops: list[Op], connection: str) -> int:
        """Commit ops that bring an earlier state back; their last seq.

        Raises `NotCommitted`, `RoomClosed`.
        """
        self._jobs.check_open()
        ticket, seq_future = self._new_future()
        self._jobs.run(self._room.restore(proposal, ops, connection, ticket))
        return await seq_future

    def _given_up(self, seat: Seat) -> None:
        if seat.call_turns:  # not at once: the room is in the middle of giving it up
            self._loop.call_soon(self._jobs.run, self._room.calls_of(seat))

    def _new_future(self) -> tuple[int, "asyncio.Future[int]"]:
        ticket = next(self._tickets)
        future: asyncio.Future[int] = self._loop.create_future()
        self._futures_by_ticket[ticket] = future
        return ticket, future

    def take(self, effect: Settled | TurnCame | Quiet) -> None:
        """What the room says to those that wait."""
        match effect:
            case Quiet():
                self._quiet.set()
            case TurnCame(ticket):
                if (turn_future := self._waiting(ticket)) is not None:
                    turn_future.set_result(0)
            case Settled():
                self._settle(effect)

    def _settle(self, effect: Settled) -> None:
        """It is known what became of one: tell the call that waits."""
        seq_future = self._waiting(effect.ticket)
        if seq_future is None:
            return
        if effect.seq is not None:
            seq_future.set_result(effect.seq)
        else:
            assert effect.error is not None
            seq_future.set_exception(NotCommitted(effect.error, effect.outcome))

    def _waiting(self, ticket: int) -> "asyncio.Future[int] | None":
        """What the call with this ticket waits for; None: it does not wait any more."""
        future = self._futures_by_ticket.pop(ticket, None)
        return None if future is None or future.done() else future

    def close(self) -> None:
        """The room is closed: nobody will be told what became of them."""
        refuse(self._futures_by_ticket.values())
        self._futures_by_ticket.clear()
        for node in list(self._holders):
            self._forget(node)


def _looked_at(future: "asyncio.Future[int]") -> None:
    """Nobody may wait for it: the call was refused before."""
    if not future.cancelled():
        future.exception()
