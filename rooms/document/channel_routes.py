"""Which channel leads to which, and whether sound would come back to where it came from."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from sys import getsizeof
from typing import TypeVar

from schema.limits import MAX_ROUTE_LINKS

SLICE_LINKS = 100
"""Links walked between two pauses: some ten microseconds."""

Links = dict[str, dict[str, int]]
"""Channel -> the channels it is linked with -> by how many entities (its `dest`, sends)."""

Group = TypeVar("Group", dict[str, int], set[str])


class TooFar(Exception):
    """More links than `MAX_ROUTE_LINKS` would have to be walked."""


def shrunk(group: Group) -> Group:
    """The group, made anew if most have left it: who looks through it would pay for those, too."""
    return type(group)(group) if getsizeof(group) > 512 + 256 * len(group) else group


@dataclass(slots=True)
class Routes:
    """The links between the channels of a project, which never come back to where they start."""

    _onward: Links = field(default_factory=dict)
    _back: Links = field(default_factory=dict)

    def add(self, source: str, destination: str) -> None:
        """One more entity leads sound from `source` to `destination`."""
        for links, start, end in _both_ways(self, source, destination):
            link_counts = links.setdefault(start, {})
            link_counts[end] = link_counts.get(end, 0) + 1

    def discard(self, source: str, destination: str) -> None:
        """An entity that was added leads there no longer."""
        for links, start, end in _both_ways(self, source, destination):
            link_counts = links[start]
            link_counts[end] -= 1
            if not link_counts[end]:
                del link_counts[end]
                if link_counts:
                    links[start] = shrunk(link_counts)
                else:
                    del links[start]

    def may_lead(self, source: str, destination: str) -> bool:
        """False: there is no way from `source` to `destination`, and no search is needed."""
        return source == destination or (source in self._onward and destination in self._back)

    def maps(self) -> "tuple[Links, ...]":
        """What holds most of the memory, for who takes a document apart."""
        return self._onward, self._back

    def onward(self, source: str) -> "Walk":
        """A walk to all channels that sound from `source` reaches."""
        return Walk(self._onward, source)

    def back(self, destination: str) -> "Walk":
        """A walk to all that sound at `destination` comes from."""
        return Walk(self._back, destination)


class Walk:
    """Goes along links one by one; what it has met stays known, so it can go on later.

    `met_channels`: the start and the ends of the `link_count` links that it has gone along.
    """

    __slots__ = ("_channels_to_visit", "_end_ids", "_links", "link_count", "met_channels")

    def __init__(self, links: Links, start: str) -> None:
        self.met_channels = {start}
        self.link_count = 0
        self._links = links
        self._channels_to_visit = [start] if start in links else []
        self._end_ids: Iterator[str] = iter(())

    def step(self) -> str | None:
        """The channel at the other end of the next link; None: there are no more."""
        while True:
            for channel in self._end_ids:
                self.link_count += 1
                if channel not in self.met_channels:
                    self.met_channels.add(channel)
                    if channel in self._links:
                        self._channels_to_visit.append(channel)
                return channel
            if not self._channels_to_visit:
                return None
            self._end_ids = iter(self._links[self._channels_to_visit.pop()])


def meet(
    onward: Walk, backward: Walk, goal: str, *, is_limited: bool = False
) -> Generator[None, None, bool]:
    """Whether a walk onward and one back from `goal` meet: the shorter one decides. With pauses.

    Raises `TooFar` if `is_limited` and neither ends within `MAX_ROUTE_LINKS`, both together.
    """
    if goal in onward.met_channels:
        return True
    link_count = 0
    while True:
        for walk, other_walk in ((onward, backward), (backward, onward)):
            channel = walk.step()
            if channel is None or channel in other_walk.met_channels:
                return channel is not None
        link_count += 2
        if is_limited and link_count >= MAX_ROUTE_LINKS:
            raise TooFar
        if not link_count % SLICE_LINKS:
            yield


def _both_ways(routes: Routes, source: str, destination: str) -> Iterator[tuple[Links, str, str]]:
    yield routes._onward, source, destination
    yield routes._back, destination, source
