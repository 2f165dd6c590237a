"""The rooms of a node: opened by the first who joins, closed when the last has gone."""

# Long: the one door to the rooms of a node, with a short method for each thing asked of them.

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import structlog

from persistence.errors import OtherHistory
from persistence.journal.contract import Journal
from rooms.journal.entry import Purpose
from rooms.journal.unanswered_deltas import Unanswered
from rooms.presence.seat import JoinRequest
from rooms.presence.session_permissions import SessionPermissions
from rooms.roles import Grant
from rooms.room import Room
from schema.close_codes import RESTARTING
from schema.errors import ErrorCode
from schema.messages import (
    Error,
    Gesture,
    Leave,
    MovePresence,
    Position,
    ProposeDelta,
    Redo,
    ServerMessage,
    Undo,
)
from server.commits.committer import Took
from server.events.events import EventSubject
from server.live.journal_watch import JournalWatch
from server.live.live_room import LiveRoom
from server.live.room_commits import RoomCommits
from server.live.room_jobs import refuse
from server.live.room_restores import RestoreTurn
from server.live.room_services import (
    Recipient,
    RoomClosed,
    RoomServices,
    Spawn,
    report_mistake,
)
from server.live.standing_orders import StandingOrders
from server.live.write_behind.stays import Stays
from server.logs.outages import because
from server.loop.job_scheduler import JobScheduler
from server.loop.loop_load import LoopLoad
from server.loop.threads import InThread
from server.loop.tick_timers import TickTimers
from server.metrics.metrics import Count
from server.nodes.bus import Bus
from server.nodes.bus_codec import BusCodec
from server.nodes.room_broadcast import RoomBroadcast
from server.states.aspects import aspects_of
from server.states.freeing import free
from server.states.stored_state import newest_whole

UNDO_ENTRIES_READ = 2_000
"""Entries before the checkpoint from which the undo stacks are made."""

SENT_SECONDS = 0.005
"""Between two looks whether the journal has answered what a member had sent before it came back."""

log = structlog.get_logger()


class Hub:
    """Opens and closes the rooms of this node, and gives them what their members send.

    Connections live elsewhere: `recipients` are those of the node, by id.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        bus: Bus,
        codec: BusCodec,
        recipients: Mapping[str, Recipient],
        load: LoopLoad,
        spawn: Spawn,
        in_thread: InThread,
        count: Count,
        on_duration: Took,
        on_made: Callable[[str, int], None] = lambda *_: None,
        on_opened: Callable[[LiveRoom], Awaitable[None]] | None = None,
    ) -> None:
        self.node = codec.node
        """The name of this node."""
        self.rooms: dict[str, LiveRoom] = {}
        """The open ones, by project."""
        self._opening: dict[str, asyncio.Future[LiveRoom]] = {}
        """By project: rooms that are being loaded, by tasks of the node."""
        self._journal = journal
        self.bus = bus
        self._recipients = recipients
        self._spawn = spawn
        self._in_thread = in_thread
        self._count = count
        self._on_opened = on_opened
        """What is read for a room once it is open, before the first one is let in."""
        self._waiting_leaves: set[tuple[str, str]] = set()
        """Connection and project of each `leave` that waited; some may be over by now."""
        self.gathering = load.gathering
        """How long rooms of this node gather just now."""
        self.standing_orders = StandingOrders()
        """What operators have told all nodes, as far as it is known here."""
        self.broadcast = RoomBroadcast(self.rooms, bus, codec)
        self.watch = self._journal_watch()
        self.commits = RoomCommits(self.rooms, self.watch, journal, spawn, count, on_duration)
        self._services = self._room_services(load, on_made)

    def _journal_watch(self) -> JournalWatch:
        return JournalWatch(
            self.rooms,
            self._opening,
            self._journal,
            self.bus,
            self.broadcast,
            self._close_for_good,
            self._spawn,
            self._in_thread,
            self._count,
        )

    def _room_services(self, load: LoopLoad, on_made: Callable[[str, int], None]) -> RoomServices:
        loop = asyncio.get_running_loop()
        return RoomServices(
            recipients=self._recipients,
            journal=self._journal,
            submit=self.commits.committer.submit,
            submit_group=self.commits.groups.submit,
            spawn=self._spawn,
            in_thread=self._in_thread,
            broadcast=self.broadcast,
            gathering=load.gathering,
            ticked_late=load.ticked_late,
            doubt=self.watch.hint,
            count_made_ops=on_made,
            count=self._count,
            scheduler=JobScheduler(loop, load.ran_long_jobs),
            timers=TickTimers(loop),
        )

    @property
    def member_count(self) -> int:
        """Seats on this node."""
        return sum(len(live.room.seats) for live in self.rooms.values())

    @property
    def rooms_with_long_jobs(self) -> int:
        """Rooms in which what was read waits to be judged for long, or the like."""
        return self._services.scheduler.long_jobs

    def owed(self) -> set[str]:
        """Connections that wait for an answer in some room."""
        return {connection for live in self.rooms.values() for connection in live.owed}

    def rooms_gathering(self) -> int:
        """Rooms in which moves wait because of the load of the node, and not for size alone."""
        full_room_gap, since = self.gathering.full_room_gap, asyncio.get_running_loop().time() - 1.0
        rooms = [live.room for live in self.rooms.values()]
        recent = [room for room in rooms if room.ticks.last_tick_at > since]
        return sum(room.gathers(full_room_gap) for room in recent)

    def pass_time(self, now: float) -> None:
        """Give every room the time, by which absences and silent nodes end; announce rooms."""
        for live in list(self.rooms.values()):
            live.carry_out(live.room.pass_time(now))
        self.broadcast.heartbeat(now)

    # Coming and going.

    async def join(self, request: JoinRequest, project: str, is_wanted: Callable[[], bool]) -> bool:
        """Open the room if need be, then join if that is still wanted; whether it was.

        Raises `NotFound`, `Unavailable`.
        """
        while True:
            live = await self._open_up_to(project, request.position)
            request_with_fence, unanswered, is_known = await self._unanswered(live, request)
            if is_known and self.rooms.get(project) is live:
                break
        request = request_with_fence
        if request.connection not in self._recipients or not is_wanted():
            return False  # it has gone meanwhile
        if live.room.is_another_copy(request):
            about = EventSubject(project, request.member, request.user, request.name)
            self._count("copy_differed", 1, about)
        live.carry_out(live.room.join(request, unanswered))
        live.schedule_tick()
        known_head = request.known_head
        if (
            known_head is not None
            and known_head.epoch == live.room.epoch
            and known_head.seq > live.known_seq
        ):
            live.catch_up()  # the member waits for it
        return True

    async def _unanswered(
        self, live: LiveRoom, request: JoinRequest
    ) -> tuple[JoinRequest, Unanswered | None, bool]:
        """Which of a member's unanswered deltas are committed, and if that is so up to the head.

        None of the others will be: those that this node has sent are waited for, and what other
        nodes have sent is kept out by the fence that the request has now. Whoever is refused keeps
        nothing out: the member stays who it is.
        """
        if not request.unanswered or live.room.is_refused(request):
            return request, None, True
        room, user, ids = live.room, request.user, request.unanswered
        if room.has_sent(request.member):
            await asyncio.sleep(SENT_SECONDS)
            return request, None, False
        before = room.head
        held_tail = room.hold_tail()
        try:
            fence = await self._journal.raise_fence(room.project, request.member)
            seqs = await self._journal.seqs_of(room.project, user, ids)
            unanswered = Unanswered(user, ids, seqs, before)
            is_known = room.read_on(unanswered)
            head = Position(fence.epoch, fence.head)
            request_with_fence = replace(request, fence=fence.number, known_head=head)
            return request_with_fence, unanswered, is_known and not room.has_sent(request.member)
        finally:
            held_tail.stop()

    async def _open_up_to(self, project: str, position: Position | None) -> LiveRoom:
        """The open room, read on up to the position that the member brings from another node."""
        while True:
            live = await self.open(project)
            live.asked_for_at = time.monotonic()
            if live.room.is_behind(position):
                try:
                    await live.read_on()
                except RoomClosed:
                    continue
                except OtherHistory:
                    await self.watch.look_for_more()  # that closes it
                    continue
            if self.rooms.get(project) is live:
                return live  # else it was closed meanwhile

    def make_way(self, connection: str, project: str) -> None:
        """A later join of a connection has come: one that its room has not let in ends (J7)."""
        live = self.rooms.get(project)
        if live is not None:
            live.carry_out(live.room.make_way(connection, asyncio.get_running_loop().time()))
            live.schedule_tick()

    def leave(self, connection: str, message: Leave) -> bool:
        """A member asks to go out of one room; whether it has a seat there."""
        live = self.rooms.get(message.project)
        if live is None or connection not in live.room.seats:
            return False
        try:
            live.run(live.room.ask_to_leave(connection, message.id))
        except Exception:
            live.room.stay(connection)
            raise
        if connection in live.room.seats:
            self._waiting_leaves.add((connection, message.project))
        return True

    def answer_behind_leave(self, connection: str, error: Error) -> bool:
        """Whether a `leave` waits there, behind which this join is refused then (rule D22)."""
        live = None if error.project is None else self.rooms.get(error.project)
        return live is not None and live.room.answer_behind_leave(connection, error)

    def leaving(self, connection: str) -> set[str]:
        """Rooms that it asked to leave and is still in: they count too (rules D22, K3)."""
        self._waiting_leaves = {
            leaving_pair for leaving_pair in self._waiting_leaves if self._is_leaving(*leaving_pair)
        }
        return {project for leaving, project in self._waiting_leaves if leaving == connection}

    def _is_leaving(self, connection: str, project: str) -> bool:
        live = self.rooms.get(project)
        seat = None if live is None else live.room.seats.get(connection)
        return seat is not None and bool(seat.leave_answers)

    def gone(self, connection: str, *, for_good: bool) -> None:
        """A connection ended: its member leaves, or may be back in a moment (rule P7)."""
        now = asyncio.get_running_loop().time()
        for live in [live for live in self.rooms.values() if connection in live.room.seats]:
            room = live.room
            try:
                live.carry_out(room.leave(connection) if for_good else room.lost(connection, now))
                live.schedule_tick()
            except Exception as error:  # the other rooms have a ghost of it else
                report_mistake(live.room.project, error, "a member's going out of room")

    def is_in(self, connection: str, project: str) -> bool:
        """Whether a connection has a seat in the room, and has not asked to leave."""
        live = self.rooms.get(project)
        seat = None if live is None else live.room.seats.get(connection)
        return seat is not None and not seat.leave_answers

    def restore_turn(self, connection: str, project: str, delta_id: str) -> RestoreTurn | None:
        """Of a restore that has come from a member (rule U6); None: it is not in the room."""
        if not self.is_in(connection, project) or (live := self.rooms[project]).is_closed:
            return None
        return live.restores.turn(live.room.seats[connection], delta_id)

    def _room_of(
        self, sender: Recipient, message: Gesture | ProposeDelta | Undo | Redo
    ) -> LiveRoom | None:
        """The room that a message is for; None: its sender is not in it, and is told so."""
        if self.is_in(sender.id, message.project):
            return self.rooms[message.project]
        text = "join the project before editing it"
        error = Error(message.id, ErrorCode.NOT_JOINED, text, message.project)
        sender.send_frame(sender.codec.frame_of(error))
        return None

    # What members do.

    def move(self, recipient: Recipient, message: MovePresence) -> None:
        """Presence: nothing is awaited between the socket and the outboxes (rules P1, P2)."""
        seat = recipient.seat
        if seat is None or seat.is_given_up or seat.project != message.project:
            live = self.rooms.get(message.project)
            seat = None if live is None else live.room.seats.get(recipient.id)
            if seat is None:
                return
            recipient.seat = seat  # found the next time without a look at hub, room and members
        if seat.move(message) and (live := self.rooms.get(seat.project)) is not None:
            live.tick_or_wait()

    def gesture(self, sender: Recipient, message: Gesture) -> None:
        """A continuous edit goes on: presence, until its delta comes."""
        if message.values is None and not self.is_in(sender.id, message.project):
            return  # it is over, as everything of a room that was left
        if (live := self._room_of(sender, message)) is not None:
            live.carry_out(live.room.gesture(sender.id, message))
            live.schedule_tick()

    def propose(self, sender: Recipient, delta: ProposeDelta) -> None:
        """A delta of someone who is in the room."""
        if (live := self._room_of(sender, delta)) is not None:
            live.run(live.room.propose(sender.id, delta))

    def undo(self, sender: Recipient, message: Undo) -> None:
        """A member wants its newest step undone."""
        if (live := self._room_of(sender, message)) is not None:
            live.run(live.room.undo_or_redo(sender.id, message.id, Purpose.UNDO))

    def redo(self, sender: Recipient, message: Redo) -> None:
        """A member wants what it undid last done again."""
        if (live := self._room_of(sender, message)) is not None:
            live.run(live.room.undo_or_redo(sender.id, message.id, Purpose.REDO))

    def refuse_for_now(
        self, connection: str, project: str, gesture: str | None, error: Error
    ) -> None:
        """A delta of someone who is in the room cannot be taken just now (rule E6)."""
        live = self.rooms[project]
        live.run(live.room.refuse_for_now(connection, gesture, error))

    def end_gesture(self, sender: Recipient, project: str, gesture: str) -> None:
        """What someone showed is over; of who is not in the room nothing is shown."""
        if self.is_in(sender.id, project):
            self.gesture(sender, Gesture(project, gesture, None))

    def kick(self, member: str, message: str) -> int:
        """An operator sends a member out of all rooms, if it is here; out of how many."""
        rooms_with_member = [live for live in self.rooms.values() if live.room.is_here(member)]
        for live in rooms_with_member:
            live.carry_out(live.room.kick(member, message))
            live.schedule_tick()
        return len(rooms_with_member)

    def set_maintenance(self, message: str | None) -> None:
        """Nobody edits from now on, for this reason, or everyone does again; all are told."""
        self.standing_orders.maintenance = message
        for live in list(self.rooms.values()):
            live.carry_out(live.room.set_maintenance(message))

    def close_rooms(self, closed_rooms: Mapping[str, str]) -> None:
        """Nobody joins these (project -> why); who is in one is sent away, and comes back later."""
        self.standing_orders.closed = closed_rooms
        for project in closed_rooms:
            if (live := self.rooms.get(project)) is not None:
                self._close_for_good(live)

    def role_changed(self, project: str, user: str, grant: Grant | None) -> None:
        """A role was granted, changed or revoked (rule R3)."""
        live = self.rooms.get(project)
        if live is not None:
            live.carry_out(live.room.role_changed(user, grant))
            live.schedule_tick()

    def permit(self, project: str, permits: SessionPermissions) -> None:
        """What is agreed on for the session of a room that may be open here (rule R38)."""
        live = self.rooms.get(project)
        if live is not None:
            live.carry_out(live.room.permit(permits))
            live.schedule_tick()

    def tell_room(self, project: str, message: ServerMessage) -> None:
        """To everyone of this node who is in the room."""
        live = self.rooms.get(project)
        if live is not None:
            live.carry_out(live.room.to_everyone(message))

    def end_gestures(self, project: str) -> None:
        """The project is archived: what members were showing ends (rule G6)."""
        live = self.rooms.get(project)
        if live is not None:
            live.room.end_gestures()
            live.schedule_tick()

    # Opening and closing rooms.

    async def open(self, project: str) -> LiveRoom:
        """The room of a project, opened if need be.

        Raises `NotFound`, `Unavailable`, `DamagedState`, and `Refused` where an operator has closed
        it.
        """
        live = self.rooms.get(project)
        if live is not None:
            return live
        self.standing_orders.require_open(project)
        opening = self._opening.get(project)
        if opening is None:
            opening = self._opening[project] = asyncio.get_running_loop().create_future()
            self._spawn(self._load_for_all(project, opening))
        return await asyncio.shield(opening)

    async def _load_for_all(self, project: str, opening: "asyncio.Future[LiveRoom]") -> None:
        """Load a room for all who wait for it, if anyone still does when it is there or fails."""
        try:
            opening.set_result(await self._load(project))
        except Exception as error:
            log.info("a room could not be opened", project=project, **because(error))
            opening.set_exception(error)
            opening.exception()  # whoever waited may have gone
        finally:
            refuse([opening])  # the node stops
            del self._opening[project]
            self.watch.on_opening_over(project)

    async def _load(self, project: str) -> LiveRoom:
        """Load the checkpoint, then every entry after it, also those committed meanwhile."""
        await self.bus.follow(project)  # before the load: what is said meanwhile is not missed
        try:
            live = await self._loaded(project)
            self.standing_orders.require_open(project)  # it may have been closed meanwhile
        except BaseException:
            self.bus.unfollow(project)
            raise
        self.rooms[project] = live
        self.watch.on_room_open(live)
        self.broadcast.announce(project, asks=True)
        if self._on_opened is not None:
            await self._on_opened(live)
        log.info(
            "room opened", project=project, head=live.room.head, entities=len(live.room.document)
        )
        return live

    async def _loaded(self, project: str) -> LiveRoom:
        checkpoint, document = await newest_whole(self._journal, project, None, self._in_thread)
        other_aspects = await aspects_of(self._journal, checkpoint)
        stays, position = Stays(), Position(checkpoint.epoch, checkpoint.seq)
        room = Room(project, document, position, self.node, other_aspects)
        room.on_given_up.append(stays.gone)
        room.doubt_copies(self.watch.wrong_up_to.get(project, -1))
        room.remember(
            checkpoint.delta_id,
            await self._journal.marks(project, checkpoint.seq, UNDO_ENTRIES_READ),
        )
        live = LiveRoom(room, self._services, stays)
        await live.read_on()
        room.set_degraded(self.commits.is_degraded or project in self.commits.committer.held_up)
        room.set_bus_down(not self.bus.is_up)
        room.set_maintenance(self.standing_orders.maintenance)
        return live

    async def close_if_empty(self, live: LiveRoom) -> bool:
        """Store what a room holds, and forget it, if nobody is in it; whether that is so.

        Raises `Unavailable`.
        """
        await live.checkpoints.store_if_new(time.monotonic())
        if live.is_busy or live.checkpoints.stored_seq != live.room.head:
            return False  # someone came meanwhile
        if self.rooms.get(live.room.project) is not live:
            return False  # it was closed meanwhile
        self._forget(live)
        self.commits.committer.forget(live.room.project)
        log.info("room closed", project=live.room.project, head=live.room.head)
        await self._free(live)
        return True

    def _close_for_good(self, live: LiveRoom) -> None:
        """Its members come back at once, to what the journal holds."""
        if self.rooms.get(live.room.project) is not live:
            return
        connections = live.room.connections
        self._forget(live)
        for connection in connections:
            if (recipient := self._recipients.get(connection)) is not None:
                recipient.close(RESTARTING)
        self._spawn(self._free(live))

    def _forget(self, live: LiveRoom) -> None:
        del self.rooms[live.room.project]
        live.close()
        self.broadcast.leave_room(live.room.project)

    async def _free(self, live: LiveRoom) -> None:
        """Free what is large slice by slice, in a worker thread."""
        await self._in_thread(free, live.room.give_contents())
