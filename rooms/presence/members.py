"""Who is in a room: on this node, on others, or away for three seconds. Times are seconds."""

from collections.abc import Callable, MutableMapping, Sequence
from weakref import WeakValueDictionary

from msgspec import structs

from rooms.effects import Announce, Disconnect, Effects, Send, send
from rooms.journal.feed import Feed
from rooms.presence.absent_members import AbsentMembers
from rooms.presence.gestures import Gestures
from rooms.presence.member_bounds import ROOM_IS_FULL, seats_beyond, too_many_devices
from rooms.presence.remote_members import RemoteMembers
from rooms.presence.seat import LATER_JOIN, LEFT_FIRST, JoinRequest, Seat
from rooms.presence.session_permissions import SessionPermissions
from rooms.presence.ticks import Ticks
from rooms.presence.told_selections import with_less_selected
from rooms.roles import Grant
from schema.close_codes import REPLACED, RESTARTING
from schema.errors import ErrorCode
from schema.limits import MAX_MEMBERS_PER_ROOM
from schema.messages import (
    Ack,
    Error,
    Left,
    Member,
    MemberJoined,
    MemberLeft,
    Permitted,
    RoleChanged,
)
from schema.node_messages import RemoteMember


class Members:
    """Each member once, wherever it is; others hear when it came and when it went (rule P5).

    `on_given_up` forgets what else hangs on a seat that is given up.
    """

    __slots__ = (
        "_connection_of",
        "_gestures",
        "_live",
        "_node",
        "_on_given_up",
        "_project",
        "_ticks",
        "absent",
        "permits",
        "put_out",
        "remote",
        "seats",
    )

    def __init__(
        self,
        project: str,
        node: str,
        ticks: Ticks,
        gestures: Gestures,
        on_given_up: Callable[[Seat], None],
    ) -> None:
        self.seats: dict[str, Seat] = {}
        """Connection -> the seat of its member, of those on this node."""
        self.permits = SessionPermissions()
        """What is agreed on for the session, as far as this node was told."""
        self.remote = RemoteMembers(project)
        """Those on other nodes."""
        self.absent = AbsentMembers()
        """Those whose connection was lost a moment ago."""
        self.put_out: MutableMapping[str, Seat] = WeakValueDictionary()
        """By connection: seats that were put out, while something of theirs has no answer."""
        self._project = project
        self._node = node
        self._ticks = ticks
        self._gestures = gestures
        self._on_given_up = on_given_up
        self._connection_of: dict[str, str] = {}
        """Member -> its connection, of those on this node."""
        self._live: tuple[str, ...] | None = None
        """What `live` gives; None: someone came or went since."""

    @property
    def size(self) -> int:
        """Members, wherever they are."""
        return len(self.seats) + len(self.remote.members) + len(self.absent.members)

    @property
    def is_first_node(self) -> bool:
        """Whether this is the one of all nodes with the room that keeps what one must keep."""
        return all(self._node < other_node for other_node in self.remote.nodes)

    def everyone(self) -> list[Member]:
        """All of them, as a client gets them."""
        members_here = [self.shown(seat) for seat in self.seats.values()]
        absent_members = (absent.member for absent in self.absent.members.values())
        return with_less_selected([*members_here, *self.remote.as_members(), *absent_members])

    def here(self) -> list[RemoteMember]:
        """Our members, as other nodes get them."""
        members_shown = with_less_selected([self.shown(seat) for seat in self.seats.values()])
        pairs = zip(members_shown, self.seats.values(), strict=True)
        seats = [RemoteMember(member, seat.generation) for member, seat in pairs]
        absent = self.absent.members.values()
        absent_members = [RemoteMember(a.member, a.generation, True) for a in absent if a.was_here]
        return [*seats, *absent_members]

    def live(self) -> tuple[str, ...]:
        """Connections that hear deltas and ticks as they come; the same while they are."""
        if self._live is None:
            self._live = tuple(
                seat.connection for seat in self.seats.values() if seat.is_live and not seat.feed
            )
        return self._live

    def joined(self) -> tuple[str, ...]:
        """Connections that have been let in: they hear who comes and goes, and what is wrong."""
        return tuple(seat.connection for seat in self.seats.values() if seat.is_live)

    def shown(self, seat: Seat) -> Member:
        """The member, and what it shows."""
        return structs.replace(seat.as_member(), gestures=self._gestures.of(seat.member))

    def seat_of(self, member: str) -> Seat | None:
        """The member's, if it is on this node."""
        connection = self._connection_of.get(member)
        return None if connection is None else self.seats[connection]

    # Coming and going.

    def reached_by(self, request: JoinRequest) -> str | None:
        """None: there is a seat. Else the bound that is reached, in a sentence (rule K3)."""
        member = request.member
        is_known = member in self.remote.members or member in self.absent.members
        if is_known or self.seat_of(member) is not None:
            return None
        if self.size >= MAX_MEMBERS_PER_ROOM:
            return ROOM_IS_FULL
        most = request.seats_allowed
        if sum(shown.user == request.user for shown in self.everyone()) >= most:
            return too_many_devices(most)
        return None

    def take_seat(self, request: JoinRequest) -> tuple[Seat, Effects]:
        """Someone comes in, or back: from here, from another node, or from nowhere (rule J7)."""
        member = request.member
        before, effects = self.seat_of(member), Effects()
        known_member = before or self.remote.end(member) or self.absent.returned(member)
        seat = Seat(
            member, self._ticks, request, self._project, request.role, generation=request.asked_at
        )
        if request.permits is not None and not self.seats:
            self.permits = request.permits  # nobody has told the room while it was empty
        seat.give(Grant(request.role, request.tracks), self.permits)
        if known_member is None:
            effects.append(self._to_all(MemberJoined(self._project, self.shown(seat))))
        else:
            member_before = (
                known_member.as_member() if isinstance(known_member, Seat) else known_member.member
            )
            seat.presence = member_before.presence
            seat.generation = max(request.asked_at, known_member.generation + 1)
            self._ticks.hand_over(seat)
        if before is not None:
            if before.connection != request.connection:
                effects.append(Disconnect(before.connection, REPLACED))
            else:
                effects += self.never_let_in(before, LATER_JOIN)
            effects += self._left(before)
            self._give_up(before)
        self._hear_no_more(request.connection)
        self.seats[request.connection] = seat
        self._connection_of[member] = request.connection
        return seat, [*effects, Announce()]

    def let_in(self, seat: Seat, feed: Feed | None) -> None:
        """A member is let in; with a feed it has to get that first."""
        seat.is_live = True
        self.feed(seat, feed)

    def feed(self, seat: Seat, feed: Feed | None) -> None:
        """A member gets deltas at its own pace from now on; None: as they come."""
        if seat.feed is not None:
            seat.feed.stop()
        seat.feed = feed
        self._live = None

    def leave(self, connection: str, *, is_answered: bool = False) -> Effects:
        """A member goes for good; `is_answered`: it has been told why, if it was not in yet."""
        seat = self.seats.get(connection)
        if seat is None:
            return []
        effects = [] if is_answered else self.never_let_in(seat, LEFT_FIRST)
        effects += self._left(seat)
        self._give_up(seat)
        self._ticks.forget((seat.member,))
        self._gestures.forget(seat.member)
        self.remote.leave_untold((seat.member,))
        return [*effects, self._to_all(MemberLeft(self._project, seat.member)), Announce()]

    def lost(self, connection: str, now: float) -> Effects:
        """A connection broke; its member may come back within three seconds (rule P7)."""
        seat = self.seats.get(connection)
        if seat is None:
            return []
        self._give_up(seat)
        self.absent.add(_latest(seat), seat.generation, now, was_here=True)
        return [Announce()]

    def role_changed(self, user: str, grant: Grant | None) -> Effects:
        """A user's role, or a contributor's tracks, are others, or none any more (rule R3)."""
        seats_of_user = [seat for seat in self.seats.values() if seat.request.user == user]
        everyone = [*self.joined(), *(s.connection for s in seats_of_user if not s.is_live)]
        effects: Effects = [send(changed_role(self._project, user, grant), everyone)]
        for seat in seats_of_user:
            if grant is not None:
                seat.give(grant, self.permits)
                if seat.denied_actions.gesture is not None or seat.contributor_scope is not None:
                    self._gestures.end_all(seat.member)  # maybe on what is not theirs any more
                continue
            effects += self._put_out(seat, Left(self._project, reason="access_revoked"))
        if grant is None:
            effects += self._gone(self.absent.drop(lambda absent: absent.member.user == user))
        return effects

    def kick(self, member: str, message: str) -> Effects:
        """An operator sends a member of this node out, and says why (rule R51)."""
        seat = self.seat_of(member)
        if seat is None:
            return []
        return self._put_out(seat, Left(self._project, reason="kicked", message=message))

    def permit(self, permits: SessionPermissions) -> Effects:
        """Something else is agreed on for the session, or it is another one (rule R38)."""
        if permits == self.permits:
            return []
        before, self.permits = self.permits, permits
        for seat in self.seats.values():
            seat.give(seat.granted, permits)
            if seat.denied_actions.gesture is not None:
                self._gestures.end_all(seat.member)
        if permits.lists == before.lists:
            return []  # another host
        return [send(Permitted(self._project, permits.told()), self.joined())]

    def pass_time(self, now: float) -> Effects:
        """Who has been away, and which nodes have been silent, for too long is gone."""
        effects = self._gone(self.absent.drop(lambda absent: absent.gone_at <= now))
        if effects:
            effects.append(Announce())
        in_vain = [seat for seat in self.seats.values() if seat.waits_in_vain(now)]
        effects += [Disconnect(seat.connection, RESTARTING) for seat in in_vain]
        for node in self.remote.silent(now):
            effects += self._gone(
                [member_gone.member.member for member_gone in self.remote.forget_node(node)]
            )
        return effects

    # Other nodes.

    def on_present(
        self, node: str, number: int, announced_members: Sequence[RemoteMember], now: float
    ) -> Effects:
        """Another node says who is there (rules J7, P5, P8)."""
        if not self.remote.is_newest(node, number):
            return []
        self.remote.on_life_sign(node, now)
        effects: Effects = []
        newer_members = []
        for member_announced in announced_members:
            is_there, effects_of_member = self._believe(node, member_announced)
            effects += effects_of_member
            if is_there:
                newer_members.append(member_announced)
        diff = self.remote.present(node, newer_members)
        effects += [self._to_all(MemberJoined(self._project, m)) for m in diff.joined]
        effects += self._gone(diff.left)
        if diff.joined:
            for seat, bound in seats_beyond(self.seats.values(), self.remote.members):
                effects += self._put_out_beyond(seat, bound)
        return effects

    def node_left(self, node: str, number: int, now: float) -> Effects:
        """Another node has closed the room: its members may be on their way to us."""
        if not self.remote.is_newest(node, number):
            return []
        for member in self.remote.of(node):
            ended_gestures = self.remote.end(member)  # what it was showing is over at once
            if ended_gestures is not None:
                quiet = structs.replace(ended_gestures.member, gestures={})
                self.absent.add(quiet, ended_gestures.generation, now, was_here=False)
        self.remote.forget_node(node)
        return []

    # Inside.

    def _believe(self, node: str, announced_member: RemoteMember) -> tuple[bool, Effects]:
        """Whether the member is there now, and not here or elsewhere since."""
        member = announced_member.member.member
        seat = self.seat_of(member)
        if seat is not None:
            is_later = (announced_member.generation, node) > (seat.generation, self._node)
            if is_later and not announced_member.is_absent:
                return True, self._moved_away(seat)
            return False, [Announce()]
        absent = self.absent.returned(member)
        if absent is None:
            return True, []
        if announced_member.generation < absent.generation:
            self.absent.keep(absent)
            return False, []
        self.remote.take_over(absent.member, absent.generation, {})
        return True, []

    def _moved_away(self, seat: Seat) -> Effects:
        gesture_ids = self._gestures.give_up(seat.member)
        self.remote.take_over(_latest(seat), seat.generation, gesture_ids)
        self._give_up(seat)
        return [Disconnect(seat.connection, REPLACED)]

    def never_let_in(self, seat: Seat, text: str) -> Effects:
        """Its join still waits for the state, and is answered now (rule J7)."""
        if seat.is_live:
            return []
        error = Error(seat.request.request, ErrorCode.NOT_JOINED, text, self._project)
        return [send(error, [seat.connection])]

    def _put_out_beyond(self, seat: Seat, bound: str) -> Effects:
        """It was let in while another node let others in, and is too many (rule K3)."""
        if seat.is_live:
            left_message = Left(self._project, reason=ErrorCode.LIMIT_REACHED, message=bound)
            return self._put_out(seat, left_message)
        error = Error(seat.request.request, ErrorCode.LIMIT_REACHED, bound, self._project)
        return [send(error, [seat.connection]), *self.leave(seat.connection, is_answered=True)]

    def _put_out(self, seat: Seat, left_message: Left) -> Effects:
        """Its connection stays, so what it had sent is carried out, and answered (rule D23).

        Acks that it would have heard later come now, as of deltas that it is not to apply.
        """
        seat.is_carried_out = seat.is_put_out = True
        self.put_out[seat.connection] = seat
        acks = [] if seat.leave_answers else _waiting_acks(seat)
        return [
            send(left_message, [seat.connection]),
            *self.leave(seat.connection),
            *(send(structs.replace(a, duplicate=True), [seat.connection]) for a in acks),
        ]

    def _hear_no_more(self, connection: str) -> None:
        """It joins anew: what it hears from now on is about its new seat (rules J7, D13)."""
        seat = self.put_out.pop(connection, None)
        if seat is not None:
            seat.is_put_out = False

    def _left(self, seat: Seat) -> Effects:
        """The acks that it would have heard with what it will not hear now, then its `left`."""
        if not seat.leave_answers:
            return []
        acks = [send(ack, [seat.connection]) for ack in _waiting_acks(seat)]
        return [*acks, *(send(answer, [seat.connection]) for answer in seat.leave_answers)]

    def _give_up(self, seat: Seat) -> None:
        """Its member may go on elsewhere: the next tick still holds its last move."""
        seat.is_given_up = True
        self.feed(seat, None)
        self._gestures.end_all(seat.member)
        self._on_given_up(seat)
        del self.seats[seat.connection]
        del self._connection_of[seat.member]

    def _gone(self, members: Sequence[str]) -> Effects:
        self._ticks.forget(members)
        self.remote.leave_untold(members)
        return [self._to_all(MemberLeft(self._project, member)) for member in members]

    def _to_all(self, message: MemberJoined | MemberLeft) -> Send:
        return send(message, self.joined())


def _waiting_acks(seat: Seat) -> list[Ack]:
    """Those that were to be sent once it has what is before them."""
    return [*seat.held_acks, *([] if seat.feed is None else seat.feed.take_acks())]


def _latest(seat: Seat) -> Member:
    """Who sat there, and where it was when it went."""
    return structs.replace(seat.as_member(), presence=seat.latest())


def changed_role(project: str, user: str, grant: Grant | None) -> RoleChanged:
    """What all are told of whose role, or tracks, are others now (rule R3)."""
    if grant is None:
        return RoleChanged(project, user, None)
    tracks = None if grant.tracks is None else [*grant.tracks]
    return RoleChanged(project, user, grant.role, tracks)
