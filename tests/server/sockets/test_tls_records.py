"""A connection whose TLS records hold next to nothing ends, and none takes the loop for itself."""

import asyncio
import struct
from pathlib import Path

import pytest
from websockets.frames import Opcode

from machine.sockets.certificate_authority import CertificateAuthority
from schema.close_codes import RATE_LIMITED
from server.sockets import tls_records
from server.sockets.tls import TlsPair
from server.sockets.tls_records import LEAST_WEIGHED, MOST_AROUND, SMALL_READ, TlsRecords
from tests.server.conftest import Nodes, create_project
from tests.server.sockets.test_turns import FIRST, Line, frame
from tests.server.wire import Message, Wire, marker

AROUND = 22
"""Bytes of TLS 1.3 around what a record holds."""


class Taken:
    """`taken`: bytes that came, records and all, and were read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.taken: int | None = 5_000  # the handshake's
        monkeypatch.setattr(tls_records, "taken_bytes", lambda _: self.taken)
        self.records = TlsRecords(asyncio.Transport())

    def read(self, records: int, each: int) -> bool:
        if self.taken is not None:
            self.taken += records * (each + AROUND)
        return self.records.are_empty(records * each)


def test_E6_records_of_a_byte_are_told_once_there_are_some_thousands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line, records = Taken(monkeypatch), 0
    line.read(1, 1)
    while not line.read(100, 1):
        records += 100
    assert records * (1 + AROUND) <= LEAST_WEIGHED < (records + 200) * (1 + AROUND)


@pytest.mark.parametrize("each", [6, 80, 1_400, 16_384])
def test_E6_records_of_the_shortest_frames_and_of_long_ones_are_never_too_many(
    monkeypatch: pytest.MonkeyPatch, each: int
) -> None:
    assert each + AROUND <= MOST_AROUND * each
    line = Taken(monkeypatch)
    assert not any(line.read(3, each) for _ in range(20_000))


def test_E6_what_was_read_past_them_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Taken(monkeypatch)
    assert line.taken is not None
    line.read(1, 1)
    line.records.at_start()
    line.taken += 10 * LEAST_WEIGHED  # messages that came whole
    assert not line.read(1, 1)
    line.taken = None  # a system that does not say
    assert not any(line.read(1_000, 1) for _ in range(100))


def test_E6_a_small_read_in_the_middle_of_a_frame_is_a_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = Taken(monkeypatch)
    line = Line()
    line.connection._records = held.records
    long_message = frame(Opcode.CONT, bytes(20_000), fin=False)
    line.connection.data_received(FIRST + long_message[:SMALL_READ])
    paused = [line.is_paused]
    line.connection.data_received(long_message[SMALL_READ : SMALL_READ + 9])
    paused.append(line.is_paused)
    line.turn()
    paused.append(line.is_paused)
    line.connection.data_received(long_message[SMALL_READ + 9 : 2 * SMALL_READ + 9])
    assert [*paused, line.is_paused] == [False, True, False, False]


async def over_tls(nodes: Nodes, authority: CertificateAuthority) -> tuple[Wire, str]:
    authority.write("first")
    node = await nodes.start(tls=TlsPair(authority.certificate, authority.key))
    node.trust = authority.trusting()
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    return ann, project


def in_one_frame(wire: Wire, message: Message) -> bytes:
    payload = wire.encode(message)
    assert isinstance(payload, bytes)
    return bytes((0x82, 0xFF)) + struct.pack(">Q", len(payload)) + bytes(4) + payload


def in_records(wire: Wire, data: bytes, each: int) -> None:
    """Each part that asyncio is given becomes a record of its own."""
    wire.socket.transport.writelines([data[n : n + each] for n in range(0, len(data), each)])


@pytest.mark.postgres
@pytest.mark.parametrize(("markers", "each"), [(20, 1), (5_000, 1_400), (5_000, 16_384)])
async def test_E6_messages_come_in_records_of_whatever_size(
    nodes: Nodes, certificates: CertificateAuthority, markers: int, each: int
) -> None:
    ann, project = await over_tls(nodes, certificates)
    ops = [marker(f"mark_{n:04}") for n in range(markers)]
    delta = {"t": "delta", "project": project, "id": "in-records", "ops": ops}
    in_records(ann, in_one_frame(ann, delta), each)
    assert (await ann.answer_to("in-records"))["t"] == "ack"


@pytest.mark.postgres
async def test_E6_thousands_of_records_that_hold_a_byte_end_the_connection(
    nodes: Nodes, certificates: CertificateAuthority
) -> None:
    ann, _ = await over_tls(nodes, certificates)
    head = bytes((0x82, 0xFF)) + struct.pack(">Q", 1_000_000) + bytes(4)
    in_records(ann, head + bytes(2 * LEAST_WEIGHED // (1 + AROUND)), 1)
    await ann.closed(RATE_LIMITED.code)


@pytest.fixture
def certificates(tmp_path: Path) -> CertificateAuthority:
    return CertificateAuthority(tmp_path)
