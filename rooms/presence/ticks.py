"""Where members are: latest wins per field, gathered between ticks."""

from collections.abc import Collection
from dataclasses import dataclass, field

from msgspec import UNSET

from rooms.presence.gathering import LONGEST_GAP, least_gap, load_gap
from schema.messages import Presence

NOWHERE = Presence()

FIRST_MAX_GAP, SHORTEST_MAX_GAP = 0.032, 0.016
"""Seconds between two ticks at most: at first, and where the members of a room move most often."""

CLOCK_STEP_SECONDS = 0.001
"""A timer comes up to so much late. The next gap counts from when it was due: 7.5 ms are 7 and 8.
"""

GAP_STEP_SECONDS = 0.001
GAP_BACK_OFF = 0.95
"""`max_gap` grows by a step with each tick; if a move was overwritten, it shrinks by the factor."""


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
    untold: Presence | None = field(default=None, kw_only=True)
    """What it said since, of which the last of each field counts; None: nothing."""

    def move(self, change: Presence) -> bool:
        """It moved; what it said before in this tick is overwritten field by field.

        Whether someone has to see that a tick comes. The way of every cursor: who has the mover at
        hand needs no room, no members and no look-up (decision 0015: 1.6 us a message, 3.3 before).
        """
        before, ticks = self.untold, self.ticks
        if before is None:
            self.untold = change
            ticks.moved.append(self)
        else:
            self.untold = merge(before, change)
            ticks.is_overwritten = True
        return not ticks.is_awaited

    def latest(self) -> Presence:
        """Where it is, with what no tick has held yet."""
        return self.presence if self.untold is None else merge(self.presence, self.untold)


@dataclass(slots=True)
class Ticks:
    """Who moved since the last tick, and when the next one is due. Times are seconds, given."""

    moved: list[Mover] = field(default_factory=list)
    """Each once, in the order in which they moved first."""
    last_tick_at: float = float("-inf")
    """When the room made its last tick, or when it was due if it came with the next clock step."""
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

    def hand_over(self, who: Mover) -> None:
        """Someone is back before the tick that would hold its last move: it is its own now."""
        for place, other in enumerate(self.moved):
            if other.member == who.member:
                who.untold, other.untold = other.untold, None
                self.moved[place] = who

    def forget(self, members: Collection[str]) -> None:
        """These have gone: no tick says where they went."""
        if any(who.member in members for who in self.moved):
            self.moved = [who for who in self.moved if who.member not in members]

    def due(self, members: int, full_room_gap: float = 0.0, *, is_urgent: bool = False) -> float:
        """When to flush, if anything waits for a tick. May lie in the past: then now."""
        return self.last_tick_at + tick_gap(
            members, full_room_gap, self.max_gap, is_urgent=is_urgent
        )

    def flush(self, now: float, *, also: bool = False) -> dict[str, Presence]:
        """What the next tick says; empty when nobody moved."""
        moved, self.moved = self.moved, []
        if moved or also:
            came_with_the_step = 0.0 <= now - self.awaited_for < CLOCK_STEP_SECONDS
            self.last_tick_at = self.awaited_for if came_with_the_step else now
            self.last_sent_at = now
        if moved and (self.is_overwritten or self.max_gap < LONGEST_GAP):
            self.max_gap = next_max_gap(self.max_gap, overwritten=self.is_overwritten)
            self.is_overwritten = False
        told = {}
        for who in moved:
            change, who.untold = who.untold or NOWHERE, None
            who.presence = merge(who.presence, change)
            told[who.member] = Presence(  # without what else a message has
                change.cursor,
                change.view,
                change.tool,
                change.selection,
                change.playhead,
                change.at,
            )
        return told
