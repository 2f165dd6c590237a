"""Each way in which REDIS_URL does not lead to a bus is told with what helps."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from server.metrics.metrics import Metrics
from server.nodes.bus_redis import RedisBus
from server.nodes.redis_trouble import HELPS, in_words
from tests.server.conftest import eventually
from tests.server.valkey_servers import ask, server


class Nobody:
    """Hears nothing."""

    def on_bus_restored(self) -> None: ...

    def on_bus_lost(self, reason: str) -> None: ...

    def on_bus_message(self, message: bytes) -> None: ...


async def reason(url: str) -> str:
    """What the log of a node says first."""
    with capture_logs() as lines:
        running = asyncio.create_task(RedisBus(url, "test", Metrics().count).run(Nobody()))

        async def is_told() -> str:
            return next((line["reason"] for line in lines if "reason" in line), "")

        said: str = await eventually(is_told)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    return said


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of one with a password."""
    with server(tmp_path_factory.mktemp("guarded")) as valkey:
        ask(valkey.port, "CONFIG", "SET", "requirepass", "sesame")
        yield valkey.port


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate that nobody vouches for, in one file."""
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    subprocess.run(
        [*words, "-keyout", str(file), "-out", str(file.with_suffix(".crt"))],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    file.write_text(file.read_text() + file.with_suffix(".crt").read_text())
    return file


@asynccontextmanager
async def answering(
    text: bytes, tls: ssl.SSLContext | None = None, *, goes_on: bool = False
) -> AsyncIterator[int]:
    """Whatever it is asked, it says this; once, or each time."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4_096 if goes_on else 1)
        writer.write(text)
        while goes_on and await reader.read(4_096):
            writer.write(text)
        writer.close()

    made = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls)
    async with made:
        yield made.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ("url", "helps"),
    [
        ("redis://127.0.0.1:{port}", "it has a password"),
        ("redis://:wrong@127.0.0.1:{port}", "correct the user or the password"),
        ("redis://:sesame@127.0.0.1:{port}/99", "use REDIS_URL=.../0"),
        ("rediss://:sesame@127.0.0.1:{port}", "rediss:// is with TLS"),
        ("redis://127.0.0.1:1", "nothing listens there"),
        ("redis://no-such-host.invalid:1", "correct the host"),
        ("unix:///nowhere/redis.sock", "correct the path"),
    ],
)
async def test_each_wrong_address_is_told_with_what_helps(
    guarded: int, url: str, helps: str
) -> None:
    said = await reason(url.format(port=guarded))
    assert helps in said
    assert "\n" not in said
    assert "sesame" not in said


async def test_what_is_no_redis_is_told(certificate: Path) -> None:
    async with answering(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        assert "neither Redis nor Valkey" in await reason(f"redis://127.0.0.1:{port}")
    async with answering(b"-ERR unknown command 'INFO'\r\n", goes_on=True) as port:
        assert "older than Redis 7" in await reason(f"redis://127.0.0.1:{port}")
    async with answering(b"") as port:
        assert "is it Redis or Valkey" in await reason(f"redis://127.0.0.1:{port}")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    async with answering(b"", tls) as port:
        assert "name the CA" in await reason(f"rediss://127.0.0.1:{port}")
        assert "rediss:// is with TLS" in await reason(f"redis://127.0.0.1:{port}")


@pytest.mark.parametrize("part", [part for part, _ in HELPS])
def test_every_part_helps(part: str) -> None:
    assert in_words(OSError(f"it says {part}.")).startswith(f"it says {part}; ")


def test_what_nobody_has_met_is_told_as_it_is() -> None:
    assert in_words(OSError("some\nthing new")) == "some thing new"
    assert in_words(TimeoutError()) == "TimeoutError"
