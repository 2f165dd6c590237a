"""What is said where no connection can be made, and whether the client goes on trying."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from machine.sockets.certificate_authority import DAY, CertificateAuthority
from prime_client.client import Client
from prime_client.failures import CannotConnect
from server.sockets.tls import TlsPair
from tests.client.fake_server import FakeServer
from tests.server.conftest import Node, Nodes

LONG = 300.0
"""Seconds that it may try: who gives up at once needs none of them."""


@pytest.fixture
def authority(tmp_path: Path) -> CertificateAuthority:
    made = CertificateAuthority(tmp_path)
    made.write("first")
    return made


async def refused(url: str, tls: ssl.SSLContext | None = None) -> str:
    """Why there was no connection, after the address."""
    async with asyncio.timeout(60):
        with pytest.raises(CannotConnect) as failed:
            await Client(url, device="desk", tls=tls).connect(LONG)
    return str(failed.value).removeprefix(f"{url}: ")


@asynccontextmanager
async def saying(
    first: bytes,
    change: Callable[[str], str] = str,
    tls: ssl.SSLContext | None = None,
    host: str = "127.0.0.1",
) -> AsyncIterator[str]:
    """The address of a server that says this, whatever it hears, and hangs up."""

    async def say(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        writer.close()

    server = await asyncio.start_server(say, host, 0, ssl=tls)
    async with server:
        _, port = server.sockets[0].getsockname()
        yield change(f"ws://{host}:{port}/v1")


def with_tls(url: str) -> str:
    return url.replace("ws://", "wss://")


def shows(authority: CertificateAuthority) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.certificate, authority.key)
    return context


@pytest.mark.postgres
async def test_tls_at_a_prime_without_it_is_told_at_once(node: Node) -> None:
    told = await refused(with_tls(node.url))
    assert told == "no TLS is spoken at this address: ws:// is meant?"


@pytest.mark.postgres
async def test_no_tls_at_a_prime_with_it_is_told(
    nodes: Nodes, authority: CertificateAuthority
) -> None:
    node = await nodes.start(tls=TlsPair(authority.certificate, authority.key))
    client = Client(node.url.replace("wss://", "ws://"), device="desk")
    connecting = asyncio.create_task(client.connect(LONG))
    async with asyncio.timeout(60):
        while not client.last_problem:  # noqa: ASYNC110 -- nothing tells of it
            await asyncio.sleep(0.01)
    assert client.last_problem == "the server hung up without an answer: wss:// is meant?"
    await client.close()
    with pytest.raises(CannotConnect, match="closed"):
        await connecting


@pytest.mark.parametrize(
    ("first", "words"),
    [(b"HTTP/1.1 400 Bad Request\r\n\r\n", "no TLS is spoken"), (b"SSH-2.0-x\r\n", "no TLS is")],
)
async def test_what_answers_tls_with_something_else_is_told_at_once(
    first: bytes, words: str
) -> None:
    async with saying(first, with_tls) as url:
        assert words in await refused(url)


@pytest.mark.parametrize(
    ("first", "words"),
    [
        (b"SSH-2.0-OpenSSH_9\r\n", "no HTTP is spoken at this address (invalid HTTP status line"),
        (b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n", "no Prime at this address"),
    ],
)
async def test_what_is_no_prime_is_told_at_once(first: bytes, words: str) -> None:
    async with saying(first) as url:
        assert words in await refused(url)


async def test_a_server_that_hangs_up_may_be_back(server: FakeServer) -> None:
    port = server.port
    await server.stop()
    hung_up = asyncio.Event()

    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        hung_up.set()

    before = await asyncio.start_server(hang_up, "127.0.0.1", port)
    client = Client(server.url, device="desk")
    async with asyncio.timeout(60):
        connecting = asyncio.create_task(client.connect(LONG))
        await hung_up.wait()
        before.close()
        await before.wait_closed()
        await server.start()
        await connecting
        await client.close()


async def test_a_certificate_that_is_not_trusted_is_told_at_once(
    authority: CertificateAuthority,
) -> None:
    async with saying(b"", with_tls, shows(authority)) as url:
        told = await refused(url)
        assert told.startswith("the server's certificate is not trusted: unable to get")
        assert "cafile=" in told


async def test_a_certificate_of_another_name_is_told_at_once(
    authority: CertificateAuthority,
) -> None:
    async with saying(b"", with_tls, shows(authority), host="127.0.0.2") as url:
        told = await refused(url, authority.trusting())
        assert told.startswith("the server's certificate is for another name than this address")
        assert "cafile" not in told


async def test_a_certificate_that_has_run_out_is_told_at_once(
    authority: CertificateAuthority,
) -> None:
    authority.write("old", lasts=-DAY)
    async with saying(b"", with_tls, shows(authority)) as url:
        told = await refused(url, authority.trusting())
        expected = "certificate has expired: the server has to renew it, or the clock here is wrong"
        assert told == expected


async def test_a_server_without_a_tls_of_ours_is_told_at_once(
    authority: CertificateAuthority,
) -> None:
    context = authority.trusting()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    alert_of_version = bytes([21, 3, 3, 0, 2, 2, 70])  # RFC 8446, 6.2
    async with saying(alert_of_version, with_tls) as url:
        told = await refused(url, context)
        assert told == "the server speaks no TLS that we speak: TLSV1_ALERT_PROTOCOL_VERSION"
