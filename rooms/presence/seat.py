"""One member's place in a room: which connection it is, and how far it has come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from msgspec import Struct

from rooms.document.contributor_scope import ContributorScope
from rooms.document.document import Change
from rooms.journal.entry import Proposal
from rooms.journal.feed import Feed
from rooms.journal.unanswered_deltas import Unanswered
from rooms.presence.colors import color_of
from rooms.presence.remote_members import LEASE_SECONDS
from rooms.presence.session_permissions import DeniedActions, SessionPermissions, denied_actions
from rooms.presence.ticks import Mover
from rooms.roles import Grant
from schema.errors import ErrorCode
from schema.limits import MAX_SEATS_PER_USER
from schema.messages import SUBPROTOCOL_MSGPACK, Ack, Digest, Error, Left, Member, Position
from schema.ops import Op
from schema.server_limits import MAX_LOOKED_BACK

LATER_JOIN = "a later join of yours took its place"
LEFT_FIRST = "you left before you were let in"
"""What a join hears that nothing comes of (rule J7)."""

LEAVES_THAT_WAIT = 64
"""Of one seat, with the joins between them; what comes behind so many is refused at once."""

LOOKED_BACK_PER_DELTA = 50
"""Changes given back with each delta that comes: in the long run one costs half a millisecond."""


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """Who wants in, as the caller has made sure of it; `role` is that of the database.

    `known_head`: how far the journal was just before; a room may be behind it (rule J13).
    `asked_at`: ms since 1970, on the clock of this node. Of two seats of a member the later one
    counts.
    """

    connection: str
    request: str
    user: str
    name: str
    device: str
    auth_session: str
    role: str
    position: Position | None
    member: str = field(kw_only=True)
    """What `member_id` makes of user and device with the key of the deployment."""
    asked_at: int = 0
    diverged_digest: Digest | None = None
    digest: str | None = None
    state_form: str = SUBPROTOCOL_MSGPACK
    """The name of what states it reads (rule J16); those who read one alike get the same bytes."""
    seats_allowed: float = MAX_SEATS_PER_USER
    """As many devices of this user may be in the room, on all nodes."""
    known_head: Position | None = None
    unanswered: Sequence[str] = ()
    """Ids of deltas that were sent before and have no answer (rule J15)."""
    fence: int | None = None
    """The newest that the journal had given out before it joined; its deltas carry it."""
    color: str = ""
    """The user's in this project (rule P9); empty: the own one."""
    tracks: tuple[str, ...] | None = None
    """Those of a contributor (rule R20); None: it has none, or another role."""
    permits: SessionPermissions | None = None
    """What is agreed on for the session, as the database has it; None: it was not asked."""


class QueuedRequest(Struct, frozen=True, eq=False, gc=False):
    """What waits for a member's earlier deltas: an undo, a redo, or a delta (`ops`) behind one.

    `base`: the seq that a delta was made on (rule D18); None: of a history that is not here.
    `place`: in the order of all that came to the seat, as `Seat.on_delta` has it.
    """

    proposal: Proposal
    ops: list[Op] | None = None
    gesture: str | None = None
    base: int | None = None
    place: int = 0


@dataclass(slots=True, eq=False)
class CallTurn:
    """A call that edits waits for what its member sent before, or is made (rule U6).

    `ticket`: the call's; `delta_id`: of what it asks for; `place`: as of a `QueuedRequest`.
    """

    ticket: int
    delta_id: str
    place: int
    has_come: bool = False
    """Nothing of the member that came before it waits any more."""


@dataclass(frozen=True, slots=True)
class NotTaken:
    """The delta that was refused for now, and why: what follows it waits until it comes again.

    `place`: as of a `QueuedRequest`. What was taken before it may still be given back.
    """

    delta_id: str
    code: ErrorCode
    place: int


@dataclass(slots=True, eq=False, weakref_slot=True)
class Seat(Mover):
    """One member in one room, by one connection."""

    request: JoinRequest
    project: str
    role: str
    contributor_scope: ContributorScope | None = None
    """What a contributor may edit; None: all that the role lets it."""
    denied_actions: DeniedActions = field(default_factory=DeniedActions)
    """What the role, or the host of the session, keeps it from."""
    generation: int = 0
    """Of two seats of a member, on whatever node, the one with the higher number counts."""
    is_live: bool = False
    """False while the member waits for the state: nothing else is sent to it yet."""
    feed: Feed | None = None
    """What it still has to get at its own pace; None: it hears deltas and ticks with everyone."""
    is_given_up: bool = False
    """Someone else has the member now, or nobody."""
    is_fenced: bool = False
    """Its device has joined again since, as the journal says; by now it may still have the member.
    What it sends has no answer (rule D23)."""
    fenced_until: float | None = None
    """When it is closed if no later join has taken its place; None: it does not wait for one."""
    is_carried_out: bool = False
    """It closed its connection for good: what it had sent is done all the same (rule D23)."""
    is_put_out: bool = False
    """It was sent out of the room, and its connection stays: it hears what becomes of all that it
    had sent (rule D23)."""
    leave_answers: tuple[Left | Error, ...] = ()
    """Answers to its `leave`s, which go after all that came before them (rule D22), and to the
    joins behind those that nothing came of."""
    is_drained: bool = False
    """All that came before its `leave` has been looked at."""
    arrived_count: int = 0
    """How many came and are not looked at yet; `rooms.edits.proposals` counts them."""
    in_flight_count: int = 0
    """How many were sent to the journal without an answer; `rooms.edits.proposals` counts them."""
    queue: list[QueuedRequest] = field(default_factory=list)
    """What it asked for and is not sent yet, in order; `rooms.edits.proposals` alone changes it."""
    call_turns: list[CallTurn] = field(default_factory=list)
    """Calls of its own that edit, in order; `rooms.edits.call_turns` alone changes it."""
    undo_changes: Mapping[int, Sequence[Change]] | None = None
    """Seq -> what the entry has changed, as the journal said; until the undo is made of it."""
    undo_waiting: QueuedRequest | None = None
    """The undo or redo that waits until the journal has said it; None: none does."""
    looked_up_request: QueuedRequest | None = None
    """What would be refused, while the journal is asked whether it knows it."""
    delta_not_taken: NotTaken | None = None
    """None: no delta was refused for now, or it has come again."""
    came_count: int = 0
    """How many have come and been looked at: the place of the latest."""
    held_acks: list[Ack] = field(default_factory=list)
    """Sent to it once it has the state."""
    unanswered: Unanswered | None = None
    """Which of those that it named at the join are committed; None: it named none."""
    changes_to_look_back: int = MAX_LOOKED_BACK
    """Changes that may still be gone back over, to see what its deltas were made on (rule D20)."""
    connection: str = field(init=False)

    def __post_init__(self) -> None:
        self.connection = self.request.connection

    @property
    def answer_to(self) -> tuple[str, ...]:
        """Who hears what became of its deltas: nobody, once it went by itself (rule D23)."""
        return () if self.is_given_up and not self.is_put_out else (self.connection,)

    @property
    def is_void(self) -> bool:
        """Whether what it had sent and nobody has begun is dropped: it will be sent again (D13)."""
        return self.is_fenced or (self.is_given_up and not self.is_carried_out)

    def waits_in_vain(self, now: float) -> bool:
        """Whether nothing has come of the later join of its device, of which nodes tell in time."""
        if not self.is_fenced:
            return False
        if self.fenced_until is None:
            self.fenced_until = now + LEASE_SECONDS
        return self.fenced_until <= now

    @property
    def has_queued(self) -> bool:
        """Whether anything that it asked for has not come to its turn."""
        return bool(self.queue) or self.looked_up_request is not None

    @property
    def has_call_next(self) -> bool:
        """Whether a call of its own comes before all that is queued."""
        turns, queue = self.call_turns, self.queue
        return bool(turns) and not (queue and queue[0].place < turns[0].place)

    @property
    def is_owed(self) -> bool:
        """Whether its join, or anything that it asked for, has no answer yet."""
        has_open = self.arrived_count or self.in_flight_count or self.has_queued
        is_fed = self.feed is not None and self.feed.has_answers
        return bool(has_open or self.leave_answers or not self.is_live or is_fed)

    @property
    def waits_for_undo_changes(self) -> bool:
        """Whether all that it has queued waits for what the journal says."""
        return self.undo_waiting is not None

    def on_delta(self, delta_id: str) -> int:
        """A delta comes: its place among those of this seat.

        If it is the one that was refused for now, nothing waits for it, and it has the place that
        it had (rule D12).
        """
        self.changes_to_look_back = min(
            MAX_LOOKED_BACK, self.changes_to_look_back + LOOKED_BACK_PER_DELTA
        )
        first = self.delta_not_taken
        if first is not None and first.delta_id == delta_id:
            self.delta_not_taken = None
            return first.place
        return self.next_place()

    def next_place(self) -> int:
        """Of one more that comes, behind all that have come."""
        self.came_count += 1
        return self.came_count

    def as_member(self) -> Member:
        """What others are told."""
        request = self.request
        color = request.color or color_of(request.user)
        return Member(
            self.member, request.user, request.name, request.device, self.role, color, self.presence
        )

    @property
    def granted(self) -> Grant:
        """What its user has been granted."""
        return Grant(
            self.role,
            None if self.contributor_scope is None else tuple(self.contributor_scope.listed),
        )

    def give(self, grant: Grant, permits: SessionPermissions) -> None:
        """What its user has from now on, and what is agreed on for the session."""
        self.role = grant.role
        self.contributor_scope = (
            ContributorScope(grant.tracks or ()) if grant.role == "contributor" else None
        )
        self.denied_actions = denied_actions(permits, self.request.user, grant.role)


def member_id(key: bytes, user: str, device: str) -> str:
    """The same for a user on a device, on every node and after every return (rule J7).

    `key`: up to 64 bytes, a secret of the deployment: nobody can look for a device that is another.
    Of 64 bits: it is in every tick, and is looked for only by asking us.
    """
    return blake2b(f"{user}\0{device}".encode(), digest_size=8, key=key).hexdigest()
