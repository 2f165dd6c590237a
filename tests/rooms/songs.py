"""A small song with one entity of almost every kind, made of ops, and what applies plain ops."""

from collections.abc import Generator
from typing import Any, TypeVar, cast

from rooms.document.document import AppliedDelta, Document, State
from schema.entities import empty_state
from schema.errors import DropReason
from schema.ops import Delete, Insert, Move, Op, Set

Result = TypeVar("Result")

MASTER = "ch_master"

SONG: tuple[Op, ...] = (
    Insert("channels", "ch_bass_", {"name": "Bass", "dest": MASTER}),
    Insert("channels", "ch_drums", {"name": "Drums", "dest": MASTER}),
    Insert("channels", "ch_reverb", {"role": "effect", "dest": MASTER}),
    Insert("sends", "send_bass", {"channel": "ch_bass_", "dest": "ch_reverb"}),
    Insert("devices", "dev_synth", {"channel": "ch_bass_", "params": {"cutoff": 0.5, "res": 1}}),
    Insert("tracks", "tr_group", {"content": ["tracks"]}),
    Insert("tracks", "tr_bass_", {"parent": "tr_group", "channel": "ch_bass_", "order": "a1"}),
    Insert("tracks", "tr_audio", {"content": ["audio", "notes"], "channel": "ch_drums"}),
    Insert("media", "media_one", {"name": "loop.wav"}),
    Insert("clips", "clip_bass", {"track": "tr_bass_", "time": 0, "duration": 4}),
    Insert(
        "clips",
        "clip_loop",
        {"track": "tr_audio", "kind": "audio", "time": 0, "duration": 4, "media": "media_one"},
    ),
    Insert("notes", "note_one", {"clip": "clip_bass", "time": 0, "duration": 1, "key": 40}),
    Insert("notes", "note_two", {"clip": "clip_bass", "time": 1, "duration": 1, "key": 43}),
    Insert("warps", "warp_one", {"clip": "clip_loop", "time": 0, "contentTime": 0}),
    Insert("lanes", "lane_vol", {"track": "tr_bass_", "target": "channels/ch_bass_/volume"}),
    Insert("points", "point_one", {"lane": "lane_vol", "time": 0, "value": 1}),
    Insert("scenes", "scene_one", {"name": "Verse"}),
    Insert("slots", "slot_one", {"scene": "scene_one", "track": "tr_bass_"}),
    Insert(
        "clips",
        "clip_slot",
        {"track": "tr_bass_", "time": 0, "duration": 4, "slot": "slot_one"},
    ),
    Insert("markers", "marker_one", {"time": 8}),
)


def blank() -> Document:
    return Document(empty_state("test"))


def song() -> Document:
    document = blank()
    assert not document.apply(SONG).drops
    return document


def why(applied: AppliedDelta) -> list[DropReason]:
    return [drop.reason for drop in applied.drops]


def outcome(document: Document, *ops: Op) -> list[DropReason]:
    """The reasons why these ops are dropped; what a rehearsal says of them is just the same."""
    rehearsed = [drop.reason for drop in document.rehearse(ops)]
    reasons = why(document.apply(ops))
    assert rehearsed == reasons
    return reasons


def finished(steps: Generator[None, None, Result]) -> Result:
    """What comes of steps, whose pauses are not for us."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return cast("Result", stop.value)


def replay(state: State, ops: list[Op]) -> None:
    """Knows one entity at a time and no rule: what every client can do (rule D8)."""
    for op in ops:
        assert not isinstance(op, Move)
        entities = state[op.col]
        match op:
            case Insert():
                assert op.id not in entities
                entities[op.id] = cast("dict[str, Any]", op.entity)
            case Set():
                entities[op.id] = _with(entities[op.id], cast("dict[str, Any]", op.props))
            case Delete():
                del entities[op.id]


def _with(entity: dict[str, Any], props: dict[str, Any]) -> dict[str, Any]:
    changed = entity | props
    if "params" in props:
        leaves = entity["params"] | props["params"]
        changed["params"] = {name: leaf for name, leaf in leaves.items() if leaf is not None}
    return changed
