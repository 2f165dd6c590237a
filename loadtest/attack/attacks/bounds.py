"""One past every bound: of each field of each message and call, and of what one may have."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from loadtest.attack.attacks.rights import PARAMETERS, SET_NAME
from loadtest.attack.catalogue import attack, code_of, must
from loadtest.attack.raw_client import Message, RawClient
from loadtest.attack.target import Target, new_project
from schema.calls import METHODS
from schema.limits import (
    MAX_DELTAS_IN_FLIGHT,
    MAX_GESTURES,
    MAX_MESSAGE_BYTES,
    MAX_OPS_PER_DELTA,
    MAX_ROOMS_PER_CONNECTION,
)
from schema.messages import (
    Gesture,
    Join,
    Leave,
    MovePresence,
    Ping,
    ProposeDelta,
    Redo,
    Undo,
)

MESSAGES: dict[type[msgspec.Struct], Message] = {
    Join: {"id": "attack-join"},
    Leave: {"id": "attack-leave"},
    MovePresence: {},
    Gesture: {"id": "attack-gesture", "values": {}},
    ProposeDelta: {"id": "attack-delta", "ops": [SET_NAME]},
    Undo: {"id": "attack-undo"},
    Redo: {"id": "attack-redo"},
    Ping: {"time": 1},
}
"""What a message needs, beside the project; `hello` is looked at before anyone is known."""

WITH_A_LOGIN = sorted(name for name in METHODS if not name.startswith("auth."))

Schema = dict[str, Any]


def past_bounds(kind: type[msgspec.Struct]) -> Iterator[tuple[str, str, Any]]:
    """Field, bound, and a value one past it, for each bound that the JSON Schema tells."""
    (_,), defs = msgspec.json.schema_components([kind])
    properties: Schema = defs[kind.__name__]["properties"]
    for field, schema in properties.items():
        for bound, value in _past(schema, defs):
            yield field, bound, value


def _past(schema: Schema, defs: Schema) -> Iterator[tuple[str, Any]]:
    if "$ref" in schema:
        schema = defs[schema["$ref"].rsplit("/", 1)[1]]
    options = schema.get("anyOf", [schema])
    if len([option for option in options if option.get("type") != "null"]) > 1:
        return  # past the bound of one of them, it may be another
    for option in options:
        yield from _past_one(option, defs)


def _past_one(schema: Schema, defs: Schema) -> Iterator[tuple[str, Any]]:
    if "$ref" in schema:
        yield from _past(schema, defs)
    for name, make in ONE_PAST.items():
        if name in schema:
            yield f"{name} {schema[name]}", make(schema[name])


ONE_PAST: dict[str, Callable[[Any], Any]] = {
    "maxLength": lambda bound: "x" * (bound + 1),
    "minLength": lambda bound: "x" * (bound - 1),
    "pattern": lambda _: "\0" + "!" * 400,
    "maximum": lambda bound: bound * 2 + 1,
    "minimum": lambda bound: bound - 1,
    "maxItems": lambda bound: ["x" * 8] * (bound + 1),
    "maxProperties": lambda bound: {f"x-{n:08}": None for n in range(bound + 1)},
}
"""Keyword of JSON Schema -> a value that breaks it."""


@attack("bounds", "one past every bound of every call")
async def calls(target: Target) -> str:
    number = 0
    async with await target.enter(target.viewer) as wire:
        for method in WITH_A_LOGIN:
            kind, _ = METHODS[method]
            fitting = PARAMETERS.get(method, {})
            if "project" in kind.__struct_fields__:
                fitting = {"project": target.project, **fitting}
            for field, bound, value in past_bounds(kind):
                answer = await wire.call(method, {**fitting, field: value})
                code = code_of(answer)
                must(code == "validation", f"{method}, {field} past {bound}: {code}")
                must(field in answer["message"], f"{method}, {field}: {answer['message']!r}")
                number += 1
    return f"{number} bounds: validation, and the sentence names the field"


@attack("bounds", "one past every bound of every message")
async def messages(target: Target) -> str:
    number = 0
    for kind, fitting in MESSAGES.items():
        message = {"t": kind.__struct_config__.tag, **fitting}
        if "project" in kind.__struct_fields__:
            message["project"] = target.project
        for field, bound, value in past_bounds(kind):
            async with await target.enter(target.viewer) as wire:
                wire.send({**message, field: value})
                code = code_of(await wire.until(t="error"))
                must(code == "bad_message", f"{message['t']}, {field} past {bound}: {code}")
                await wire.ping()
            number += 1
    return f"{number} bounds: bad_message"


@attack("bounds", "a message, a delta, rooms, deltas and gestures past their bounds")
async def one_too_many(target: Target) -> str:
    async with await target.enter(target.viewer) as wire:
        wire.send({"t": "ping", "time": 1, "x": "x" * MAX_MESSAGE_BYTES})
        close_code = await wire.closed()
        must(close_code == 1009, f"a long message was closed with {close_code}")
    async with await target.enter_room(target.owner, target.project) as wire:
        short = {"op": "delete", "col": "markers", "id": "marker1"}
        wire.propose(target.project, [short] * (MAX_OPS_PER_DELTA + 1))
        code = code_of(await wire.until(t="error"))
        must(code == "bad_message", f"{MAX_OPS_PER_DELTA + 1} ops were answered {code}")
        await _too_many_gestures(wire, target.project)
        await _too_many_deltas(wire, target.project)
    await _too_many_rooms(target)
    return "1009, bad_message, limit_reached, rate_limited"


async def _too_many_gestures(wire: RawClient, project: str) -> None:
    values = {"ch_master": {"col": "channels", "props": {"volume": 1.0}}}
    gesture = {"t": "gesture", "project": project, "values": values}
    for number in range(MAX_GESTURES + 1):
        wire.send({**gesture, "id": f"gesture-{number}"})
    code = code_of(await wire.until(t="error"))
    must(code == "limit_reached", f"{MAX_GESTURES + 1} gestures were answered {code}")
    for number in range(MAX_GESTURES):
        wire.send({**gesture, "id": f"gesture-{number}", "values": None})


async def _too_many_deltas(wire: RawClient, project: str) -> None:
    delta_ids = [wire.propose(project, [SET_NAME]) for _ in range(2 * MAX_DELTAS_IN_FLIGHT)]
    answers = [await wire.next() for _ in delta_ids]
    codes = {code_of(answer) for answer in answers if answer["t"] != "tick"}
    must(codes <= {"(ack)", "(delta)", "rate_limited"}, f"many deltas were answered {codes}")


async def _too_many_rooms(target: Target) -> None:
    async with await target.enter(target.owner) as wire:
        for number in range(MAX_ROOMS_PER_CONNECTION + 1):
            project = await new_project(wire, f"room {number}")
            code = code_of(await wire.join(project))
        must(code == "limit_reached", f"the last of too many rooms was answered {code}")
