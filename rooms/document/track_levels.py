"""How many levels of tracks lie in a track: kept, so that to move a folder is not to walk it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from schema.entities import TRACK_DEPTH

TOO_DEEP = TRACK_DEPTH + 1
"""Levels are counted up to here: past it nothing depends on how many there are."""


@dataclass(slots=True)
class TrackLevels:
    """Tracks may come in any order, children before their parents.

    `_parents`: of each track that is there. `_below`: of each track that holds others, how many of
    them have so many levels.
    """

    _parents: dict[str, str | None] = field(default_factory=dict)
    _below: dict[str, Counter[int]] = field(default_factory=dict)

    def of(self, track_id: str) -> int:
        """Levels from this track down, itself the first; at most `TOO_DEEP`."""
        levels_below = self._below.get(track_id)
        return 1 if levels_below is None else min(TOO_DEEP, 1 + max(levels_below))

    def add(self, track_id: str, parent: str | None) -> None:
        """A track is there now."""
        self._parents[track_id] = parent
        if parent is not None:
            self._change(parent, None, self.of(track_id))

    def discard(self, track_id: str) -> None:
        """A track that was added is no longer there, or no longer in that parent."""
        parent = self._parents.pop(track_id)
        if parent is not None:
            self._change(parent, self.of(track_id), None)

    def maps(self) -> tuple[dict[Any, Any], ...]:
        """What holds most of the memory, for who takes a document apart."""
        return self._parents, self._below

    def _change(self, track_id: str, before: int | None, after: int | None) -> None:
        """A child has come, gone, or has more or fewer levels: so may all that is above."""
        ancestor: str | None = track_id
        while ancestor is not None and before != after:
            levels = self.of(ancestor)
            levels_below = self._below.setdefault(ancestor, Counter())
            if after is not None:
                levels_below[after] += 1
            if before is not None:
                levels_below[before] -= 1
                if not levels_below[before]:
                    del levels_below[before]
            if not levels_below:
                del self._below[ancestor]
            before, after = levels, self.of(ancestor)
            ancestor = self._parents.get(ancestor)
