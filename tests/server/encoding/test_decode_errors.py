"""Whatever comes in: an error that says where, an end at the fifth, and nobody else notices."""

import asyncio
import random
from pathlib import Path
from typing import Any

import msgpack
import pytest

from schema.close_codes import BAD_MESSAGES, SESSION_REVOKED
from schema.errors import DETAILS, ERRORS, ErrorCode
from schema.limits import LOGINS_NEEDED_ALLOWED
from server.encoding.codec import CODECS, BadMessage
from server.router import row_change_listener
from tests.server.conftest import Node
from tests.server.encoding.spoilt_messages import GOOD_OP, PLAIN, PROJECT, SPOILT, read_all
from tests.server.wire import JSON, MSGPACK, Message, Wire, marker

pytestmark = pytest.mark.postgres

ROOT = Path(__file__).parent.parent.parent.parent
BOTH = pytest.mark.parametrize("codec", [JSON, MSGPACK])


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
    assert (error["code"], error["id"]) == ("op_invalid", "delta_00001")
    assert "$.ops[0].id" in error["message"]
    assert error["details"] == {"op": 0, "field": "id"}


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
        await ann.send({"id": "a", "project": project})
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
        thrown: list[bytes | str] = [nested(100_000, codec)]
        for size in (1, 40, 600, 5_000):
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
    monkeypatch.setattr("server.sockets.rate_limit.MAX_SECONDS_OVER_RATE", 0.2)
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


MISTAKES: dict[str, tuple[Message, str]] = {
    "a message of another version": ({"t": "dance", "id": "a"}, "unknown_message"),
    "a call of another version": (
        {"t": "call", "id": "a", "method": "projects.burn"},
        "unknown_message",
    ),
    "a call with a wrong parameter": (
        {"t": "call", "id": "a", "method": "projects.get", "params": {"project": 7}},
        "validation",
    ),
    "a join without a project": ({"t": "join", "id": "a"}, "bad_message"),
    "a delta with too long an id": (
        {
            "t": "delta",
            "id": "delta_00001",
            "project": PROJECT,
            "ops": [{"op": "delete", "col": "tracks", "id": "x" * 37}],
        },
        "op_invalid",
    ),
    "a presence far out": (
        {"t": "presence", "project": PROJECT, "cursor": {"time": 1e300}},
        "bad_message",
    ),
    "an edit of what was not joined": (
        {"t": "undo", "id": "delta_00001", "project": PROJECT},
        "not_joined",
    ),
    "a second hello": ({"t": "hello", "versions": [1], "device": "laptop"}, "bad_message"),
}


@BOTH
async def test_E4_no_honest_mistake_closes_a_connection(node: Node, codec: str) -> None:
    wire = await node.musician("ann", codec)
    for message, code in MISTAKES.values():
        for _ in range(7):
            await wire.send(message)
        for _ in range(7):
            error = await wire.expect("error")
            assert (error["code"], error["id"]) == (code, message.get("id"))
    await wire.ping()


@BOTH
async def test_E4_what_is_said_too_early_closes_no_connection(node: Node, codec: str) -> None:
    wire = await node.connect(codec)
    for _ in range(7):
        await wire.send({"t": "call", "id": "early", "method": "projects.list"})
        error = await wire.expect("error")
        assert (error["code"], error["id"]) == ("bad_message", "early")
    await wire.hello()
    for _ in range(7):
        assert (await wire.call("projects.list"))["code"] == "auth_required"


@pytest.mark.parametrize(
    "message",
    [
        {"t": "call", "method": "projects.list"},
        {"t": "call", "method": "auth_sessions.list"},
        {"t": "join", "project": PROJECT},
        {"t": "undo", "project": PROJECT},
    ],
    ids=lambda message: message.get("method", message["t"]),
)
async def test_E4_who_goes_on_without_a_login_is_closed(node: Node, message: Message) -> None:
    wire = await node.guest()
    for n in range(LOGINS_NEEDED_ALLOWED + 1):
        await wire.send({**message, "id": f"needed_{n:04}"})
    heard = await wire.closed(BAD_MESSAGES.code)
    assert {each["code"] for each in heard if each["t"] == "error"} == {"auth_required"}


@BOTH
@pytest.mark.parametrize(
    ("said", "times"),
    [
        ({"id": "a", "project": PROJECT}, 5),
        ({"t": "join", "id": "needed_1", "project": PROJECT}, LOGINS_NEEDED_ALLOWED + 1),
    ],
    ids=["noise", "joins"],
)
async def test_A3_whatever_is_said_once_the_login_has_ended_the_close_says_that(
    node: Node, monkeypatch: pytest.MonkeyPatch, codec: str, said: Message, times: int
) -> None:
    """Also before the close is due: a client cannot know yet, and must not take it for a fault."""
    monkeypatch.setattr(row_change_listener, "REVOKED_AFTER_SECONDS", 600.0)
    ann = await node.musician("ann")
    phone = await node.again(ann, "phone", codec)
    await ann.result("auth.logout")
    for _ in range(times):
        await phone.send(said)
    await phone.closed(SESSION_REVOKED.code)


@BOTH
@pytest.mark.parametrize("where", SPOILT)
def test_E10_half_a_surrogate_pair_is_answered_with_its_place(codec: str, where: str) -> None:
    message, code, details = SPOILT[where]
    decoder = CODECS[codec]
    whole = decoder.encode(message)
    spoilt = [b"x\xed\xa0\xbc"]  # as long as PLAIN: so the lengths of MessagePack stay right
    if codec == JSON:
        spoilt += [rb"x\ud83c", rb"\udf3cx", rb"\ud83c\"", rb"\ud83d\ude00 \ud83c"]
    for half in spoilt:
        with pytest.raises(BadMessage) as told:
            read_all(decoder, whole.replace(PLAIN.encode(), half))
        error = told.value.as_answer()
        assert (error.code, error.details) == (code, details)
        assert error.id in (message.get("id"), None)
        assert "half a surrogate pair" in error.message


DELTA = b'{"t":"delta","id":"delta_00001","project":"' + PROJECT.encode() + b'","ops":'


@pytest.mark.parametrize(
    "data",
    [
        DELTA + b'[{"op":"set"',  # breaks off
        DELTA + b'[{"op":"set","col":"devices","id":"dev_0001","props":{"params":{"x":NaN}}}]}',
        DELTA + b"[" * 100_000,
        DELTA + b"[]} and more",
        DELTA.replace(b'"t":"delta",', b'"t" : "delta" , ') + b"oops",
    ],
)
def test_E10_the_id_is_in_the_answer_if_it_could_be_read_at_all(data: bytes) -> None:
    with pytest.raises(BadMessage) as told:
        CODECS[JSON].decode(data)
    assert (told.value.id, told.value.is_noise) == ("delta_00001", False)


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity"])
def test_E10_the_real_cause_is_named_of_a_number_that_is_none(number: bytes) -> None:
    with pytest.raises(BadMessage, match="NaN and infinity are no numbers in JSON"):
        CODECS[JSON].decode(DELTA + b'[{"op":"move","time":' + number + b"}]}")


def of_op(**fields: Any) -> Message:
    """A delta whose second op is this."""
    return {"t": "delta", "id": "delta_00001", "project": PROJECT, "ops": [GOOD_OP, fields]}


def of_call(**params: Any) -> Message:
    return {"t": "call", "id": "c1", "method": "projects.create", "params": params}


def of_gesture(**shown: Any) -> Message:
    return {"t": "gesture", "id": "gesture1", "project": PROJECT, "values": {"device01": shown}}


DEVICE = {"op": "set", "col": "devices", "id": "device01"}

PLACES: list[tuple[Message, str, Message]] = [
    ({"t": "delta", "id": "delta_00001", "ops": [GOOD_OP]}, "bad_message", {"field": "project"}),
    ({"t": "presence", "project": PROJECT, "no": 1}, "bad_message", {"field": "no"}),
    (
        {"t": "join", "id": "j", "project": PROJECT, "position": {"epoch": "a"}},
        "bad_message",
        {"field": "position.seq"},
    ),
    (of_op(op="set", id="track_01", props={}), "op_invalid", {"op": 1, "field": "col"}),
    (of_op(**GOOD_OP, no=1), "op_invalid", {"op": 1, "field": "no"}),
    (of_op(**DEVICE, props={"": 1}), "op_invalid", {"op": 1, "field": "props"}),
    (of_op(**DEVICE, props={"params": {"": 1}}), "op_invalid", {"op": 1, "field": "params"}),
    (of_op(**DEVICE, props={"params": {"a": [1]}}), "op_invalid", {"op": 1, "field": "params"}),
    (of_gesture(props={}), "bad_message", {"field": "col"}),
    (of_gesture(col="devices", props={"params": {"": 1}}), "bad_message", {"field": "params"}),
    (of_call(), "validation", {"field": "name"}),
    (of_call(name="Song", no=1), "validation", {"field": "no"}),
]


@BOTH
@pytest.mark.parametrize(("message", "code", "details"), PLACES)
def test_E11_what_is_missing_or_unknown_is_named_for_programs(
    codec: str, message: Message, code: str, details: Message
) -> None:
    decoder = CODECS[codec]
    with pytest.raises(BadMessage) as told:
        read_all(decoder, decoder.encode(message))
    assert (told.value.code, told.value.details) == (code, details)


NO_NUMBERS: list[tuple[Message, str, Message]] = [
    (of_op(op="move", col="tracks", id="track_01", time="HERE"), "op_invalid", {"field": "time"}),
    (
        of_op(**DEVICE, props={"name": "a:NaN,", "volume": "HERE"}),
        "op_invalid",
        {"field": "volume"},
    ),
    (of_op(**DEVICE, props={"params": {"x": "HERE"}}), "op_invalid", {"field": "params"}),
    (of_call(name="Song", bpm="HERE"), "validation", {"field": "bpm"}),
    (
        {"t": "presence", "project": PROJECT, "cursor": {"time": "HERE"}},
        "bad_message",
        {"field": "cursor.time"},
    ),
]


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity"])
@pytest.mark.parametrize(("message", "code", "details"), NO_NUMBERS)
def test_E1_a_number_that_json_does_not_have_is_told_with_its_place(
    number: bytes, message: Message, code: str, details: Message
) -> None:
    in_op = {"op": 1} if code == "op_invalid" else {}
    for here in (number, number + b', "more": ' + number):
        data = CODECS[JSON].encode(message).replace(b'"HERE"', here)
        with pytest.raises(BadMessage, match="NaN and infinity are no numbers") as told:
            read_all(CODECS[JSON], data)
        assert (told.value.code, told.value.details) == (code, details | in_op)


@BOTH
def test_E10_an_id_that_is_none_is_not_repeated(codec: str) -> None:
    decoder = CODECS[codec]
    for wrong in (7, "", "x" * 65, ["delta_00001"], None):
        with pytest.raises(BadMessage) as told:
            decoder.decode(decoder.encode({"t": "dance", "id": wrong}))
        assert told.value.id is None


async def test_E11_O11_details_say_which_field_and_which_op(node: Node) -> None:
    wire = await node.musician("ann", JSON)
    project = (await wire.result("projects.create", name="Song"))["id"]
    await wire.join(project)
    for order, words in (("a" * 65, "2 to 64 char"), ("b0", "at least 3"), ("a00", "not end in 0")):
        track = {"col": "tracks", "id": "track_01"}
        for op in (
            {"op": "move", "order": order} | track,
            {"op": "insert", "entity": {"order": order}} | track,
        ):
            answer = await wire.edit(project, marker("marker_1"), op)
            assert answer["code"] == "op_invalid", answer
            assert answer["details"] == {"op": 1, "field": "order"}
            assert words in answer["message"]
    call = await wire.call("projects.update", project=project, version=1, bpm="fast")
    assert (call["code"], call["details"]) == ("validation", {"field": "bpm"})


def test_E11_every_key_of_details_is_described() -> None:
    named = {key for row in ERRORS.values() for key in (*row.has, *row.may_have)}
    assert named == set(DETAILS)
    assert all("retry_after_ms" in row.has for row in ERRORS.values() if row.try_again)


def test_E11_every_code_is_said_by_something() -> None:
    """A code that nobody says is a riddle for whoever writes a client."""
    folders = ("server", "rooms", "persistence")
    source = "".join(
        path.read_text() for folder in folders for path in (ROOT / folder).rglob("*.py")
    )
    assert [code for code in ErrorCode if f"ErrorCode.{code.name}" not in source] == []


@pytest.mark.parametrize("place", ["id", "method"])
def test_E10_half_a_pair_in_the_id_or_the_method_of_a_call_is_told_with_its_place(
    place: str,
) -> None:
    fields = {"t": "call", "id": "c1", "method": "projects.list", place: "HALF"}
    with pytest.raises(BadMessage, match="half a surrogate pair") as refused:
        CODECS[JSON].decode(CODECS[JSON].encode(fields).replace(b"HALF", rb"\ud83c"))
    assert refused.value.details == {"field": place}


def test_E1_a_text_that_is_not_utf_8_is_told_so() -> None:
    with pytest.raises(BadMessage, match="the text is not UTF-8"):
        CODECS[JSON].decode(b'{"t":"leave","id":"a\xff","project":"x"}')
