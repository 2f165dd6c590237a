"""Where members are: latest wins per field, gathered between ticks."""

from collections.abc import Collection
from dataclasses import dataclass, field

from msgspec import UNSET

from schema.messages import Presence

NOWHERE = Presence()

LONGEST_REACH, FIRST_REACH, SHORTEST_REACH = 0.048, 0.032, 0.016
"""Seconds. How long a room may gather: motion at 20 Hz still looks like motion."""

REACH_STEP_SECONDS = 0.001
REACH_BACK_OFF = 0.95
"""The reach grows by a step with each tick; if a move was overwritten, it shrinks by the factor."""

FULL_SIZE = 64
"""Members from which on a room gathers as long as it can: bytes grow with members times ticks."""

QUIET_LOAD, FULL_LOAD = 0.05, 0.15
"""Parts of a core. Below the first a node sends at once, from the second on it gathers longest."""


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


def tick_gap(members: int, load: float = 0.0, reach: float = FIRST_REACH) -> float:
    """Seconds between two ticks of a room (rule P3): the larger part of `reach` that is asked for.

    Size asks for a 64th of it with each member, and for nothing with two or fewer. Load (the part
    of a core that the node takes) asks for nothing below 5 %, for all of it from 15 % on.
    """
    by_size = 0.0 if members <= 2 else members / FULL_SIZE
    by_load = (load - QUIET_LOAD) / (FULL_LOAD - QUIET_LOAD)
    return reach * min(1.0, max(by_size, by_load, 0.0))


def next_reach(reach: float, *, overwritten: bool) -> float:
    """How long a room gathers after a tick: just so long that nobody moves twice meanwhile."""
    if overwritten:
        return max(SHORTEST_REACH, reach * REACH_BACK_OFF)
    return min(LONGEST_REACH, reach + REACH_STEP_SECONDS)


@dataclass(slots=True, eq=False)
class Mover:
    """Someone who moves: where others know it to be, and what the next tick will say of it."""

    member: str
    presence: Presence = field(default=NOWHERE, kw_only=True)
    untold: Presence | None = field(default=None, kw_only=True)

    def latest(self) -> Presence:
        """Where it is, with what no tick has told yet."""
        return self.presence if self.untold is None else merge(self.presence, self.untold)


@dataclass(slots=True)
class Ticks:
    """Who moved since the last tick, and when the next one is due. Times are seconds, given.

    `is_awaited` is the shell's: it will call when the tick is due.
    """

    moved: list[Mover] = field(default_factory=list)
    last: float = float("-inf")
    reach: float = FIRST_REACH
    is_overwritten: bool = False
    is_awaited: bool = False

    def move(self, who: Mover, change: Presence) -> None:
        """Someone moved; what it said before in this tick is overwritten field by field."""
        before = who.untold
        if before is None:
            who.untold = change
            self.moved.append(who)
        else:
            who.untold = merge(before, change)
            self.is_overwritten = True

    def hand_over(self, who: Mover) -> None:
        """Someone is back before the tick that would tell where it went: as its own move."""
        for place, other in enumerate(self.moved):
            if other.member == who.member:
                who.untold, other.untold = other.untold, None
                self.moved[place] = who

    def forget(self, members: Collection[str]) -> None:
        """These have gone: no tick says where they went."""
        if any(who.member in members for who in self.moved):
            self.moved = [who for who in self.moved if who.member not in members]

    def due(self, members: int, load: float = 0.0, *, also: bool = False) -> float | None:
        """When to flush, or None while nobody moved and nothing else (`also`) waits for a tick.

        May lie in the past: then now.
        """
        return self.last + tick_gap(members, load, self.reach) if self.moved or also else None

    def flush(self, now: float, *, also: bool = False) -> dict[str, Presence]:
        """What the next tick says; empty when nobody moved."""
        moved, self.moved = self.moved, []
        if moved or also:
            self.last = now
        if moved:
            self.reach = next_reach(self.reach, overwritten=self.is_overwritten)
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
