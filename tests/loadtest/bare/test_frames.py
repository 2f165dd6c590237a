"""Frames out as a server reads them, and frames in wherever the reads cut them."""

import itertools

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from loadtest.bare.frames import (
    BINARY,
    CLOSE,
    PING,
    TEXT,
    Headers,
    Messages,
    frame,
)

SIZES = st.one_of(st.integers(0, 300), st.sampled_from([125, 126, 65_535, 65_536, 70_000]))


def sent_by_server(payload: bytes, head: int = 0x80 | BINARY) -> bytes:
    """A frame as servers send it, unmasked."""
    size = len(payload)
    if size < 126:
        return bytes((head, size)) + payload
    if size < 65_536:
        return bytes((head, 126)) + size.to_bytes(2, "big") + payload
    return bytes((head, 127)) + size.to_bytes(8, "big") + payload


def cut(data: bytes, cuts: list[int]) -> list[bytes]:
    """The same bytes in pieces."""
    places = sorted({c % (len(data) + 1) for c in cuts} | {0, len(data)})
    return [data[a:b] for a, b in itertools.pairwise(places)]


@given(st.lists(SIZES, max_size=8), st.sampled_from([TEXT, BINARY]))
def test_a_server_reads_what_we_frame(sizes: list[int], opcode: int) -> None:
    server = ServerProtocol(state=OPEN, max_size=None)
    payloads = [b"x" * size for size in sizes]
    for payload in payloads:
        server.receive_data(frame(payload, opcode))
    events = [event for event in server.events_received() if isinstance(event, Frame)]
    assert [event.data for event in events] == payloads
    assert all(event.opcode is Opcode(opcode) for event in events)


@given(st.lists(SIZES, max_size=8), st.lists(st.integers(0, 10**6), max_size=12))
def test_messages_come_whole_wherever_reads_cut_them(sizes: list[int], cuts: list[int]) -> None:
    payloads = [bytes([i]) * size for i, size in enumerate(sizes)]
    stream = b"".join(map(sent_by_server, payloads))
    got: list[bytes] = []
    messages, headers = Messages(got.append), Headers()
    for piece in cut(stream, cuts):
        messages.received(piece)
        headers.received(piece)
    assert got == payloads
    assert messages.received_bytes == headers.received_bytes == len(stream)
    assert headers.frames == len(payloads)


def test_fragments_are_joined_and_control_frames_between_them_told_apart() -> None:
    got: list[bytes] = []
    control: list[tuple[int, bytes]] = []
    messages = Messages(got.append, lambda opcode, payload: control.append((opcode, payload)))
    messages.received(sent_by_server(b"one ", BINARY))
    messages.received(sent_by_server(b"beat", 0x80 | PING))
    messages.received(sent_by_server(b"two ", 0))
    messages.received(sent_by_server(b"three", 0x80))
    messages.received(sent_by_server(b"next"))
    messages.received(sent_by_server(b"\x03\xe8", 0x80 | CLOSE))
    assert got == [b"one two three", b"next"]
    assert control == [(PING, b"beat"), (CLOSE, b"\x03\xe8")]


def test_control_frames_are_not_counted_as_data() -> None:
    headers = Headers()
    headers.received(sent_by_server(b"beat", 0x80 | PING) + sent_by_server(b"data"))
    assert headers.frames == 1


def test_only_frames_of_the_length_looked_for_are_counted() -> None:
    headers = Headers(80)
    for size in (80, 79, 80, 200):
        headers.received(sent_by_server(b"x" * size))
    assert (headers.frames, headers.others) == (2, 2)
