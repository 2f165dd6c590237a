"""How long the fullest rooms of a node gather: as it takes to keep to a share of the core.

Pure arithmetic: times are seconds of a clock that only goes on, given. Decision record 0031.
"""

import math
from dataclasses import dataclass

from rooms.presence.ticks import LONGEST_GAP, SMALLEST_PART

LONGEST_FULL_ROOM_GAP = LONGEST_GAP / SMALLEST_PART
"""From here on every room gathers as long as it can."""

FIRST_STEP = 0.016
"""Seconds. The gap of full rooms grows and shrinks by a part of itself and of this."""

ANSWER_SECONDS = 0.1
"""In so long, the gap of full rooms grows by the factor by which the node is over its share."""

FURTHEST = 4.0
"""No look is believed to be further from the share than by this factor."""

LONGEST_LOOK = 0.2
"""Seconds. A look that took longer counts as one of so long."""

LATE = 0.010
"""Seconds. A node whose ticks come so late, on average, is at its share whatever it takes."""

FULL_SECONDS = 10.0
"""Past its share for so long, with all rooms gathering as long as they can, a node is full.

Longer than thousands take to come back after a restart: they are let in at 500 a second.
"""

NO_LONGER_FULL = 0.8
"""A full node is full until it gathers less than this part of the most."""


@dataclass(slots=True)
class LoadSample:
    """What was seen since the last look. All are seconds."""

    elapsed_seconds: float
    cpu_seconds: float
    """Of processor time, by the thread of the event loop."""
    waited_for_core_seconds: float = 0.0
    """That the thread could have run and was not let, as far as the system tells."""
    late_seconds: float = 0.0
    """By how much ticks, on average, or the look itself came after they were due."""
    stepped_back_seconds: float = 0.0
    """Of `cpu_seconds`, by jobs that step back for all others."""

    @property
    def whole_load(self) -> float:
        """What was taken, as a part of the core that was to be had."""
        return self._part(self.cpu_seconds)

    @property
    def load(self) -> float:
        """The same without what steps back: that would be there for others, if they had need."""
        return self._part(self.cpu_seconds - max(0.0, self.stepped_back_seconds))

    def _part(self, cpu_taken: float) -> float:
        return min(
            1.0,
            max(0.0, cpu_taken)
            / max(self.elapsed_seconds - max(0.0, self.waited_for_core_seconds), 1e-6),
        )


@dataclass(slots=True)
class Gathering:
    """Of one node. `share`: the part of a core that it aims at, above 0 and below 1."""

    share: float
    full_room_gap: float = 0.0
    """Seconds that the fullest rooms gather, before the bound of `LONGEST_GAP`."""
    is_full: bool = False
    """Whether it takes more than its share though every room gathers as long as it can."""
    seconds_over_share: float = 0.0
    """Seconds for which that has been so."""

    @property
    def longest_gap(self) -> float:
        """Seconds that the fullest rooms gather."""
        return min(LONGEST_GAP, self.full_room_gap)

    def looked(self, look: LoadSample) -> None:
        """Gather longer, or less long, by what was seen.

        By a factor, so that the answer is as fast for a millisecond as for fifty; and by less than
        the node is off, for the load falls by at most the factor: it is met, and not passed.
        """
        if look.elapsed_seconds <= 0.0:
            return
        seconds = min(look.elapsed_seconds, LONGEST_LOOK)
        overload = max(look.load / self.share, look.late_seconds / LATE)
        answered_share = 1.0 - math.exp(-seconds / ANSWER_SECONDS)
        factor = min(FURTHEST, max(1 / FURTHEST, overload)) ** answered_share
        wanted_gap = (self.full_room_gap + FIRST_STEP) * factor - FIRST_STEP
        self.full_room_gap = min(LONGEST_FULL_ROOM_GAP, max(0.0, wanted_gap))
        if self.full_room_gap < LONGEST_FULL_ROOM_GAP:
            self.seconds_over_share = 0.0
            if self.full_room_gap < NO_LONGER_FULL * LONGEST_FULL_ROOM_GAP:
                self.is_full = False
        else:
            self.seconds_over_share += seconds
            self.is_full = self.is_full or self.seconds_over_share >= FULL_SECONDS
