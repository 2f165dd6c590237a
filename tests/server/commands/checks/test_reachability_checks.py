"""Servers that answer, that do not, and that nobody has named."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from server.commands.checks import reachability_checks
from server.commands.checks.finding import CheckFailed, DoubtfulFinding
from server.settings.reading import read_settings
from server.settings.settings import Settings
from tests.server import valkey_servers
from tests.server.accounts.mail.smtp_servers import Received, smtp_server

PASSWORD = "hunter22"

FROM = {"PRIME_MAIL_FROM": "a@example.com", "PRIME_PUBLIC_URL": "http://127.0.0.1:1"}


def read(**variables: str) -> Settings:
    return read_settings({}, variables)


@asynccontextmanager
async def answering(text: bytes) -> AsyncIterator[int]:
    """A server that says this to whoever comes; its port."""

    async def say(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(say, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.redis
async def test_redis_is_asked_as_the_bus_asks(tmp_path: Path) -> None:
    words = ["--user", "prime", "on", f">{PASSWORD}", "~*", "&*", "+@all"]
    words += ["--user", "mute", "on", f">{PASSWORD}", "resetchannels", "+@all"]
    with valkey_servers.server(tmp_path, *words) as server:
        url = server.url.replace("//", f"//prime:{PASSWORD}@")
        assert (await reachability_checks.redis(read(REDIS_URL=url))).startswith("Valkey ")
        for wrong in (url.replace(PASSWORD, "x" + PASSWORD), url.replace("prime", "mute")):
            with pytest.raises(CheckFailed, match=r"127\.0\.0\.1") as refused:
                await reachability_checks.redis(read(REDIS_URL=wrong))
            assert PASSWORD not in str(refused.value)
    with pytest.raises(CheckFailed, match="hear each other late"):
        await reachability_checks.redis(read(REDIS_URL=server.url))


async def test_no_redis_is_right_for_one_node_alone() -> None:
    assert "one node alone" in await reachability_checks.redis(read(REDIS_URL=""))
    assert "embedded" in await reachability_checks.redis(read())
    with pytest.raises(DoubtfulFinding, match="REDIS_URL is not set"):
        await reachability_checks.redis(read(DATABASE_URL="postgresql://db/x"))


async def test_what_is_no_redis_is_a_line() -> None:
    async with answering(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        with pytest.raises(CheckFailed):
            await reachability_checks.redis(read(REDIS_URL=f"redis://127.0.0.1:{port}"))


async def test_mail_is_not_sent_and_its_server_is_asked() -> None:
    assert "no mail is sent" in await reachability_checks.mail(read())
    async with smtp_server(Received()) as received:
        settings = read(SMTP_URL=f"smtp://127.0.0.1:{received.port}", **FROM)
        assert await reachability_checks.mail(settings) == f"127.0.0.1:{received.port} answers"
        assert received.messages == []
    with pytest.raises(CheckFailed, match=r"127\.0\.0\.1:1: .*mails would wait") as refused:
        await reachability_checks.mail(read(SMTP_URL=f"smtp://me:{PASSWORD}@127.0.0.1:1", **FROM))
    assert PASSWORD not in str(refused.value)


@pytest.mark.parametrize(("status", "is_there"), [(b"200 OK", True), (b"404 Not Found", False)])
async def test_the_page_that_mails_lead_to_is_asked_for(status: bytes, is_there: bool) -> None:
    async with answering(b"HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n" % status) as port:
        settings = read(PRIME_PUBLIC_URL=f"http://127.0.0.1:{port}")
        if is_there:
            assert (await reachability_checks.public_url(settings)).endswith("/account answers")
        else:
            with pytest.raises(DoubtfulFinding, match="answers 404"):
                await reachability_checks.public_url(settings)


async def test_a_page_that_is_not_there_yet_is_a_doubt() -> None:
    assert "own address" in await reachability_checks.public_url(read())
    with pytest.raises(DoubtfulFinding, match="does not answer"):
        await reachability_checks.public_url(read(PRIME_PUBLIC_URL="http://127.0.0.1:1"))
