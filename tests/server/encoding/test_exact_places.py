"""Of a value that no property holds the property is named; NaN is told to be no number."""

from typing import Any

import msgpack
import msgspec
import pytest

from schema.errors import ErrorCode
from server.encoding.codec import CODECS, BadMessage
from server.encoding.exact_places import exact_place, has_no_number, plain_json
from tests.server.encoding.test_reasons import bad_call
from tests.server.wire import JSON, MSGPACK, Message

PROJECT = "00000000-0000-4000-8000-000000000000"
CHANNEL = {"op": "set", "col": "channels", "id": "ch_master"}
TOO_LARGE = [b"1e999", b"-1e400", b"1" * 5_000]


def refused(codec: str, data: bytes) -> BadMessage:
    with pytest.raises(BadMessage) as caught:
        CODECS[codec].decode(data)
    return caught.value


def delta(*ops: Message) -> Message:
    return {"t": "delta", "id": "delta_00001", "project": PROJECT, "ops": list(ops)}


@pytest.mark.parametrize("many", [1, 2_000])
@pytest.mark.parametrize("number", TOO_LARGE)
def test_D21_a_number_that_is_too_large_names_its_property(number: bytes, many: int) -> None:
    """Also in a message of over 64 KiB, and where a text looks like it."""
    wrong = CHANNEL | {"props": {"name": "1e999", "volume": 123456, "pan": 0}}
    ops = [CHANNEL | {"props": {"name": "1e999"}}] * many
    data = CODECS[JSON].encode(delta(*ops, wrong)).replace(b"123456", number)
    told = refused(JSON, data)
    assert (told.code, told.details) == (ErrorCode.OP_INVALID, {"op": many, "field": "volume"})
    assert f"`$.ops[{many}].props.volume`" in str(told)


@pytest.mark.parametrize("number", TOO_LARGE)
def test_D21_a_number_that_is_too_large_is_told_of_a_gesture_as_NaN_is(number: bytes) -> None:
    values = {"ch_bass_": {"col": "channels", "props": {"volume": 1}}}
    values |= {"ch_master": {"col": "channels", "props": {"pan": 0, "volume": 123456}}}
    gesture = CODECS[JSON].encode(
        {"t": "gesture", "id": "g1", "project": PROJECT, "values": values}
    )
    for wrong in (number, b"NaN"):
        told = refused(JSON, gesture.replace(b"123456", wrong))
        assert told.details == {"field": "values.ch_master.props.volume"}
        assert told.code == ErrorCode.BAD_MESSAGE


@pytest.mark.parametrize("wrong", [b"a", msgpack.ExtType(5, b"a"), msgpack.Timestamp(5), [[1]]])
@pytest.mark.parametrize("part", ["props", "expect", "entity"])
def test_D21_what_no_property_holds_names_its_property(wrong: object, part: str) -> None:
    op: Message = CHANNEL | {"props": {}} | {part: {"volume": 1, "name": wrong}}
    if part == "entity":
        op = {"op": "insert", "col": "channels", "id": "ch_bass_", part: op[part]}
    told = refused(MSGPACK, msgpack.packb(delta(op)))
    assert (told.code, told.details) == (ErrorCode.OP_INVALID, {"op": 0, "field": "name"})


LONG = "x" * 1_025
"""No text of an op is longer than 1,024, most properties have a bound below."""


@pytest.mark.parametrize(
    ("col", "props", "said", "field"),
    [
        ("project", {"name": LONG}, "project.name must have at most 256 characters", "name"),
        ("project", {"name": {"a": {"b": 1}}}, "project.name must be a text", "name"),
        ("devices", {"order": LONG}, "devices.order is no order key", "order"),
        (
            "tracks",
            {"name": "a", "content": [1]},
            "tracks.content must be a list out of",
            "content",
        ),
        ("tracks", {"content": ["x" * 65]}, "tracks.content must be a list out of", "content"),
        (
            "devices",
            {"params": {f"leaf{n}": n for n in range(4_097)}},
            "devices.params must have at most 4096 parameters",
            "params",
        ),
    ],
)
@pytest.mark.parametrize("part", ["props", "expect", "entity"])
def test_D21_past_what_can_be_read_the_propertys_own_bound_is_told(
    part: str, col: str, props: Message, said: str, field: str
) -> None:
    op: Message = {"op": "set", "col": col, "id": "entity01", "props": {}} | {part: props}
    if part == "entity":
        op = {"op": "insert", "col": col, "id": "entity01", "entity": props}
    for codec, pack in ((MSGPACK, msgpack.packb), (JSON, CODECS[JSON].encode)):
        told = refused(codec, pack(delta(op)))
        assert str(told).startswith(f"delta: {said}")
        assert str(told).endswith(f" - at `$.ops[0].{part}.{field}`")
        assert told.details == {"op": 0, "field": field}


@pytest.mark.parametrize("wrong", [b"x", {"a": 1}, [1], "x" * 1_025])
def test_D21_of_what_is_in_params_the_sentence_names_the_leaf(wrong: object) -> None:
    op = CHANNEL | {"col": "devices", "props": {"name": "a", "params": {"a": 1, "b": wrong}}}
    told = refused(MSGPACK, msgpack.packb(delta(op)))
    assert told.details == {"op": 0, "field": "params"}
    assert str(told).endswith(" - at `$.ops[0].props.params.b`")


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize(
    ("message", "field"),
    [
        ({"t": "presence", "playhead": {"time": 0, "playing": True}}, "playhead.time"),
        ({"t": "presence", "cursor": {"time": 1, "y": 0}}, "cursor.y"),
    ],
)
def test_E1_NaN_in_presence_is_told_to_be_no_number(
    message: Message, field: str, number: float
) -> None:
    inner, name = field.split(".")
    wrong = message | {"project": PROJECT, inner: message[inner] | {name: number}}
    told = refused(MSGPACK, msgpack.packb(wrong))
    assert told.details == {"field": field}
    assert "NaN and infinity are no numbers" in str(told)


@pytest.mark.parametrize("number", [float("nan"), float("-inf")])
def test_E1_NaN_in_a_call_is_told_to_be_no_number(number: float) -> None:
    told = bad_call(MSGPACK, "history.list", {"project": PROJECT, "since": number})
    assert (told.code, told.details) == (ErrorCode.VALIDATION, {"field": "since"})
    assert str(told).startswith("params.since: NaN and infinity are no numbers")
    below = bad_call(MSGPACK, "history.list", {"project": PROJECT, "since": -5.0})
    assert str(below) == "params.since: must be at least 0"


def test_a_place_that_cannot_be_told_stays_as_it_was() -> None:
    path = "ops[0].props[...]"
    plain: Any
    for plain in (None, [], {"ops": 7}, {"ops": []}, {"ops": [{"props": 7}]}, {"ops": [{}]}):
        assert exact_place(path, plain) == (path, None)
    fine = {"ops": [CHANNEL | {"props": {"volume": 1}}]}
    assert exact_place(path, fine) == (path, None)
    more_than_an_op_has = {f"p{n}": 1 for n in range(1_000)} | {"last": b""}
    assert exact_place(path, {"ops": [CHANNEL | {"props": more_than_an_op_has}]}) == (path, None)
    assert exact_place("project", {}) == ("project", None)


@pytest.mark.parametrize("wrong", range(50))
def test_one_of_many_properties_is_sought_by_halves(
    wrong: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To try one after the other took ten times as long as to read the message."""
    tried: list[object] = []

    def convert(value: object, kind: Any) -> object:
        tried.append(value)
        return msgspec_convert(value, kind)

    msgspec_convert = msgspec.convert
    monkeypatch.setattr(msgspec, "convert", convert)
    props: Message = {f"p{n}": b"" if n in (wrong, 49) else n for n in range(50)}
    message = {"ops": [CHANNEL | {"props": props}]}
    assert exact_place("ops[0].props[...]", message) == (f"ops[0].props.p{wrong}", None)
    assert len(tried) <= 8
    shown = {f"entity{n:03}": {"col": "channels", "props": {"pan": 0}} for n in range(1_000)}
    shown[f"entity{wrong:03}"]["props"] = {"pan": b""}
    tried.clear()
    place, _ = exact_place("values[...].props[...]", {"values": shown})
    assert place == f"values.entity{wrong:03}.props.pan"
    assert len(tried) <= 13


def test_plain_json_has_something_else_for_numbers_that_are_too_large() -> None:
    assert plain_json(b'[1e999, 2.5, 7, "1e999"]') == [b"", 2.5, 7, "1e999"]
    assert has_no_number({"a": [1, float("nan")]}, "a[1]")
    assert not has_no_number({"a": [1, float("nan")]}, "a[0]")
    assert has_no_number({"a": {"b": float("inf")}}, "a[...]")
    assert not has_no_number(None, "a.b[0]")
