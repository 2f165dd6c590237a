"""The ticks of a room: who moved since the last one, when the next is due, and what it says."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec import UNSET

from rooms.effects import Effects, ForwardTick, Packet, SendTick
from rooms.journal.follower import JournalFollower
from rooms.presence.gestures import Gestures
from schema.messages import Digest, Presence, Tick

if TYPE_CHECKING:
    from rooms.presence.members import Members

NOWHERE = Presence()

LONGEST_GAP = 0.048
"""Seconds between two ticks of a room, at most: motion at 20 Hz still looks like motion."""

FULL_SIZE = 64
"""Members from which on a room gathers first; smaller ones gather a part of what it does."""

SMALLEST_PART = 0.25
"""What the smallest rooms gather of what the fullest do: the fullest first."""

URGENT_PART = 0.5
"""What a room gathers of that while someone in it holds a fader: it is heard, not only seen."""

AT_ONCE_SIZE = 8
"""Up to so many members a room on a quiet node ticks with every move."""

LEAST_FULL_GAP = 0.0082
"""Seconds. What a large room gathers on a quiet node: 122 frames a second for each who reads."""

LEAST_FULL_SIZE = 50
"""Members from which on it is that; smaller rooms gather a part of it (`loadtest compare`)."""

FIRST_MAX_GAP, SHORTEST_MAX_GAP = 0.032, 0.016
"""Seconds between two ticks at most: at first, and where the members of a room move most often."""

BUSY_MOVERS = 4
"""Where at least so many move in a gap, a tick goes when as many have moved, not after a time."""

LONGEST_OF_GAP = 1.5
"""After so much of a gap such a tick goes, however few have moved."""

RATE_SMOOTHING = 0.1
"""How much the newest tick counts for how often the members of a room move."""

SHORTEST_COUNTED, LONGEST_COUNTED = 0.001, 0.1
"""Seconds between two ticks, as they count for that: for longer the room was quiet."""

GAP_STEP_SECONDS = 0.001
GAP_BACK_OFF = 0.95
"""`max_gap` grows by a step with each tick; if a move was overwritten, it shrinks by the factor."""

DIGEST_SECONDS = 2.0
"""Between two ticks that carry the digest, while the state changes."""


def merge(before: Presence, after: Presence) -> Presence:
    """`before` with the fields of `after` that are named in it (rule P1)."""
    return Presence(
        cursor=before.cursor if after.cursor is UNSET else after.cursor,
        view=before.view if after.view is UNSET else after.view,
        tool=before.tool if after.tool is UNSET else after.tool,
        selection=before.selection if after.selection is UNSET else after.selection,
        playhead=before.playhead if after.playhead is UNSET else after.playhead,
        at=before.at if after.at is UNSET else after.at,
    )


def least_gap(members: int) -> float:
    """Seconds between two ticks on a node with nothing else to do: what one write can carry."""
    part = (members - AT_ONCE_SIZE) / (LEAST_FULL_SIZE - AT_ONCE_SIZE)
    return LEAST_FULL_GAP * min(1.0, max(0.0, part))


def load_gap(members: int, full_room_gap: float, *, is_urgent: bool = False) -> float:
    """Seconds between two ticks that the load of the node asks of a room.

    `full_room_gap`: what it asks of the fullest; `is_urgent`: someone there holds a fader.
    """
    if not full_room_gap:
        return 0.0
    part = min(1.0, max(SMALLEST_PART, members / FULL_SIZE))
    if is_urgent:
        part *= URGENT_PART
    return min(LONGEST_GAP, full_room_gap * part)


def tick_gap(
    members: int,
    full_room_gap: float = 0.0,
    max_gap: float = FIRST_MAX_GAP,
    *,
    is_urgent: bool = False,
) -> float:
    """Seconds between two ticks of a room (rule P3): what its size or the load of the node asks.

    `full_room_gap`, `is_urgent`: see `load_gap`; `max_gap`: see `next_max_gap`.
    """
    by_load = load_gap(members, full_room_gap, is_urgent=is_urgent)
    return min(max_gap, max(least_gap(members), by_load))


def next_max_gap(max_gap: float, *, overwritten: bool) -> float:
    """The longest gap after a tick: just so long that nobody moves twice meanwhile."""
    if overwritten:
        return max(SHORTEST_MAX_GAP, max_gap * GAP_BACK_OFF)
    return min(LONGEST_GAP, max_gap + GAP_STEP_SECONDS)


@dataclass(slots=True, eq=False)
class Mover:
    """Someone who moves: where others know it to be, and what the next tick will say of it."""

    member: str
    ticks: "Ticks"
    """Those of its room."""
    connection: str = field(default="", kw_only=True)
    """By which it is told what others do."""
    presence: Presence = field(default=NOWHERE, kw_only=True)
    """What ticks have told of it."""
    untold_change: Presence | None = field(default=None, kw_only=True)
    """What it said since, of which the last of each field counts; None: nothing."""

    def move(self, change: Presence) -> bool:
        """It moved; what it said before in this tick is overwritten field by field.

        Whether someone has to see that a tick comes. The way of every cursor: who has the mover at
        hand needs no room, no members and no look-up (decision 0015: 1.6 us a message, 3.3 before).
        """
        before, ticks = self.untold_change, self.ticks
        if before is None:
            self.untold_change = change
            ticks.moved_members.append(self)
        else:
            self.untold_change = merge(before, change)
            ticks.is_overwritten = True
        return not ticks.is_awaited or len(ticks.moved_members) >= ticks.enough_moved

    def latest(self) -> Presence:
        """Where it is, with what no tick has held yet."""
        return (
            self.presence
            if self.untold_change is None
            else merge(self.presence, self.untold_change)
        )


@dataclass(slots=True)
class Ticks:
    """Who moved since the last tick, and when the next one is due. Times are seconds, given."""

    moved_members: list[Mover] = field(default_factory=list)
    """Each once, in the order in which they moved first."""
    last_tick_at: float = float("-inf")
    """When the room made its last tick."""
    last_sent_at: float = float("-inf")
    """When members were last sent a tick, if only one of another node."""
    max_gap: float = FIRST_MAX_GAP
    """Seconds that it may gather until the next tick."""
    is_overwritten: bool = False
    """Someone moved twice since the last tick."""
    is_awaited: bool = False
    """The caller will call when the tick is due."""
    awaited_for: float = float("-inf")
    """When the tick that was awaited last is due."""
    gathers: bool = False
    """Whether it has waited for a gap since the last tick: only then anything is counted."""
    recent_mover_count: float = 0.0
    """How many a tick has told of, on average."""
    recent_seconds: float = LONGEST_COUNTED
    """Between two ticks, on average."""
    enough_moved: float = float("inf")
    """When so many have moved, the tick goes before it is due."""
    told_before_all_moved: float = 0.0
    """What the last tick told of beyond that, less than a mover: the next one waits for less."""

    def wait_until(self, due_at: float) -> None:
        """The caller will call when the tick is due: until then only enough moves see to it."""
        self.is_awaited, self.awaited_for = True, due_at

    def is_awaited_at(self, now: float) -> bool:
        """Whether the tick that was awaited for this time is still to come."""
        return self.is_awaited and self.awaited_for <= now

    def hand_over(self, mover: Mover) -> None:
        """Someone is back before the tick that would hold its last move: it is its own now."""
        for index, other_mover in enumerate(self.moved_members):
            if other_mover.member == mover.member:
                mover.untold_change, other_mover.untold_change = other_mover.untold_change, None
                self.moved_members[index] = mover

    def forget(self, members: Collection[str]) -> None:
        """These have gone: no tick says where they went."""
        if any(mover.member in members for mover in self.moved_members):
            self.moved_members = [
                mover for mover in self.moved_members if mover.member not in members
            ]

    def due(self, members: int, full_room_gap: float = 0.0, *, is_urgent: bool = False) -> float:
        """When to flush, if anything waits for a tick. May lie in the past: then now.

        Where many move, as soon as so many have as usually do in a gap: with no more ticks than if
        each came after its gap, everyone waits less by half the time between two moves, for who
        moves last waits for nothing.
        """
        gap = tick_gap(members, full_room_gap, self.max_gap, is_urgent=is_urgent)
        self.gathers = gap > 0.0
        usually = self.recent_mover_count / self.recent_seconds * gap
        if usually < BUSY_MOVERS:
            return self.last_tick_at + gap
        self.enough_moved = min(members, usually - self.told_before_all_moved)
        if len(self.moved_members) >= self.enough_moved:
            return self.last_tick_at
        return self.last_tick_at + min(self.max_gap, gap * LONGEST_OF_GAP)

    def flush(self, now: float, *, also: bool = False) -> dict[str, Presence]:
        """What the next tick says; empty when nobody moved."""
        moved_members, self.moved_members = self.moved_members, []
        if moved_members or also:
            if self.gathers:
                self._count(len(moved_members), now - self.last_tick_at)
            self.last_tick_at = self.last_sent_at = now
        if moved_members and (self.is_overwritten or self.max_gap < LONGEST_GAP):
            self.max_gap = next_max_gap(self.max_gap, overwritten=self.is_overwritten)
            self.is_overwritten = False
        moved_elsewhere = {}
        for mover in moved_members:
            change, mover.untold_change = mover.untold_change or NOWHERE, None
            mover.presence = merge(mover.presence, change)
            moved_elsewhere[mover.member] = Presence(  # without what else a message has
                change.cursor,
                change.view,
                change.tool,
                change.selection,
                change.playhead,
                change.at,
            )
        return moved_elsewhere

    def _count(self, moved_count: int, seconds: float) -> None:
        """So many have moved in that time."""
        self.gathers = False
        self.told_before_all_moved = min(1.0, max(0.0, moved_count - self.enough_moved))
        self.enough_moved = float("inf")
        seconds = min(max(seconds, SHORTEST_COUNTED), LONGEST_COUNTED)
        self.recent_mover_count += RATE_SMOOTHING * (moved_count - self.recent_mover_count)
        self.recent_seconds += RATE_SMOOTHING * (seconds - self.recent_seconds)


class RoomTicks:
    """Those of one room. Times are the caller's seconds, given."""

    __slots__ = (
        "_digest_sent",
        "_follower",
        "_project",
        "gestures",
        "members",
        "ticks",
    )

    def __init__(
        self,
        project: str,
        follower: JournalFollower,
        members: "Members",
        ticks: Ticks,
        gestures: Gestures,
    ) -> None:
        self.members = members
        self.ticks = ticks
        self.gestures = gestures
        self._project = project
        self._follower = follower
        self._digest_sent = (follower.head, float("-inf"))
        """The seq of the digest that went with a tick last, and when that was."""

    def gathers(self, full_room_gap: float) -> bool:
        """Whether the room waits because of the load of the node, and not for its size alone."""
        members = self.members.size
        is_urgent = self.gestures.bytes > 0
        return load_gap(members, full_room_gap, is_urgent=is_urgent) > least_gap(members)

    def tick_due(self, full_room_gap: float = 0.0) -> float | None:
        """When to call `tick`, in the caller's seconds; None: nobody moved.

        `full_room_gap`: how long the fullest rooms of the node gather just now.
        """
        if not self.ticks.moved_members:
            remote = self.members.remote
            if not (self.gestures.changed_since_tick or remote.waiting_ticks or remote.is_overrun):
                return None
        members = self.members.size
        if not full_room_gap and members <= AT_ONCE_SIZE:
            return self.ticks.last_tick_at  # nine of ten
        return self.ticks.due(members, full_room_gap, is_urgent=self.gestures.bytes > 0)

    def tick(self, now: float) -> Effects:
        """Tell everyone who moved, in one packet; with it go the ticks of other nodes."""
        self.ticks.is_awaited = False  # also if this one fails: the next move asks anew
        gestures = self.gestures.flush() if self.gestures.changed_since_tick else {}
        remote = self.members.remote
        packets = self._flush_remote() if remote.waiting_ticks or remote.is_overrun else ()
        movers = self.ticks.moved_members
        moved_members = self.ticks.flush(now, also=bool(gestures or packets))
        connections, but = self.members.live(), ""
        effects: Effects = []
        if moved_members or gestures:
            digest = self._digest_due(now) if self._digest_sent[0] != self._follower.head else None
            tick = Tick(self._project, moved_members, gestures, digest=digest)
            own_packet = Packet(tick)
            if remote.nodes:
                effects.append(ForwardTick(own_packet))
            if not packets and digest is None:
                but = self._only_one(movers, gestures)
            packets = (own_packet, *packets) if packets else (own_packet,)
        if connections and packets:
            effects.append(SendTick(connections, packets, but))
        return effects

    def pass_on(self, now: float) -> Effects:
        """Tell what moved on other nodes, by itself: it has waited there (rule P3)."""
        remote = self.members.remote
        if not (remote.waiting_ticks or remote.is_overrun):
            return []
        self.ticks.last_sent_at = now
        packets, connections = self._flush_remote(), self.members.live()
        return [SendTick(connections, packets)] if connections and packets else []

    def _flush_remote(self) -> tuple[Packet, ...]:
        """The ticks of other nodes that wait for ours."""
        remote = self.members.remote
        is_overrun, packets = remote.is_overrun, remote.flush()
        return (Packet(self.everyone()),) if is_overrun else tuple(packets)

    def _only_one(self, movers: Sequence[Mover], gestures: Mapping[str, object]) -> str:
        """The connection of the only one whom a tick names; empty: there are several."""
        if not gestures:
            return movers[0].connection if len(movers) == 1 else ""
        if (
            gestures.keys() | {mover.member for mover in movers} != gestures.keys()
            or len(gestures) > 1
        ):
            return ""
        [member] = gestures
        seat = self.members.seat_of(member)
        return "" if seat is None else seat.connection

    def everyone(self) -> Tick:
        """The latest of all members, for who missed ticks (rule P4)."""
        members = self.members.everyone()
        return Tick(
            self._project,
            {member.member: member.presence for member in members},
            {member.member: {**member.gestures} for member in members if member.gestures},
            whole=True,
        )

    def _digest_due(self, now: float) -> Digest | None:
        if now - self._digest_sent[1] < DIGEST_SECONDS:
            return None
        self._digest_sent = (self._follower.head, now)
        return Digest(self._follower.head, self._follower.digest)
