"""A session of names that objects of JavaScript have: as ids, leaves, members and gestures.

A server refuses such names of entities and leaves; a client that has maps for maps does not care.
"""

import json
import zlib
from typing import Any

from prime_client.copy.replica import Replica
from schema.entities import defaults, empty_state
from schema.messages import Digest, Joined, Position
from tests.vectors.digests import digest_of
from tests.vectors.frames import Frame, frame, read
from tests.vectors.hub import ANN, ME, PROJECT, member_named, state_parts
from tests.vectors.sessions import Step, then

DEVICE = defaults("devices") | {
    "channel": "ch_master",
    "params": {"__proto__": 1, "toString": True, "valueOf": "x"},
}
MARKER = defaults("markers") | {"time": 1}
PROTO, CONSTRUCTOR = "__proto__", "constructor"

HEARD: list[list[dict[str, Any]]] = [
    [{"op": "insert", "col": "devices", "id": CONSTRUCTOR, "entity": DEVICE}],
    [{"op": "insert", "col": "markers", "id": PROTO, "entity": MARKER}],
    [
        {"op": "set", "col": "devices", "id": CONSTRUCTOR,
         "props": {"params": {"__proto__": None, "hasOwnProperty": 0.5, "valueOf": None}}},
        {"op": "set", "col": "markers", "id": PROTO, "props": {"name": "toString"}},
    ],
    [{"op": "set", "col": "devices", "id": CONSTRUCTOR, "props": {"params": {"__proto__": 2}}}],
    [{"op": "delete", "col": "markers", "id": PROTO}],
]  # fmt: skip

OURS = [{"op": "set", "col": "markers", "id": PROTO, "props": {"color": "#ffffff"}}]


def names_session() -> dict[str, Any]:
    """The content of sessions/names.json."""
    replica = Replica(PROJECT, lambda: "ours-000001", _decoded)
    steps: list[Step] = []

    def note(do: str, one: Frame) -> None:
        if do == "hear":
            replica.receive(read(one, "json"))
        steps.append({"do": do, "frame": one, "then": then(replica)})

    note("join", frame(replica.join_message("join-1")))
    for one in _coming_in():
        note("hear", one)
    for seq, ops in enumerate(HEARD, start=1):
        note("hear", frame(_delta(seq, ops)))
        if seq == 3:
            note("propose", frame(replica.edit(OURS)))
            note("hear", frame(_tick()))
    seq = len(HEARD) + 1
    ack = {"t": "ack", "project": PROJECT, "id": "ours-000001", "seq": seq, "at": 1.0}
    dropped = [{"op": 0, "reason": "gone"}]
    note("hear", frame(ack | {"ops": [], "dropped": dropped, "digest": replica.digest}))
    return {"about": "names that objects of JavaScript have", "steps": steps}


def _coming_in() -> list[Frame]:
    state = empty_state("Names")
    members = [member_named(ME), member_named(ANN)]
    place = Position("epoch-one", 0)
    digest = Digest(0, digest_of(state))
    joined = Joined(
        "join-1", PROJECT, ME, "editor", members, place, resumed=False, parts=2, digest=digest
    )
    return [frame(joined), *state_parts(state)]


def _delta(seq: int, ops: list[dict[str, Any]]) -> dict[str, Any]:
    by = {"user": "user-ann", "member": ANN, "at": 1.0}
    return {"t": "delta", "project": PROJECT, "seq": seq, "id": f"theirs-{seq}", "ops": ops} | by


def _tick() -> dict[str, Any]:
    shown = {"ch_master": {"col": "channels", "props": {"volume": 0.5}}}
    gestures = {PROTO: {CONSTRUCTOR: shown}, ANN: {PROTO: shown}}
    return {"t": "tick", "project": PROJECT, "moved": {PROTO: {"tool": "x"}}, "gestures": gestures}


def _decoded(data: bytes) -> Any:
    return json.loads(zlib.decompress(data))
