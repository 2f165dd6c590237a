"""Other servers that a node needs: whether they answer, each within some seconds."""

import asyncio
from typing import Any

import httpx
from redis.asyncio.connection import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from machine import embedded_valkey
from machine.children.child_process import NotInstalled
from machine.settings.masking import masked
from server.accounts.mail.smtp_connection import MailTrouble, SmtpConnection, in_one_line
from server.commands.checks.finding import CheckFailed, DoubtfulFinding
from server.nodes.redis_trouble import in_words
from server.settings.settings import Settings

SECONDS = 3.0


async def redis(settings: Settings) -> str:
    """Asks as the bus does: it must let us speak to other nodes."""
    if settings.redis_url is None:
        if "redis_url" in settings.given:
            return "none, as REDIS_URL is empty: one node alone"
        try:
            embedded_valkey.package_root()
        except NotInstalled as error:
            raise CheckFailed(str(error)) from None
        if settings.database_url is None:
            return "an embedded Valkey, started by ./run serve"
        raise DoubtfulFinding(
            "REDIS_URL is not set: each node starts a Valkey of its own, and hears other nodes"
            " seconds late; set it to theirs, or empty for one node alone"
        )
    masked_url = masked(settings.redis_url)
    try:
        async with asyncio.timeout(SECONDS):
            version = await _redis_version(settings.redis_url)
    except (RedisError, OSError, ValueError) as error:  # TimeoutError is one
        raise CheckFailed(
            f"{masked_url}: {in_words(error)}; nodes would hear each other late"
        ) from None
    return f"{version} at {masked_url}"


async def _redis_version(url: str) -> str:
    pool: Any = ConnectionPool.from_url(
        url, retry=Retry(NoBackoff(), 0), socket_timeout=SECONDS, socket_connect_timeout=SECONDS
    )
    connection = pool.make_connection()
    try:
        await connection.connect()
        for command in (("PING",), ("PUBLISH", "prime:check", b"")):
            await connection.send_command(*command)
            await connection.read_response()
        await connection.send_command("INFO", "server")
        reply = await connection.read_response()
    finally:
        await connection.disconnect()
    lines = dict(line.split(":", 1) for line in reply.decode().splitlines() if ":" in line)
    name = "Valkey" if "valkey_version" in lines else "Redis"
    return f"{name} {lines.get('valkey_version') or lines.get('redis_version', '')}"


async def mail(settings: Settings) -> str:
    """Connects and logs in, and sends nothing."""
    server = settings.mail.server
    if server is None:
        return "none, as SMTP_URL is not set: no mail is sent"
    try:
        async with SmtpConnection(server):
            pass
    except MailTrouble as error:
        raise CheckFailed(f"{server.host}:{server.port}: {error}; mails would wait") from None
    login = f", logged in as {server.user}" if server.user else ""
    return f"{server.host}:{server.port} answers{login}"


async def public_url(settings: Settings) -> str:
    """Whether the page that mails lead to is there: it is, once a node serves."""
    url = settings.mail.public_url
    if url is None:
        return "not set: links lead to the node's own address"
    try:
        async with httpx.AsyncClient(timeout=SECONDS) as client:
            answer = await client.get(f"{url}/account")
    except (httpx.HTTPError, OSError) as error:
        raise DoubtfulFinding(
            f"{url}/account does not answer ({in_one_line(error)}): links in mails lead there; it"
            " must, once a node and the proxy serve"
        ) from None
    if answer.status_code != 200:
        raise DoubtfulFinding(
            f"{url}/account answers {answer.status_code}: links in mails lead there; let the proxy"
            " pass /account on to the nodes"
        )
    return f"{url}/account answers"
