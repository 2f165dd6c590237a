"""Entities in an order in which what is pointed at comes first."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rooms.document.index import POINTERS, target_of
from rooms.pauses import PAUSE_EVERY, Pause

State = Mapping[str, Mapping[str, Mapping[str, Any]]]
Named = tuple[str, str]
"""An entity's id and its collection."""


def in_order_of_links(entities: Sequence[Named], state: State, pause: Pause) -> list[Named]:
    """The wanted ones, each after what it leads to in the state, however far that is.

    A channel leads to where its sends do, too, and a send only there: so who sets links in this
    order finds all that sound comes to from there already set.
    """
    sends = _sends_by_channel(state)
    order: list[Named] = []
    met: set[str] = set()
    for start in entities:
        ways: list[tuple[Named, Iterator[Named]]] = []
        _meet(start, met, ways, state, sends)
        while ways:
            referrer, leads_to = ways[-1]
            next_entity = next((entity for entity in leads_to if entity[0] not in met), None)
            if next_entity is not None:
                _meet(next_entity, met, ways, state, sends)
                continue
            ways.pop()
            order.append(referrer)
            if not len(order) % PAUSE_EVERY:
                pause()
    places = {entity: index for index, entity in enumerate(order)}
    return sorted(entities, key=places.__getitem__)


def _meet(
    named: Named,
    met: set[str],
    ways: list[tuple[Named, Iterator[Named]]],
    state: State,
    sends: Mapping[str, list[str]],
) -> None:
    if named[0] not in met:
        met.add(named[0])
        ways.append((named, _led_to(named, state, sends)))


def _led_to(named: Named, state: State, sends: Mapping[str, list[str]]) -> Iterator[Named]:
    entity_id, collection = named
    entity = state.get(collection, {}).get(entity_id)
    if entity is None:
        return
    for name, pointer in POINTERS[collection].items():
        if (collection, name) == ("sends", "channel"):
            continue
        value = entity.get(name)
        target = None if value is None else target_of(pointer, value)
        if target is not None:
            yield target[1], target[0]
    if collection == "channels":
        for send in sends.get(entity_id, ()):
            yield send, "sends"


def _sends_by_channel(state: State) -> dict[str, list[str]]:
    by_channel: dict[str, list[str]] = {}
    for send_id, send in state.get("sends", {}).items():
        by_channel.setdefault(send["channel"], []).append(send_id)
    return by_channel
