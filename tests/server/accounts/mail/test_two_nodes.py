"""Mails of two running nodes, to a real SMTP server that is down at first."""

import asyncio
import re
import socket
from collections.abc import Iterator

import pytest

from server.accounts.mail import sender
from server.accounts.mail.mail_settings import Encryption, MailSettings, SmtpServer
from tests.server.accounts.mail.smtp_servers import Received, smtp_server
from tests.server.conftest import Node, Nodes, eventually

pytestmark = [pytest.mark.node, pytest.mark.postgres]

PUBLIC = "https://prime.example"


@pytest.fixture
def received() -> Iterator[Received]:
    """An SMTP server that is not there yet; its port is kept for it."""
    with socket.socket() as kept:
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", 0))
        yield Received(port=kept.getsockname()[1])


@pytest.fixture
async def two(nodes: Nodes, received: Received, monkeypatch: pytest.MonkeyPatch) -> list[Node]:
    monkeypatch.setattr(sender, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(sender, "FIGURES_SECONDS", 0.05)
    monkeypatch.setattr(sender, "FIRST_DELAY_SECONDS", 0.05)
    monkeypatch.setattr(sender, "LAST_DELAY_SECONDS", 0.2)
    server = SmtpServer("127.0.0.1", received.port, Encryption.IF_OFFERED)
    mail = MailSettings(server, "studio@example.com", "Studio Nord", PUBLIC)
    return [await nodes.start(mail=mail) for _ in range(2)]


def links(received: Received, kind: str) -> list[str]:
    """The tokens of all links of a kind that came, by plain text."""
    bodies = [message.get_body(("plain",)) for message in received.messages]
    texts = [body.get_content() for body in bodies if body is not None]
    found = [re.findall(rf"{re.escape(PUBLIC)}/account#{kind}=(\S+)", text) for text in texts]
    return [token for tokens in found for token in tokens]


async def test_Z3_while_the_smtp_server_is_down_accounts_are_made_and_their_mail_waits(
    two: list[Node], received: Received
) -> None:
    here, there = two
    ann = await here.musician("ann")  # its mail waits
    down = "prime_mail_up 0.0"

    async def is_told() -> bool:
        return any(down in node.metrics.text() for node in two)

    await eventually(is_told)
    assert [(await node.http("/readyz"))[0] for node in two] == [200, 200]
    wire = await there.guest()
    await wire.result("auth.request_reset", email="ann@example.org")
    async with smtp_server(received, port=received.port):

        async def has_come() -> bool:
            return len(links(received, "reset")) == 1

        await eventually(has_come)
        [token] = links(received, "reset")
        params = {"token": token, "password": "seven songs in a kettle"}
        both = [
            await each.call("auth.reset_password", **params)
            for each in (await here.guest(), await there.guest())
        ]
        assert [answer["t"] for answer in both] == ["reply", "error"]
        await wire.result("auth.login", email="ann@example.org", password=params["password"])

        async def all_went() -> bool:
            db = here.server.foundation.db.calls
            waiting = await db.fetchval("SELECT count(*) FROM mail_outbox WHERE sent_at IS NULL")
            subjects = [message["Subject"] for message in received.messages]
            is_up = all(node.server.mail.is_up for node in two)
            return is_up and not waiting and "Your password was changed" in subjects

        await eventually(all_went)
    assert ann.user
    subjects = sorted(message["Subject"] for message in received.messages)
    assert len(subjects) == len({message["Message-ID"] for message in received.messages})
    assert "Your password was changed" in subjects
    rows = await here.server.foundation.db.calls.fetch(
        "SELECT payload::text, sent_at FROM mail_outbox"
    )
    assert {row["payload"] for row in rows} == {"{}"}
    assert all(row["sent_at"] for row in rows)
    assert token not in str(rows)


async def test_attack_A12_a_link_leads_where_the_operator_says_whatever_host_asks(
    two: list[Node], received: Received
) -> None:
    here, _ = two
    await here.musician("ann")
    reader, writer = await asyncio.open_connection("127.0.0.1", int(here.url.split(":")[2][:-3]))
    writer.write(
        b"GET /account HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\n\r\n"
    )
    page = (await reader.read()).decode()
    writer.close()
    await writer.wait_closed()
    assert "evil.example" not in page
    async with smtp_server(received, port=received.port):
        wire = await here.guest()
        await wire.result("auth.request_reset", email="ann@example.org")

        async def has_come() -> bool:
            return bool(links(received, "reset"))

        await eventually(has_come)
    assert b"evil.example" not in b"".join(received.raw)
