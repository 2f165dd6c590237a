"""TLS by Prime itself: what is spoken, how the pair changes under open connections, what records
may cost."""

import asyncio
import os
import ssl
import struct
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from websockets.frames import Opcode

from machine.sockets.certificate_authority import DAY, CertificateAuthority
from schema.close_codes import RATE_LIMITED
from server.sockets import tls_records
from server.sockets.tls import BadPair, TlsPair
from server.sockets.tls_records import LEAST_WEIGHED, MOST_AROUND, SMALL_READ, TlsRecords
from tests.server.conftest import Nodes, create_project
from tests.server.sockets.test_turns import FIRST, Line, frame
from tests.server.wire import Message, Wire, marker

AROUND = 22
"""Bytes of TLS 1.3 around what a record holds."""


@pytest.fixture
def authority(tmp_path: Path) -> CertificateAuthority:
    made = CertificateAuthority(tmp_path)
    made.write("first")
    return made


async def shown(
    port: int, context: ssl.SSLContext, name: str | None = None
) -> tuple[str, str | None, str | None, asyncio.StreamWriter]:
    """The name of the certificate, the version and ALPN of a new connection."""
    _, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=context, server_hostname=name or "127.0.0.1"
    )
    found = writer.get_extra_info("ssl_object")
    subject = found.getpeercert()["subject"][0][0][1]
    return subject, found.version(), found.selected_alpn_protocol(), writer


@pytest.mark.postgres
async def test_H9_a_pair_is_changed_under_open_connections(
    nodes: Nodes, authority: CertificateAuthority
) -> None:
    pair = TlsPair(authority.certificate, authority.key)
    node = await nodes.start(tls=pair)
    assert node.url.startswith("wss://")
    assert node.context.public_url.address.startswith("https://")
    figures = node.metrics.text().splitlines()
    (told,) = [line for line in figures if line.startswith("prime_tls_expires_seconds ")]
    assert float(told.split()[1]) == pair.expires_at
    node.trust = authority.trusting()
    ann = await node.musician("ann")
    port = int(node.url.split(":")[2].split("/")[0])
    context = authority.trusting()
    context.set_alpn_protocols(["h2", "http/1.1"])
    name, version, alpn, writer = await shown(port, context)
    assert (name, version, alpn) == ("first", "TLSv1.3", "http/1.1")
    authority.write("second")
    assert not pair.look()  # it may still be written
    assert pair.look()
    assert not pair.look()
    for server_name in ("localhost", None):  # a client that names none is shown the new one, too
        name, *_, other = await shown(port, authority.trusting(), server_name)
        assert name == "second"
        other.close()
    await ann.ping()
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    await writer.drain()
    writer.close()
    old = authority.trusting()
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2
    _, version, _, other = await shown(port, old)
    assert version == "TLSv1.2"
    other.close()
    weak = authority.trusting()
    weak.maximum_version = ssl.TLSVersion.TLSv1_2
    weak.set_ciphers("ECDHE+AES:!AESGCM:!CHACHA20")
    with pytest.raises((ssl.SSLError, OSError)):
        await shown(port, weak)


def _another_key() -> bytes:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(encoding, form, serialization.NoEncryption())


def _instead(path: Path, make: Callable[[Path], object]) -> None:
    path.unlink()
    make(path)


BREAKS: list[tuple[str, Callable[[CertificateAuthority], object]]] = [
    ("ran out on", lambda a: a.write("late", -DAY)),
    ("cannot be read (No such file", lambda a: a.key.unlink()),
    ("which is no file", lambda a: _instead(a.certificate, os.mkfifo)),
    ("which is no file", lambda a: _instead(a.key, os.mkfifo)),
    ("which is no file", lambda a: _instead(a.key, lambda p: p.symlink_to("/dev/zero"))),
    ("cannot be read (Is a directory", lambda a: _instead(a.certificate, Path.mkdir)),
    ("which has over 65536 bytes", lambda a: a.certificate.write_bytes(b"a" * 65_537)),
    ("is not valid before 2", lambda a: a.write("early", 3 * DAY, begins=DAY)),
    ("the key is encrypted", lambda a: a.write("hidden", password=b"canary")),
    ("privkey.pem: ", lambda a: a.key.write_text("nonsense")),
    ("fullchain.pem, ", lambda a: a.certificate.write_text("nonsense")),
    (
        "the key is not that of the certificate",
        lambda a: a.key.write_bytes(_another_key()),
    ),
]


@pytest.mark.parametrize(("why", "spoil"), BREAKS)
async def test_a_bad_pair_is_refused_in_one_line_and_that_of_before_goes_on(
    authority: CertificateAuthority, why: str, spoil: Callable[[CertificateAuthority], object]
) -> None:
    pair = TlsPair(authority.certificate, authority.key)
    before, expires = pair._current, pair.expires_at
    spoil(authority)
    with structlog.testing.capture_logs() as told:
        for _ in range(4):
            await pair.keep_current()
    (line,) = told
    assert why in line["reason"]
    assert "\n" not in line["reason"]
    assert "canary" not in line["reason"]
    assert (pair._current, pair.expires_at) == (before, expires)
    if authority.certificate.is_dir():
        authority.certificate.rmdir()
    authority.write("good again")
    os.utime(authority.key, (1, 1))
    with pytest.raises(BadPair):
        pair.use(authority.certificate, authority.own_certificate)
    pair.load()
    assert pair._current is not before


def test_a_key_that_everyone_can_read_is_told(authority: CertificateAuthority) -> None:
    authority.key.chmod(0o644)
    with structlog.testing.capture_logs() as told:
        TlsPair(authority.certificate, authority.key)
    assert "chmod o=" in told[0]["event"]


def test_what_was_too_early_is_taken_over_when_its_time_comes(
    authority: CertificateAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = TlsPair(authority.certificate, authority.key)
    before = pair._current
    authority.write("early", 3 * DAY, begins=DAY)
    assert not pair.look()
    with pytest.raises(BadPair, match="is not valid before"):
        pair.look()
    assert not pair.look()
    tomorrow = time.time() + DAY.total_seconds() + 1
    monkeypatch.setattr(time, "time", lambda: tomorrow)
    assert pair.look()
    assert pair._current is not before
    assert not pair.look()


def test_without_a_pair_nothing_begins(tmp_path: Path) -> None:
    with pytest.raises(BadPair, match="cannot be read"):
        TlsPair(tmp_path / "a", tmp_path / "b")


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
    nodes: Nodes, authority: CertificateAuthority, markers: int, each: int
) -> None:
    ann, project = await over_tls(nodes, authority)
    ops = [marker(f"mark_{n:04}") for n in range(markers)]
    delta = {"t": "delta", "project": project, "id": "in-records", "ops": ops}
    in_records(ann, in_one_frame(ann, delta), each)
    assert (await ann.answer_to("in-records"))["t"] == "ack"


@pytest.mark.postgres
async def test_E6_thousands_of_records_that_hold_a_byte_end_the_connection(
    nodes: Nodes, authority: CertificateAuthority
) -> None:
    ann, _ = await over_tls(nodes, authority)
    head = bytes((0x82, 0xFF)) + struct.pack(">Q", 1_000_000) + bytes(4)
    in_records(ann, head + bytes(2 * LEAST_WEIGHED // (1 + AROUND)), 1)
    await ann.closed(RATE_LIMITED.code)
