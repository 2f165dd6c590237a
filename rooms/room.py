"""A project live on a node: events in, effects out. `LiveRoom` has clock and sockets."""

# Long: the one door to a room, with a short method for each thing that is asked of it.

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from rooms.aspect import Aspect, AspectState, state_of
from rooms.document.document import Change, Document
from rooms.edits import answers
from rooms.edits.edits import Edits
from rooms.effects import Announce, Effects, Job, LookUp, Mistake, Packet, send
from rooms.freeable import Freeable
from rooms.joining import Joining
from rooms.journal.entry import Entry, Outcome, Proposal, Purpose, StepMark
from rooms.journal.feed import Feed
from rooms.journal.unanswered_deltas import Unanswered
from rooms.presence.gestures import Gestures, MembersGestures
from rooms.presence.members import Members
from rooms.presence.seat import LEAVES_THAT_WAIT, JoinRequest, Seat
from rooms.presence.session_permissions import SessionPermissions
from rooms.presence.ticks import RoomTicks, Ticks
from rooms.roles import Grant
from schema.errors import ErrorCode
from schema.messages import (
    Error,
    Gesture,
    Left,
    Member,
    Position,
    ProposeDelta,
    ServerMessage,
    Tick,
)
from schema.node_messages import RemoteMember
from schema.ops import Op


class Room:
    """Everyone in it hears every seq once, in order; nobody hears of what is not committed.

    `LiveRoom` (server/live/live_room.py) calls the methods of this class, and looks at `ticks`; its
    other parts are for the rooms folder.
    """

    __slots__ = (
        "edits",
        "epoch",
        "follower",
        "gestures",
        "joining",
        "members",
        "members_gestures",
        "on_given_up",
        "project",
        "room_ticks",
        "tick",
        "tick_due",
        "ticks",
    )

    def __init__(
        self,
        project: str,
        document: Document,
        position: Position,
        node: str = "",
        others: dict[str, Aspect] | None = None,
    ) -> None:
        self.on_given_up: list[Callable[[Seat], None]] = []
        """Each hears of every seat that is not there any more."""
        self.project = project
        self.epoch = position.epoch
        self.ticks = Ticks()
        self.gestures = Gestures()
        self.members = Members(project, node, self.ticks, self.gestures, self._given_up)
        seats = self.members.seats
        self.edits = Edits(
            project, document, position, seats, self.gestures, self._leave_if_done, others
        )
        self.follower = self.edits.follower  # what all who join and tick look at
        self.joining = Joining(project, position.epoch, self.edits, self.members, self.ticks)
        self.members_gestures = MembersGestures(project, self.follower, self.members, self.gestures)
        self.room_ticks = RoomTicks(project, self.follower, self.members, self.ticks, self.gestures)
        self.tick = self.room_ticks.tick  # the cursor's way: without a call between
        self.tick_due = self.room_ticks.tick_due

    @property
    def document(self) -> Document:
        """What the deltas up to the head have made of the project."""
        return self.follower.document

    @property
    def seats(self) -> dict[str, Seat]:
        """Those of this node, by connection."""
        return self.members.seats

    # The journal.

    @property
    def head(self) -> int:
        """The newest seq."""
        return self.follower.head

    @property
    def head_id(self) -> str | None:
        """The id of the entry at the head; None: it is not known, or there is none."""
        return self.follower.head_id

    @property
    def digest(self) -> str:
        """Of the document at the head."""
        return self.follower.digest

    @property
    def whole_digest(self) -> str:
        """Of all aspects at the head: what nodes compare."""
        return self.follower.whole_digest

    def other_aspects(self) -> dict[str, AspectState]:
        """All that the aspects but the document hold, by name."""
        return {name: state_of(aspect) for name, aspect in self.follower.other_aspects.items()}

    @property
    def is_inside_group(self) -> bool:
        """Whether the head belongs to a group that goes on."""
        return self.follower.is_inside_group

    @property
    def newest_early(self) -> int:
        """The highest seq of what came over the bus before the entries between; 0: nothing did."""
        return max(self.follower.early_entries, default=0)

    def may_be_entry(self, seq: int, delta_id: str | None) -> bool:
        """Whether the entry at this seq has this id (None: any), as far as memory reaches."""
        entry = self.follower.tail.at(seq)
        return entry is None or delta_id in (None, entry.delta_id)

    def remember(self, head_id: str | None, marks: Iterable[StepMark]) -> None:
        """What the journal says of the entry at the head, and of the newest up to it."""
        self.follower.head_id = head_id
        for mark in marks:
            self.edits.entries.stacks.note(mark)

    def committed(self, entries: Iterable[Entry]) -> Job:
        """What the journal holds past the head, from this node's commits or any other's."""
        return self.follower.committed(entries)

    def on_remote_entry(self, entry: Entry, previous: str | None = None) -> Job:
        """What another node has committed; `previous`: the id of the entry before it."""
        return self.follower.on_remote_entry(entry, previous)

    def forget_early(self, up_to: int) -> None:
        """The journal was asked, and these did not come: they are no entries of it."""
        for seq in [seq for seq in self.follower.early_entries if seq <= up_to]:
            del self.follower.early_entries[seq]

    def unrecorded_ops(self) -> dict[int, list[Op]]:
        """Seq -> what took effect, where that is not what was proposed and is not stored yet."""
        return dict(self.edits.entries.unrecorded_ops)

    def ops_recorded(self, seqs: Collection[int]) -> None:
        """What took effect of these is stored now."""
        for seq in seqs:
            self.edits.entries.unrecorded_ops.pop(seq, None)

    def hold_tail(self, after: int | None = None) -> Feed:
        """Make the tail keep what follows this seq (None: the head), until the feed is stopped."""
        return Feed(self.project, self.follower.tail, self.head if after is None else after)

    def read_on(self, unanswered: Unanswered) -> bool:
        """Add what was committed since, up to the head; False: the tail holds it no more."""
        return unanswered.read_on(self.follower.tail, self.head)

    def give_contents(self) -> list[Freeable]:
        """What is large of a closed room, to be freed by whom it is given to.

        The rest is in circles of references, which only a full collection frees.
        """
        return [
            *self.follower.give_contents(),
            *self.edits.entries.give_contents(),
            self.edits.open_proposals.give_all(),
            self.joining.give_states(),
        ]

    # Edits.

    def propose(self, connection: str, delta: ProposeDelta) -> Job:
        """A member proposes ops: refused (rule D4), known (D3), or off to the journal."""
        return self.edits.propose(connection, delta)

    def undo_or_redo(self, connection: str, delta_id: str, purpose: Purpose) -> Job:
        """A member wants its latest step undone, or done again (rules U1, U2)."""
        return self.edits.undo_or_redo(connection, delta_id, purpose)

    def refuse_for_now(self, connection: str, gesture: str | None, error: Error) -> Job:
        """`LiveRoom` cannot take this just now (rule E6): in its order with what came before."""
        return self.edits.refuse_for_now(connection, gesture, error)

    def restore(self, proposal: Proposal, ops: list[Op], connection: str, ticket: int) -> Job:
        """Commit ops that bring an earlier state back; the call hears of it by `Settled`."""
        return self.edits.calls.restore(proposal, ops, connection, ticket)

    def wait_for_turn(self, seat: Seat, delta_id: str, ticket: int) -> Job:
        """Until what the caller has sent before is done: the call hears of it by `TurnCame`.

        What the caller sends behind it waits until `end_turn` (rule U6).
        """
        return self.edits.calls.wait_for_turn(seat, delta_id, ticket)

    def end_turn(self, ticket: int) -> Job:
        """The call has ended, whatever came of it."""
        return self.edits.calls.end_turn(ticket)

    def calls_of(self, seat: Seat) -> Job:
        """A seat is given up: its calls that wait for a turn hear what that is to them."""
        return self.edits.calls.given_up(seat)

    def hold_edits(self) -> Job:
        """From now on what members ask for waits, until `let_edits_go` (rule N4).

        `Quiet` says that the journal has answered all that it was given before.
        """
        return self.edits.calls.hold()

    def let_edits_go(self) -> Job:
        """What has waited has its turn."""
        return self.edits.calls.let_go()

    def commit_entry(self, proposal: Proposal, connection: str, ticket: int) -> Job:
        """Commit an entry of another aspect; the call hears of it by `Settled`."""
        return self.edits.calls.commit_entry(proposal, connection, ticket)

    def recalled(
        self, connection: str, changes: Mapping[int, Sequence[Change]], error: Error | None = None
    ) -> Job:
        """What the journal says of the steps to be undone, or why it cannot."""
        return self.edits.recalled(connection, changes, error)

    def looked_up(self, look_up: LookUp, stored_outcome: tuple[Outcome, int] | None) -> Job:
        """Whether the refused delta was one that had been committed long before."""
        return self.edits.looked_up(look_up, stored_outcome)

    def look_up_failed(self, look_up: LookUp) -> Job:
        """Nobody can say just now whether it was committed: the same id is to be sent again."""
        return self.edits.look_up_failed(look_up)

    def answered(self, proposal: Proposal, outcome: Outcome, seq: int | None) -> Job:
        """Why a proposal is not stored now; what is committed is answered by its entry."""
        return self.edits.answered(proposal, outcome, seq)

    def given_back(self, proposals: Sequence[Proposal]) -> Job:
        """The journal has not taken these, in this order: they are to be sent again (rule D12)."""
        return self.edits.given_back(proposals)

    def gave_up(self, proposal: Proposal, error: Error) -> Job:
        """It is not stored, and nothing of it: the journal was not asked, or cannot say."""
        return self.edits.gave_up(proposal, error)

    def knows(self, delta_id: str) -> bool:
        """Whether it is on its way, or among the newest that are committed."""
        return self.edits.knows(delta_id)

    def has_sent(self, member: str) -> bool:
        """Whether the journal has something of this member and has not answered it."""
        return self.edits.has_sent(member)

    @property
    def has_proposals(self) -> bool:
        """Whether any is on its way, or looked up for someone who has gone."""
        return self.edits.has_open

    # Coming and going.

    @property
    def connections(self) -> list[str]:
        """Of all who are in, and of all who were put out and wait for an answer (rule D23)."""
        return [*self.seats, *(c for c in self.members.put_out if c not in self.seats)]

    @property
    def owed(self) -> list[str]:
        """Connections that wait for an answer: to what they asked for, or to their join."""
        seats = (*self.seats.items(), *self.members.put_out.items())
        return [connection for connection, seat in seats if seat.is_owed]

    @property
    def is_encoding(self) -> bool:
        """Whether `LiveRoom` was asked for the state, and has not answered yet."""
        return self.joining.is_encoding

    def join(self, request: JoinRequest, unanswered: Unanswered | None = None) -> Effects:
        """Someone who may comes in (rules J1-J7).

        `unanswered`: what the journal says of the request's, read on up to the head.
        """
        return self.joining.join(request, unanswered)

    def is_refused(self, request: JoinRequest) -> bool:
        """Whether `join` would let nobody in."""
        return bool(self.joining.refusal(request))

    def make_way(self, connection: str, now: float) -> Effects:
        """A later join of a connection is on the way: one that waits here ends (rule J7)."""
        return self.joining.make_way(connection, now)

    def is_behind(self, position: Position | None) -> bool:
        """Whether a member knows of entries that we do not (rule J5)."""
        return self.joining.is_behind(position)

    def is_another_copy(self, request: JoinRequest) -> bool:
        """Whether what a client holds at its position is not what the journal has there (J9)."""
        return self.joining.is_another_copy(request)

    def doubt_copies(self, up_to: int) -> None:
        """Up to this seq a copy of a client may be one that we gave wrongly."""
        self.joining.unsure_up_to = up_to

    def state_is_ready(
        self, seq: int, digest: str, frames: Mapping[str, Sequence[bytes]]
    ) -> Effects:
        """`LiveRoom` has encoded the state at `seq`: all who waited come in with it.

        `frames`: the name of a form -> the frames of all `state` messages.
        """
        return self.joining.state_is_ready(seq, digest, frames)

    def state_is_missing(self) -> Effects:
        """`LiveRoom` could not encode it: whoever waited is told, and may join again."""
        return self.joining.state_is_missing()

    def feed_from(self, connection: str, seq: int) -> Feed | None:
        """What a slow reader gets at its own pace; None: it has gone, or the tail is past that."""
        return self.joining.feed_from(connection, seq)

    def has_caught_up(self, connection: str, feed: Feed) -> bool:
        """A member has got all that its feed had: whether it has missed a tick meanwhile."""
        return self.joining.has_caught_up(connection, feed)

    def leave(self, connection: str) -> Effects:
        """A member closed its connection: what came before is done, and not answered (D23)."""
        seat = self.seats.get(connection)
        if seat is not None:
            seat.is_carried_out = True
        return self.members.leave(connection)

    def ask_to_leave(self, connection: str, request: str) -> Job:
        """A member goes once all that it sent before is answered (rule D22)."""
        seat = self.seats[connection]
        if len(seat.leave_answers) >= LEAVES_THAT_WAIT:
            error = Error(request, ErrorCode.NOT_JOINED, "you are leaving already", self.project)
            return iter([[send(error, [connection])]])
        seat.leave_answers = (*seat.leave_answers, Left(self.project, request))
        return self.edits.drained(seat) if len(seat.leave_answers) == 1 else iter(())

    def stay(self, connection: str) -> Sequence[Left | Error]:
        """A member cannot go, by a mistake of ours: it stays, and may ask again; its answers."""
        seat = self.seats.get(connection)
        if seat is None:
            return ()
        leave_answers, seat.leave_answers, seat.is_drained = seat.leave_answers, (), False
        return leave_answers

    def answer_behind_leave(self, connection: str, error: Error) -> bool:
        """Whether a `leave` waits, behind which a later join is refused then (rule D22)."""
        seat = self.seats.get(connection)
        if seat is None or not 0 < len(seat.leave_answers) < LEAVES_THAT_WAIT:
            return False
        seat.leave_answers = (*seat.leave_answers, error)
        return True

    def lost(self, connection: str, now: float) -> Effects:
        """A connection broke; its member may come back within three seconds (rule P7)."""
        return self.members.lost(connection, now)

    def role_changed(self, user: str, grant: Grant | None) -> Effects:
        """A user's role, or a contributor's tracks, are others, or none any more (rule R3)."""
        return self.members.role_changed(user, grant)

    def is_here(self, member: str) -> bool:
        """Whether it has a seat on this node."""
        return self.members.seat_of(member) is not None

    def kick(self, member: str, message: str) -> Effects:
        """An operator sends a member of this node out, and says why (rule R51)."""
        return self.members.kick(member, message)

    def permit(self, permits: SessionPermissions) -> Effects:
        """Something else is agreed on for the session, or it is another one (rule R38)."""
        return self.members.permit(permits)

    @property
    def pending_media(self) -> Collection[str]:
        """Ids and hashes of audio files whose bytes are not here yet."""
        return self.joining.status.media.keys()

    def set_media(self, statuses: Mapping[str, str | None]) -> Effects:
        """How far the bytes of audio files are, by id and by hash; None: no row says (rule L1)."""
        return self.joining.status.set_media(statuses)

    def to_everyone(self, message: ServerMessage) -> Effects:
        """Send it to all members of this node who are in."""
        return [send(message, self.members.joined())]

    # Presence.

    @property
    def member_count(self) -> int:
        """Members, wherever they are."""
        return self.members.size

    def gesture(self, connection: str, message: Gesture) -> Effects:
        """A continuous edit goes on; others hear of it with the next tick (rules G1-G3)."""
        return self.members_gestures.gesture(connection, message)

    def end_gestures(self) -> None:
        """The project is archived: nobody edits any more."""
        self.members_gestures.end_all()

    def gathers(self, full_room_gap: float) -> bool:
        """Whether the room waits because of the load of the node, and not for its size alone."""
        return self.room_ticks.gathers(full_room_gap)

    def pass_on(self, now: float) -> Effects:
        """Tell what moved on other nodes, by itself: it has waited there (rule P3)."""
        return self.room_ticks.pass_on(now)

    def everyone(self) -> Tick:
        """The latest of all members, for who missed ticks (rule P4)."""
        return self.room_ticks.everyone()

    def set_degraded(self, is_degraded: bool, reason: str = "") -> Effects:
        """Whether the journal can be written just now (rule D7)."""
        return self.joining.status.set_degraded(is_degraded, reason)

    def set_bus_down(self, is_bus_down: bool) -> Effects:
        """Whether what other nodes do comes late just now (rule D11)."""
        return self.joining.status.set_bus_down(is_bus_down)

    def set_maintenance(self, message: str | None) -> Effects:
        """Why an operator has asked everyone to wait with edits; None: nobody waits (rule R53)."""
        return self.joining.status.set_maintenance(message)

    # Other nodes.

    @property
    def is_shared(self) -> bool:
        """Whether it is open on another node too."""
        return bool(self.members.remote.nodes)

    @property
    def is_first_node(self) -> bool:
        """Whether this is the one of all nodes with the room that keeps what one must keep."""
        return self.members.is_first_node

    def is_on_node(self, node: str) -> bool:
        """Whether it is open on this other node, as far as that has said."""
        return node in self.members.remote.nodes

    def members_everywhere(self) -> list[Member]:
        """Everyone in the room, on whichever node, and where they are."""
        return self.members.everyone()

    def members_here(self) -> list[RemoteMember]:
        """What other nodes are told of the members of this one."""
        return self.members.here()

    def on_present(
        self, node: str, number: int, announced_members: Sequence[RemoteMember], now: float
    ) -> Effects:
        """Another node says who is there (rules J7, P5, P8)."""
        return self.members.on_present(node, number, announced_members, now)

    def node_left(self, node: str, number: int, now: float) -> Effects:
        """Another node has closed the room: its members may be on their way to us."""
        return self.members.node_left(node, number, now)

    def pass_time(self, now: float) -> Effects:
        """Who has been away, and which nodes have been silent, for too long is gone."""
        return self.members.pass_time(now)

    def on_remote_tick(self, node: str, number: int, packet: Packet) -> Effects:
        """The members of another node have moved; ours hear of it by `pass_on` or `tick`."""
        remote = self.members.remote
        if not remote.is_newest(node, number) or remote.tick(node, packet):
            return []
        return [Announce(asks=True)]

    # Inside.

    def _given_up(self, seat: Seat) -> None:
        self.edits.given_up(seat)
        for hear in self.on_given_up:
            hear(seat)

    def _leave_if_done(self, seat: Seat) -> Effects:
        """Whoever asked to leave goes, if nothing of it is without an answer."""
        if seat.is_given_up or seat.in_flight_count or seat.has_queued or seat.call_turns:
            return []
        try:
            return self.members.leave(seat.connection)
        except Exception as mistake:
            answered = self.stay(seat.connection)
            errors = [answers.not_done(self.project, answer.id or "") for answer in answered]
            return [Mistake(mistake), *(send(error, [seat.connection]) for error in errors)]
