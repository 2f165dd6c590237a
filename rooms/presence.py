"""Where members are: latest wins per field, gathered between ticks."""

from dataclasses import dataclass, field

from msgspec import UNSET

from schema.messages import Presence

NOWHERE = Presence()

QUIET_GAP_SECONDS = 0.001
"""Gap between two ticks, for each member of the room: bytes sent grow with members times ticks."""

LONGEST_GAP_SECONDS = 0.050
"""The longest gap: motion at 20 Hz still looks like motion."""


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


def tick_gap(members: int) -> float:
    """Seconds between two ticks of a room (rule P3): 1 ms a member, at most 50; up to two, none."""
    return 0.0 if members <= 2 else min(QUIET_GAP_SECONDS * members, LONGEST_GAP_SECONDS)


@dataclass(slots=True)
class Ticks:
    """Who moved since the last tick, and when the next one is due. Times are seconds, given."""

    moved: dict[str, Presence] = field(default_factory=dict)
    last: float = float("-inf")

    def move(self, member: str, change: Presence) -> None:
        """A member moved; what it said before in this tick is overwritten field by field."""
        self.moved[member] = merge(self.moved.get(member, NOWHERE), change)

    def forget(self, member: str) -> None:
        """A member went; it has moved for the last time."""
        self.moved.pop(member, None)

    def due(self, members: int, *, also: bool = False) -> float | None:
        """When to flush, or None while nobody moved and nothing else (`also`) waits for a tick.

        May lie in the past: then now.
        """
        return self.last + tick_gap(members) if self.moved or also else None

    def flush(self, now: float, *, also: bool = False) -> dict[str, Presence]:
        """What the next tick says; empty when nobody moved."""
        moved, self.moved = self.moved, {}
        if moved or also:
            self.last = now
        return moved
