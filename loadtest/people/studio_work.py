"""What people do to a song, as ops: split a clip, write notes, add a track with its channel."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from prime_client.copy.state_ops import Entity, Op, State
from schema.order_keys import between

MAX_NOTES_TO_MOVE = 300
"""Nobody splits a clip of more by hand, and the delta stays small."""

SPLIT_GRID = 0.25
COLORS = ("#e0556b", "#4f9fe8", "#f0b03f", "#5fc27e", "#b07fe0", "#4fc9c4")
WORDS = ("Deep", "Warm", "Night", "Glass", "Slow", "Broken", "Golden", "Far", "Small", "Quiet")
PARTS = ("Lead", "Pad", "Bass", "Keys", "Hook", "Choir", "Drone", "Pluck", "Kick", "Strings")
PENTATONIC = (0, 3, 5, 7, 10)


@dataclass(frozen=True, slots=True)
class Work:
    """What one needs for working: the song as it is, chance, and new ids."""

    state: State
    rng: random.Random
    new_id: Callable[[], str]


def pick_clip(work: Work, at_least_beats: float = 0.0) -> str | None:
    """A clip of notes that is neither looped nor an alias, if there is one."""
    suitable = [
        clip_id
        for clip_id, clip in work.state["clips"].items()
        if _is_plain(clip) and clip["duration"] >= at_least_beats
    ]
    return work.rng.choice(suitable) if suitable else None


def split_clip(work: Work, clip_id: str) -> list[Op]:
    """Cut a clip in two, and give the second half the notes that begin in it."""
    clip = work.state["clips"].get(clip_id)
    if clip is None or not _is_plain(clip) or clip["duration"] < 2 * SPLIT_GRID:
        return []
    steps = int(clip["duration"] / SPLIT_GRID)
    cut_beats = SPLIT_GRID * work.rng.randint(1, max(1, steps - 1))
    if not 0 < cut_beats < clip["duration"]:
        return []
    cut_content = clip["playStart"] + cut_beats
    notes_behind = _notes_from(work.state, clip_id, cut_content)
    if len(notes_behind) > MAX_NOTES_TO_MOVE:
        return []
    second_id = work.new_id()
    first = {"duration": cut_beats, "fadeIn": min(clip["fadeIn"], cut_beats), "fadeOut": 0}
    second_duration = clip["duration"] - cut_beats
    second = clip | {"time": clip["time"] + cut_beats, "duration": second_duration, "fadeIn": 0}
    second["fadeOut"] = min(clip["fadeOut"], second_duration)
    ops: list[Op] = [
        {"op": "set", "col": "clips", "id": clip_id, "props": first},
        {"op": "insert", "col": "clips", "id": second_id, "entity": second},
    ]
    for note_id, note in notes_behind:
        moved_props = {"parent": second_id, "time": note["time"] - cut_beats}
        ops.append({"op": "move", "col": "notes", "id": note_id, **moved_props})
    return ops


def write_notes(work: Work, clip_id: str, count: int) -> list[Op]:
    """Some notes of a scale, one after the other."""
    clip = work.state["clips"].get(clip_id)
    if clip is None:
        return []
    time = clip["playStart"] + SPLIT_GRID * work.rng.randint(0, int(clip["duration"] / SPLIT_GRID))
    root = work.rng.choice((36, 48, 60))
    ops: list[Op] = []
    for _ in range(count):
        note = {
            "clip": clip_id,
            "time": time,
            "duration": work.rng.choice((0.25, 0.5, 1.0)),
            "key": root + work.rng.choice(PENTATONIC),
            "vel": round(work.rng.uniform(0.5, 1), 3),
        }
        ops.append({"op": "insert", "col": "notes", "id": work.new_id(), "entity": note})
        time += 0.5
    return ops


def new_track(work: Work) -> list[Op]:
    """A track at the end of the list, its channel, and a clip to write into."""
    channel_id, track_id, clip_id = work.new_id(), work.new_id(), work.new_id()
    name = _new_name(work.rng)
    channel = {"name": name, "dest": "ch_master", "order": _last_order(work.state["channels"])}
    track = {
        "name": name,
        "order": _last_order(work.state["tracks"]),
        "content": ["notes"],
        "channel": channel_id,
        "color": work.rng.choice(COLORS),
    }
    clip = {"track": track_id, "time": 0.0, "duration": 16.0, "name": name}
    return [
        {"op": "insert", "col": "channels", "id": channel_id, "entity": channel},
        {"op": "insert", "col": "tracks", "id": track_id, "entity": track},
        {"op": "insert", "col": "clips", "id": clip_id, "entity": clip},
    ]


def rename(work: Work) -> Op | None:
    """Another name for a track."""
    tracks = work.state["tracks"]
    if not tracks:
        return None
    track_id = work.rng.choice(list(tracks))
    props = {"name": _new_name(work.rng)}
    return {"op": "set", "col": "tracks", "id": track_id, "props": props}


def _is_plain(clip: Entity) -> bool:
    return bool(clip["kind"] == "notes" and clip["loopStart"] is None and clip["ref"] is None)


def _notes_from(state: State, clip_id: str, time: float) -> list[tuple[str, Entity]]:
    return [
        (note_id, note)
        for note_id, note in state["notes"].items()
        if note["clip"] == clip_id and note["time"] >= time
    ]


def _last_order(entities: dict[str, Entity]) -> str:
    last = max((entity["order"] for entity in entities.values()), default=None)
    return between(last, None)


def _new_name(rng: random.Random) -> str:
    return f"{rng.choice(WORDS)} {rng.choice(PARTS)}"
