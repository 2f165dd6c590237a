"""Attacks on one project that must not be felt in any other: what costs much, or grows."""

import secrets
from typing import Any

from loadtest.attack.catalogue import attack, code_of, must
from loadtest.attack.raw_client import ConnectionClosed, Message, RawClient
from loadtest.attack.target import Target, new_project

CHAIN = 20_000
OPS_AT_ONCE = 5_000
LEAVES = 2_000
LEAF = "x" * 1_000
GESTURE_MESSAGES = 60
BIG_DELTAS = 12
LARGEST_REPLY = 4 << 20
"""A frame past this is no page of anything."""


def _inserted(col: str, entity_id: str, entity: Message) -> Message:
    return {"op": "insert", "col": col, "id": entity_id, "entity": entity}


def _device(entity_id: str) -> Message:
    return _inserted("devices", entity_id, {"channel": "ch_master", "params": {}})


def _id(name: str, number: int) -> str:
    return f"{name}-{number:08d}"


async def _room(target: Target, name: str) -> tuple[RawClient, str]:
    async with await target.enter(target.owner) as wire:
        project = await new_project(wire, name)
        await target.let_in(wire, project, target.viewer, "viewer")
    return await target.enter_room(target.owner, project, secrets.token_hex(4)), project


async def _insert(wire: RawClient, project: str, ops: list[Message]) -> Message:
    """In as many deltas as it takes; the last answer."""
    answer: Message = {"t": "ack"}
    for start in range(0, len(ops), OPS_AT_ONCE):
        answer = await wire.edit(project, ops[start : start + OPS_AT_ONCE])
        if answer["t"] == "error":
            break
    return answer


async def _must_be_joinable(target: Target, project: str) -> None:
    try:
        async with await target.enter_room(target.viewer, project, secrets.token_hex(4)):
            pass
    except (ConnectionClosed, TimeoutError) as error:
        must(False, f"nobody can join any more: {type(error).__name__} {error}")


@attack("finding 2", "a chain of channels, and one delta that walks it again and again")
async def chain_of_channels(target: Target) -> str:
    wire, project = await _room(target, "a chain")
    async with wire:
        chain: list[Message] = []
        for n in range(CHAIN):
            entity = {"name": "c", "dest": _id("chan", n - 1) if n else "ch_master"}
            chain.append(_inserted("channels", _id("chan", n), entity))
        chain_code = code_of(await _insert(wire, project, chain))
        last = _id("chan", CHAIN - 1)
        walk = {"op": "set", "col": "channels", "id": _id("chan", 1), "props": {"dest": last}}
        wire.propose(project, [walk] * 400)
        problem = await target.witness.problem()
        must(not problem, problem)
        walk_code = code_of(await wire.until(t="error"))
        await _must_be_joinable(target, project)
    return f"the chain: {chain_code}; the walks: {walk_code}; others did not notice"


@attack("finding 13", "leaves of a wide device, one op each")
async def wide_device(target: Target) -> str:
    wire, project = await _room(target, "a wide device")
    async with wire:
        await wire.edit(project, [_device("device-1")])
        for start in range(0, LEAVES, 200):
            params = {f"leaf-{n}": LEAF for n in range(start, start + 200)}
            answer = await wire.edit(project, [_leaf(params)])
            if answer["t"] == "error":
                break
        wire.propose(project, [_leaf({"leaf-1": f"value {n}"}) for n in range(5_000)])
        problem = await target.witness.problem()
        must(not problem, problem)
        await _must_be_joinable(target, project)
    return f"up to {start + 200} leaves ({code_of(answer)}); others did not notice"


def _leaf(params: dict[str, Any]) -> Message:
    return {"op": "set", "col": "devices", "id": "device-1", "props": {"params": params}}


@attack("finding 14", "a track with 60,000 notes, deleted at once")
async def large_delete(target: Target) -> str:
    wire, project = await _room(target, "a large track")
    async with wire:
        clip = {"track": "track-01", "time": 0, "duration": 100_000}
        ops: list[Message] = [
            {"op": "insert", "col": "tracks", "id": "track-01", "entity": {"name": "t"}},
            {"op": "insert", "col": "clips", "id": "clip-001", "entity": clip},
        ]
        for n in range(60_000):
            note = {"clip": "clip-001", "time": n + 0.12345, "duration": 0.5, "key": n % 128}
            ops.append({"op": "insert", "col": "notes", "id": _id("note", n), "entity": note})
        answer = await _insert(wire, project, ops)
        must(answer["t"] == "ack", f"filling it was answered {code_of(answer)}")
        await _must_be_joinable(target, project)
        wire.propose(project, [{"op": "delete", "col": "tracks", "id": "track-01"}])
        problem = await target.witness.problem()
        must(not problem, problem)
        undo = {"t": "undo", "id": wire.new_id(), "project": project}
        wire.send(undo)
        problem = await target.witness.problem()
        must(not problem, problem)
    return "others did not notice"


@attack("finding 11", "gestures that pile up until nobody can join")
async def gestures(target: Target) -> str:
    wire, project = await _room(target, "gestures")
    async with wire:
        ops = [_device(_id("device", n)) for n in range(256)]
        await wire.edit(project, ops)
        refusal_code = "none"
        for number in range(GESTURE_MESSAGES):
            params = {f"{number:03d}-{n:03d}-{'x' * 40}": 0.5 for n in range(60)}
            props = {"params": params}
            values = {_id("device", n): {"col": "devices", "props": props} for n in range(25)}
            gesture = {"t": "gesture", "id": f"gesture-{number % 8}", "project": project}
            wire.send({**gesture, "values": values})
            await wire.ping()
            errors = [message for message in wire.received if message["t"] == "error"]
            refusal_code = code_of(errors[-1]) if errors else refusal_code
        await _must_be_joinable(target, project)
    return f"refused with {refusal_code}; the room can be joined"


@attack("finding 8", "replies as large as the journal")
async def large_replies(target: Target) -> str:
    wire, project = await _room(target, "large replies")
    async with wire:
        await wire.edit(project, [_device("device-1")])
        for _ in range(BIG_DELTAS):
            ops = [_leaf({f"leaf-{n}": LEAF for n in range(50)}) for _ in range(15)]
            await wire.edit(project, ops)
        wire.largest_frame = 0
        for method, params in (
            ("history.list", {"limit": 200}),
            ("history.list", {"limit": 200, "entity": "device-1"}),
            ("history.blame", {"entity": "device-1", "property": "params/leaf-1"}),
            ("snapshots.list", {"limit": 200}),
            ("snapshots.diff", {"limit": 2_000}),
        ):
            await wire.call(method, {"project": project, **params})
        must(wire.largest_frame <= LARGEST_REPLY, f"a reply of {wire.largest_frame:,} bytes")
    return f"the largest reply had {wire.largest_frame:,} bytes"


@attack("finding 12", "the undo of a step that never ends")
async def long_step(target: Target) -> str:
    wire, project = await _room(target, "a long step")
    async with wire:
        await wire.edit(project, [_device("device-1")])
        for number in range(60):
            params = {f"leaf-{n}": f"{number} {LEAF[:900]}" for n in range(40)}
            await wire.edit(project, [_leaf(params) for _ in range(8)], step="one-step")
        undo_id = wire.new_id()
        wire.send({"t": "undo", "id": undo_id, "project": project})
        problem = await target.witness.problem()
        must(not problem, problem)
        while (answer := await wire.until(id=undo_id))["t"] not in ("ack", "error"):
            pass
    return f"undo: {code_of(answer)}; others did not notice"
