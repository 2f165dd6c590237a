"""The rooms of a node: opened by the first who joins, closed when the last has gone."""

import asyncio
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any

import structlog

from persistence import collaboration_sessions
from persistence.errors import OtherHistory, PersistenceError
from persistence.journal import Appended, Journal, Known
from persistence.pool import Executor
from rooms import answers
from rooms.document import Document
from rooms.effects import Work, send
from rooms.feed import Feed
from rooms.journal_entry import STRAYED, Entry, Outcome, Proposal, Purpose
from rooms.room import Room
from rooms.seat import JoinRequest
from rooms.unanswered import Unanswered
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
from server.bus import Bus
from server.bus_codec import BusCodec
from server.bus_memory import MemoryBus
from server.committer import Committer
from server.copy_check import CopyCheck
from server.group_committer import GroupCommitter
from server.live_room import LiveRoom, Peer, RoomClosed, Surroundings
from server.loop_load import LoopLoad
from server.metrics import Count, uncounted
from server.other_nodes import OtherNodes
from server.stored_state import InThread, document_at, free, newest_whole
from server.tick_timers import TickTimers
from server.turns import Turns

MARKS = 2_000
"""Entries before the checkpoint from which the undo stacks are made."""

NOBODYS = Known("", 0)
"""What a proposal knows whose room was closed since: it fits no journal, so nothing is stored."""

log = structlog.get_logger()

NOTHING_KNOWN = Known("00000000-0000-0000-0000-000000000000", 0, None)
"""What is said of a project to be told how far it is."""

Question = Callable[..., Any]
"""A function whose first argument is a state."""


def _of_state(document: Document, question: Question, args: tuple[Any, ...]) -> Any:
    return question(document.collections, *args)


class Hub:
    """Knows every connection and every open room of this node."""

    def __init__(
        self,
        journal: Journal,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        in_thread: Callable[..., Coroutine[Any, Any, Any]] = asyncio.to_thread,
        bus: Bus | None = None,
        codec: BusCodec | None = None,
        count: Count = uncounted,
        load: LoopLoad | None = None,
    ) -> None:
        self.journal = journal
        self.past: Journal = journal  # the same, over connections for what takes long
        self.bus: Bus = bus or MemoryBus()
        self.node = codec.node if codec is not None else secrets.token_hex(4)
        alone = BusCodec(secrets.token_bytes(32), self.node)
        self.others = OtherNodes(self, self.bus, codec or alone, count, lambda _: None)
        self.peers: dict[str, Peer] = {}
        self.rooms: dict[str, LiveRoom] = {}
        self.committer = Committer(
            journal, self._known, self._committed, self._held_back, self._degrade, count
        )
        self.groups = GroupCommitter(
            journal, self._known_of, self._group_answered, self._group_failed, spawn, count
        )
        self.is_degraded = False
        self._spawn = spawn
        self.in_thread = in_thread
        self._count = count
        load = load or LoopLoad()
        self._around = Surroundings(
            peers=self.peers,
            journal=journal,
            submit=self.committer.submit,
            submit_group=self.groups.submit,
            spawn=spawn,
            in_thread=in_thread,
            voice=self.others,
            load=load.now,
            ticked_late=load.ticked_late,
            doubt=self.hint,
            count=count,
            turns=Turns(asyncio.get_running_loop()),
            timers=TickTimers(asyncio.get_running_loop()),
        )
        self._opening: dict[str, asyncio.Task[LiveRoom]] = {}
        self._heard_while_opening: dict[str, int] = {}
        self._wrong_up_to: dict[str, int] = {}  # of rooms that are loaded anew
        self._copies = CopyCheck(self, journal, in_thread, spawn, count)
        self._is_hinted = False
        self._is_looking = False

    @property
    def member_count(self) -> int:
        """Seats on this node."""
        return sum(len(live.room.seats) for live in self.rooms.values())

    # Coming and going.

    async def join(
        self, request: JoinRequest, project: str, is_wanted: Callable[[], bool] = lambda: True
    ) -> None:
        """Open the room if need be, then join, if that is still wanted then.

        Raises `NotFound`, `Unavailable`.
        """
        while True:
            live = await self._open_up_to(project, request.position)
            unanswered, is_known = await self._unanswered(live, request)
            if is_known and self.rooms.get(project) is live:
                break
        if request.connection not in self.peers or not is_wanted():
            return  # it has gone meanwhile
        if live.room.is_another_copy(request):
            self._count("copy_differed")
        live.carry_out(live.room.join(request, unanswered))
        live.schedule_tick()
        known = request.known_head
        if known is not None and known.epoch == live.room.epoch and known.seq > live.known_head:
            live.catch_up()  # the member waits for it

    async def _unanswered(
        self, live: LiveRoom, request: JoinRequest
    ) -> tuple[Unanswered | None, bool]:
        """Which of a member's unanswered deltas are committed, and if that is so up to the head."""
        if not request.unanswered:
            return None, True
        room, user, ids = live.room, request.user, request.unanswered
        before = room.head
        held = Feed(room.project, room.follower.tail, before)  # so that the tail keeps what follows
        try:
            found = await self.journal.seqs_of(room.project, user, ids)
            unanswered = Unanswered(user, ids, found, before)
            return unanswered, unanswered.read_on(room.follower.tail, room.head)
        finally:
            held.stop()

    async def _open_up_to(self, project: str, position: Position | None) -> LiveRoom:
        """The open room, not behind a member who comes from a node that was ahead of us."""
        while True:
            live = await self.open(project)
            live.emptied_at = None
            if live.room.is_behind(position):
                try:
                    await live.read_on()
                except RoomClosed:
                    continue
                except OtherHistory:
                    await self.look_for_more()  # that closes it
                    continue
            if self.rooms.get(project) is live:
                return live  # else it was closed meanwhile

    def leave(self, connection: str, message: Leave) -> None:
        """A member asks to go out of one room."""
        live = self.rooms.get(message.project)
        if live is not None:
            live.carry_out(live.room.leave(connection, message.id))

    def gone(self, connection: str, *, for_good: bool = False) -> None:
        """A connection ended: its member leaves, or may be back in a moment (rule P7)."""
        self.peers.pop(connection, None)
        now = asyncio.get_running_loop().time()
        for live in [live for live in self.rooms.values() if connection in live.room.seats]:
            room = live.room
            live.carry_out(
                room.leave(connection) if for_good else room.members.lost(connection, now)
            )
            live.schedule_tick()

    def is_in(self, connection: str, project: str) -> bool:
        """Whether a connection has a seat in the room."""
        live = self.rooms.get(project)
        return live is not None and connection in live.room.seats

    # What members do.

    def move(self, peer: Peer, message: MovePresence) -> None:
        """Presence: nothing is awaited between the socket and the outboxes (rules P1, P2)."""
        seat = peer.seat
        if seat is None or seat.is_given_up or seat.project != message.project:
            live = self.rooms.get(message.project)
            seat = None if live is None else live.room.seats.get(peer.id)
            if seat is None:
                return
            peer.seat = seat  # found the next time without a look at hub, room and members
        ticks = seat.ticks
        ticks.move(seat, message)
        if not ticks.is_awaited and (live := self.rooms.get(seat.project)) is not None:
            live.schedule_tick()

    def gesture(self, connection: str, message: Gesture) -> None:
        """A continuous edit goes on: presence, until its delta comes."""
        live = self.rooms.get(message.project)
        if live is not None:
            live.carry_out(live.room.gesture(connection, message))
            live.schedule_tick()

    def propose(self, connection: str, message: ProposeDelta | Undo | Redo) -> None:
        """A delta of someone who is in the room, or the wish for one."""
        live = self.rooms[message.project]
        edits = live.room.edits
        match message:
            case ProposeDelta():
                live.run(edits.propose(connection, message))
            case Undo():
                live.run(edits.turn_back(connection, message.id, Purpose.UNDO))
            case Redo():
                live.run(edits.turn_back(connection, message.id, Purpose.REDO))

    def refuse_for_now(
        self, connection: str, message: ProposeDelta | Undo | Redo, error: Error
    ) -> None:
        """A delta of someone who is in the room cannot be taken just now (rule E6)."""
        live = self.rooms[message.project]
        live.run(live.room.edits.refuse_for_now(connection, message, error))

    def role_changed(self, project: str, user: str, role: str | None) -> None:
        """A role was granted, changed or revoked (rule R3)."""
        live = self.rooms.get(project)
        if live is not None:
            live.carry_out(live.room.members.role_changed(user, role))
            live.schedule_tick()

    def tell_room(self, project: str, message: ServerMessage) -> None:
        """To everyone of this node who is in the room."""
        live = self.rooms.get(project)
        if live is not None:
            live.carry_out([send(message, live.room.members.told())])

    def end_gestures(self, project: str) -> None:
        """Nobody may edit there any more."""
        live = self.rooms.get(project)
        if live is not None:
            live.room.end_gestures()
            live.schedule_tick()

    # The committer's view.

    def _known(self, projects: set[str]) -> Mapping[str, Known]:
        return {project: self._known_of(project) for project in projects}

    def _known_of(self, project: str) -> Known:
        live = self.rooms.get(project)
        return NOBODYS if live is None else live.known

    def _group_answered(self, parts: Sequence[Proposal], outcome: Outcome, seq: int | None) -> None:
        """A group is read back, as other nodes do it: it may be larger than is wanted at once."""
        live = self.rooms.get(parts[-1].project)
        if live is None:
            return
        if outcome in STRAYED:
            self._epoch_is_over(live, outcome)
        elif outcome is Outcome.COMMITTED and seq is not None:
            live.expect(seq, parts[-1].delta_id)
            live.catch_up()
        else:
            live.run(live.room.edits.answered(parts[-1], outcome, seq))

    def _group_failed(self, parts: Sequence[Proposal], code: ErrorCode) -> None:
        """Whether it was stored nobody knows, or cares: the same id again finds out."""
        last = parts[-1]
        live = self.rooms.get(last.project)
        if live is not None:
            text = "it is not stored, as far as the server knows; send it again with the same id"
            error = answers.try_again(last.project, last.delta_id, code, text)
            live.run(live.room.edits.gave_up(last, error))
            live.catch_up()

    def _committed(self, batch: list[Proposal], appended: Appended) -> None:
        self._close_strayed(batch, appended)
        by_project: dict[str, list[Entry]] = defaultdict(list)
        for entry in appended.entries:
            by_project[entry.project].append(entry)
        for project, entries in by_project.items():
            live = self.rooms.get(project)
            if live is not None:
                live.take_committed(entries)
        for proposal, (outcome, seq) in zip(batch, appended.outcomes, strict=True):
            live = self.rooms.get(proposal.project)
            if live is not None:
                live.run(live.room.edits.answered(proposal, outcome, seq))

    def _held_back(self, project: str) -> None:
        """What waited too long: its authors are to send it again, in its order (rule D12)."""
        live = self.rooms.get(project)
        if live is not None:
            live.run(self._give_back(live))
        else:
            self.committer.give_back(project)

    def _give_back(self, live: LiveRoom) -> Work:
        """A work of the room: all that it has taken before is in the committer's hands by now."""
        yield from live.room.edits.given_back(self.committer.give_back(live.room.project))

    def _close_strayed(self, batch: list[Proposal], appended: Appended) -> None:
        """Rooms that hold what is not the project any more (F31); nothing of theirs was stored."""
        for proposal, (outcome, _) in zip(batch, appended.outcomes, strict=True):
            live = self.rooms.get(proposal.project)
            if live is not None and outcome in STRAYED:
                self._epoch_is_over(live, outcome)

    def heard(self, heads: Mapping[str, int]) -> None:
        """Other nodes, or the journal itself, are so far: open rooms that are behind read on."""
        for project, seq in heads.items():
            live = self.rooms.get(project)
            if live is not None and seq > live.room.head:
                live.catch_up()
            elif live is None and project in self._opening:
                before = self._heard_while_opening.get(project, 0)
                self._heard_while_opening[project] = max(before, seq)

    def hint(self) -> None:
        """Something may have been missed: look into the journal, once for many hints."""
        self._is_hinted = True
        if not self._is_looking:
            self._is_looking = True
            self._spawn(self._look_while_hinted())

    async def look_for_more(self) -> None:
        """The slow tick: one query asks the journal how it stands to all open rooms."""
        asked = dict(self.rooms)
        known = {project: live.known for project, live in asked.items()}
        stands = await self.journal.stand(known) if known else {}
        for project, each in stands.items():
            live = asked[project]
            if self.rooms.get(project) is not live:
                continue
            if each.verdict is not None:
                self._epoch_is_over(live, each.verdict)
            elif each.head > live.room.head:
                self._others_have(project, live)
        self.heard({project: each.head for project, each in stands.items()})

    def _epoch_is_over(self, live: LiveRoom, verdict: Outcome) -> None:
        """Our copy is not the project any more: its members come back to fresh state (rule J4)."""
        project, known = live.room.project, live.known
        if verdict is Outcome.WENT_BACK:
            self._count("journal_went_back")
            log.error(
                "the journal went back: what was acknowledged after that is lost. The project has"
                " a new epoch, its members start from what is stored",
                project=project,
                head=known.seq,
                epoch=known.epoch,
            )
        else:
            self._count("epoch_changed")
            log.info("the project has another epoch; the room is closed", project=project)
        self._close(live)

    def doubt(self, live: LiveRoom, seq: int) -> None:
        """Another node has come to another state at this seq."""
        self._copies.doubt(live, seq)

    def load_anew(self, live: LiveRoom) -> None:
        """What we hold is not what the journal comes to: members get fresh state (rule S4)."""
        self._count("room_loaded_anew")
        self._wrong_up_to[live.room.project] = live.known.seq
        self._close(live)

    def _close(self, live: LiveRoom) -> None:
        """Its members come back at once, to what the journal holds."""
        project = live.room.project
        if self.rooms.get(project) is not live:
            return
        del self.rooms[project]
        live.close()
        self.others.leave_room(project)
        for connection in live.room.seats:
            if connection in self.peers:
                self.peers[connection].close(RESTARTING)
        self._spawn(self._free(live))

    def _others_have(self, project: str, live: LiveRoom) -> None:
        """Another node has written, and we did not hear it."""
        if not self.bus.is_up:
            live.carry_out(live.room.late(True))
        elif not live.room.members.remote.is_shared:
            self.others.announce(project, asks=True)

    async def _look_while_hinted(self) -> None:
        try:
            while self._is_hinted:
                self._is_hinted = False
                await self.look_for_more()
        except PersistenceError as error:
            log.warning("cannot look for more; the slow tick asks again", reason=str(error))
        finally:
            self._is_looking = False

    def _degrade(self, project: str | None, is_degraded: bool, reason: str) -> None:
        """One project, or all that no trouble of their own holds up."""
        if project is not None:
            live = self.rooms.get(project)
            if live is not None:
                live.carry_out(live.room.degraded(is_degraded or self.is_degraded, reason))
            return
        if self.is_degraded and not is_degraded:
            self.hint()  # a database that was away may be another one now
        self.is_degraded = is_degraded
        held_up = set(self.committer.held_up)
        for project, live in self.rooms.items():
            if project not in held_up:
                live.carry_out(live.room.degraded(is_degraded, reason))

    # For calls.

    async def position(self, project: str) -> Position:
        """How far the project is, whether its room is open or not."""
        live = self.rooms.get(project)
        if live is not None:
            return Position(live.room.epoch, live.room.head)
        stands = (await self.journal.stand({project: NOTHING_KNOWN})).get(project)
        return (
            Position(NOTHING_KNOWN.epoch, 0)
            if stands is None
            else Position(stands.epoch, stands.head)
        )

    async def ask(self, project: str, in_thread: InThread, question: Question, *args: Any) -> Any:
        """What a function of the state, in a worker thread, says of now.

        The room may be open or not; raises as `open` does.
        """
        live = self.rooms.get(project)
        if live is not None:
            with suppress(RoomClosed):
                return await in_thread(question, (await live.moment()).state, *args)
        head = (await self.journal.heads([project])).get(project, 0)
        async with await document_at(self.past, project, head, in_thread) as there:
            return await there.use(_of_state, question, args)

    async def record_effects(self, project: str) -> None:
        """See that the journal knows what took effect, as far as this server has applied it."""
        live = self.rooms.get(project)
        if live is not None:
            await live.record()

    # Opening and closing rooms.

    async def open(self, project: str) -> LiveRoom:
        """The room of a project, opened if need be; raises `NotFound`, `Unavailable`, `Damaged`."""
        live = self.rooms.get(project)
        if live is not None:
            return live
        opening = self._opening.get(project)
        if opening is None:
            opening = asyncio.ensure_future(self._load(project))
            self._opening[project] = opening
            opening.add_done_callback(lambda _: self._opening.pop(project, None))
        return await asyncio.shield(opening)

    async def _load(self, project: str) -> LiveRoom:
        """Checkpoint, then every entry after it; what is heard of meanwhile is read on to."""
        await self.bus.follow(project)  # before the load: what is said meanwhile is not missed
        try:
            live = await self._loaded(project)
        except BaseException:
            self.bus.unfollow(project)
            raise
        self.rooms[project] = live
        self.heard({project: self._heard_while_opening.pop(project, 0)})
        self.others.announce(project, asks=True)
        log.info(
            "room opened", project=project, head=live.room.head, entities=len(live.room.document)
        )
        return live

    async def _loaded(self, project: str) -> LiveRoom:
        stored, document = await newest_whole(self.journal, project, None, self.in_thread)
        room = Room(project, document, Position(stored.epoch, stored.seq), self.node)
        room.follower.head_id = stored.delta_id
        room.unsure_up_to = self._wrong_up_to.pop(project, -1)
        for mark in await self.journal.marks(project, stored.seq, MARKS):
            room.follower.stacks.note(mark)
        live = LiveRoom(room, self._around)
        await live.read_on()
        room.is_degraded = self.is_degraded or project in self.committer.held_up
        room.hears_late = not self.bus.is_up
        live.checkpoint_at = live.snapshot_at = time.monotonic()
        return live

    async def _free(self, live: LiveRoom) -> None:
        """A large document is not freed all at once."""
        await self.in_thread(free, live.room.follower.let_go())

    async def close_room(self, project: str, db: Executor | None) -> None:
        """Store what an empty room holds, and forget it."""
        live = self.rooms.get(project)
        if live is None:
            return  # it was closed meanwhile
        await live.checkpoint(time.monotonic())
        if live.is_busy or live.checkpoint_seq != live.room.head:
            return  # someone came meanwhile
        self.others.leave_room(project)
        del self.rooms[project]
        live.close()
        self.committer.forget(project)
        session = live.collaboration_session
        if db is not None and session is not None and not live.room.members.remote.is_shared:
            await collaboration_sessions.close_session(db, session)
        log.info("room closed", project=project, head=live.room.head)
        await self._free(live)
