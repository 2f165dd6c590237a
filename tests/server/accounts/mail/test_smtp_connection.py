"""A real SMTP server, and what becomes of a mail that it takes, refuses, or leaves unanswered."""

import asyncio

import pytest

from persistence.tables.mail_outbox import MailKind
from server.accounts.mail import smtp_connection
from server.accounts.mail.mail_settings import Encryption, SmtpServer
from server.accounts.mail.smtp_connection import (
    MailDeferred,
    MailRefused,
    MailTrouble,
    SmtpConnection,
)
from tests.server.accounts.mail.smtp_servers import PASSWORD, Received, smtp_server
from tests.server.accounts.mail.test_rendering import HOSTILE, TOKEN, message


def near(received: Received, **others: str) -> SmtpServer:
    return SmtpServer("127.0.0.1", received.port, Encryption.IF_OFFERED, **others)


def connected(received: Received) -> SmtpConnection:
    return SmtpConnection(near(received))


async def test_every_kind_arrives_in_both_forms() -> None:
    async with smtp_server(Received()) as received, connected(received) as line:
        for kind in MailKind:
            await line.send(message(kind, "ann@bücher.example"))
    assert received.recipients == ["ann@xn--bcher-kva.example"] * len(MailKind)
    for got in received.messages:
        assert got["From"] == "Studio Nord <studio@example.com>"
        assert got["Auto-Submitted"] == "auto-generated"
        for subtype in ("plain", "html"):
            part = got.get_body((subtype,))
            assert part is not None
            assert "Studio Nord" in part.get_content()
    [reset] = [got for got in received.messages if got["Subject"] == "Set a new password"]
    plain = reset.get_body(("plain",))
    assert plain is not None
    assert f"https://prime.example/account#reset={TOKEN}" in plain.get_content()


async def test_names_of_attackers_arrive_as_text() -> None:
    async with smtp_server(Received()) as received, connected(received) as line:
        for name in HOSTILE:
            await line.send(message(MailKind.INVITATION, inviter=name, project=name))
    assert received.recipients == ["ann@example.com"] * len(HOSTILE)
    for got in received.messages:
        assert got["Bcc"] is None
        assert got["X-Evil"] is None
        assert "\n" not in got["Subject"]
        assert not any(0x202A <= ord(c) <= 0x202E for c in got["Subject"])


async def test_a_login_is_made_where_the_server_asks_for_one() -> None:
    async with smtp_server(Received(), login=True) as received:
        async with SmtpConnection(near(received, user="prime", password=PASSWORD.decode())) as line:
            await line.send(message(MailKind.NEW_LOGIN))
        with pytest.raises(MailTrouble) as error:
            async with SmtpConnection(near(received, user="prime", password="hunter23")):
                pass
    assert "hunter23" not in str(error.value)
    assert len(received.messages) == 1


@pytest.mark.parametrize(
    ("answer", "raised"),
    [("550 no such user", MailRefused), ("450 come back later", MailDeferred)],
)
async def test_of_a_recipient_the_server_says_whether_to_come_again(
    answer: str, raised: type[Exception]
) -> None:
    async with (
        smtp_server(Received(answer=lambda recipient: answer)) as received,
        SmtpConnection(near(received)) as line,
    ):
        with pytest.raises(raised, match=answer[4:]):
            await line.send(message(MailKind.NEW_LOGIN))
        received.answer = lambda recipient: None
        await line.send(message(MailKind.NEW_LOGIN))
    assert len(received.messages) == 1


async def test_a_mail_that_is_refused_when_it_was_read_is_refused() -> None:
    async with (
        smtp_server(Received(answer_to_data="554 spam")) as received,
        SmtpConnection(near(received)) as line,
    ):
        with pytest.raises(MailRefused, match="spam"):
            await line.send(message(MailKind.NEW_LOGIN))


async def test_an_address_in_other_letters_needs_a_server_that_reads_them() -> None:
    async with smtp_server(Received()) as received, connected(received) as line:
        await line.send(message(MailKind.NEW_LOGIN, "änn@example.com"))
    assert received.recipients == ["änn@example.com"]
    async with smtp_server(Received(), utf8=False) as received, connected(received) as line:
        with pytest.raises(MailRefused):
            await line.send(message(MailKind.NEW_LOGIN, "änn@example.com"))
        await line.send(message(MailKind.NEW_LOGIN))


async def test_a_server_that_is_down_is_trouble() -> None:
    async with smtp_server(Received()) as received:
        pass
    with pytest.raises(MailTrouble):
        async with SmtpConnection(near(received)):
            pass


async def test_a_server_without_starttls_gets_nothing_where_it_must_have_it() -> None:
    async with smtp_server(Received()) as received:
        server = SmtpServer("127.0.0.1", received.port, Encryption.STARTTLS, "prime", "hunter22")
        with pytest.raises(MailTrouble):
            async with SmtpConnection(server):
                pass


async def test_a_server_that_never_answers_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_connection, "SEND_SECONDS", 0.05)
    async with smtp_server(Received(stalls=True)) as received, connected(received) as line:
        with pytest.raises(MailTrouble):
            await line.send(message(MailKind.NEW_LOGIN))
    monkeypatch.setattr(smtp_connection, "CONNECT_SECONDS", 0.05)
    ended = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        ended.set()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    async with silent:
        port = silent.sockets[0].getsockname()[1]
        with pytest.raises(MailTrouble):
            async with SmtpConnection(SmtpServer("127.0.0.1", port, Encryption.IF_OFFERED)):
                pass
        await ended.wait()
