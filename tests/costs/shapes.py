"""Projects that grow in one direction, and an op on each. Add a shape: `@shape` above a function.

A shape is a project of a size and ops upon it, which a client may send as one delta. What an op
touches is the same at every size, unless the shape is told as one that `takes_along`.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from rooms.document.document import Document
from schema.entities import MASTER_CHANNEL, TRACK_DEPTH
from schema.limits import MAX_PARAMS_PER_DEVICE
from schema.ops import Delete, Insert, Move, Op, Set
from tests.rooms.songs import blank

OPS = 60
"""Ops of the delta: more than go between two pauses."""


class Shape(NamedTuple):
    """How to make it, and whether the op takes along, or points elsewhere, what has grown."""

    name: str
    make: Callable[[int], tuple[Document, Sequence[Op]]]
    takes_along: bool


SHAPES: list[Shape] = []

Make = Callable[[int], tuple[Document, Sequence[Op]]]


def shape(*, takes_along: bool = False) -> Callable[[Make], Make]:
    """The function is a shape."""

    def keep(make: Make) -> Make:
        SHAPES.append(Shape(make.__name__, make, takes_along))
        return make

    return keep


def grown(*ops: Op) -> Document:
    """A project that these ops have made."""
    document = blank()
    applied = document.apply(ops)
    assert not applied.drops, applied.drops[0]
    return document


def _chain(name: str, size: int) -> list[Op]:
    """Channels, each of which leads to the one before."""
    return [
        Insert("channels", f"{name}_{n:06}", {"dest": f"{name}_{n - 1:06}" if n else None})
        for n in range(size)
    ]


def _send_chain(name: str, size: int) -> list[Op]:
    channels: list[Op] = [Insert("channels", f"{name}_{n:06}", {}) for n in range(size)]
    return channels + [
        Insert("sends", f"s_{name}_{n:06}", {"channel": f"{name}_{n:06}", "dest": above})
        for n in range(1, size)
        for above in [f"{name}_{n - 1:06}"]
    ]


def _notes(size: int) -> list[Op]:
    clip: list[Op] = [
        Insert("tracks", "track_001", {}),
        Insert("clips", "clip_0001", {"track": "track_001", "time": 0, "duration": 4}),
    ]
    return clip + [
        Insert("notes", f"note_{n:06}", {"clip": "clip_0001", "time": 0, "duration": 1, "key": 1})
        for n in range(size)
    ]


def _folders(size: int, depth: int) -> list[Op]:
    """A deep folder with many tracks at the bottom, and one beside it."""
    folder: dict[str, Any] = {"content": ["tracks", "notes"]}
    spine: list[Op] = [
        Insert("tracks", f"deep_{n:04}", folder | {"parent": f"deep_{n - 1:04}" if n else None})
        for n in range(depth)
    ]
    crowd: list[Op] = [
        Insert("tracks", f"leaf_{n:06}", {"parent": f"deep_{depth - 1:04}"}) for n in range(size)
    ]
    return [*spine, *crowd, Insert("tracks", "other_001", folder)]


@shape()
def chain_that_would_be_closed(size: int) -> tuple[Document, Sequence[Op]]:
    document = grown(*_chain("chan", size))
    return document, [Set("channels", "chan_000000", {"dest": f"chan_{size - 1:06}"})] * OPS


@shape()
def chain_whose_second_is_moved(size: int) -> tuple[Document, Sequence[Op]]:
    document = grown(*_chain("chan", size))
    return document, [Move("channels", "chan_000001", parent="chan_000000")] * OPS


@shape()
def chain_whose_last_is_moved(size: int) -> tuple[Document, Sequence[Op]]:
    document = grown(*_chain("chan", size))
    last = f"chan_{size - 1:06}"
    return document, [Set("channels", last, {"dest": f"chan_{size - 2:06}"})] * OPS


@shape()
def two_chains_put_together(size: int) -> tuple[Document, Sequence[Op]]:
    document = grown(*_chain("chan", size), *_chain("more", size))
    op = Set("channels", "chan_000000", {"dest": f"more_{size - 1:06}"})
    return document, [op, Set("channels", "chan_000000", {"dest": None})] * (OPS // 2)


@shape()
def two_chains_of_sends(size: int) -> tuple[Document, Sequence[Op]]:
    document = grown(
        *_send_chain("chan", size),
        *_send_chain("more", size),
        Insert("channels", "chan_from", {}),
        Insert("sends", "send_between", {"channel": "chan_000000", "dest": "chan_from"}),
    )
    op = Set("sends", "send_between", {"dest": f"more_{size - 1:06}"})
    return document, [op] * OPS


@shape()
def channel_with_many_sends(size: int) -> tuple[Document, Sequence[Op]]:
    sends: list[Op] = [
        Insert("sends", f"send_{n:06}", {"channel": "chan_from", "dest": "chan_to_1"})
        for n in range(size)
    ]
    channels: list[Op] = [
        Insert("channels", i, {}) for i in ("chan_from", "chan_to_1", "chan_last")
    ]
    document = grown(*channels, *sends)
    return document, [Set("sends", "send_000000", {"dest": "chan_last"})] * OPS


@shape()
def bus_of_many_channels(size: int) -> tuple[Document, Sequence[Op]]:
    channels: list[Op] = [
        Insert("channels", f"chan_{n:06}", {"dest": "chan_bus"}) for n in range(size)
    ]
    document = grown(Insert("channels", "chan_bus", {}), *channels)
    return document, [Set("channels", "chan_bus", {"dest": MASTER_CHANNEL})] * OPS


@shape(takes_along=True)
def bus_of_many_channels_deleted(size: int) -> tuple[Document, Sequence[Op]]:
    channels: list[Op] = [
        Insert("channels", f"chan_{n:06}", {"dest": "chan_bus"}) for n in range(size)
    ]
    from_master: list[Op] = [
        *_chain("more", size),
        Insert("sends", "send_long", {"channel": MASTER_CHANNEL, "dest": f"more_{size - 1:06}"}),
    ]
    document = grown(Insert("channels", "chan_bus", {}), *channels, *from_master)
    return document, [Delete("channels", "chan_bus")]


@shape()
def folder_of_many_tracks_moved(size: int) -> tuple[Document, Sequence[Op]]:
    document = grown(*_folders(size, 1))
    ops = [Move("tracks", "deep_0000", parent=parent) for parent in ("other_001", None)]
    return document, ops * (OPS // 2)


@shape()
def deep_folder_of_many_tracks_moved(size: int) -> tuple[Document, Sequence[Op]]:
    document = grown(*_folders(size, TRACK_DEPTH - 3))
    ops = [Move("tracks", "deep_0000", parent=parent) for parent in ("other_001", None)]
    return document, ops * (OPS // 2)


@shape(takes_along=True)
def folder_of_many_tracks_deleted(size: int) -> tuple[Document, Sequence[Op]]:
    return grown(*_folders(size, 1)), [Delete("tracks", "deep_0000")]


@shape()
def clip_of_many_notes(size: int) -> tuple[Document, Sequence[Op]]:
    document = grown(*_notes(size))
    note = Insert("notes", "note_new", {"clip": "clip_0001", "time": 0, "duration": 1, "key": 1})
    ops: list[Op] = [note, Set("notes", "note_new", {"vel": 0.1}), Delete("notes", "note_new")]
    return document, [*ops, Set("clips", "clip_0001", {"time": 1, "duration": 2})] * (OPS // 4)


@shape(takes_along=True)
def clip_of_many_notes_deleted(size: int) -> tuple[Document, Sequence[Op]]:
    return grown(*_notes(size)), [Delete("clips", "clip_0001")]


@shape(takes_along=True)
def track_of_many_clips_deleted(size: int) -> tuple[Document, Sequence[Op]]:
    clips: list[Op] = [
        Insert("clips", f"clip_{n:06}", {"track": "track_001", "time": n, "duration": 1})
        for n in range(size)
    ]
    return grown(Insert("tracks", "track_001", {}), *clips), [Delete("tracks", "track_001")]


@shape()
def clip_of_which_many_aliases_have_gone(size: int) -> tuple[Document, Sequence[Op]]:
    clip: dict[str, Any] = {"track": "track_001", "time": 0, "duration": 1}
    track = Insert("tracks", "track_001", {"content": ["notes", "audio"]})
    aliases: list[Op] = [
        Insert("clips", f"alias_{n:06}", clip | {"ref": "clip_0001"}) for n in range(size)
    ]
    gone: list[Op] = [Delete("clips", f"alias_{n:06}") for n in range(size - 1)]
    document = grown(track, Insert("clips", "clip_0001", clip), *aliases, *gone)
    return document, [Set("clips", "clip_0001", {"kind": "audio"})] * OPS


@shape(takes_along=True)
def clip_of_many_aliases_deleted(size: int) -> tuple[Document, Sequence[Op]]:
    clip: dict[str, Any] = {"track": "track_001", "time": 0, "duration": 1}
    aliases: list[Op] = [
        Insert("clips", f"alias_{n:06}", clip | {"ref": "clip_0001"}) for n in range(size)
    ]
    document = grown(
        Insert("tracks", "track_001", {}), Insert("clips", "clip_0001", clip), *aliases
    )
    return document, [Delete("clips", "clip_0001")]


@shape(takes_along=True)
def media_of_many_clips_deleted(size: int) -> tuple[Document, Sequence[Op]]:
    clip: dict[str, Any] = {
        "track": "track_001",
        "time": 0,
        "duration": 1,
        "kind": "audio",
        "media": "media_001",
    }
    document = grown(
        Insert("media", "media_001", {}),
        Insert("tracks", "track_001", {"content": ["audio"]}),
        *(Insert("clips", f"clip_{n:06}", clip) for n in range(size)),
    )
    return document, [Delete("media", "media_001")]


@shape()
def lane_of_many_points(size: int) -> tuple[Document, Sequence[Op]]:
    lane: dict[str, Any] = {"target": f"channels/{MASTER_CHANNEL}/volume"}
    points: list[Op] = [
        Insert("points", f"point_{n:06}", {"lane": "lane_001", "time": n, "value": 1})
        for n in range(size)
    ]
    document = grown(Insert("lanes", "lane_001", lane), *points)
    ops: list[Op] = [Move("points", "point_000000", time=float(n)) for n in range(OPS // 2)]
    new: dict[str, Any] = {"lane": "lane_001", "time": 1, "value": 1}
    ops += [Insert("points", f"new_{n:06}", dict(new)) for n in range(OPS // 2)]
    return document, ops


@shape()
def channel_that_many_lanes_automate(size: int) -> tuple[Document, Sequence[Op]]:
    lanes: list[Op] = [
        Insert("lanes", f"lane_{n:06}", {"target": "channels/chan_001/pan"}) for n in range(size)
    ]
    document = grown(Insert("channels", "chan_001", {}), *lanes)
    return document, [Set("channels", "chan_001", {"pan": 0.1, "dest": MASTER_CHANNEL})] * OPS


@shape()
def tempo_map_of_many_points(size: int) -> tuple[Document, Sequence[Op]]:
    document = grown(
        *(Insert("tempo", f"tempo_{n:06}", {"time": n + 1, "bpm": 99}) for n in range(size))
    )
    ops: list[Op] = [
        Move("tempo", "tempo_000000", time=2.0),
        Set("tempo", "tempo_start", {"bpm": 90}),
    ]
    return document, [*ops, Set("tempo", "tempo_start", {"time": 1.0})] * (OPS // 3)


@shape()
def markers_of_one_time(size: int) -> tuple[Document, Sequence[Op]]:
    document = grown(*(Insert("markers", f"marker_{n:06}", {"time": 1}) for n in range(size)))
    return document, [Move("markers", "marker_000000", time=1.0)] * OPS


@shape()
def stems_of_one_recording(size: int) -> tuple[Document, Sequence[Op]]:
    stems: list[Op] = [
        Insert("media", f"media_{n:06}", {"stemOf": "media_whole"}) for n in range(size)
    ]
    document = grown(Insert("media", "media_whole", {}), *stems)
    return document, [Set("media", "media_whole", {"name": "x", "stemOf": "media_000000"})] * OPS


@shape()
def tracks_of_one_order_key(size: int) -> tuple[Document, Sequence[Op]]:
    document = grown(*(Insert("tracks", f"track_{n:06}", {"order": "a0"}) for n in range(size)))
    return document, [Move("tracks", "track_000001", order="a0")] * OPS


@shape()
def edits_beside_a_crowd(size: int) -> tuple[Document, Sequence[Op]]:
    document = grown(
        *_notes(size),
        *(
            Insert("clips", f"clip_{n:06}", {"track": "track_001", "time": 0, "duration": 1})
            for n in range(size)
        ),
    )
    edits: list[Op] = [
        Move("clips", "clip_0001", parent="track_001", time=3.0),
        Set("tracks", "track_001", {"content": ["notes", "audio"]}),
        Set("notes", "note_000000", {"key": 41}),
        Delete("tempo", "tempo_start"),
    ]
    return document, edits * (OPS // 4)


@shape()
def device_of_many_leaves(size: int) -> tuple[Document, Sequence[Op]]:
    leaves: dict[str, Any] = {f"leaf_{n:04}": n for n in range(min(size, MAX_PARAMS_PER_DEVICE))}
    device: dict[str, Any] = {"channel": MASTER_CHANNEL, "params": leaves}
    document = grown(Insert("devices", "device_1", device))
    edits: list[Op] = [
        Set("devices", "device_1", {"params": {"leaf_0001": 0.5}}, {"params": {"leaf_0002": 2}}),
        Set("devices", "device_1", {"params": {"leaf_0003": None, "leaf_new": "x"}}),
        Set("devices", "device_1", {"enabled": False, "channel": MASTER_CHANNEL}),
    ]
    return document, edits * (OPS // 3)
