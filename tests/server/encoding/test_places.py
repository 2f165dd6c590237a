"""Where it is wrong: the place that an error names, as far in as it can be told."""

from typing import Any

import msgpack
import msgspec
import pytest

from schema.calls import METHODS
from schema.errors import ErrorCode
from server.encoding.codec import CODECS, BadMessage
from tests.server.encoding.spoilt_messages import read_all
from tests.server.wire import JSON, MSGPACK


def _bad(codec: str, data: bytes) -> BadMessage:
    with pytest.raises(BadMessage) as caught:
        CODECS[codec].decode(data)
    return caught.value


def test_C3_E1_nested_too_deep_is_of_params_where_the_call_can_be_read() -> None:
    deep = b"[" * 20_000 + b"]" * 20_000
    head = b'{"t":"call","id":"c1","method":"presets.create","params":{"parameters":'
    bad = _bad(JSON, head + deep + b"}}")
    assert (bad.id, bad.code, bad.details) == ("c1", ErrorCode.VALIDATION, {"field": "params"})
    packed = msgpack.packb({"t": "call", "id": "c1", "method": "m", "params": 0})
    bad = _bad(MSGPACK, packed[:-1] + bytes([0x91]) * 20_000 + bytes([0x90]))
    assert (bad.id, bad.code, bad.details) == ("c1", ErrorCode.VALIDATION, {"field": "params"})


@pytest.mark.parametrize("more", ["", "x" * 70_000])
@pytest.mark.parametrize("half", [b"\\udc00", b"\xed\xb0\x80"])
@pytest.mark.parametrize("params", [b'{"naHALFme":"MORE"}', b'{"name":{"HALF":"MORE"}}'])
def test_E1_E7_half_a_surrogate_pair_in_a_key_of_params_is_of_the_call(
    params: bytes, half: bytes, more: str
) -> None:
    spoilt = params.replace(b"HALF", half).replace(b"MORE", more.encode())
    call = b'{"t":"call","id":"c1","method":"projects.create","params":' + spoilt + b"}"
    with pytest.raises(BadMessage) as caught:
        read_all(CODECS[JSON], call)
    assert caught.value.code == ErrorCode.VALIDATION


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
def test_E7_a_nul_in_a_key_is_beside_params(codec: str) -> None:
    call = {"t": "call", "id": "c1", "method": "presets.create", "idempotency_key": "a\0"}
    bad = _bad(codec, CODECS[codec].encode(call))
    assert (bad.id, bad.code) == ("c1", ErrorCode.BAD_MESSAGE)
    assert bad.details == {"field": "idempotency_key"}


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
@pytest.mark.parametrize(
    ("method", "params", "place"),
    [
        ("presets.create", {"parameters": {"filter": {"__proto__": 1}}}, "filter.__proto__"),
        ("presets.create", {"parameters": {"x": [1, 2, 3, 2**60]}}, "x[3]"),
        ("recall.observe", {"uses": [{"data": {"a": {"__proto__": 1}}}]}, "data.a.__proto__"),
        ("recall.suggest", {"context": {"more": {"__proto__": "a"}}}, "more[...]"),
    ],
)
def test_C3_Q8_a_place_in_a_map_is_told_from_the_outside_in(
    codec: str, method: str, params: dict[str, Any], place: str
) -> None:
    needed: dict[str, Any] = {
        "presets.create": {"plugin": "OTT", "name": "a"},
        "recall.observe": {"category": "plugin_choice"},
        "recall.suggest": {"category": "plugin_choice"},
    }
    outside = {
        "presets.create": "parameters.",
        "recall.observe": "uses[0].",
        "recall.suggest": "context.",
    }
    for use in params.get("uses", ()):
        use |= {"id": "0b8f7a52-6f0e-4c1c-9a39-3d2f1f0f6a77", "key": "k"}
    raw = msgspec.Raw(CODECS[codec].encode(needed[method] | params))
    with pytest.raises(BadMessage) as caught:
        CODECS[codec].params(raw, METHODS[method][0])
    assert caught.value.details == {"field": outside[method] + place}
