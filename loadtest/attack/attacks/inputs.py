"""Attacks with what is said: bytes that are no message, odd texts, odd numbers."""

import struct
from collections.abc import Iterator
from typing import Any

import msgpack

from loadtest.attack.attacks.rights import PARAMETERS
from loadtest.attack.catalogue import attack, code_of, must
from loadtest.attack.raw_client import ConnectionClosed, Message, RawClient
from loadtest.attack.target import Target
from loadtest.bare.frames import TEXT
from schema.calls import METHODS
from schema.entities import ENTITY_ID
from schema.text.text_rules import OF_EVERY_OBJECT

TEXTS = (
    "'; DROP TABLE studio_projects; --",
    "' OR '1'='1",
    '{"$gt": ""}',
    "%' UNION SELECT password_hash FROM auth_credentials --",
    "../../../../etc/passwd",
    "__proto__",
    "constructor",
    "__class__",
    "a\x00b",
    "\u202eevil\u202c",
    "\ud7ff\ufffe\uffff",
    "x" * 100_000,
)

NUMBERS = (-1, 2**53 + 1, 2**63 - 1, -(2**63), 1e308, 0.5)

ODD_VALUES: tuple[Any, ...] = (
    *TEXTS,
    *NUMBERS,
    [],
    {},
    None,
    True,
    [[]],
    {"a": {"b": {}}},
)

REFUSALS = frozenset(
    {
        "validation",
        "bad_message",
        "not_found",
        "op_invalid",
        "forbidden",
        "position_ahead",
        "compacted",
        "unknown_message",
        "limit_reached",
        "auth_failed",
        "taken",
        "conflict",
        "rate_limited",
    }
)


async def _survives(wire: RawClient, sent_words: str) -> None:
    """It was answered as the bad message it is, and nothing else happened."""
    code = code_of(await wire.until(t="error"))
    must(
        code in ("bad_message", "unknown_message", "op_invalid", "validation"),
        f"{sent_words} was answered {code}",
    )


def _bombs() -> Iterator[tuple[str, bytes]]:
    yield "no bytes", b""
    yield "one byte", b"\xc1"
    yield "10,000 nested arrays", b"\x91" * 10_000 + b"\xc0"
    yield "200,000 empty maps", b"\xdd\x00\x03\x0d\x40" + b"\x80" * 200_000
    yield "an array that says 2^32", b"\xdd\xff\xff\xff\xff"
    yield "a map that says 2^32", b"\xdf\xff\xff\xff\xff"
    yield "an extension type", msgpack.packb({"t": "ping", "time": msgpack.ExtType(5, b"x" * 100)})
    yield "a timestamp", msgpack.packb({"t": "ping", "time": msgpack.Timestamp(1, 1)})
    for name, number in (("NaN", float("nan")), ("infinity", float("inf"))):
        yield name, b"\x82\xa1t\xa4ping\xa4time\xcb" + struct.pack("!d", number)
    yield "2^64-1", msgpack.packb({"t": "ping", "time": 2**64 - 1})
    yield "a key that is a number", msgpack.packb({"t": "ping", 7: 7})
    yield "a key that is bytes", msgpack.packb({b"t": "ping"})
    yield "no kind", msgpack.packb({"time": 1})
    yield "another kind", msgpack.packb({"t": "shutdown"})
    yield "a kind that is a list", msgpack.packb({"t": ["ping"]})
    yield "a field that there is not", msgpack.packb({"t": "ping", "time": 1, "admin": True})
    yield "a surrogate", b"\x82\xa1t\xa4ping\xa4time\xa3\xed\xa0\x80"
    yield "text after text", msgpack.packb({"t": "ping", "time": 1}) * 2


@attack("A20", "bytes that are no message")
async def bombs(target: Target) -> str:
    number = 0
    for name, data in _bombs():
        async with await target.enter(target.viewer) as wire:
            wire.send_frame(data)
            await _survives(wire, name)
            await wire.ping()
        number += 1
    async with await target.enter(target.viewer) as wire:
        wire.send_frame(b'{"t":"ping","time":1}', TEXT)
        await _survives(wire, "a text frame")
        for _ in range(4):
            wire.send_frame(b"\xc1")
        code = await wire.closed()
        must(code == 4503, f"five in a row were closed with {code}")
    return f"{number} of them: bad_message; five in a row: 4503"


def _frames() -> Iterator[tuple[str, bytes]]:
    yield "unmasked", b"\x82\x01a"
    yield "reserved bit 1 (deflate)", b"\xc2\x81\0\0\0\0a"
    yield "reserved bit 2", b"\xa2\x81\0\0\0\0a"
    yield "reserved opcode", b"\x83\x81\0\0\0\0a"
    yield "a length of 2^63", b"\x82\xff" + b"\xff" * 8 + bytes(4)
    yield "a length of 2 MiB", b"\x82\xff" + (2 << 20).to_bytes(8, "big") + bytes(4)
    yield "a ping of 126 bytes", b"\x89\xfe\x00\x7e" + bytes(4) + b"x" * 126
    yield "a ping in fragments", b"\x09\x81\0\0\0\0a"
    yield "a continuation of nothing", b"\x80\x81\0\0\0\0a"
    yield "text that is no UTF-8", b"\x81\x82\0\0\0\0\xff\xfe"
    yield "a close code of 1", b"\x88\x82\0\0\0\0\x00\x01"


@attack("A21", "frames that are none, and deflate that nobody agreed to")
async def frames(target: Target) -> str:
    number = 0
    for name, data in _frames():
        async with await target.enter(target.viewer) as wire:
            wire.write(data)
            if name.startswith("text"):
                await _survives(wire, name)  # of the wrong kind, whatever it holds
            else:
                code = await wire.closed()
                must(code in (1002, 1007, 1009, None), f"{name} was closed with {code}")
        number += 1
    headers = {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}
    async with await RawClient.open(target.in_turn(), headers) as wire:
        wire.write(b"\xc2\x85\0\0\0\0\xcaH\xcd\xc9\x07")
        code = await wire.closed()
        must(code == 1002, f"deflated bytes were closed with {code}")
    return f"{number} frames: 1002, 1007 or 1009; deflate is never agreed to"


def _odd_params(method: str, project: str) -> Iterator[dict[str, Any]]:
    params, _ = METHODS[method]
    fitting: dict[str, Any] = {"project": project} if "project" in params.__struct_fields__ else {}
    fitting |= PARAMETERS.get(method, {})
    for name in params.__struct_fields__:
        for value in ODD_VALUES:
            yield {**fitting, name: value}
    yield {**fitting, "admin": True}
    yield {}


LONGEST_WAIT_MS = 2_000

SKIPPED = (
    "auth.register",
    "auth.login",
    "auth.refresh",
    "auth.logout",
    "auth.change_password",
    "auth.change_email",
    "auth.delete_account",
    "projects.create",
)
"""Those that would succeed, make the next one wait, or are attacked elsewhere."""

FORKS = ("snapshots.fork", "snapshots.create", "projects.archive", "projects.update")


@attack("A17", "odd values in every parameter of every call")
async def odd_params(target: Target) -> str:
    number = 0
    for method in sorted(set(METHODS) - {*SKIPPED, *FORKS}):
        async with await target.enter(target.viewer) as wire:
            for params in _odd_params(method, target.project):
                answer = await _patiently(wire, method, params)
                number += 1
                if answer["t"] == "error":
                    code = code_of(answer)
                    must(code in REFUSALS, f"{method}({str(params)[:200]}) was answered {code}")
    return f"{number} calls: none is internal"


async def _patiently(wire: RawClient, method: str, params: Message) -> Message:
    """Not too fast to be looked at; what has a rate by the hour is not waited for."""
    while True:
        answer = await wire.call(method, params)
        if code_of(answer) not in ("rate_limited", "unavailable"):
            return answer
        if answer["details"].get("retry_after_ms", 0) > LONGEST_WAIT_MS:
            return answer
        await wire.ping()


@attack("A18", "questions that cost much")
async def expensive_questions(target: Target) -> str:
    questions: tuple[tuple[str, dict[str, Any]], ...] = (
        ("history.list", {"limit": 10**9}),
        ("snapshots.list", {"limit": 10**9}),
        ("snapshots.diff", {"limit": 10**9}),
        ("timeline.between", {"start": 0, "end": 1e12}),
        ("timeline.between", {"start": 0, "end": 16, "limit": 10**9}),
        ("timeline.between", {"start": 0, "end": 16, "tracks": ["track-12"] * 201}),
        ("timeline.seconds", {"beats": [1.0] * 1_001}),
        ("history.at", {"seq": 0, "part": 10**9}),
    )
    async with await target.enter(target.viewer) as wire:
        for method, params in questions:
            code = code_of(await wire.call(method, {"project": target.project, **params}))
            must(code == "validation", f"{method}({params}) was answered {code}")
        for number in range(17):
            call = {"t": "call", "id": f"many-{number}", "method": "history.list"}
            wire.send({**call, "params": {"project": target.project}})
        answers = [await wire.next() for _ in range(17)]
        codes = {code_of(answer) for answer in answers}
        must(codes <= {"(reply)", "rate_limited"}, f"17 at once were answered {codes}")
    return "validation; rate_limited past 16 at once"


def _odd_ops() -> Iterator[Message]:
    for text in TEXTS:
        yield {"op": "set", "col": text, "id": "ch_master", "props": {"volume": 1}}
        yield {"op": "set", "col": "channels", "id": "ch_master", "props": {text: 1}}
        if not ENTITY_ID.fullmatch(text):
            yield {"op": "set", "col": "channels", "id": text, "props": {"volume": 1}}
            yield {"op": "insert", "col": "markers", "id": text, "entity": {"time": 1}}
    for name in ("__proto__", "constructor", "__class__", "params"):
        yield {"op": "set", "col": "channels", "id": "ch_master", "props": {name: {"a": 1}}}
    for name in sorted(OF_EVERY_OBJECT):  # what breaks every client in JavaScript
        yield {"op": "insert", "col": "markers", "id": name, "entity": {"time": 1}}
        params = {"channel": "ch_master", "params": {name: 1}}
        yield {"op": "insert", "col": "devices", "id": "attack-device", "entity": params}
        yield {"op": "set", "col": "devices", "id": "attack-device", "props": {"params": {name: 1}}}
    for value in ODD_VALUES:
        if value != 0.5:
            props = {"volume": value}
            yield {"op": "set", "col": "channels", "id": "ch_master", "props": props}
    yield {"op": "delete", "col": "channels", "id": "ch_master"}
    yield {"op": "run", "col": "channels", "id": "ch_master"}
    yield {"op": "set", "col": "project", "id": "project", "props": {"name": "a\x00b"}}
    yield {"op": "insert", "col": "markers", "id": "attack-marker", "entity": {"time": {"a": {}}}}


@attack("A19", "odd keys and values in ops")
async def odd_ops(target: Target) -> str:
    number = 0
    for op in _odd_ops():
        async with await target.enter_room(target.owner, target.project) as wire:
            wire.propose(target.project, [op])
            while (answer := await wire.next())["t"] not in ("ack", "error"):
                pass
            code = code_of(answer)
            must(code in ("bad_message", "op_invalid"), f"{str(op)[:200]} was answered {code}")
            await wire.ping()
        number += 1
    return f"{number} ops: bad_message or op_invalid"


@attack("A26", "names and devices with control and direction characters")
async def odd_names(target: Target) -> str:
    odd = (
        "a\x00b",
        "a\nb",
        "a\x1bb",
        "\u202eevil",
        "a\u2066b",
        "a\u200bb",
        "\ufeffa",
        "x" * 1_000_000,
        "",
    )
    for node in target.each_node():
        for device in odd:
            code, close = await _code_of_device(node, target.viewer.access, device)
            outcome = f"device {device[:20]!r} was answered {code}, closed with {close}"
            must(code == "bad_message" or close == 1009, outcome)
        async with await target.enter(target.owner, node=node) as wire:
            for name in odd[:-2]:
                code = code_of(await wire.call("projects.create", {"name": name}))
                must(code == "validation", f"name {name!r} was answered {code}")
    return "bad_message, validation"


async def _code_of_device(node: str, token: str, device: str) -> tuple[str, int | None]:
    """What a hello with this device is answered, or with which code it is closed."""
    async with await RawClient.open(node) as wire:
        wire.send({"t": "hello", "versions": [1], "token": token, "device": device})
        try:
            return code_of(await wire.next()), None
        except ConnectionClosed as closed:
            return "", closed.code
