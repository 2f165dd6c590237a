"""A project of any size, as ops: for measuring what size costs."""

import random
from collections.abc import Iterator
from typing import Any

import msgpack

from loadtest.songs.other_ids import with_ids
from prime_client.copy.state_ops import Op
from schema.entities import defaults
from schema.limits import MAX_STATE_BYTES

LEFT_FREE, LEFT_FREE_BYTES = 100, 65_536
"""Of a full project: for what it begins with, and for those who work in it."""

PER_TRACK = 500
"""Entities of one track with its channel, device, clips, notes and automation."""


def large_song(entities: int, seed: int | None = None) -> Iterator[Op]:
    """Tracks of 500 entities each: mostly notes and automation, as in the songs of the corpus.

    With a seed it is played by hand: no two notes are alike, so that it packs as songs do.
    """
    hand = None if seed is None else random.Random(seed)
    for track in range(max(1, entities // PER_TRACK)):
        yield from _track(track, hand)


def full_song(entities: int, seed: int) -> list[Op]:
    """As much of such a song as a project holds: in entities, and in bytes (rules O13, O16).

    Its ids are as clients make them, and its notes as they were played: neither packs well.
    """
    ops: list[Op] = []
    bytes_left = MAX_STATE_BYTES - LEFT_FREE_BYTES
    hand = random.Random(seed)
    ids = {"ch_master": "ch_master"}
    for entity in large_song(entities, seed):
        ids[entity["id"]] = f"{hand.getrandbits(64):016x}"
        op = with_ids(entity, ids)
        if op["col"] == "notes":
            played = {name: hand.random() for name in ("duration", "vel", "rel", "pan")}
            op["entity"].update(played, time=op["entity"]["time"] + hand.random())
        bytes_left -= size_in_state(op)
        if bytes_left < 0 or len(ops) >= entities - LEFT_FREE:
            break
        ops.append(op)
    return ops


def size_in_state(op: Op) -> int:
    """Bytes of the entity in the encoding of the digest: names sorted, every number a float."""
    collection, entity_id = op["col"], op["id"]
    entity = {**defaults(collection), **op["entity"]}
    float_entity = {name: _float(value) for name, value in entity.items()}
    return len(msgpack.packb([collection, entity_id, float_entity]))


def _float(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _float(leaf) for name, leaf in value.items()}
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else value


def _track(n: int, hand: random.Random | None) -> Iterator[Op]:
    channel, track, lane = f"channel-{n:05}", f"track-{n:05}", f"lane-{n:05}"
    yield _insert("channels", channel, name=f"Track {n}", dest="ch_master")
    params = {f"param {p}": p / 7 for p in range(6)}
    yield _insert(
        "devices", f"device-{n:05}", channel=channel, role="instrument", name="Synth", params=params
    )
    content = ["notes", "automation"]
    yield _insert("tracks", track, name=f"Track {n}", channel=channel, content=content)
    yield _insert("lanes", lane, track=track, target=f"channels/{channel}/volume")
    for p in range(80):
        value = p / 80 if hand is None else hand.random()
        yield _insert("points", f"point-{n:05}-{p:03}", lane=lane, time=p * 2.0, value=value)
    for c in range(16):
        clip = f"clip-{n:05}-{c:03}"
        yield _insert("clips", clip, track=track, time=c * 8.0, duration=8.0)
        for k in range(25):
            note = f"note-{n:05}-{c:03}-{k:03}"
            yield _insert("notes", note, clip=clip, **_make_note(k, hand))


def _make_note(k: int, hand: random.Random | None) -> dict[str, Any]:
    if hand is None:
        return {"time": k * 0.25, "duration": 0.25, "key": 36 + k, "vel": 0.7}
    return {
        "time": max(0.0, k * 0.25 + round(hand.gauss(0.0, 12.0)) / 960),
        "duration": 0.25 + round(hand.gauss(0.0, 24.0)) / 960,
        "key": hand.choice((36, 38, 43, 48, 50, 53, 55, 57, 60, 62, 65, 67, 69, 72)),
        "vel": round(hand.uniform(0.2, 1.0), 3),
    }


def _insert(collection: str, entity_id: str, **entity: Any) -> Op:
    return {"op": "insert", "col": collection, "id": entity_id, "entity": entity}
