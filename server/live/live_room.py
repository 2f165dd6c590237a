"""A room with clock, sockets and journal: carries out what the pure `Room` asks for, in order."""

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from typing import assert_never

import structlog

from persistence.journal.contract import KnownHead
from rooms.effects import (
    Admit,
    Announce,
    CatchUp,
    Commit,
    CommitGroup,
    Disconnect,
    Effect,
    Effects,
    ForwardEntry,
    ForwardTick,
    Job,
    LookUp,
    Mistake,
    Packet,
    Quarantined,
    Quiet,
    Recall,
    Send,
    SendState,
    SendTick,
    Settled,
    TurnCame,
)
from rooms.failed_effects import answers_instead
from rooms.journal.entry import Entry, Proposal, Purpose
from rooms.journal.feed import Feed
from rooms.room import Room
from schema.close_codes import CloseCode
from server.events.events import EventSubject
from server.live.room_checkpoints import RoomCheckpoints
from server.live.room_feeds import RoomFeeds
from server.live.room_jobs import FrozenState, RoomJobs
from server.live.room_journal import RoomJournal
from server.live.room_restores import RoomRestores
from server.live.room_services import Recipient, RoomServices, report_mistake
from server.live.room_snapshots import RoomSnapshots
from server.live.write_behind.stays import Stays
from server.metrics.durations import LATE_BOUNDS, Durations

ONE_TURN_SECONDS = 0.0009
"""Of a loop whose clock has milliseconds: what comes within it comes together."""

LINGER_SECONDS = 5.0
"""An empty room stays this long: who lost the connection comes back to a warm one."""

MOVING_SECONDS = 1.0
"""Ticks that are further apart are not late: nobody moved."""

log = structlog.get_logger()


class LiveRoom:
    """One open room. Once it is closed, it does nothing more and asks for nothing more.

    Methods that wait raise `RoomClosed` then, all others do nothing. Its members are to be sent
    away before.
    """

    __slots__ = (
        "_audience",
        "_audience_recipients",
        "_empty_since",
        "_feeds",
        "_is_passing_on",
        "_jobs",
        "_loop",
        "_reads",
        "_recipients",
        "_services",
        "acks",
        "asked_for_at",
        "checkpoints",
        "is_closed",
        "known_id",
        "known_seq",
        "restores",
        "room",
        "snapshots",
        "stays",
        "tick_gaps",
    )

    def __init__(self, room: Room, services: RoomServices, stays: Stays | None = None) -> None:
        self.room = room
        """The pure room, whose effects are carried out here."""
        self.known_seq = room.head
        """Up to this seq the entries are applied, or wait to be."""
        self.known_id = room.head_id
        """The id of that entry."""
        self.asked_for_at = time.monotonic()
        """When someone last asked for the room: it stays open a while after that."""
        self.is_closed = False
        """For good; set by `close` alone."""
        self.stays = stays or Stays()
        """Who has been here and left, until that is written."""
        self.acks = Durations()
        """From a delta's coming until this room was told to acknowledge it."""
        self.tick_gaps = Durations(LATE_BOUNDS)
        """Between two ticks, while somebody goes on moving."""
        self._services = services
        self._recipients = services.recipients
        self._loop = asyncio.get_running_loop()
        self._audience: tuple[str, ...] = ()
        """The connections that the last tick went to."""
        self._audience_recipients: list[Recipient] = []
        """The same, looked up."""
        self._empty_since: float | None = None
        """When it was first found empty; None: someone is there, or something under way."""
        self._is_passing_on = False
        """Whether ticks of other nodes are told in this turn of the loop."""
        self._jobs = RoomJobs(
            room, services.scheduler, services.spawn, self.carry_out, self.schedule_tick
        )
        self._reads = RoomJournal(room, self._jobs, services, self.expect)
        self._feeds = RoomFeeds(room, self._jobs, services, self.carry_out, self._forget_audience)
        self.restores = RoomRestores(
            room, self._jobs, partial(services.broadcast.announce, room.project)
        )
        self.checkpoints = RoomCheckpoints(room, self._jobs, services)
        self.snapshots = RoomSnapshots(room, self.checkpoints, services.in_thread, self.catch_up)

    @property
    def known(self) -> KnownHead:
        """What the journal must hold, if it is still the one that we know."""
        room = self.room
        if room.head > self.known_seq and not self._was_refilled():
            self.known_seq, self.known_id = room.head, room.head_id
        elif room.head == self.known_seq:
            return KnownHead(room.epoch, room.head, room.head_id)
        return KnownHead(self.room.epoch, self.known_seq, self.known_id)

    def _was_refilled(self) -> bool:
        """What the journal said that it had stored is another entry by now: it went back (F31)."""
        return not self.room.may_be_entry(self.known_seq, self.known_id)

    @property
    def is_busy(self) -> bool:
        """Whether anyone is here, or anything under way."""
        room = self.room
        return bool(room.seats or room.has_proposals or self._jobs or self.restores)

    @property
    def owed(self) -> list[str]:
        """Connections that wait for an answer; all of them, while jobs wait that may give one."""
        return self.room.connections if self._jobs else self.room.owed

    def is_deserted(self, now: float) -> bool:
        """Whether it is to be closed, for nobody has been here or asked for it for a while.

        Ask it in every round: it is empty since it was first found so.
        """
        if self.is_busy:
            self._empty_since = None
        elif self._empty_since is None:
            self._empty_since = now
        else:
            return now - max(self._empty_since, self.asked_for_at) >= LINGER_SECONDS
        return False

    def close(self) -> None:
        """Do nothing more, and tell everyone who waits. The document is to be freed by the hub."""
        self.is_closed = True
        self._jobs.close()
        self._forget_audience()
        for seat in self.room.seats.values():
            if seat.feed is not None:
                seat.feed.stop()  # nobody is given more of what this room holds
        self.restores.close()

    def expect(self, seq: int, delta_id: str) -> None:
        """The journal has stored it, and will be asked for it: if it is gone then, it went back."""
        if seq > self.known_seq:
            self.known_seq, self.known_id = seq, delta_id

    def take_committed(self, entries: Sequence[Entry]) -> None:
        """Apply what follows `known_seq`, when the jobs before it are done."""
        self.expect(entries[-1].seq, entries[-1].delta_id)
        self.run(self.room.committed(entries))

    # What the parts do.

    def run(self, job: Job) -> None:
        """Do a job when those before it are done: at once, if there are none."""
        self._jobs.run(job)

    async def freeze(self) -> FrozenState:
        """The state between two jobs, and never inside a group; raises `RoomClosed`."""
        return await self._jobs.freeze()

    def catch_up(self, *, is_early: bool = False) -> None:
        """Read what the journal holds past the head; if `is_early`, unless it comes by itself."""
        self._reads.catch_up(is_early=is_early)

    async def read_on(self) -> None:
        """Apply all that the journal holds by now; raises `OtherHistory`, `PersistenceError`."""
        await self._reads.read_on()

    def fed(self, recipient: Recipient, feed: Feed) -> None:
        """A feed has nothing more: its member has caught up, or fell too far behind."""
        self._feeds.fed(recipient, feed)

    # What the room asks for.

    def carry_out(self, effects: Effects) -> None:
        """Do what the room asks, in its order; what fails is lost alone."""
        for effect in effects:
            if self.is_closed:
                return
            try:
                self._carry_out(effect)
            except Exception as error:  # neither the others nor who let us go on are at fault
                report_mistake(self.room.project, error, f"{type(effect).__name__} of room")
                self.run(answers_instead(self.room, effect))

    def _carry_out(self, effect: Effect) -> None:  # noqa: C901  # one arm for each kind of effect
        match effect:  # what most are comes first: each kind is tried in turn
            case Send():
                self._send(effect.to, effect.packet)
            case Commit(proposal):
                if proposal.purpose is not Purpose.EDIT:
                    self._services.count_made_ops(proposal.author, len(proposal.payload))
                self._services.submit(proposal)
            case SendTick():
                self._send_tick(effect.to, effect.packets, effect.but)
            case ForwardTick(packet):
                self._services.broadcast.forward_tick(self.room.project, packet)
            case ForwardEntry():
                self._services.broadcast.forward_entry(self.room, effect)
            case Admit():
                self._admit(effect)
            case Disconnect(connection, close):
                self._disconnect(connection, close)
            case Announce(asks):
                self._forget_audience()
                self._services.broadcast.announce(self.room.project, asks=asks)
            case SendState():
                self._jobs.start(self._feeds.encode(self._feeds.hold()))
            case CommitGroup(parts):
                self._commit_group(parts)
            case CatchUp():
                self.catch_up(is_early=effect.is_early)
            case LookUp():
                self._jobs.start(self._reads.look_up(effect))
            case Recall():
                self._jobs.start(self._reads.recall(effect))
            case Settled() | TurnCame() | Quiet():
                self.restores.take(effect)
            case Quarantined():
                self._report_quarantined(effect)
            case Mistake(error):
                report_mistake(self.room.project, error)
            case _:
                assert_never(effect)

    def _commit_group(self, parts: Sequence[Proposal]) -> None:
        made_bytes = sum(len(part.payload) for part in parts)
        self._services.count_made_ops(parts[0].author, made_bytes)
        self._services.submit_group(parts)

    def _send(self, recipient_ids: tuple[str, ...], packet: Packet) -> None:
        recipients = self._recipients
        for connection in recipient_ids:
            recipient = recipients.get(connection)
            if recipient is None:
                continue
            try:
                if not recipient.send_packet(packet):
                    self._feeds.fall_behind(recipient, packet)
            except Exception as error:  # this one lacks it now, and comes back for it
                report_mistake(self.room.project, error, "sending to a member of room")
                recipient.abort("send_failed")

    def _admit(self, effect: Admit) -> None:
        recipient = self._recipients.get(effect.connection)
        if recipient is not None:
            self._feeds.admit(recipient, effect)

    def _disconnect(self, connection: str, close: CloseCode) -> None:
        recipient = self._recipients.get(connection)
        if recipient is not None:
            self._forget_audience()
            recipient.close(close)

    def _report_quarantined(self, effect: Quarantined) -> None:
        about = EventSubject(self.room.project, text=f"seq {effect.seq}: {effect.mistake}")
        self._services.count("entries_quarantined", 1, about)
        log.error(
            "an entry is quarantined: it does nothing, on any server",
            project=self.room.project,
            seq=effect.seq,
            delta=effect.delta_id,
            reason=effect.mistake,
        )

    # Presence.

    def _send_tick(
        self, recipient_ids: tuple[str, ...], packets: tuple[Packet, ...], but: str
    ) -> None:
        """Write all ticks that go together to each recipient at once."""
        project = self.room.project
        codec, frames, mover = None, b"", self._recipients.get(but) if but else None
        for recipient in self._audience_of(recipient_ids):
            if recipient is mover:
                continue
            if recipient.codec is not codec:
                codec = recipient.codec
                frames = codec.frame(packets[0])
                if len(packets) > 1:
                    frames = b"".join([codec.frame(packet) for packet in packets])
            recipient.send_tick(project, frames)

    def _audience_of(self, recipient_ids: tuple[str, ...]) -> list[Recipient]:
        """The recipients of a tick, looked up once while the same are there.

        The room gives one tuple until someone comes or goes. Without this a tick for four takes
        0.6 us more, for 64 1.6 us.
        """
        if recipient_ids is not self._audience:
            self._audience = recipient_ids
            self._audience_recipients = list(filter(None, map(self._recipients.get, recipient_ids)))
        return self._audience_recipients

    def _forget_audience(self) -> None:
        """Someone came or went; who went may be freed at once."""
        self._audience, self._audience_recipients = (), []

    def schedule_tick(self) -> None:
        """See that the next tick comes when it is due (rule P3)."""
        room = self.room
        if room.ticks.is_awaited or self.is_closed:
            return
        due_at = room.tick_due(self._services.gathering.full_room_gap)
        if due_at is None:
            return
        self._await_tick(due_at)

    def tick_or_wait(self) -> None:
        """Someone moved, and no tick is awaited: tell it now if one is due, else see that it comes.

        At most once in a millisecond: what else comes with this turn of the loop goes together.
        """
        room, now = self.room, self._loop.time()
        due_at = room.tick_due(self._services.gathering.full_room_gap)
        if due_at is None or self.is_closed:
            return
        if due_at > now or now - room.ticks.last_tick_at < ONE_TURN_SECONDS:
            if not room.ticks.is_awaited:
                self._await_tick(due_at)
            return
        if now - room.ticks.last_tick_at < MOVING_SECONDS:
            self.tick_gaps.observe(now - room.ticks.last_tick_at)
        try:
            self.carry_out(room.tick(now))
        except Exception as error:  # whoever moved is not at fault, nor is its connection
            error_context = {"message": "a tick failed", "exception": error}
            self._loop.call_exception_handler(error_context)

    def _await_tick(self, due_at: float) -> None:
        self.room.ticks.wait_until(due_at)
        self._services.timers.at(due_at, self._tick, len(self.room.seats))

    def _tick(self, due_at: float) -> None:
        if self.is_closed or not self.room.ticks.is_awaited_at(due_at):
            return  # it went when enough had moved
        now = self._loop.time()
        if now - self.room.ticks.last_tick_at < MOVING_SECONDS:
            self.tick_gaps.observe(now - self.room.ticks.last_tick_at)
        effects = self.room.tick(now)
        self._services.ticked_late(now - due_at)
        self.carry_out(effects)

    def pass_on(self) -> None:
        """See that ticks of other nodes are told: at once, or when this room gathers with its own.

        They have waited once, where the members are that moved.
        """
        if self.room.gathers(self._services.gathering.full_room_gap):
            self.schedule_tick()
        elif not self._is_passing_on:
            self._is_passing_on = True
            self._loop.call_soon(self._pass_on)

    def _pass_on(self) -> None:
        self._is_passing_on = False
        if not self.is_closed:
            self.carry_out(self.room.pass_on(self._loop.time()))
