"""What must hold between entities: nothing inside itself, clips where they fit, routes that end."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Protocol

from schema import invariants
from schema.entities import MASTER_CHANNEL, TRACK_DEPTH
from schema.errors import DropReason

Entity = dict[str, Any]
Why = tuple[DropReason | None, str]
"""For which reason an entity cannot stand where it would, and as a sentence; None: it can."""

FINE: Why = (None, "")

_CLIP_KINDS: Mapping[str, AbstractSet[str]] = {
    "notes": frozenset({"notes"}),
    "warps": frozenset({"audio", "video"}),
}
"""The kinds of clips that hold such entities."""


class Entities(Protocol):
    """What these rules ask of a document."""

    def get(self, entity_id: str) -> Entity | None:
        """The entity with this id."""

    def referring(self, entity_id: str, collection: str, name: str) -> AbstractSet[str]:
        """The ids of the collection whose property `name` points at this entity."""

    def holds_kind(self, track_id: str, kind: str) -> bool:
        """Whether a clip of this kind is on the track."""

    def track_levels(self, track_id: str) -> int:
        """How many levels of tracks there are from this one down, itself the first."""


def problem_with_place(
    document: Entities,
    collection: str,
    entity_id: str,
    entity: Entity,
    touched_names: AbstractSet[str],
) -> Why:
    """Why the entity cannot stand where it would, checking only what `touched_names` can have
    changed."""
    rules = _RULES.get(collection)
    if rules is None or touched_names.isdisjoint(rules):
        return FINE
    for name, rule in rules.items():
        if name in touched_names:
            why = rule(document, entity_id, entity)
            if why[0] is not None:
                return why
    return FINE


def route_of(
    collection: str, entity_id: str, entity: Entity, touched_names: AbstractSet[str]
) -> tuple[str, str] | None:
    """From which channel to which the entity would lead sound, if that is to be looked at anew."""
    if collection == "channels":
        is_new = "dest" in touched_names and entity["dest"] is not None
        return (entity_id, entity["dest"]) if is_new else None
    if collection == "sends" and not touched_names.isdisjoint(("channel", "dest")):
        return entity["channel"], entity["dest"]
    return None


def _track_parent(document: Entities, track_id: str, track: Entity) -> Why:
    ancestor: str | None = track["parent"]
    if ancestor is None:
        return FINE
    parent = document.get(ancestor)
    if parent is not None and "tracks" not in parent["content"]:
        return DropReason.INVALID, invariants.HOLDS_NO_TRACKS
    depth = 0
    while ancestor is not None and depth < TRACK_DEPTH:
        if ancestor == track_id:
            return DropReason.CYCLE, invariants.TRACK_IN_ITSELF
        depth += 1
        parent_track = document.get(ancestor)
        ancestor = None if parent_track is None else parent_track["parent"]
    if depth + document.track_levels(track_id) > TRACK_DEPTH:
        return DropReason.INVALID, invariants.TOO_DEEP.format(depth=TRACK_DEPTH)
    return FINE


def _track_channel(document: Entities, track_id: str, track: Entity) -> Why:
    if track["channel"] is None:
        return FINE
    if document.referring(track["channel"], "tracks", "channel") <= {track_id}:
        return FINE
    return DropReason.INVALID, invariants.CHANNEL_TAKEN


def _track_content(document: Entities, track_id: str, track: Entity) -> Why:
    if "tracks" not in track["content"] and document.referring(track_id, "tracks", "parent"):
        return DropReason.INVALID, invariants.STILL_TRACKS
    for kind in ("notes", "audio", "automation", "video"):
        if kind not in track["content"] and document.holds_kind(track_id, kind):
            return DropReason.INVALID, invariants.STILL_KIND.format(kind=kind)
    return FINE


def _channel_role(_document: Entities, channel_id: str, channel: Entity) -> Why:
    if (channel["role"] == "master") == (channel_id == MASTER_CHANNEL):
        return FINE
    return DropReason.INVALID, invariants.ONE_MASTER


def _channel_dest(_document: Entities, channel_id: str, channel: Entity) -> Why:
    if channel["dest"] is not None and channel_id == MASTER_CHANNEL:
        return DropReason.INVALID, invariants.MASTER_LEADS
    return FINE


def _clip_on_track(document: Entities, _clip_id: str, clip: Entity) -> Why:
    track = document.get(clip["track"])
    if track is None or clip["kind"] in track["content"]:
        return FINE
    return DropReason.INVALID, invariants.HOLDS_NO_KIND.format(kind=clip["kind"])


def _note_problem(document: Entities, _note_id: str, note: Entity) -> Why:
    return _inside_problem(document, "notes", note)


def _warp(document: Entities, _warp_id: str, warp: Entity) -> Why:
    return _inside_problem(document, "warps", warp)


def _inside_problem(document: Entities, collection: str, entity: Entity) -> Why:
    clip = document.get(entity["clip"])
    if clip is None or clip["kind"] in _CLIP_KINDS[collection]:
        return FINE
    holds_no = invariants.CLIP_HOLDS_NO.format(kind=clip["kind"], collection=collection)
    return DropReason.INVALID, holds_no


def _clip_kind(document: Entities, clip_id: str, clip: Entity) -> Why:
    for collection, kinds in _CLIP_KINDS.items():
        if clip["kind"] not in kinds and document.referring(clip_id, collection, "clip"):
            still_holds = invariants.CLIP_STILL_HOLDS.format(collection=collection)
            return DropReason.INVALID, still_holds
    alias = document.get(next(iter(document.referring(clip_id, "clips", "ref")), ""))
    if alias is not None and alias["kind"] != clip["kind"]:
        return DropReason.INVALID, invariants.ALIAS_OF_OLD_KIND
    why = _clip_on_track(document, clip_id, clip)
    return _clip_ref(document, clip_id, clip) if why is FINE else why


def _clip_ref(document: Entities, clip_id: str, clip: Entity) -> Why:
    if clip["ref"] is None:
        return FINE
    if clip["ref"] == clip_id or document.referring(clip_id, "clips", "ref"):
        return DropReason.INVALID, invariants.ORIGINAL_IS_ALIAS
    original = document.get(clip["ref"])
    if original is not None and (original["ref"] is not None or original["kind"] != clip["kind"]):
        return DropReason.INVALID, invariants.ALIAS_OF_OTHER_KIND
    return FINE


def _clip_in_slot(document: Entities, clip_id: str, clip: Entity) -> Why:
    slot = None if clip["slot"] is None else document.get(clip["slot"])
    if slot is None:
        return FINE
    if slot["track"] != clip["track"]:
        return DropReason.INVALID, invariants.SLOT_OF_OTHER_TRACK
    if document.referring(clip["slot"], "clips", "slot") <= {clip_id}:
        return FINE
    return DropReason.INVALID, invariants.SLOT_IS_FULL


def _clip_track(document: Entities, clip_id: str, clip: Entity) -> Why:
    why = _clip_on_track(document, clip_id, clip)
    return _clip_in_slot(document, clip_id, clip) if why is FINE else why


def _slot_track(document: Entities, slot_id: str, slot: Entity) -> Why:
    clips = [document.get(clip_id) for clip_id in document.referring(slot_id, "clips", "slot")]
    if all(clip is None or clip["track"] == slot["track"] for clip in clips):
        return FINE
    return DropReason.INVALID, invariants.SLOT_STILL_HOLDS


_Rule = Callable[[Entities, str, Entity], Why]

_RULES: Mapping[str, Mapping[str, _Rule]] = {
    "tracks": {"parent": _track_parent, "channel": _track_channel, "content": _track_content},
    "channels": {"role": _channel_role, "dest": _channel_dest},
    "notes": {"clip": _note_problem},
    "warps": {"clip": _warp},
    "clips": {
        "track": _clip_track,
        "kind": _clip_kind,
        "ref": _clip_ref,
        "slot": _clip_in_slot,
    },
    "slots": {"track": _slot_track},
}
"""Which property, when touched, calls for which rule."""
