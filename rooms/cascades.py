"""What a delete takes with it, found with pauses: a track may hold a hundred thousand notes."""

from collections.abc import Generator, Iterator

from rooms.document_index import POINTERS, DocumentIndex, Referrer

SLICE = 200
"""Referrers looked at between two pauses."""

Left = dict[str, list[Referrer]]
"""Of what goes: who points at it and does not go for that."""


def what_falls(
    index: DocumentIndex, entity_id: str
) -> Generator[None, None, tuple[dict[str, None], Left]]:
    """All that goes, each after all that it hangs on (rule O5), and what is left pointing at it."""
    seen = {entity_id}
    children_first: list[str] = []
    left: Left = {}
    ways: list[tuple[str, Iterator[Referrer]]] = []
    above, referrers = entity_id, (yield from index.in_order(entity_id))
    looked_at = 0
    while True:
        for referrer in referrers:
            looked_at += 1
            if not looked_at % SLICE:
                yield
            below, name, collection = referrer
            if POINTERS[collection][name].on_delete != "cascade":
                left.setdefault(above, []).append(referrer)
            elif below in seen:
                continue
            elif index.is_referred_to(below):
                seen.add(below)
                ways.append((above, referrers))
                above, referrers = below, (yield from index.in_order(below))
                break
            else:
                seen.add(below)
                children_first.append(below)
        else:
            children_first.append(above)
            if not ways:
                return dict.fromkeys(reversed(children_first)), left
            above, referrers = ways.pop()
