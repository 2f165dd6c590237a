"""What differs between two states, as a musician would say it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from rooms.document.document import Entity, State
from rooms.pauses import Pause, no_pause, walked
from schema.calling.projects.snapshot_calls import Change
from schema.limits import MAX_PHRASES, MAX_SENTENCES

COUNTED = {
    "clips": "clip",
    "notes": "note",
    "points": "automation point",
    "warps": "warp marker",
    "lanes": "automation lane",
    "sends": "send",
    "slots": "launcher slot",
}
"""Collections of which a diff says how many, not which."""

PARENT_OF = {
    "clips": ("track", "tracks"),
    "notes": ("clip", "clips"),
    "warps": ("clip", "clips"),
    "points": ("lane", "lanes"),
    "slots": ("track", "tracks"),
    "sends": ("channel", "channels"),
    "devices": ("channel", "channels"),
}


class EntityNames:
    """What the entities of a state are called: as they, or what they belong to, are named."""

    def __init__(self, state: State, pause: Pause = no_pause) -> None:
        self._owners = _Owners(state, pause)

    def of(self, collection: str, entity_id: str) -> str:
        """The name of this one; empty if it is not there."""
        entity = self._owners.state.get(collection, {}).get(entity_id)
        if entity is None:
            return ""
        if entity.get("name"):
            return str(entity["name"])
        return _subject(self._owners, collection, entity_id, entity)


def sentences(
    changes: Iterable[Change], before: State, after: State, pause: Pause = no_pause
) -> list[str]:
    """One sentence for each track, device chain or part of the song: 'Bass: 3 clips added'."""
    report = _Report(_Owners(before, pause), _Owners(after, pause))
    for change in walked(changes, pause):
        report.add(change)
    lines = report.sentences(pause)
    if len(lines) > MAX_SENTENCES:
        return [*lines[:MAX_SENTENCES], f"and {len(lines) - MAX_SENTENCES} more"]
    return lines


class _Owners:
    """A state, with the tracks that own its channels."""

    def __init__(self, state: State, pause: Pause) -> None:
        self.state = state
        self.track_of = {
            track["channel"]: track["name"]
            for track in walked(state.get("tracks", {}).values(), pause)
            if track["channel"] is not None and track["name"]
        }


class _Report:
    def __init__(self, before: _Owners, after: _Owners) -> None:
        self._before = before
        self._after = after
        self._phrases: dict[str, list[str]] = {}
        self._counts: dict[str, Counter[tuple[str, str]]] = {}

    def add(self, change: Change) -> None:
        owners = self._before if change.action == "removed" else self._after
        entity = owners.state[change.col][change.id]
        subject = _subject(owners, change.col, change.id, entity)
        phrases = self._phrases.setdefault(subject, [])
        if change.col in COUNTED:
            self._counts.setdefault(subject, Counter())[change.col, change.action] += 1
        else:
            phrases.extend(_phrases(change, entity))

    def sentences(self, pause: Pause) -> list[str]:
        lines = []
        for subject, phrases in walked(self._phrases.items(), pause):
            phrases = phrases + _counted(self._counts.get(subject, Counter()))
            if len(phrases) > MAX_PHRASES:
                further_count = len(phrases) - MAX_PHRASES
                phrases = [*phrases[:MAX_PHRASES], f"and {further_count} more changes"]
            lines.append(f"{subject}: {', '.join(phrases)}" if subject else ", ".join(phrases))
        return lines


def _subject(owners: _Owners, collection: str, entity_id: str, entity: Entity) -> str:
    """The track, channel or part of the song under which a change is listed."""
    if collection == "channels":
        return owners.track_of.get(entity_id) or entity["name"] or f"channel {entity_id}"
    if collection == "tracks":
        return entity["name"] or f"track {entity_id}"
    parent_kind = PARENT_OF.get(collection)
    if collection == "lanes":
        parent_kind = ("track", "tracks") if entity["track"] is not None else ("clip", "clips")
    if parent_kind is None:
        return _part_of_song(collection)
    parent = owners.state.get(parent_kind[1], {}).get(entity.get(parent_kind[0]) or "")
    if parent is None:
        return _part_of_song(collection)
    return _subject(owners, parent_kind[1], entity[parent_kind[0]], parent)


def _part_of_song(collection: str) -> str:
    return {"tempo": "", "signatures": "", "project": "project", "transport": "transport"}.get(
        collection, collection
    )


def _phrases(change: Change, entity: Entity) -> list[str]:
    props: Mapping[str, list[Any]] = change.props
    match change.col:
        case "tempo":
            return [_at_words("tempo", "bpm", change, entity)]
        case "signatures":
            return [_at_words("signature", "num", change, entity)]
        case "tracks" | "project" | "transport" | "channels":
            owner_word = (
                "" if change.col != "channels" or change.action == "changed" else "channel "
            )
            words = [f"{owner_word}{change.action}"]
        case _:
            owner_word = entity.get("name") or change.col
            words = [f"{owner_word} {change.action}"]
    if change.action != "changed":
        return words
    prefix = (
        "" if change.col in ("tracks", "channels", "project", "transport") else f"{owner_word} "
    )
    return [
        f"{prefix}{name.removeprefix('params/')} {_value_words(before)} -> {_value_words(after)}"
        for name, (before, after) in props.items()
    ]


def _at_words(collection: str, prop: str, change: Change, entity: Entity) -> str:
    value = _value_words(entity[prop]) if prop == "bpm" else f"{entity['num']:g}/{entity['den']:g}"
    place_words = f"at beat {entity['time']:g}"
    if change.action != "changed":
        return f"{collection} {value} {place_words} {change.action}"
    if prop in change.props:
        before, after = change.props[prop]
        if prop == "num":
            return f"{collection} changed to {value} {place_words}"
        return f"{collection} {_value_words(before)} -> {_value_words(after)} {place_words}"
    return f"{collection} {value} {place_words} changed"


def _counted(counts: Counter[tuple[str, str]]) -> list[str]:
    phrases = []
    for collection, singular in COUNTED.items():
        changes_of_kind = [
            (action, counts[collection, action])
            for action in ("added", "removed", "changed")
            if counts[collection, action]
        ]
        for index, (action, count) in enumerate(changes_of_kind):
            noun = f" {singular if count == 1 else singular + 's'}" if index == 0 else ""
            phrases.append(f"{count}{noun} {action}")
    return phrases


def _value_words(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int | float):
        return f"{round(value, 4):g}"
    if value is None or value == "":
        return "nothing"
    if isinstance(value, list):
        return "+".join(map(str, value))
    return str(value)
