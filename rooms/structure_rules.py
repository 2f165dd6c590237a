"""What must hold between entities: nothing inside itself, clips where they fit, one owner per channel."""

from typing import Any, Protocol

from schema.entities import MASTER_CHANNEL, TRACK_DEPTH
from schema.errors import DropReason

Entity = dict[str, Any]
Verdict = tuple[DropReason | None, str]
FINE: Verdict = (None, "")


class Entities(Protocol):
    """What these rules ask of a document."""

    where: dict[str, str]

    def get(self, entity_id: str) -> Entity | None:
        """The entity with this id."""

    def referrers(self, entity_id: str) -> list[tuple[str, str]]:
        """(id, property) of every pointer at this entity."""


def problem_with_place(
    document: Entities, collection: str, entity_id: str, entity: Entity, touched: set[str]
) -> Verdict:
    """Why the entity cannot stand where it would, checking only what `touched` can have changed."""
    match collection:
        case "tracks":
            return _problem_with_track(document, entity_id, entity, touched)
        case "channels" if touched & {"dest", "role"}:
            return _problem_with_channel(document, entity_id, entity)
        case "sends" if touched & {"channel", "dest"}:
            return _problem_with_route(document, entity["channel"], entity["dest"])
        case "clips" if touched & {"track", "kind", "ref"}:
            return _problem_with_clip(document, entity_id, entity)
        case _:
            return FINE


def _problem_with_track(
    document: Entities, track_id: str, track: Entity, touched: set[str]
) -> Verdict:
    if "parent" in touched and track["parent"] is not None:
        verdict = _problem_with_parent(document, track_id, track["parent"])
        if verdict[0] is not None:
            return verdict
    if "channel" in touched and track["channel"] is not None:
        for referrer, name in document.referrers(track["channel"]):
            if name == "channel" and document.where[referrer] == "tracks" and referrer != track_id:
                return DropReason.INVALID, "that channel belongs to another track"
    if "content" in touched:
        return _problem_with_content(document, track_id, track["content"])
    return FINE


def _problem_with_parent(document: Entities, track_id: str, parent_id: str) -> Verdict:
    above: str | None = parent_id
    parent = document.get(parent_id)
    if parent is not None and "tracks" not in parent["content"]:
        return DropReason.INVALID, "that track holds no tracks; give it the content 'tracks'"
    for _ in range(TRACK_DEPTH):
        if above is None:
            return FINE
        if above == track_id:
            return DropReason.CYCLE, "a track cannot be inside itself"
        track = document.get(above)
        above = None if track is None else track["parent"]
    return DropReason.INVALID, f"tracks nest at most {TRACK_DEPTH} deep"


def _problem_with_content(document: Entities, track_id: str, content: list[str]) -> Verdict:
    for referrer, name in document.referrers(track_id):
        other = document.get(referrer)
        if other is None:
            continue
        kind = "tracks" if name == "parent" else other.get("kind")
        if document.where[referrer] in ("tracks", "clips") and kind not in content:
            return DropReason.INVALID, f"the track still holds {kind}"
    return FINE


def _problem_with_channel(document: Entities, channel_id: str, channel: Entity) -> Verdict:
    if (channel["role"] == "master") != (channel_id == MASTER_CHANNEL):
        return DropReason.INVALID, "a project has one master channel"
    if channel["dest"] is None:
        return FINE
    if channel_id == MASTER_CHANNEL:
        return DropReason.INVALID, "the master channel leads nowhere else"
    return _problem_with_route(document, channel_id, channel["dest"])


def _problem_with_route(document: Entities, source: str, destination: str) -> Verdict:
    """Whether sound from `destination` would come back to `source`."""
    seen: set[str] = set()
    waiting = [destination]
    while waiting:
        channel_id = waiting.pop()
        if channel_id == source:
            return DropReason.CYCLE, "a channel cannot feed itself"
        if channel_id in seen:
            continue
        seen.add(channel_id)
        channel = document.get(channel_id)
        if channel is not None and channel["dest"] is not None:
            waiting.append(channel["dest"])
        for referrer, name in document.referrers(channel_id):
            if name == "channel" and document.where[referrer] == "sends":
                send = document.get(referrer)
                if send is not None:
                    waiting.append(send["dest"])
    return FINE


def _problem_with_clip(document: Entities, clip_id: str, clip: Entity) -> Verdict:
    track = document.get(clip["track"])
    if track is not None and clip["kind"] not in track["content"]:
        return DropReason.INVALID, f"that track holds no {clip['kind']}"
    if clip["ref"] is None:
        return FINE
    original = document.get(clip["ref"])
    if clip["ref"] == clip_id or any(name == "ref" for _, name in document.referrers(clip_id)):
        return DropReason.INVALID, "an original cannot be an alias"
    if original is not None and (original["ref"] is not None or original["kind"] != clip["kind"]):
        return DropReason.INVALID, "an alias refers to an original of its own kind"
    return FINE
