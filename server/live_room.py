"""A room with its surroundings: carries out what the pure `Room` asks for, in order."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Protocol, assert_never

import msgspec
import structlog

from persistence.errors import Unavailable
from persistence.journal import Checkpoint, Journal
from rooms.document import State  # noqa: TC001 - a local annotation
from rooms.effects import (
    CatchUp,
    Commit,
    Disconnect,
    Effect,
    Effects,
    Enter,
    LookUp,
    Packet,
    Send,
    SendState,
    SendTick,
)
from rooms.journal_entry import Proposal
from rooms.room import Room
from schema.close_codes import CloseCode
from server.codec import Codec
from server.picture import draw, encode_state

CATCH_UP_ENTRIES = 500
"""Entries read at once after a gap."""

log = structlog.get_logger()

Spawn = Callable[[Coroutine[Any, Any, None]], object]
Run = Callable[..., Coroutine[Any, Any, Any]]


class Peer(Protocol):
    """A connection, as a room sees it."""

    codec: Codec

    def send_packet(self, packet: Packet) -> None: ...

    def send_frame(self, frame: bytes) -> None: ...

    def send_tick(self, project: str, packet: Packet) -> None: ...

    def close(self, close: CloseCode) -> None: ...


class LiveRoom:
    """`spawn` starts a task that someone owns; `in_thread` runs a function off the loop."""

    def __init__(
        self,
        room: Room,
        peers: Mapping[str, Peer],
        journal: Journal,
        submit: Callable[[Proposal], None],
        spawn: Spawn,
        in_thread: Run = asyncio.to_thread,
    ) -> None:
        self.room = room
        self.collaboration_session: str | None = None
        self.checkpoint_seq = room.head
        self.checkpoint_at = 0.0
        self.emptied_at: float | None = None
        self.moved: set[str] = set()
        self._peers = peers
        self._journal = journal
        self._submit = submit
        self._spawn = spawn
        self._in_thread = in_thread
        self._loop = asyncio.get_running_loop()
        self._tick_timer: asyncio.Handle | None = None
        self._picture_state: State = {}
        self._pictures: dict[str, list[bytes]] = {}
        self._is_catching_up = False

    def carry_out(self, effects: Effects) -> None:
        """Do what the room asks, in its order."""
        for effect in effects:
            self._carry_out(effect)

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Send() | SendTick() | Disconnect() | Enter():
                self._speak(effect)
            case Commit(proposal):
                self._submit(proposal)
            case SendState():
                self._spawn(self._draw())
            case LookUp():
                self._spawn(self._look_up(effect))
            case CatchUp():
                self.catch_up()
            case _:
                assert_never(effect)

    def _speak(self, effect: Send | SendTick | Disconnect | Enter) -> None:
        to = effect.to if isinstance(effect, Send | SendTick) else (effect.connection,)
        for peer in filter(None, map(self._peers.get, to)):
            match effect:
                case Send(_, packet):
                    peer.send_packet(packet)
                case SendTick(_, packet):
                    peer.send_tick(self.room.project, packet)
                case Disconnect(_, close):
                    peer.close(close)
                case Enter():
                    self._enter(peer, effect)

    # Presence.

    def schedule_tick(self) -> None:
        """See that the next tick comes when it is due (rule P3)."""
        if self._tick_timer is not None:
            return
        due = self.room.tick_due()
        if due is None:
            return
        if due <= self._loop.time():
            self._tick_timer = self._loop.call_soon(self._tick)
        else:
            self._tick_timer = self._loop.call_at(due, self._tick)

    def _tick(self) -> None:
        self._tick_timer = None
        self.moved.update(self.room.ticks.moved)
        self.carry_out(self.room.tick(self._loop.time()))

    # The state, for joiners and checkpoints.

    async def checkpoint(self, now: float) -> None:
        """Store the state of this moment; raises `Unavailable`."""
        seq = self.room.head
        if seq == self.checkpoint_seq:
            return
        self.checkpoint_at = now
        state = self.room.document.frozen()
        encoded = await self._in_thread(encode_state, state)
        await self._journal.save(Checkpoint(self.room.project, self.room.epoch, seq, encoded))
        self.checkpoint_seq = max(self.checkpoint_seq, seq)

    async def _draw(self) -> None:
        while self.room.is_drawing:
            seq = self.room.head
            state = self.room.document.frozen()
            names = {peer.codec.name: peer.codec for peer in self._waiting_peers()}
            pictures = {
                name: await self._in_thread(draw, self.room.project, state, codec)
                for name, codec in names.items()
            }
            missing = {peer.codec.name for peer in self._waiting_peers()} - set(pictures)
            if missing:
                continue  # someone came meanwhile who speaks the other subprotocol
            self._pictures = pictures
            self._picture_state = state
            effects = self.room.state_is_ready(seq)
            again = any(isinstance(effect, SendState) for effect in effects)
            self.carry_out([e for e in effects if not isinstance(e, SendState)])
            if not again:
                return

    def _waiting_peers(self) -> list[Peer]:
        waiting = (seat.connection for seat in self.room.seats.values() if not seat.is_live)
        return [self._peers[c] for c in waiting if c in self._peers]

    def _enter(self, peer: Peer, effect: Enter) -> None:
        frames: list[bytes] = []
        if not effect.joined.resumed:
            frames = self._picture_for(peer.codec)
        joined = msgspec.structs.replace(effect.joined, parts=len(frames))
        peer.send_frame(peer.codec.frame_of(joined))
        for frame in frames:
            peer.send_frame(frame)
        for packet in effect.tail:
            peer.send_packet(packet)

    def _picture_for(self, codec: Codec) -> list[bytes]:
        frames = self._pictures.get(codec.name)
        if frames is None:  # the picture was drawn for the other subprotocol only
            frames = draw(self.room.project, self._picture_state, codec)
            self._pictures[codec.name] = frames
        return frames

    # The journal.

    def catch_up(self) -> None:
        """Read what the journal holds past the head, unless that is under way."""
        if not self._is_catching_up:
            self._is_catching_up = True
            self._spawn(self._catch_up())

    async def _catch_up(self) -> None:
        try:
            while True:
                after = self.room.head
                entries = await self._journal.read(self.room.project, after, CATCH_UP_ENTRIES)
                effects = self.room.committed(entries)
                self.carry_out([e for e in effects if not isinstance(e, CatchUp)])
                if len(entries) < CATCH_UP_ENTRIES:
                    return
        except Unavailable as error:
            log.warning("cannot catch up; the slow tick asks again", reason=str(error))
        finally:
            self._is_catching_up = False

    async def _look_up(self, look_up: LookUp) -> None:
        try:
            found = await self._journal.find(look_up.proposal)
        except Unavailable:
            self.carry_out(self.room.look_up_failed(look_up))
            return
        self.carry_out(self.room.looked_up(look_up, found))
