"""A joined project: edits that are applied at once and saved for certain, presence, and events."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from typing import Unpack

from prime_client.copy.state_ops import Entity, Op
from prime_client.delivery.room_delivery import RoomDelivery
from prime_client.events import (
    Acknowledged,
    Event,
    Left,
    Skipped,
)
from prime_client.failures import (
    RoomClosed,
    TooMuchPending,
    UnknownDelta,
    WrongUse,
)
from prime_client.gesture import Gesture, Values
from prime_client.listeners import Listener
from prime_client.presence_values import check_presence, check_values
from prime_client.property_names import check_properties, fields_of
from prime_client.schema.presence import Presence
from prime_client.sendable_values import sendable_copy

MAX_PENDING = 10_000
"""Edits kept while the server is away; a musician makes as many in an hour."""


@dataclass(frozen=True, slots=True)
class Undone:
    """An undo or redo is on disk as `seq`; what it left alone, because others changed it since."""

    seq: int
    skipped: tuple[Skipped, ...]


def _let_pass(_collection: str, _props: Entity) -> None:
    """What a newer server may know."""


class Room(RoomDelivery):
    """One project, on whichever connection there is; it survives them all."""

    @property
    def resent(self) -> int:
        """Deltas that went out more than once."""
        return self._queue.resent

    @property
    def in_flight(self) -> int:
        """Deltas sent and not yet answered."""
        return self._queue.in_flight

    # What the musician does.

    def edit(
        self,
        ops: list[Op],
        *,
        atomic: bool = False,
        step: str | None = None,
        gesture: str | None = None,
        allow_unknown: bool = False,
    ) -> str:
        """Apply ops at once and have them saved; returns the id to ask `saved` about.

        All of them are one delta, and one step to undo; deltas in a row with the same `step` are
        undone together. `prime_client.ops` makes ops: `insert` takes `entity`, the properties of
        the new one; `set` takes `props`, those that change. They are copied. `allow_unknown`:
        send properties that this SDK does not know, for a newer server that does.

        Raises, and has then applied nothing: `MalformedOp`, `DeltaTooLarge`, `TooMuchPending`, and
        `RoomClosed`, `ConnectionOver` or `CallFailed`, which ended the room.
        """
        self._check_open()
        message = self.replica.edit(ops, atomic, step, gesture, allow_unknown=allow_unknown)
        return self._propose(message)

    async def undo(self) -> Undone:
        """Take our latest step back; raises `DeltaRefused` when there is none."""
        return await self._undo_or_redo("undo")

    async def redo(self) -> Undone:
        """Do our latest undone step again; raises `DeltaRefused` when there is none."""
        return await self._undo_or_redo("redo")

    def gesture(self, *, allow_unknown: bool = False) -> Gesture:
        """Begin a continuous edit; `allow_unknown` as in `edit`: then no value is checked."""
        commit = partial(self._end_gesture, allow_unknown=allow_unknown)
        check = _let_pass if allow_unknown else self._check_shown
        return Gesture(self._make_id(), self._show, commit, check)

    def _check_shown(self, collection: str, props: Entity) -> None:
        check_properties(collection, props, self.state)
        check_values(collection, fields_of(collection), props)

    def _show(self, gesture: str, values: Values | None) -> None:
        if self._connection is not None and self.replica.synced:
            message = {"t": "gesture", "project": self.project, "id": gesture, "values": values}
            self._connection.send_latest(f"{self.project}/{gesture}", message)

    def _end_gesture(self, ops: list[Op], gesture: str, *, allow_unknown: bool) -> str:
        if self._connection is not None:  # a preview behind the delta would stay for ever
            self._connection.forget_latest(f"{self.project}/{gesture}")
        return self.edit(ops, gesture=gesture, allow_unknown=allow_unknown)

    async def _undo_or_redo(self, kind: str) -> Undone:
        self._check_open()
        delta_id = self._propose(self.replica.undo_or_redo(kind))
        skipped: list[Skipped] = []

        def note(event: Event) -> None:
            if isinstance(event, Acknowledged) and event.delta_id == delta_id:
                skipped.extend(event.skipped)

        stop = self.subscribe(note)
        try:
            seq = await self.saved(delta_id)
        finally:
            stop()
        return Undone(seq, tuple(skipped))

    def _check_open(self) -> None:
        if self._end_reason is not None:
            raise self._end_reason
        if len(self.replica.pending) >= MAX_PENDING:
            raise TooMuchPending(f"{MAX_PENDING} edits wait for the server")

    async def saved(self, delta_id: str) -> int:
        """Wait until the delta is on disk; returns its seq or raises `DeltaRefused`.

        Also where others have overtaken every op of it: `Acknowledged.dropped` names them.
        Raises `UnknownDelta` for one that is not ours, or that was answered 4,096 deltas ago.
        """
        if not isinstance(delta_id, str):
            raise WrongUse(f"saved takes the id that `edit` returned, text: {delta_id!r}")
        seq = self._outcomes.known(delta_id)
        if seq is not None:
            return seq
        if delta_id not in self.replica.pending:
            raise UnknownDelta(f"{delta_id} is no delta of this room, or an old one")
        if self._end_reason is not None:
            raise self._end_reason
        return await self._outcomes.wait(delta_id)

    async def settled(self) -> None:
        """Wait until every edit was answered: saved, or refused, which is logged and `Refused`."""
        await self._is_settled.wait()
        if self._end_reason is not None and self.replica.pending:
            raise self._end_reason

    async def reached(self, seq: int) -> None:
        """Wait until our copy holds everything up to `seq`, as a call has answered it."""
        if not isinstance(seq, int):
            raise WrongUse(f"a seq is a whole number: {seq!r}")
        events = self.events()
        while self.replica.position is None or self.replica.position.seq < seq:
            if self._end_reason is not None:
                raise self._end_reason
            await anext(events, None)

    def move(self, **presence: Unpack[Presence]) -> None:
        """Say where you are, as often as you like; what is left out stays, None clears it.

        Raises `WrongUse` for a name or a value that cannot be.
        """
        presence = sendable_copy(presence)
        check_presence(presence)
        if self._connection is not None and self.replica.synced:
            message = {"t": "presence", "project": self.project}
            self._connection.send_latest(self.project, message | dict(presence))

    def leave(self) -> None:
        """Go out of the room. What was not saved yet is given up."""
        if self._connection is not None:
            request = {"t": "leave", "id": self._make_id(), "project": self.project}
            self._connection.send(request)
        self.close(RoomClosed(Left(None)))

    # What the musician hears.

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every event, after it took effect; returns the way to stop that."""
        return self._listeners.add(listener)

    def events(self) -> AsyncIterator[Event]:
        """Every event from now on; raises `ReaderTooSlow` rather than skip one in silence."""
        return self._listeners.events()

    async def joined(self) -> None:
        """Wait until we are in and the copy is complete: `Synced`; raises what kept us out.

        At once if it is so; after a lost connection, when we are in again. Raises `CallFailed` with
        `auth_required` where the login is not good any more, and nobody is asked for another one.
        """
        self._joiners += 1
        try:
            while not self._is_joined.is_set():
                self._check_login()
                await self._is_joined.wait()
        finally:
            self._joiners -= 1
        if self._end_reason is not None:
            raise self._end_reason

    @property
    def is_unwanted(self) -> bool:
        """Whether nobody ever had this room, and nobody waits for it any more."""
        return self.replica.position is None and not self._joiners
