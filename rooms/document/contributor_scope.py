"""What a contributor may edit: its tracks, and what hangs on them (rules R20 to R23).

Judged where an op is applied, so that what others have moved meanwhile counts, and every node comes
to the same. Found by the links of an entity to what it hangs on: never by a walk over others.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from rooms.document.index import POINTERS, DocumentIndex, target_of
from rooms.rules.op_rules import props_of_move
from schema import invariants
from schema.messages import Previewed
from schema.ops import Delete, Insert, Move, Op

Entity = Mapping[str, Any]

HANGS_ON: Mapping[str, tuple[str, ...]] = {
    "tracks": ("parent",),
    "clips": ("track",),
    "notes": ("clip",),
    "lanes": ("track", "clip"),
    "points": ("lane",),
    "warps": ("clip",),
    "sends": ("channel",),
    "devices": ("channel",),
    "slots": ("track",),
}
"""Collection -> the properties that lead to what an entity of it hangs on."""

SHARED = frozenset({("clips", "media"), ("slots", "scene")})
"""Properties that may lead to what is everyone's: to use it changes nothing of it."""

EDITORS: Mapping[str, frozenset[str]] = {
    "tracks": frozenset({"channel"}),
    "channels": frozenset({"dest", "role", "order", "audioChannels"}),
}
"""Properties that are not a contributor's: by them the mixer is another one."""

PLACE = frozenset({"parent", "order"})
"""Of a track: where it stands among others."""

SEPARATOR = ","
"""Between the ids of tracks in `ContributorScope.text`: no id has it."""


class ScopedDocument(Protocol):
    """What is looked at of a document."""

    collection_by_id: dict[str, str]
    collections: dict[str, dict[str, Any]]

    @property
    def index(self) -> DocumentIndex: ...


class ContributorScope:
    """That of one contributor. `text`: its tracks, as the journal has them beside its entries.

    `takes_back`: of its undo, which deletes no media but what it has made itself.
    """

    __slots__ = ("takes_back", "text", "tracks")

    def __init__(self, tracks: Iterable[str], *, takes_back: bool = False) -> None:
        self.takes_back = takes_back
        self.text = SEPARATOR.join(tracks)
        self.tracks = frozenset(self.text.split(SEPARATOR) if self.text else ())

    @property
    def listed(self) -> list[str]:
        """The tracks, in their order."""
        return self.text.split(SEPARATOR) if self.text else []

    def has(self, document: ScopedDocument, collection: str, entity_id: str) -> bool:
        """Whether the entity is there, and is one of the tracks or hangs on one."""
        if document.collection_by_id.get(entity_id) != collection:
            return False
        if collection == "tracks" and entity_id in self.tracks:
            return True
        parents = list(_parents_of(document, collection, entity_id))
        if not parents or not all(self.has(document, *parent) for parent in parents):
            return False
        return collection != "lanes" or self._may_lead(document, *_target(document, entity_id))

    def problem_with(self, document: ScopedDocument, op: Op) -> str | None:
        """Why a contributor may not do this, as a sentence; None: it may.

        Where an op names what is not there, that is a problem of the op.
        """
        if isinstance(op, Insert):
            return self._problem_with_making(document, op.col, op.entity)
        if isinstance(op, Delete) and self._takes_back_media(op.col):
            return None
        if not isinstance(op, Delete):
            props = props_of_move(op) if isinstance(op, Move) else op.props
            return self._problem_with_setting(document, op.col, op.id, props)
        if not self.has(document, op.col, op.id):
            return invariants.FOREIGN.format(collection=op.col, id=op.id)
        # what it could not make again, it could not undo
        return self._problem_with_making(document, op.col, document.collections[op.col][op.id])

    def problem_with_shown(
        self, document: ScopedDocument, values: Mapping[str, Previewed]
    ) -> str | None:
        """Why a contributor may not show a gesture, as of an op that does it; None: it may.

        Its values obey the entity types.
        """
        for entity_id, value in values.items():
            problem = self._problem_with_setting(document, value.col, entity_id, value.props)
            if problem:
                return problem
        return None

    def _problem_with_setting(
        self, document: ScopedDocument, collection: str, entity_id: str, props: Entity
    ) -> str | None:
        if not self.has(document, collection, entity_id):
            return invariants.FOREIGN.format(collection=collection, id=entity_id)
        entity = document.collections[collection][entity_id]
        return self._problem_with_change(document, collection, entity, props)

    def problem_with_fall(
        self, document: ScopedDocument, entity_id: str, *, goes: bool
    ) -> str | None:
        """The same of what goes with an entity that is deleted, or leads elsewhere then."""
        collection = document.collection_by_id[entity_id]
        if goes and self._takes_back_media(collection):
            return None
        if not self.has(document, collection, entity_id):
            return invariants.FOREIGN.format(collection=collection, id=entity_id)
        entity = document.collections[collection][entity_id]
        return self._problem_with_making(document, collection, entity) if goes else None

    def _takes_back_media(self, collection: str) -> bool:
        """Media is everyone's once it is there: only its own undo deletes it (rule R22)."""
        return self.takes_back and collection == "media"

    def _problem_with_making(
        self, document: ScopedDocument, collection: str, entity: Entity
    ) -> str | None:
        if collection == "media":
            return None  # a recording is everyone's
        for name in EDITORS.get(collection, ()):
            if entity.get(name) is not None:
                return invariants.EDITORS_ONLY.format(collection=collection, name=name)
        return _problem_with_hanging(collection, entity) or self._problem_with_links(
            document, collection, entity
        )

    def _problem_with_change(
        self, document: ScopedDocument, collection: str, entity: Entity, props: Entity
    ) -> str | None:
        for name in props.keys() & EDITORS.get(collection, frozenset()):
            return invariants.EDITORS_ONLY.format(collection=collection, name=name)
        names = props.keys() & POINTERS[collection].keys()
        if collection == "tracks" and not PLACE.isdisjoint(props):
            names = names | {"parent"}
        if not names.isdisjoint(HANGS_ON.get(collection, ())):
            problem = _problem_with_hanging(collection, entity) or _problem_with_hanging(
                collection, {**entity, **props}
            )
            if problem:
                return problem
        before = {name: entity[name] for name in names}
        return self._problem_with_links(document, collection, before) or self._problem_with_links(
            document, collection, props
        )

    def _problem_with_links(
        self, document: ScopedDocument, collection: str, entity: Entity
    ) -> str | None:
        """Where it leads is the contributor's; what is not there is not looked at."""
        for target in _led_to(collection, entity):
            if not self._may_lead(document, *target):
                return invariants.FOREIGN.format(collection=target[0], id=target[1])
        return None

    def _may_lead(self, document: ScopedDocument, collection: str, entity_id: str) -> bool:
        is_there = document.collection_by_id.get(entity_id) == collection
        return not is_there or self.has(document, collection, entity_id)


def scope_of(text: str | None, *, takes_back: bool = False) -> ContributorScope | None:
    """Of what the journal has; None: all of the project. `takes_back`: the entry is an undo."""
    if text is None:
        return None
    return ContributorScope(text.split(SEPARATOR) if text else (), takes_back=takes_back)


def _problem_with_hanging(collection: str, entity: Entity) -> str | None:
    if any(entity.get(name) is not None for name in HANGS_ON.get(collection, ())):
        return None
    return invariants.HANGS_ON_NOTHING.format(collection=collection)


def _parents_of(
    document: ScopedDocument, collection: str, entity_id: str
) -> Iterator[tuple[str, str]]:
    """What the entity hangs on: a channel on its track, the others by a property."""
    if collection == "channels":
        for track in document.index.referring(entity_id, "tracks", "channel"):
            yield "tracks", track
        return
    entity = document.collections[collection][entity_id]
    for name in HANGS_ON.get(collection, ()):
        if (parent_id := entity[name]) is not None:
            yield POINTERS[collection][name].points_to, parent_id


def _target(document: ScopedDocument, lane_id: str) -> tuple[str, str]:
    lane = document.collections["lanes"][lane_id]
    target = target_of(POINTERS["lanes"]["target"], lane["target"])
    assert target is not None
    return target


def _led_to(collection: str, entity: Entity) -> Iterator[tuple[str, str]]:
    """Where its properties lead, but for what is everyone's."""
    for name, pointer in POINTERS[collection].items():
        value = entity.get(name)
        if value is None or (collection, name) in SHARED:
            continue
        target = target_of(pointer, value)
        if target is not None:
            yield target
