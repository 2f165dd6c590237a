"""A room with its surroundings: carries out what the pure `Room` asks for, in order."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol, TypeVar, assert_never

import structlog

from persistence.errors import Compacted, OtherHistory, PersistenceError, Unavailable
from persistence.journal import Checkpoint, Journal, Known, may_have_more
from rooms import answers
from rooms.document import State
from rooms.effects import (
    Announce,
    CatchUp,
    Commit,
    CommitGroup,
    Disconnect,
    Effect,
    Effects,
    Enter,
    ForwardEntry,
    ForwardTick,
    LookUp,
    Packet,
    Quarantined,
    Recall,
    Send,
    SendState,
    SendTick,
    Settled,
    Work,
    pausing,
)
from rooms.feed import Feed
from rooms.journal_entry import Entry, Proposal
from rooms.room import Room
from rooms.seat import Seat
from schema.close_codes import CloseCode
from schema.errors import ErrorCode
from schema.messages import Ack, DeltaCommitted, Error
from schema.ops import Op, encode_ops
from schema.server_limits import CATCH_UP_ENTRIES, RECORD_BYTES
from server.codec import Codec
from server.metrics import Count
from server.mistakes import mistake
from server.picture import draw
from server.stored_state import Damaged, TooManyChanges, changes_of, sliced
from server.threads import breathe
from server.tick_timers import TickTimers
from server.turns import Turns

EARLY_SECONDS = 0.02
"""How long an entry that came too early waits for those before it, which are under way too."""

log = structlog.get_logger()

Spawn = Callable[[Coroutine[Any, Any, None]], object]
Run = Callable[..., Coroutine[Any, Any, Any]]
Answer = TypeVar("Answer")


class RoomClosed(Unavailable):
    """The room is closed for good, while someone still held on to it; another may be open."""

    def __init__(self) -> None:
        super().__init__("the room was closed meanwhile; ask again")


class Peer(Protocol):
    """A connection, as a room sees it."""

    id: str
    codec: Codec
    seat: Seat | None
    """The one that moved last: a shortcut of `Hub.move`."""

    def send_packet(self, packet: Packet) -> bool: ...

    def feed(self, feed: Feed, turns: Turns) -> None: ...

    def owe_tick(self, project: str) -> None: ...

    def abort(self, why: str) -> None: ...

    def send_frame(self, frame: bytes) -> None: ...

    def send_tick(self, project: str, frames: bytes) -> None: ...

    def close(self, close: CloseCode) -> None: ...


@dataclass(frozen=True, slots=True)
class Moment:
    """The whole state at a seq, and what has taken effect otherwise than proposed up to it."""

    known: Known
    digest: str
    state: State
    unrecorded: dict[int, list[Op]]

    @property
    def seq(self) -> int:
        """Of the last entry that is in the state."""
        return self.known.seq


class Voice(Protocol):
    """Where a room is heard by other nodes."""

    def announce(self, project: str, *, asks: bool = False) -> None: ...

    def forward_tick(self, project: str, packet: Packet) -> None: ...

    def forward_entry(self, live: "LiveRoom", effect: ForwardEntry) -> None: ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all rooms of a node share.

    `spawn` starts a task that someone owns; `in_thread` runs a function off the loop; `load` is the
    part of a core that the node takes just now; `ticked_late` hears by how many seconds. `doubt`
    hears of a project whose journal may not be the one that we know.
    """

    peers: Mapping[str, Peer]
    journal: Journal
    submit: Callable[[Proposal], None]
    submit_group: Callable[[Sequence[Proposal]], None]
    spawn: Spawn
    in_thread: Run
    voice: Voice
    load: Callable[[], float]
    ticked_late: Callable[[float], None]
    doubt: Callable[[], None]
    count: Count
    turns: Turns
    timers: TickTimers


class LiveRoom:
    """`known_head`: up to there the entries are applied, or wait to be.

    Once it is closed, it does nothing more and asks for nothing more: what is to be waited for
    raises `RoomClosed`, everything else is dropped. Its members are to be sent away before.
    """

    __slots__ = (
        "_around",
        "_audience",
        "_audience_peers",
        "_awaited",
        "_held_back",
        "_is_catching_up",
        "_is_working",
        "_journal",
        "_loop",
        "_must_read",
        "_peers",
        "_settling",
        "_spawn",
        "_tickets",
        "_works",
        "checkpoint_at",
        "checkpoint_seq",
        "collaboration_session",
        "emptied_at",
        "in_thread",
        "is_closed",
        "known_head",
        "known_id",
        "room",
        "snapshot_at",
        "snapshot_seq",
        "touched_at",
    )

    def __init__(self, room: Room, around: Surroundings) -> None:
        self.room = room
        self.collaboration_session: str | None = None
        self.known_head = room.head
        self.known_id = room.follower.head_id
        self.is_closed = False
        self.checkpoint_seq = room.head
        self.checkpoint_at = 0.0
        self.snapshot_seq = room.head
        self.snapshot_at = 0.0
        self.touched_at = float("-inf")
        self.emptied_at: float | None = None
        self._around = around
        self._peers = around.peers
        self._journal = around.journal
        self._spawn = around.spawn
        self.in_thread = around.in_thread
        self._loop = asyncio.get_running_loop()
        self._audience: tuple[str, ...] = ()
        self._audience_peers: list[Peer] = []
        self._works: deque[Work] = deque()
        self._is_working = False
        self._is_catching_up = False
        self._must_read = False
        self._settling: dict[int, asyncio.Future[int]] = {}
        """By the ticket of the call that waits."""
        self._tickets = count(1)
        self._awaited: set[asyncio.Future[Any]] = set()
        """What works will answer, or `close` when they are not done any more."""
        self._held_back: list[asyncio.Future[Moment]] = []
        """Those who want a moment, while the head is inside a group (rule D14)."""

    @property
    def known(self) -> Known:
        """What the journal must hold, if it is still the one that we know."""
        follower = self.room.follower
        if follower.head >= self.known_head:
            return Known(self.room.epoch, follower.head, follower.head_id)
        return Known(self.room.epoch, self.known_head, self.known_id)

    def close(self) -> None:
        """Do nothing more, and tell everyone who waits. The document is to be freed by the hub."""
        self.is_closed = True
        self._works.clear()
        self._forget_audience()
        for seat in self.room.seats.values():
            if seat.feed is not None:
                seat.feed.stop()  # nobody is given more of what this room holds
        for waiting in (*self._awaited, *self._settling.values()):
            if not waiting.done():
                waiting.set_exception(RoomClosed())
                waiting.exception()  # whoever waited may have gone
        self._awaited.clear()
        self._settling.clear()

    def _check_open(self) -> None:
        if self.is_closed:
            raise RoomClosed

    def expect(self, seq: int, delta_id: str) -> None:
        """The journal has stored it, and will be asked for it: if it is gone then, it went back."""
        if seq > self.known_head:
            self.known_head, self.known_id = seq, delta_id

    def take_committed(self, entries: Sequence[Entry]) -> None:
        """Apply what follows `known_head`, when the works before it are done."""
        newest = entries[-1]
        if newest.seq > self.known_head:
            self.known_head, self.known_id = newest.seq, newest.delta_id
        self.run(self.room.follower.committed(entries))

    # Works: what touches the document goes one after the other, and never long at once.

    def run(self, work: Work) -> None:
        """Do a work when those before it are done: at once, if there are none."""
        if self.is_closed:
            return
        self._works.append(work)
        if not self._is_working:
            self._is_working = True
            self._around.turns.take(self._go_on)

    async def done(self, work: Work) -> None:
        """`run`, and wait until it is done; raises `RoomClosed`."""
        self._check_open()
        finished: asyncio.Future[None] = self._loop.create_future()
        self.run(work)
        self.run(_telling(finished))
        await self._answer_to(finished)

    async def moment(self) -> Moment:
        """The state between two works, and never inside a group; raises `RoomClosed`."""
        self._check_open()
        taken: asyncio.Future[Moment] = self._loop.create_future()
        self.run(self._take(taken))
        return await self._answer_to(taken)

    async def _answer_to(self, waiting: asyncio.Future[Answer]) -> Answer:
        """What a work says, unless the room is closed before."""
        self._awaited.add(waiting)
        try:
            return await waiting
        finally:
            self._awaited.discard(waiting)

    def _take(self, taken: "asyncio.Future[Moment]") -> Work:
        follower, document = self.room.follower, self.room.document
        if follower.is_inside:
            self._held_back.append(taken)
            return
        state = yield from pausing(document.freezing())
        if not taken.done():
            known = Known(self.room.epoch, follower.head, follower.head_id)
            taken.set_result(Moment(known, document.digest, state, dict(follower.unrecorded)))

    def _go_on(self, deadline: float) -> bool:
        try:
            while self._works:
                for effects in self._works[0]:
                    self.carry_out(effects)
                    if self.is_closed:
                        return False
                    if self._loop.time() >= deadline:
                        return True
                self._works.popleft()
                if self._held_back and not self.room.follower.is_inside:
                    self._works.extend(map(self._take, self._held_back))
                    self._held_back.clear()
        except Exception as error:
            # The works after it are not at fault, nor is whoever let us go on.
            if self._works:
                self._works.popleft()
            failed = {"message": f"a work of room {self.room.project} failed", "exception": error}
            self._loop.call_exception_handler(failed)
            return True
        self._is_working = False
        self.schedule_tick()
        return False

    def carry_out(self, effects: Effects) -> None:
        """Do what the room asks, in its order."""
        for effect in effects:
            if self.is_closed:
                return
            self._carry_out(effect)

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case SendTick():
                self._send_tick(effect)
            case Send() | Disconnect() | Enter():
                self._speak(effect)
            case ForwardTick() | ForwardEntry() | Announce():
                self._speak_to_nodes(effect)
            case Settled():
                self._tell_settled(effect)
            case Quarantined():
                self._around.count("entries_quarantined")
                log.error(
                    "an entry is quarantined: it does nothing, on any server",
                    project=self.room.project,
                    seq=effect.seq,
                    delta=effect.delta_id,
                    reason=effect.mistake,
                )
            case _:
                self._fetch(effect)

    def _fetch(self, effect: Commit | CommitGroup | SendState | LookUp | Recall | CatchUp) -> None:
        match effect:
            case Commit(proposal):
                self._around.submit(proposal)
            case CommitGroup(parts):
                self._around.submit_group(parts)
            case SendState():
                follower = self.room.follower
                self._start(self._draw(Feed(self.room.project, follower.tail, follower.head)))
            case LookUp():
                self._start(self._look_up(effect))
            case Recall():
                self._start(self._recall(effect))
            case CatchUp():
                self.catch_up(is_early=effect.is_early)
            case _:
                assert_never(effect)

    def _start(self, doing: Coroutine[Any, Any, None]) -> None:
        self._spawn(self._while_open(doing))

    async def _while_open(self, doing: Coroutine[Any, Any, None]) -> None:
        """A task of this room ends with it: nobody is here any more whom it could tell."""
        try:
            await doing
        except RoomClosed:
            if not self.is_closed:
                raise

    def _speak(self, effect: Send | Disconnect | Enter) -> None:
        peers = self._peers
        if isinstance(effect, Send):
            for connection in effect.to:
                peer = peers.get(connection)
                if peer is not None and not peer.send_packet(effect.packet):
                    self._fall_behind(peer, effect.packet)
        elif (peer := peers.get(effect.connection)) is not None:
            if isinstance(effect, Disconnect):
                self._forget_audience()
                peer.close(effect.close)
            else:
                self._enter(peer, effect)

    def _speak_to_nodes(self, effect: ForwardTick | ForwardEntry | Announce) -> None:
        match effect:
            case ForwardTick(packet):
                self._around.voice.forward_tick(self.room.project, packet)
            case ForwardEntry():
                self._around.voice.forward_entry(self, effect)
            case Announce(asks):
                self._forget_audience()
                self._around.voice.announce(self.room.project, asks=asks)

    # Presence.

    def _send_tick(self, effect: SendTick) -> None:
        """One write to each, however many ticks go with it."""
        if effect.to is not self._audience:  # looked up once while the same are there
            self._audience = effect.to
            self._audience_peers = list(filter(None, map(self._peers.get, effect.to)))
        project, packets = self.room.project, effect.packets
        codec, frames = None, b""
        for peer in self._audience_peers:
            if peer.codec is not codec:
                codec = peer.codec
                frames = b"".join([codec.frame(packet) for packet in packets])
            peer.send_tick(project, frames)

    def _forget_audience(self) -> None:
        """Someone came or went; who went may be freed at once."""
        self._audience, self._audience_peers = (), []

    def schedule_tick(self) -> None:
        """See that the next tick comes when it is due (rule P3)."""
        ticks = self.room.ticks
        if ticks.is_awaited or self.is_closed:
            return
        due = self.room.tick_due(self._around.load())
        if due is None:
            return
        ticks.is_awaited = True
        self._around.timers.at(due, self._tick)

    def _tick(self, due: float) -> None:
        if self.is_closed:
            return
        now = self._loop.time()
        self.room.ticks.is_awaited = False  # also if this one fails: the next move asks anew
        self._around.ticked_late(now - due)
        self.carry_out(self.room.tick(now))

    # The state, for joiners and checkpoints.

    @property
    def is_busy(self) -> bool:
        """Whether anyone is here, or anything under way."""
        edits = self.room.edits
        return bool(self.room.seats or edits.waiting or self._works or self._settling)

    async def checkpoint(self, now: float) -> None:
        """Store the state of this moment, if it is not; raises `Unavailable`."""
        self._check_open()
        if self.room.head != self.checkpoint_seq:
            await self.store(now)

    async def store(self, now: float) -> Moment:
        """The state of this moment, as it is stored now; raises `Unavailable`."""
        self.checkpoint_at = now
        moment = await self.moment()
        await self._record(moment.unrecorded, moment.known)
        if moment.seq == self.checkpoint_seq:
            return moment
        slices = await self.in_thread(sliced, moment.state)
        self._check_open()
        known = moment.known
        await self._journal.save(
            Checkpoint(
                self.room.project, known.epoch, known.seq, moment.digest, slices, known.delta_id
            )
        )
        self.checkpoint_seq = max(self.checkpoint_seq, moment.seq)
        return moment

    async def record(self) -> None:
        """Note in the journal what took effect otherwise than proposed; raises `Unavailable`."""
        self._check_open()
        follower = self.room.follower
        known = Known(self.room.epoch, follower.head, follower.head_id)
        await self._record(dict(follower.unrecorded), known)

    async def _record(self, unrecorded: Mapping[int, Sequence[Op]], known: Known) -> None:
        """Before any checkpoint: what is not in memory any more is in the journal."""
        if not unrecorded:
            return
        for effects in await self.in_thread(_encoded, unrecorded):
            self._check_open()
            await self._journal.record_effects(self.room.project, effects, known)
            for seq in effects:
                self.room.follower.unrecorded.pop(seq, None)

    async def _draw(self, held: Feed) -> None:
        """`held`: by it the tail keeps what is committed meanwhile (rule J15)."""
        try:
            while self.room.is_drawing:
                moment = await self.moment()
                await self._draw_at(moment)
        except BaseException:
            self.carry_out(self.room.state_is_missing())
            raise
        finally:
            held.stop()

    async def _draw_at(self, moment: Moment) -> None:
        pictures: dict[str, list[bytes]] = {}
        held = Feed(self.room.project, self.room.follower.tail, moment.seq)
        try:
            while missing := self._codecs_waited_for(pictures):
                for codec in missing:
                    pictures[codec.name] = await self.in_thread(
                        draw, self.room.project, moment.state, codec
                    )
                    self._around.count("pictures_drawn")
            effects = self.room.state_is_ready(moment.seq, moment.digest, pictures)
            self.carry_out([e for e in effects if not isinstance(e, SendState)])
        finally:
            held.stop()  # until now the tail kept what follows the picture

    def _codecs_waited_for(self, drawn: Mapping[str, object]) -> list[Codec]:
        waiting = (seat.connection for seat in self.room.seats.values() if not seat.is_live)
        peers = filter(None, map(self._peers.get, waiting))
        codecs = {peer.codec.name: peer.codec for peer in peers}
        return [codec for name, codec in codecs.items() if name not in drawn]

    def _enter(self, peer: Peer, effect: Enter) -> None:
        peer.send_frame(peer.codec.frame_of(effect.joined))
        seat = self.room.seats.get(effect.connection)
        if seat is not None and seat.feed is not None:
            peer.feed(seat.feed, self._around.turns)

    def fed(self, peer: Peer, feed: Feed) -> None:
        """A feed has nothing more: its member has caught up, or fell too far behind."""
        if self.is_closed:
            return
        if feed.is_lost:
            peer.abort("fell_behind")
        elif not feed.is_over:
            self._forget_audience()
            if self.room.has_caught_up(peer.id, feed):
                peer.owe_tick(self.room.project)

    def _fall_behind(self, peer: Peer, packet: Packet) -> None:
        """A reader is too slow, or a frame too large: from here on it gets deltas by a feed."""
        message = packet.message
        feed = None
        if isinstance(message, DeltaCommitted) or (
            isinstance(message, Ack) and not message.duplicate
        ):
            feed = self.room.feed_from(peer.id, message.seq - 1)
        if feed is None:
            peer.send_frame(peer.codec.frame(packet))
            return
        if isinstance(message, Ack):
            feed.hold(message)
        self._forget_audience()
        self._around.count("fell_behind")
        peer.feed(feed, self._around.turns)

    # The journal.

    def catch_up(self, *, is_early: bool = False) -> None:
        """Read what the journal holds past the head; if `is_early`, unless it comes by itself."""
        if self.is_closed:
            return
        self._must_read = self._must_read or not is_early
        if not self._is_catching_up:
            self._is_catching_up = True
            self._start(self._catch_up())

    async def _catch_up(self) -> None:
        follower = self.room.follower
        try:
            if not self._must_read:
                await asyncio.sleep(EARLY_SECONDS)
            while self._must_read or follower.early:
                self._must_read = False
                asked_at = max(follower.early, default=0)
                await self.read_on()
                for seq in [seq for seq in follower.early if seq <= asked_at]:
                    del follower.early[seq]
        except RoomClosed:
            raise
        except OtherHistory:
            self._around.doubt()
        except PersistenceError as error:
            log.warning("cannot catch up; the slow tick asks again", reason=str(error))
        finally:
            self._is_catching_up = False

    async def read_on(self) -> None:
        """Apply all that the journal holds by now; raises `OtherHistory`, `PersistenceError`."""
        project, follower = self.room.project, self.room.follower
        while True:
            self._check_open()
            known = Known(self.room.epoch, follower.head, follower.head_id)
            entries = await self._journal.read_on(project, known, CATCH_UP_ENTRIES)
            await self.done(follower.committed(entries))
            if not may_have_more(entries, CATCH_UP_ENTRIES):
                return

    async def _look_up(self, look_up: LookUp) -> None:
        edits = self.room.edits
        answer = edits.look_up_failed(look_up)  # whatever happens: the member's deltas wait for it
        try:
            found = await self._journal.find(look_up.proposal)
            answer = edits.looked_up(look_up, found)
        except Unavailable:
            pass
        except Exception as error:
            log.error("cannot look up a delta; its author sends it again", exc_info=error)
        finally:
            self.run(answer)

    async def _recall(self, recall: Recall) -> None:
        project = self.room.project
        error: Error | None = None
        changes = {}
        try:
            changes = await changes_of(self._journal, project, recall.seqs, self.in_thread)
        except Compacted:
            text = "this step is older than the history that is kept"
            error = answers.refused(project, "", ErrorCode.COMPACTED, text)
        except Unavailable:
            text = "the database does not answer; ask again with the same id"
            error = answers.try_again(project, "", ErrorCode.UNAVAILABLE, text)
        except TooManyChanges as problem:
            text = f"this step is too large to be undone: {problem}; bring back a snapshot instead"
            error = answers.refused(project, "", ErrorCode.LIMIT_REACHED, text)
        except Damaged as problem:
            error = answers.refused(project, "", ErrorCode.SNAPSHOT_DAMAGED, str(problem))
        except RoomClosed:
            raise
        except Exception as problem:
            error = mistake("", problem, project)
        self.run(self.room.edits.recalled(recall.connection, changes, error))

    # Restoring.

    async def restore(self, proposal: Proposal, ops: Sequence[Op], connection: str) -> int:
        """Commit ops that bring an earlier state back; their last seq.

        Raises `NotCommitted`, `RoomClosed`.
        """
        self._check_open()
        ticket = next(self._tickets)
        settled: asyncio.Future[int] = self._loop.create_future()
        self._settling[ticket] = settled
        self.run(self.room.edits.restore(proposal, ops, connection, ticket))
        return await settled

    def _tell_settled(self, effect: Settled) -> None:
        settled = self._settling.pop(effect.ticket, None)
        if settled is None or settled.done():
            return
        if effect.seq is not None:
            settled.set_result(effect.seq)
        else:
            assert effect.error is not None
            settled.set_exception(NotCommitted(effect.error))


class NotCommitted(Exception):
    """The journal refused what the shell asked for; `error` says why."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.message)
        self.error = error


def _telling(finished: "asyncio.Future[None]") -> Work:
    if not finished.done():
        finished.set_result(None)
    yield []


def _encoded(unrecorded: Mapping[int, Sequence[Op]]) -> list[dict[int, bytes]]:
    """In batches: the event loop has to send each of them in one go."""
    batches: list[dict[int, bytes]] = [{}]
    size = 0
    for seq, ops in unrecorded.items():
        encoded = encode_ops(ops)
        if size + len(encoded) > RECORD_BYTES:
            batches.append({})
            size = 0
        batches[-1][seq] = encoded
        size += len(encoded)
        breathe()
    return [batch for batch in batches if batch]
