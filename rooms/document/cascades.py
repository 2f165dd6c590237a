"""What a delete takes with it, found with pauses: a track may hold a hundred thousand notes."""

from collections.abc import Generator, Iterator

from rooms.document.index import POINTERS, DocumentIndex, Referrer

SLICE = 200
"""Referrers handled between two pauses."""


class Cascade:
    """What a delete takes with it.

    `children_first`: all that goes, each before what it hangs on; `ids_that_go`: the same, to be
    asked.
    """

    def __init__(self, entity_id: str) -> None:
        self.children_first: list[str] = []
        self.ids_that_go = {entity_id}
        self._referrers_left: dict[str, list[Referrer]] = {}
        """Of what goes: who points at it and does not go for that."""
        self._left_at: list[str] = []
        """The keys of `_referrers_left`, in the order of `children_first`."""

    def left(self) -> Iterator[tuple[str, list[Referrer]]]:
        """Of what goes, the last first: who points at it and does not go for that."""
        return (
            (entity_id, self._referrers_left[entity_id]) for entity_id in reversed(self._left_at)
        )

    def leave(self, entity_id: str, referrer: Referrer) -> None:
        """It points at what goes, and does not go for that."""
        self._referrers_left.setdefault(entity_id, []).append(referrer)

    def take(self, entity_id: str) -> None:
        """All that hangs on it has been taken."""
        self.children_first.append(entity_id)
        if entity_id in self._referrers_left:
            self._left_at.append(entity_id)


def cascade_of(index: DocumentIndex, entity_id: str) -> Generator[None, None, Cascade]:
    """All that goes with this entity (rule O5)."""
    fall = Cascade(entity_id)
    ways: list[tuple[str, Iterator[Referrer]]] = []
    parent_id, referrers = entity_id, (yield from index.in_order(entity_id))
    looked_at_count = 0
    while True:
        for referrer in referrers:
            looked_at_count += 1
            if not looked_at_count % SLICE:
                yield
            referrer_id, name, collection = referrer
            if POINTERS[collection][name].on_delete != "cascade":
                fall.leave(parent_id, referrer)
            elif referrer_id not in fall.ids_that_go:
                fall.ids_that_go.add(referrer_id)
                ways.append((parent_id, referrers))
                parent_id, referrers = referrer_id, (yield from index.in_order(referrer_id))
                break
        else:
            fall.take(parent_id)
            if not ways:
                return fall
            parent_id, referrers = ways.pop()
