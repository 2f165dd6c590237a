"""However bytes arrive, cutter and protocol together see what the protocol alone would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from server.encoding.codec import MSGPACK
from server.sockets.incoming import only_payload
from server.sockets.reading.frame_cutter import FRAMES_AT_ONCE, FrameCutter

PLAIN = MSGPACK.first_byte
LENGTHS = st.sampled_from([0, 1, 2, 80, 124, 125, 126, 127, 200, 65_535, 65_536])
Seen = list[tuple[Opcode, bytes, bool]]


@st.composite
def messages(draw: st.DrawFn) -> list[Frame]:
    """The frames of one message: whole, in fragments with a ping between, or a ping alone."""
    kind = draw(st.sampled_from(["short", "short", "short", "long", "text", "fragments", "ping"]))
    length = draw(LENGTHS)
    data = bytes(n % 251 for n in range(length))
    match kind:
        case "short":
            return [Frame(Opcode.BINARY, data[:125])]
        case "long":
            return [Frame(Opcode.BINARY, data)]
        case "text":
            return [Frame(Opcode.TEXT, data[:125])]
        case "ping":
            return [Frame(Opcode.PING, data[:125])]
        case _:
            ping = [Frame(Opcode.PING, b"between")] if draw(st.booleans()) else []
            first = Frame(Opcode.BINARY, data[:50], fin=False)
            return [first, *ping, Frame(Opcode.CONT, data[50:100])]


def open_protocol() -> ServerProtocol:
    protocol = ServerProtocol(max_size=1_000_000)
    protocol.state = OPEN
    protocol.receive_data(
        b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    assert isinstance(protocol.events_received()[0], Request)
    return protocol


def frames_of(protocol: ServerProtocol, data: bytes) -> Seen:
    protocol.receive_data(data)
    events = protocol.events_received()
    return [(e.opcode, bytes(e.data), e.fin) for e in events if isinstance(e, Frame)]


def through_the_cutter(chunks: list[bytes], *, one_message: bool = False) -> tuple[Seen, int]:
    protocol, cutter = open_protocol(), FrameCutter(PLAIN)
    seen: Seen = []
    cut = 0
    for chunk in chunks:
        only = only_payload(chunk, PLAIN) if cutter.is_at_start else None
        if only is not None:
            seen.append((Opcode.BINARY, only, True))
            cut += 1
            continue
        data, position = cutter.completed(chunk), 0
        while position < len(data):
            payloads, rest, position = cutter.cut(data, position, one_message=one_message)
            cut += len(payloads)
            seen += [(Opcode.BINARY, payload, True) for payload in payloads]
            frames = frames_of(protocol, rest) if rest else []
            assert len(payloads) + len(frames) <= FRAMES_AT_ONCE + 1  # one ends that began before
            ended = payloads + [f for f in frames if f[2] and f[0] < Opcode.CLOSE]
            assert len(ended) <= 1 or not one_message
            seen += frames
            for opcode, _, is_last in frames:
                if opcode in (Opcode.BINARY, Opcode.TEXT, Opcode.CONT):
                    cutter.is_in_fragments = not is_last
    assert protocol.parser_exc is None
    return seen, cut


@given(
    st.lists(messages(), max_size=12),
    st.lists(st.integers(1, 400), max_size=60),
    st.booleans(),
)
def test_any_frames_cut_anywhere(
    sent: list[list[Frame]], sizes: list[int], one_message: bool
) -> None:
    data = b"".join(frame.serialize(mask=True) for frames in sent for frame in frames)
    chunks, start = [], 0
    for size in sizes:
        chunks.append(data[start : start + size])
        start += size
    chunks.append(data[start:])
    seen, _ = through_the_cutter([c for c in chunks if c], one_message=one_message)
    assert seen == frames_of(open_protocol(), data)


def test_short_messages_never_reach_the_protocol() -> None:
    data = b"".join(Frame(Opcode.BINARY, b"%d" % n).serialize(mask=True) for n in range(50))
    seen, cut = through_the_cutter([data])
    assert cut == 50
    assert seen == [(Opcode.BINARY, b"%d" % n, True) for n in range(50)]


@pytest.mark.parametrize("length", [2, 80, 125, 126, 127, 200, 4_096])
def test_one_short_message_by_itself_needs_no_cutter(length: int) -> None:
    data = bytes(n % 251 for n in range(length))
    frame = Frame(Opcode.BINARY, data).serialize(mask=True)
    assert only_payload(frame, PLAIN) == data
    assert only_payload(frame[:-1], PLAIN) is None
    assert only_payload(frame + b"\x82", PLAIN) is None


def test_what_is_not_short_or_not_of_the_codec_needs_the_cutter() -> None:
    assert only_payload(Frame(Opcode.BINARY, bytes(4_097)).serialize(mask=True), PLAIN) is None
    assert only_payload(Frame(Opcode.TEXT, bytes(80)).serialize(mask=True), PLAIN) is None


def test_what_no_client_may_send_is_left_to_the_protocol() -> None:
    for wrong in (
        Frame(Opcode.BINARY, b"unmasked").serialize(mask=False),
        b"\xc2\x80\x00\x00\x00\x00",  # a reserved bit
        b"\x8f\x80\x00\x00\x00\x00",  # no such opcode
        b"\x82\xff" + b"\xff" * 12,  # longer than anything
    ):
        cutter = FrameCutter(PLAIN)
        assert only_payload(wrong, PLAIN) is None
        payloads, rest, _ = cutter.cut(wrong, 0)
        assert (payloads, rest) == ([], wrong)
        protocol = open_protocol()
        protocol.receive_data(rest)
        assert protocol.parser_exc is not None
