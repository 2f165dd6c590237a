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
from websockets.protocol import State

from machine.sockets.certificate_authority import DAY, CertificateAuthority
from schema.close_codes import RATE_LIMITED
from schema.limits import (
    BYTES_PER_SECOND,
    FRAMES_PER_SECOND,
    MESSAGES_PER_SECOND,
    TLS_RECORDS_PER_SECOND,
)
from server.sockets.incoming import READ_SECONDS
from server.sockets.reading import tls_records
from server.sockets.reading.tls_records import (
    AROUND,
    BURST_SECONDS,
    LONGEST,
    LOOK_AFTER,
    LOOK_SECONDS,
    ONE_READ,
    READ_AHEAD,
    RECORDS_OF_A_FRAME,
    SMALL_READ,
    TlsRecords,
)
from server.sockets.tls import BadPair, TlsPair
from tests.server.conftest import Nodes, create_project
from tests.server.sockets.test_turns import FIRST, Line, frame, ping
from tests.server.wire import Message, Wire, marker

AT_ONCE = int(TLS_RECORDS_PER_SECOND * BURST_SECONDS)
"""Records that may come at once."""


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
    pair._load()
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
    """What the kernel tells. `taken`: bytes that came, records and all, and were read; `looks`: how
    often it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.taken: int | None = 5_000  # the handshake's
        self.looks = 0
        monkeypatch.setattr(tls_records, "taken_bytes", self._told)
        self.records = TlsRecords(asyncio.Transport())
        self.held = self.frames = 0
        self.now = 1.0

    def _told(self, _: object) -> int | None:
        self.looks += 1
        return self.taken

    def come(self, records: int, each: int) -> None:
        self.held += records * each
        if self.taken is not None:
            self.taken += records * (each + AROUND)

    def read(self, records: int, each: int, frames: int = 0) -> bool:
        self.come(records, each)
        self.frames += frames
        return self.look()

    def look(self) -> bool:
        return self.records.are_too_many(self.held, self.frames, 0, self.now)


def test_E6_records_of_a_byte_are_told_once_there_are_some_thousands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line, records = Taken(monkeypatch), 100
    while not line.read(100, 1):
        records += 100
    unseen = (LONGEST - 5_000) / AROUND  # the beginning of one, but for the handshake
    assert AT_ONCE < records - unseen < AT_ONCE + 200
    assert Taken(monkeypatch).read(10 * AT_ONCE, 1)  # also in one read


FRAMES = int(MESSAGES_PER_SECOND + FRAMES_PER_SECOND)


@pytest.mark.parametrize("seconds", [0.01, LOOK_SECONDS])
@pytest.mark.parametrize(
    ("each", "per_second", "of_a_frame"),
    [
        (6, FRAMES, 1),
        (86, FRAMES, 1),
        (3, 2 * FRAMES, 2),  # header and payload apart
        (20, 4 * 60, 4),  # byte, length, mask and payload of cursors
        (512, BYTES_PER_SECOND // 512, 2_000),
        (1_400, BYTES_PER_SECOND // 1_400, 700),
        (16_384, BYTES_PER_SECOND // 16_384, 64),
    ],
)
def test_E6_two_records_for_each_frame_and_long_ones_are_never_too_many(
    monkeypatch: pytest.MonkeyPatch, each: int, per_second: int, of_a_frame: int, seconds: float
) -> None:
    """For as long as an hour, whether somebody looks often or rarely."""
    line = Taken(monkeypatch)
    at_once = int(per_second * 2)
    assert not line.read(at_once, each, at_once // of_a_frame)
    line.now += 2
    count = max(1, int(per_second * seconds))
    for number in range(1, min(10_000, int(3_600 / seconds))):
        line.now += max(seconds, count / per_second)
        frames = number * count // of_a_frame - (number - 1) * count // of_a_frame
        assert not line.read(count, each, frames)


def test_E6_frames_whose_records_come_apart_are_none_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A look in the middle of each counts its first record, and one behind it gives that back."""
    line = Taken(monkeypatch)
    assert not any(line.read(1, 10, n % 2) for n in range(100_000))


def test_E6_a_record_that_has_not_come_whole_is_counted_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = Taken(monkeypatch)
    assert line.taken is not None
    for _ in range(10_000):
        line.taken += 16_384
        assert not line.look()
        line.taken -= 16_384
        assert not line.read(1, 16_384)
        line.now += 16_384 / BYTES_PER_SECOND
    line.taken = None  # a system that does not say
    assert not any(line.read(AT_ONCE, 1) for _ in range(100))


WHOLE = ping(1)
"""It goes the short way: a read of its own."""


def _line(monkeypatch: pytest.MonkeyPatch) -> tuple[Line, Taken]:
    line, kernel = Line(), Taken(monkeypatch)
    line.connection._records = kernel.records
    return line, kernel


@pytest.mark.parametrize("each", [1, 3, 6])
def test_E6_frames_that_are_read_whole_count_as_well(
    monkeypatch: pytest.MonkeyPatch, each: int
) -> None:
    line, kernel = _line(monkeypatch)
    records, most = 0, AT_ONCE + LONGEST // AROUND + 2 * LOOK_AFTER // each
    while not line.connection._is_paced:
        kernel.come(len(WHOLE) // each, each)
        line.connection.data_received(WHOLE)
        line.now += 1 / MESSAGES_PER_SECOND
        records += len(WHOLE) // each - RECORDS_OF_A_FRAME
        assert records < most + TLS_RECORDS_PER_SECOND * line.now
    assert records > AT_ONCE
    assert line.is_paused
    assert line.closed_with() is None


@pytest.mark.parametrize(("per_second", "seconds"), [(60, 3_600), (MESSAGES_PER_SECOND, 300)])
def test_E6_an_hour_of_cursors_is_within_the_rate_and_the_kernel_is_asked_rarely(
    monkeypatch: pytest.MonkeyPatch, per_second: float, seconds: int
) -> None:
    line, kernel = _line(monkeypatch)
    for second in range(seconds):
        line.now = 1.0 + second
        for _ in range(int(per_second)):
            kernel.come(1, len(WHOLE))
            line.connection.data_received(WHOLE)
        line.heard.clear()
    assert not line.connection._is_paced
    most = seconds * (1 / LOOK_SECONDS + per_second * len(WHOLE) / LOOK_AFTER)
    assert seconds / 2 < kernel.looks < most + 1


def test_E6_what_waits_while_a_read_is_dealt_with_in_turns_is_not_taken_for_records(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line, kernel = _line(monkeypatch)
    data = WHOLE * 600
    kernel.come(1, len(data))
    line.connection.data_received(data)
    assert kernel.taken is not None
    kernel.taken += 256 * 1_024  # what has come meanwhile, and nobody has deciphered
    while line.soon:
        line.now += LOOK_SECONDS
        line.turn()
    assert len(line.heard) == 600
    assert not line.connection._is_paced


@pytest.mark.parametrize("paused_at", ["check", "look", None])
def test_E6_records_that_hold_nothing_are_counted_each_second_but_not_what_nobody_reads(
    monkeypatch: pytest.MonkeyPatch, paused_at: str | None
) -> None:
    """As changes of keys. While a connection is not read, what has come is not deciphered."""
    line, kernel = _line(monkeypatch)
    line.connection.data_received(WHOLE)
    line.now += LOOK_SECONDS
    assert kernel.taken is not None
    kernel.taken += 2 * AT_ONCE * AROUND
    is_reading = line.transport.is_reading
    is_reading.return_value = paused_at != "check"
    line.connection.check(line.now)
    is_reading.return_value = paused_at != "look"
    line.turn()
    assert line.connection._is_paced == (paused_at is None)


def test_E6_more_that_holds_nothing_than_records_of_a_byte_could_bring_is_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody can be given turns for changes of keys: nothing of them is ever handed over."""
    line, kernel = _line(monkeypatch)
    while not line.connection._is_paced:
        kernel.come(len(WHOLE), 1)
        line.connection.data_received(WHOLE)
    most = line.connection._received_bytes * (AROUND + 1) + LONGEST + READ_AHEAD + ONE_READ
    for kernel.taken, closed in ((most, None), (most + 1, RATE_LIMITED.code)):
        line.connection.check(line.now)
        line.turn()
        assert line.closed_with() == closed


def test_E6_a_read_of_many_frames_in_a_record_each_is_none_too_many_and_costs_nothing_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line, kernel = _line(monkeypatch)
    count = AT_ONCE + LONGEST // AROUND + 200
    kernel.come(count, len(WHOLE))
    line.connection.data_received(WHOLE * count)
    assert line.is_paused
    while line.soon:
        line.turn()
    line.now += 5  # more than its messages may be at once: it waits
    for _ in range(int(15 * MESSAGES_PER_SECOND)):
        kernel.come(1, len(WHOLE))
        line.connection.data_received(WHOLE)
        line.now += 1 / MESSAGES_PER_SECOND - READ_SECONDS / 4
    assert not line.connection._is_paced


def test_E6_pings_in_a_record_each_are_none_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    line, kernel = _line(monkeypatch)
    control = frame(Opcode.PING)
    for _ in range(int(20 * FRAMES_PER_SECOND)):
        kernel.come(1, len(control))
        line.connection.data_received(control)
        line.now += 1 / FRAMES_PER_SECOND
    assert not line.connection._is_paced


def test_E6_before_the_handshake_records_count_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    line, kernel = _line(monkeypatch)
    line.connection._protocol.state = State.CONNECTING
    line.connection._is_open = line.connection._is_at_start = False
    for byte in b"GET /" + b"x" * 2 * AT_ONCE:
        kernel.come(1, 1)
        line.connection.data_received(bytes([byte]))
    assert line.is_paused
    assert line.connection._is_paced


def test_E6_a_small_read_in_the_middle_of_a_frame_is_a_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line, kernel = _line(monkeypatch)
    long_message = frame(Opcode.CONT, bytes(20_000), fin=False)
    line.connection.data_received(FIRST + long_message[:SMALL_READ])
    paused = [line.is_paused]
    line.connection.data_received(long_message[SMALL_READ : SMALL_READ + 9])
    paused.append(line.is_paused)
    line.turn()
    paused.append(line.is_paused)
    line.connection.data_received(long_message[SMALL_READ + 9 : 2 * SMALL_READ + 9])
    assert [*paused, line.is_paused] == [False, True, False, False]
    assert kernel.looks == 3  # also at the small one


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
@pytest.mark.parametrize(
    ("markers", "each"), [(20, 1), (400, 1), (5_000, 100), (5_000, 1_400), (5_000, 16_384)]
)
async def test_E6_messages_come_in_records_of_whatever_size(
    nodes: Nodes, authority: CertificateAuthority, markers: int, each: int
) -> None:
    ann, project = await over_tls(nodes, authority)
    ops = [marker(f"mark_{n:04}") for n in range(markers)]
    delta = {"t": "delta", "project": project, "id": "in-records", "ops": ops}
    in_records(ann, in_one_frame(ann, delta), each)
    assert (await ann.answer_to("in-records"))["t"] == "ack"


@pytest.mark.postgres
async def test_E6_thousands_of_records_of_a_few_bytes_are_read_slowly_and_in_order(
    nodes: Nodes, authority: CertificateAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However long a busy machine takes to read them: next to nothing is forgiven meanwhile.
    monkeypatch.setattr("server.sockets.reading.tls_records.TLS_RECORDS_PER_SECOND", 16.0)
    ann, _ = await over_tls(nodes, authority)
    messages = [ping(number) for number in range(int(MESSAGES_PER_SECOND))]
    for message in messages:
        in_records(ann, message, 2)
    for number in range(len(messages)):
        assert (await ann.expect("pong"))["time"] == number
    assert len(messages[0]) / 2 * len(messages) > 4 * AT_ONCE
    assert nodes.all[0].metrics.counted("paced_connections") == 1


@pytest.mark.postgres
async def test_E6_messages_at_their_rate_in_two_records_each_are_all_answered(
    nodes: Nodes, authority: CertificateAuthority
) -> None:
    ann, _ = await over_tls(nodes, authority)
    at_once = int(MESSAGES_PER_SECOND)
    for number in range(at_once):
        in_records(ann, ping(number), len(ping(number)) // 2 + 1)
    for number in range(at_once):
        assert (await ann.expect("pong"))["time"] == number
