"""The sender: several nodes, servers that are down, nodes that die, secrets that are erased."""

import asyncio
import json
import threading
from collections import Counter
from contextlib import AbstractAsyncContextManager
from email.message import EmailMessage
from functools import partial
from types import TracebackType
from typing import Any

import pytest
import structlog

from persistence.errors import Unavailable
from persistence.pool import Database
from persistence.tables import mail_outbox
from persistence.tables.mail_outbox import MailKind
from schema.server_limits import MAX_MAILS_PER_HOUR
from server.accounts.mail import rendering
from server.accounts.mail import sender as sending
from server.accounts.mail.mail_settings import Encryption, SmtpServer
from server.accounts.mail.rendering import MailWriter
from server.accounts.mail.sender import MailSender, OpenMailConnection, delay_after
from server.accounts.mail.smtp_connection import (
    MailDeferred,
    MailRefused,
    MailTrouble,
    SmtpConnection,
)
from server.accounts.public_url import PublicUrl
from server.logs.outages import MAIL, OUTAGES
from server.metrics.metrics import Metrics
from tests.server.accounts.mail.smtp_servers import Received, smtp_server
from tests.server.accounts.mail.test_rendering import PUBLIC, SETTINGS, TOKEN, WRITER, payload

RESET, TOLD = MailKind.RESET_PASSWORD, MailKind.PASSWORD_CHANGED

ROWS = """
SELECT recipient, payload, tries, sent_at IS NOT NULL AS sent, given_up_at IS NOT NULL AS given_up,
    last_error, next_try_at > now() AS later
FROM mail_outbox ORDER BY id
"""

DUE = "UPDATE mail_outbox SET next_try_at = now() WHERE sent_at IS NULL"


class Line:
    """Keeps what it is given; `raises`: what it answers to a recipient."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.raises: dict[str, Exception] = {}
        self.closed: Exception | None = None
        """What opening it raises."""
        self.hold: asyncio.Event | None = None
        self.holds = asyncio.Event()

    def __call__(self) -> AbstractAsyncContextManager["Line"]:
        return self

    async def __aenter__(self) -> "Line":
        if self.closed is not None:
            raise self.closed
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    async def send(self, message: EmailMessage) -> None:
        if self.hold is not None:
            self.holds.set()
            await self.hold.wait()
        if error := self.raises.get(str(message["To"])):
            raise error
        self.taken.append(str(message["To"]))


def sender_of(
    database: Any, line: OpenMailConnection | None, metrics: Metrics | None = None
) -> MailSender:
    return MailSender(database, WRITER, line, (metrics or Metrics()).count)


async def put_some(database: Database, count: int, kind: MailKind = TOLD) -> None:
    for number in range(count):
        recipient = f"user{number}@example.com"
        await mail_outbox.put(database, recipient=recipient, kind=kind, payload=payload(kind))


async def rows(database: Database) -> list[Any]:
    return list(await database.fetch(ROWS))


@pytest.mark.postgres
async def test_what_was_sent_keeps_no_secret(database: Database) -> None:
    await put_some(database, 3, RESET)
    metrics = Metrics()
    async with smtp_server(Received()) as received:
        server = SmtpServer("127.0.0.1", received.port, Encryption.IF_OFFERED)
        await sender_of(database, partial(SmtpConnection, server), metrics).look()
    assert sorted(received.recipients) == [f"user{n}@example.com" for n in range(3)]
    assert all(TOKEN.encode() in raw.replace(b"=\r\n", b"") for raw in received.raw)
    for row in await rows(database):
        assert (row["sent"], json.loads(row["payload"]), row["tries"]) == (True, {}, 1)
    assert metrics.counted("mail_sent") == 3
    assert TOKEN not in str(await database.fetch("SELECT m::text FROM mail_outbox AS m"))


@pytest.mark.postgres
async def test_what_writes_mails_is_loaded_for_the_first_of_them_and_beside_the_loop(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, loaded_by = rendering._environment, list[threading.Thread]()

    def watched() -> object:
        loaded_by.append(threading.current_thread())
        return load()

    monkeypatch.setattr(rendering, "_environment", watched)
    line = Line()
    sender = MailSender(database, MailWriter(SETTINGS, PublicUrl(PUBLIC)), line, Metrics().count)
    await sender.look()
    assert loaded_by == []
    for sent in (1, 2):
        await put_some(database, 1)
        await sender.look()
        assert len(line.taken) == sent
    [thread] = loaded_by
    assert thread is not threading.main_thread()


@pytest.mark.postgres
async def test_Z3_of_many_nodes_each_mail_is_sent_by_one(database: Database) -> None:
    await put_some(database, 60)
    line = Line()
    senders = [sender_of(database, line) for _ in range(5)]
    await asyncio.gather(*(each.look() for each in senders))
    assert set(Counter(line.taken).values()) == {1}
    assert len(line.taken) == 60


@pytest.mark.postgres
async def test_Z3_a_server_that_is_down_is_tried_again_later(database: Database) -> None:
    await put_some(database, 2, RESET)
    line, metrics = Line(), Metrics()
    line.closed = MailTrouble("connection refused")
    sender = sender_of(database, line, metrics)
    await sender.look()
    for row in await rows(database):
        assert (row["sent"], row["later"], row["last_error"]) == (False, True, "connection refused")
        assert json.loads(row["payload"])["token"] == TOKEN
    assert (sender.is_up, sender.figures.waiting_count) == (False, 2)
    assert metrics.counted("mail_failed") == 1
    await sender.look()
    assert metrics.counted("mail_failed") == 1
    line.closed = None
    await database.execute(DUE)
    await sender.look()
    assert sorted(line.taken) == ["user0@example.com", "user1@example.com"]
    assert sender.is_up


@pytest.mark.postgres
async def test_Z3_mail_is_up_again_where_another_node_has_sent_what_this_one_could_not(
    database: Database,
) -> None:
    await put_some(database, 1)
    line = Line()
    line.closed = MailTrouble("connection refused")
    sender = sender_of(database, line)
    await sender.look()
    assert not sender.is_up
    await database.execute(DUE)
    await sender_of(database, Line()).look()
    sender._counted_at = float("-inf")
    await sender.look()
    assert sender.is_up


@pytest.mark.postgres
async def test_what_waits_too_long_is_given_up_and_its_secret_erased(database: Database) -> None:
    await put_some(database, 1, RESET)
    line, metrics = Line(), Metrics()
    line.closed = MailTrouble("connection refused")
    sender = sender_of(database, line, metrics)
    await sender.look()
    await database.execute("UPDATE mail_outbox SET give_up_at = now(), next_try_at = now()")
    sender._counted_at = float("-inf")
    await sender.look()
    [row] = await rows(database)
    assert (row["given_up"], row["payload"], row["last_error"]) == (
        True,
        "{}",
        "connection refused",
    )
    assert metrics.counted("mail_given_up") == 1
    line.closed = None
    await database.execute(DUE)
    await sender.look()
    assert line.taken == []


@pytest.mark.postgres
async def test_one_that_is_refused_stops_no_other(database: Database) -> None:
    await put_some(database, 4)
    line, metrics = Line(), Metrics()
    line.raises = {
        "user0@example.com": MailRefused("no such user"),
        "user1@example.com": MailDeferred("come back later"),
    }
    await sender_of(database, line, metrics).look()
    refused, deferred, *others = await rows(database)
    assert (refused["given_up"], refused["payload"], refused["last_error"]) == (
        True,
        "{}",
        "no such user",
    )
    assert (deferred["sent"], deferred["given_up"], deferred["later"]) == (False, False, True)
    assert [row["sent"] for row in others] == [True, True]
    assert (metrics.counted("mail_given_up"), metrics.counted("mail_failed")) == (1, 1)


@pytest.mark.postgres
async def test_one_that_cannot_be_written_stops_no_other(database: Database) -> None:
    await put_some(database, 3)
    await database.execute("UPDATE mail_outbox SET payload = '{\"name\": null}' WHERE id = 1")
    await database.execute("UPDATE mail_outbox SET kind = 'of_a_newer_node' WHERE id = 2")
    line = Line()
    await sender_of(database, line).look()
    unwritable, newer, fine = await rows(database)
    assert (unwritable["given_up"], newer["given_up"], fine["sent"]) == (True, False, True)
    assert (newer["tries"], newer["sent"]) == (0, False)


@pytest.mark.postgres
async def test_a_node_that_dies_leaves_its_mails_to_another(database: Database) -> None:
    await put_some(database, 2)
    assert len(await mail_outbox.claim(database, 20, 120)) == 2  # by a node that is gone
    line = Line()
    sender = sender_of(database, line)
    await sender.look()
    assert line.taken == []
    await database.execute(DUE)
    await sender.look()
    assert len(line.taken) == 2


@pytest.mark.postgres
async def test_a_mark_that_failed_is_made_later_and_the_mail_not_sent_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put_some(database, 1)
    line = Line()
    sender = sender_of(database, line)
    mark = mail_outbox.mark_sent

    async def fail(*_: object) -> None:
        raise Unavailable("the database went away")

    monkeypatch.setattr(mail_outbox, "mark_sent", fail)
    with pytest.raises(Unavailable):
        await sender.look()
    await database.execute(DUE)
    with pytest.raises(Unavailable):
        await sender.look()
    monkeypatch.setattr(mail_outbox, "mark_sent", mark)
    await sender.look()
    [row] = await rows(database)
    assert (row["sent"], line.taken) == (True, ["user0@example.com"])


@pytest.mark.postgres
async def test_a_node_that_stops_ends_the_mail_that_is_under_way_and_begins_none(
    database: Database,
) -> None:
    await put_some(database, 3)
    line = Line()
    line.hold = asyncio.Event()
    sender = sender_of(database, line)
    looking = asyncio.create_task(sender.look())
    await line.holds.wait()
    looking.cancel()
    finishing = asyncio.create_task(sender.finish())
    await asyncio.sleep(0)
    line.hold.set()
    await finishing
    assert len(line.taken) == 1
    sent = [row["sent"] for row in await rows(database)]
    assert sorted(sent) == [False, False, True]
    other = Line()
    await sender_of(database, other).look()
    assert len(other.taken) == 2


@pytest.mark.postgres
async def test_a_mail_that_hangs_does_not_stop_the_node_from_stopping(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "FINISH_SECONDS", 0.01)
    await put_some(database, 1)
    line = Line()
    line.hold = asyncio.Event()
    sender = sender_of(database, line)
    looking = asyncio.create_task(sender.look())
    await line.holds.wait()
    await sender.finish()
    assert (await asyncio.gather(looking, return_exceptions=True))[0] is not None
    assert not (await rows(database))[0]["sent"]


@pytest.mark.postgres
async def test_who_has_no_server_says_so_as_one_outage_and_keeps_the_mails(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    over: list[tuple[str, str]] = []
    monkeypatch.setattr(OUTAGES, "ended", lambda what, event, **_: over.append((what, event)))
    await put_some(database, 2, RESET)
    sender = sender_of(database, None)
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            sender._counted_at = float("-inf")
            await sender.look()
    assert {(line["event"], line["outage"]) for line in logs} == {
        ("mail waits, and none is sent: SMTP_URL is not set (docs/accounts.md)", MAIL)
    }
    assert TOKEN not in str(logs)
    assert not sender.is_up
    assert [row["tries"] for row in await rows(database)] == [0, 0]
    assert over == []
    await database.execute("DELETE FROM mail_outbox")
    sender._counted_at = float("-inf")
    await sender.look()
    assert over == [(MAIL, "no mail waits any more")]


@pytest.mark.postgres
async def test_figures_count_what_waits_and_what_was_dropped(database: Database) -> None:
    for _ in range(MAX_MAILS_PER_HOUR + 2):
        await mail_outbox.put(
            database, recipient="ann@example.com", kind=RESET, payload=payload(RESET)
        )
    await database.execute("UPDATE mail_outbox SET created_at = now() - interval '90 s'")
    figures = await mail_outbox.figures(database)
    assert (figures.waiting_count, figures.dropped_count) == (MAX_MAILS_PER_HOUR, 2)
    assert 89 < figures.oldest_seconds < 120


@pytest.mark.postgres
async def test_what_is_done_with_is_forgotten_after_a_month(database: Database) -> None:
    await put_some(database, 3)
    await mail_outbox.mark_sent(database, [1])
    await database.execute("UPDATE mail_outbox SET created_at = now() - interval '31 days'")
    await database.execute("UPDATE mail_outbox SET given_up_at = now() WHERE id = 2")
    await mail_outbox.trim(database)
    assert [row["recipient"] for row in await rows(database)] == ["user2@example.com"]


def test_tries_are_ever_further_apart_and_not_all_at_one_time() -> None:
    middle = [delay_after(tries, lambda: 0.5) for tries in range(1, 10)]
    assert middle[:4] == [10, 20, 40, 80]
    assert middle[-1] == 900
    assert delay_after(10**6) <= 1_350
    assert (delay_after(1, lambda: 0.0), delay_after(1, lambda: 1.0)) == (5, 15)
