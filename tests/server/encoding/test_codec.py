"""The two encodings, and frames that are built once."""

from sys import float_info

import msgspec
import pytest

from rooms.effects import Packet
from schema.messages import Left, Reply, Undo
from server.encoding.codec import CODECS, JSON, MSGPACK, BadMessage, Codec, frame_header

BOTH = pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)


@pytest.mark.parametrize(
    ("length", "header"),
    [
        (0, b"\x81\x00"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65_535, b"\x81\x7e\xff\xff"),
        (65_536, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_a_frame_s_header_tells_its_length(length: int, header: bytes) -> None:
    payload = bytes(length)
    assert frame_header(JSON.first_byte, payload) == header
    assert Codec.payload_of(header + payload) == payload


def test_E5_json_is_text_and_messagepack_is_binary() -> None:
    assert (JSON.first_byte, MSGPACK.first_byte) == (0x81, 0x82)
    assert {JSON.name: JSON, MSGPACK.name: MSGPACK} == CODECS


@BOTH
def test_a_message_is_read_as_it_was_written(codec: Codec) -> None:
    message = Undo("00000000-0000-4000-8000-000000000001", "undo-0001")
    assert codec.decode(codec.encode(message)) == message


@BOTH
@pytest.mark.parametrize("data", [b"", b"\xc1", b"{"], ids=["empty", "no byte of it", "cut off"])
def test_E1_what_cannot_be_read_is_a_bad_message(codec: Codec, data: bytes) -> None:
    with pytest.raises(BadMessage):
        codec.decode(data)


@BOTH
def test_a_packet_is_encoded_once_for_each_codec(codec: Codec) -> None:
    packet = Packet(Left("project", "leave-01"))
    frame = codec.frame(packet)
    assert codec.frame(packet) is frame
    assert packet.frames == {codec.name: frame}
    assert frame == codec.frame_of(packet.message)


@pytest.mark.parametrize(
    ("number", "sent"),
    [(2**64 - 1, 2**64 - 1), (10**300, 1e300), (-(10**30), -1e30), (10**5_000, float_info.max)],
    ids=["fits", "large", "below", "past all floats"],
)
def test_E5_a_whole_number_that_messagepack_cannot_hold_is_sent_as_a_float(
    number: int, sent: float
) -> None:
    held = {"a": [1, True, {"b": number}], "c": "text"}
    expected = {"a": [1, True, {"b": sent}], "c": "text"}
    reply = Reply("1", held)
    told = {"t": "reply", "id": "1", "result": expected}
    assert msgspec.msgpack.decode(MSGPACK.encode(reply)) == told
    assert msgspec.msgpack.decode(Codec.payload_of(MSGPACK.frame_of(reply))) == told
    part = MSGPACK.encode([msgspec.Raw(MSGPACK.encode(1)), number])
    assert msgspec.msgpack.decode(part) == [1, sent]


class Parameters(msgspec.Struct):
    limit: int = 5


@BOTH
def test_C3_parameters_left_out_are_the_defaults_and_wrong_ones_are_refused(codec: Codec) -> None:
    assert codec.params(msgspec.Raw(b""), Parameters) == Parameters(5)
    with pytest.raises(BadMessage):
        codec.params(msgspec.Raw(codec.encode({"limit": "many"})), Parameters)
