"""TLS by Prime itself: what is spoken, and how the pair changes under open connections."""

import asyncio
import os
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from machine.sockets.certificate_authority import DAY, CertificateAuthority
from server.sockets.tls import BadPair, TlsPair
from tests.server.conftest import Nodes


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
        pair.use(authority.certificate, authority.own)
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
