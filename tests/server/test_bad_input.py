"""Whatever comes in: an error that says where, an end at the fifth, and nobody else notices."""

import asyncio
import random

import msgpack
import pytest

from tests.server.conftest import Node
from tests.server.wire import JSON, MSGPACK, Message, Wire, marker

pytestmark = pytest.mark.postgres

BOTH = pytest.mark.parametrize("codec", [JSON, MSGPACK])
PROJECT = "00000000-0000-4000-8000-000000000000"


def nested(depth: int, codec: str) -> bytes | str:
    """Lists in lists."""
    if codec == JSON:
        return "[" * depth + "]" * depth
    return b"\x91" * depth + b"\xc0"


def ping_at(time: float, codec: str) -> bytes | str:
    """A ping with a time that may be no number."""
    if codec == JSON:
        return '{"t":"ping","time":NaN}'
    packed: bytes = msgpack.packb({"t": "ping", "time": time})
    return packed


GARBAGE: dict[str, Message | list[int] | int | None] = {
    "no map": [1, 2],
    "a number": 7,
    "nothing": None,
    "wrong type": {"t": "join", "id": 7, "project": PROJECT},
    "missing field": {"t": "join", "id": "a"},
    "unknown field": {"t": "ping", "time": 1.0, "colour": "red"},
    "too long": {"t": "join", "id": "a" * 65, "project": PROJECT},
    "out of range": {"t": "ping", "time": -1e300},
    "not an id": {"t": "join", "id": "a", "project": "../etc/passwd"},
    "name is no text": {"t": 5},
}


@BOTH
@pytest.mark.parametrize("kind", GARBAGE)
async def test_E1_what_is_no_message_is_answered(node: Node, codec: str, kind: str) -> None:
    wire = await node.guest(codec)
    await wire.send(GARBAGE[kind])
    error = await wire.expect("error")
    assert error["code"] == "bad_message"
    assert error["message"]
    await wire.ping()


@BOTH
async def test_E1_not_a_number(node: Node, codec: str) -> None:
    wire = await node.guest(codec)
    for time in (float("nan"), float("inf")):
        await wire.send_raw(ping_at(time, codec))
        assert (await wire.expect("error"))["code"] == "bad_message"
    await wire.ping()


@BOTH
async def test_E1_an_error_names_the_place_and_the_message(node: Node, codec: str) -> None:
    wire = await node.guest(codec)
    ops = [{"op": "insert", "col": "markers", "id": 5, "entity": {}}]
    await wire.send({"t": "delta", "project": PROJECT, "id": "delta_00001", "ops": ops})
    error = await wire.expect("error")
    assert (error["code"], error["id"]) == ("bad_message", "delta_00001")
    assert "$.ops[0].id" in error["message"]


@BOTH
async def test_E1_values_of_presence_and_ops_have_bounds(node: Node, codec: str) -> None:
    wire = await node.musician("ann", codec)
    project = (await wire.result("projects.create", name="Song"))["id"]
    await wire.join(project)
    huge: Message = {"t": "presence", "project": project, "cursor": {"time": 1e300}}
    await wire.send(huge)
    assert (await wire.expect("error"))["code"] == "bad_message"
    await wire.send(
        {"t": "presence", "project": project, "selection": [f"marker_{n}" for n in range(257)]}
    )
    assert (await wire.expect("error"))["code"] == "bad_message"
    answer = await wire.edit(project, marker("marker_1", 1e300))
    assert answer["code"] in ("bad_message", "op_invalid")
    assert (await wire.edit(project, marker("marker_1")))["seq"] == 1


@BOTH
async def test_E2_an_unknown_name(node: Node, codec: str) -> None:
    wire = await node.guest(codec)
    await wire.send({"t": "dance", "id": "a"})
    error = await wire.expect("error")
    assert (error["code"], error["id"]) == ("unknown_message", "a")
    assert (await wire.call("projects.burn"))["code"] == "unknown_message"


@BOTH
async def test_E3_too_large_for_a_stranger(node: Node, codec: str) -> None:
    wire = await node.guest(codec)
    await wire.send_raw("x" * 16_385 if codec == JSON else b"x" * 16_385)
    await wire.closed(1009)


@BOTH
async def test_E3_too_large_for_anyone(node: Node, codec: str) -> None:
    wire = await node.musician("ann", codec)
    await wire.send_raw(" " * 1_048_576 if codec == JSON else b"x" * 1_048_576)
    assert (await wire.expect("error"))["code"] == "bad_message"
    await wire.send_raw(" " * 1_048_577 if codec == JSON else b"x" * 1_048_577)
    await wire.closed(1009)


@BOTH
async def test_E4_the_fifth_is_the_last_and_nobody_else_notices(node: Node, codec: str) -> None:
    ann, ben, project = await node.pair((codec, codec))
    for _ in range(5):
        await ann.send({"t": "join", "id": "a"})
    before = await ann.closed(4503)
    assert [message["code"] for message in before if message["t"] == "error"] == (
        ["bad_message"] * 5
    )
    await ben.expect("member_left")
    assert (await ben.edit(project, marker("marker_1")))["seq"] == 1


async def _throw(wire: Wire, data: bytes | str) -> None:
    await wire.send_raw(data)
    error = await wire.expect("error")
    assert error["code"] in ("bad_message", "unknown_message")


@BOTH
async def test_E4_bytes_at_random(node: Node, codec: str) -> None:
    ann, ben, project = await node.pair((codec, codec))
    dice = random.Random(7)
    for round_ in range(5):
        stranger = await node.again(ann, f"device {round_}", codec)
        thrown: list[bytes | str] = [nested(100_000, codec), ping_at(float("nan"), codec)]
        for size in (1, 40, 5_000):
            noise = b"\x94" + dice.randbytes(size)  # an array: certainly no message
            thrown.append(noise.decode("latin-1") if codec == JSON else noise)
        for data in thrown:
            await _throw(stranger, data)
        await stranger.closed(4503)
        assert (await ben.edit(project, marker(f"marker_{round_}")))["seq"] == round_ + 1
        assert (await ann.expect("delta"))["seq"] == round_ + 1
    assert node.running.done() is False


@BOTH
async def test_E5_the_wrong_kind_of_frame(node: Node, codec: str) -> None:
    wire = await node.guest(codec)
    await wire.send_raw(b'{"t":"ping"}' if codec == JSON else '{"t":"ping"}')
    assert (await wire.expect("error"))["code"] == "bad_message"
    await wire.ping()


async def test_E6_over_the_rate_is_refused(node: Node) -> None:
    ann, ben, project = await node.pair()
    for n in range(1_000):
        await ann.send({"t": "ping", "time": float(n)})
    for n in range(50):
        await ann.send({"t": "presence", "project": project, "tool": f"tool {n}"})
    refused = await ann.until("error")
    assert refused["code"] == "rate_limited"
    assert refused["details"]["retry_after_ms"] > 0
    await ben.ping()
    assert (await ben.edit(project, marker("marker_1")))["seq"] == 1
    await ann.until("delta")


async def test_E6_presence_over_the_rate_is_dropped_in_silence(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben, project = await node.pair()
    for n in range(1_500):
        await ann.send({"t": "presence", "project": project, "tool": f"tool {n}"})

    async def limited() -> bool:
        return "rate_limited" in (await node.http("/metrics"))[1]

    assert await limited()
    async with asyncio.timeout(30):
        while (message := await ben.next())["t"] == "tick":
            if message["moved"]:
                break
    assert ann.heard("error") == []


async def test_E6_who_goes_on_is_let_go(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.connection.PATIENCE_SECONDS", 0.2)
    wire = await node.guest()

    async def flood() -> None:
        for n in range(100_000):
            await wire.send({"t": "ping", "time": float(n)})
            if n % 50 == 0:
                await asyncio.sleep(0)

    flooding = asyncio.create_task(flood())
    await wire.closed(4004)
    await asyncio.wait([flooding])
    assert flooding.exception() is not None
